"""What is stored, for Django, which finds models here, and for everybody who imports them."""

from offers.models.access import AccessChange, ClientState
from offers.models.api import Attempt, IdempotencyKey
from offers.models.blame import BlameFound
from offers.models.bulk import BulkRow, BulkRun
from offers.models.erasure import ErasedText, Erasure, ErasureStep, Keeping, RetentionClass
from offers.models.library import LibraryItem, Membership, OfferTemplate, Revision, Sandbox
from offers.models.listings import Listing, ListingPast, SearchText
from offers.models.log import Download, LibraryImport, LogCheck, LogDay, LogEntry, LogHead, LogNote, LogTile
from offers.models.people import AccountMail, MailTurn, PersonalSettings, Presence, SavedView, Session
from offers.models.review import ChangeRequest, Notice, RequestComment, RequestedChange, RequestEvent, ShownWith

__all__ = [
    "AccessChange",
    "AccountMail",
    "Attempt",
    "BlameFound",
    "BulkRow",
    "BulkRun",
    "ChangeRequest",
    "ClientState",
    "Download",
    "ErasedText",
    "Erasure",
    "ErasureStep",
    "IdempotencyKey",
    "Keeping",
    "LibraryImport",
    "LibraryItem",
    "Listing",
    "ListingPast",
    "LogCheck",
    "LogDay",
    "LogEntry",
    "LogHead",
    "LogNote",
    "LogTile",
    "MailTurn",
    "Membership",
    "Notice",
    "OfferTemplate",
    "PersonalSettings",
    "Presence",
    "RequestComment",
    "RequestEvent",
    "RequestedChange",
    "RetentionClass",
    "Revision",
    "Sandbox",
    "SavedView",
    "SearchText",
    "Session",
    "ShownWith",
]
