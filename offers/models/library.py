"""What is stored. Only `offers/ledger/writes.py` and the import beside it insert or update `LibraryItem` and `Revision` (tests/test_architecture.py)."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from offers.document.kinds.registry import Kind
from offers.document.live import end_of_window
from offers.models.transactions import TransactionIdField


class Sandbox(models.Model):
    """A library of its own: one of type `production` is what customers see."""

    class Type(models.TextChoices):
        PRODUCTION = "production", _("Production")
        DEVELOPMENT = "development", _("Development")

    class ReviewPolicy(models.TextChoices):
        NONE = "none", _("All editors can change live offers")
        REVIEWER = "reviewer", _("Reviewers can change live offers alone")
        TWO_PEOPLE = "two-people", _("Live changes need a second person")
        EVERYTHING = "everything", _("Every change needs a second person")

    # The policies by which what is live changes with a second person only.
    SECOND_PERSON: ClassVar = (ReviewPolicy.TWO_PEOPLE, ReviewPolicy.EVERYTHING)

    org_id = models.CharField(max_length=100)
    name = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    type = models.CharField(max_length=12, choices=Type, default=Type.DEVELOPMENT)
    review_policy = models.CharField(max_length=12, choices=ReviewPolicy, default=ReviewPolicy.NONE)
    require_if_match = models.BooleanField(default=False)
    # For how long after its moment a scheduled change is still applied, where nobody could before.
    schedule_tolerance_minutes = models.PositiveIntegerField(default=60)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "sandboxes"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What one person or one API client may do in one sandbox."""

    class Role(models.TextChoices):
        AUDITOR = "auditor", _("Auditor")
        EDITOR = "editor", _("Marketer")
        REVIEWER = "reviewer", _("Reviewer")
        ADMIN = "admin", _("Admin")

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=8, choices=Role)
    # May publish without a second person: with a reason, and looked at afterwards.
    may_bypass = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_is_a_person_or_a_client", condition=Q(user__isnull=False) ^ Q(client__isnull=False)
            ),
            models.UniqueConstraint(fields=["user", "sandbox"], name="membership_once_for_a_person"),
            models.UniqueConstraint(fields=["client", "sandbox"], name="membership_once_for_a_client"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.client_id} is {self.role} in {self.sandbox_id}"


class LibraryItem(models.Model):
    """A library object of any kind: a document and its etag.

    `document` holds only what the user owns. A deleted item stays, with its last document, because its history does. What
    lists filter and sort by stands beside it (models/listings.py), so that a change writes little: with two indexes, and room
    in its page, most new versions of a row need no new entry in any index.
    """

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    id = models.CharField(max_length=64)
    document = models.JSONField()
    etag = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    created_by_client = models.CharField(max_length=100, blank=True)
    modified_at = models.DateTimeField()
    modified_by = models.CharField(max_length=150)
    modified_by_client = models.CharField(max_length=100, blank=True)
    # Who that is, whatever they are called (permissions.actor_key): what filters go by.
    modified_by_key = models.CharField(max_length=160)
    deleted_at = models.DateTimeField(null=True)
    # The number of the last erasure that took something out of its past, 0 for none: who looked before it stores nothing of that.
    last_erasure = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "id"], name="item_id_once_in_a_sandbox"),
            models.CheckConstraint(name="item_etag_counts_from_one", condition=Q(etag__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} at etag {self.etag}"

    @property
    def name(self) -> str:
        return str(self.document.get("name", ""))

    @property
    def status(self) -> str | None:
        status: str | None = self.document.get("status")
        return status

    @property
    def starts_at(self) -> datetime | None:
        return end_of_window(self.document, "startDate")

    @property
    def ends_at(self) -> datetime | None:
        return end_of_window(self.document, "endDate")

    @property
    def priority(self) -> int | None:
        return (self.document.get("rank") or {}).get("priority")


class OfferTemplate(models.Model):
    """That an offer is one that others are begun from, in its sandbox (offers/web/item/template.py): a mark beside it, no change of it."""

    item = models.OneToOneField(LibraryItem, on_delete=models.CASCADE, primary_key=True, related_name="template_mark")
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_index=False,
    )
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"item {self.item_id} is a template"

    @property
    def who(self) -> str:
        """The name of who marked it, as the account has it now; "" where there is none any more."""
        return (self.marked_by.get_full_name() or self.marked_by.get_username()) if self.marked_by else ""


class Revision(models.Model):
    """One change of one item: the patch as applied and who, when, how and why. Append-only, by trigger.

    `patch` is text, not jsonb, because `digest` (offers/ledger/leaf.py) proves its very bytes. The actor's key has no
    constraint and its label is a copy: history outlives its subjects.
    """

    class Source(models.TextChoices):
        FORM = "form", _("Form")
        API = "api", _("API")
        UNDO = "undo", _("Undo")
        RESTORE = "restore", _("Restore")
        REVIEW = "review", _("Review")
        BULK = "bulk", _("Bulk edit")
        IMPORT = "import", _("Import")

    key = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    # The item's, whose own constraint holds it: another one here would have every change lock the row of its sandbox.
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    etag = models.PositiveIntegerField()
    patch = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, null=True, db_index=False
    )
    actor_label = models.CharField(max_length=150)
    client_id = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    # What it refers to besides: leaf.RefersTo.
    refers_to = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    snapshot = models.TextField(null=True)
    # The salts of what the digest holds only commitments of, null where the text was erased: `erased` then has the
    # commitment itself, in hex, by the same name.
    patch_salt = models.BinaryField(null=True)
    document_salt = models.BinaryField(null=True)
    label_salt = models.BinaryField(null=True)
    note_salt = models.BinaryField(null=True)
    erased = models.JSONField(null=True)
    # The transaction that stored it. Keys are given before they are committed; in the order of (xid, key), below the oldest
    # transaction under way, nothing is still to come.
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "etag"], name="revision_once_for_an_etag")]
        # In the order of the log (models/log.py).
        indexes = [models.Index("sandbox", "xid", "key", name="revision_by_sandbox")]

    def __str__(self) -> str:
        return f"revision {self.etag} of item {self.item_id}"
