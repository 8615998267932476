"""What is stored, for Django, which finds models here, and for everybody who imports them."""

from offers.models.library import (
    Attempt,
    BulkRow,
    BulkRun,
    IdempotencyKey,
    LibraryItem,
    Membership,
    PersonalSettings,
    Presence,
    Revision,
    Sandbox,
    SavedView,
)

__all__ = [
    "Attempt",
    "BulkRow",
    "BulkRun",
    "IdempotencyKey",
    "LibraryItem",
    "Membership",
    "PersonalSettings",
    "Presence",
    "Revision",
    "Sandbox",
    "SavedView",
]
