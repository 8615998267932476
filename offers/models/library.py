"""What is stored. Only `offers/ledger/writes.py` inserts or updates `LibraryItem` and `Revision` (tests/test_architecture.py)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, GeneratedField, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from offers.document.validate import Kind
from offers.models.transactions import TransactionIdField


class Sandbox(models.Model):
    """A library of its own: `prod` is what customers see, `dev` is for trying."""

    class Type(models.TextChoices):
        PRODUCTION = "production", _("Production")
        DEVELOPMENT = "development", _("Development")

    class ReviewPolicy(models.TextChoices):
        NONE = "none", _("Anyone who may edit may also change live offers")
        LIVE = "live", _("Live offers change only through a reviewer")

    org_id = models.CharField(max_length=100)
    name = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    type = models.CharField(max_length=12, choices=Type, default=Type.DEVELOPMENT)
    review_policy = models.CharField(max_length=8, choices=ReviewPolicy, default=ReviewPolicy.NONE)
    require_if_match = models.BooleanField(default=False)

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


def _text(*path: str) -> Func:
    """The text at a path of the document, as PostgreSQL reads it."""
    return Func(F("document"), *(models.Value(part) for part in path), function="jsonb_extract_path_text")


def _instant(expression: models.Expression) -> Func:
    return Func(expression, function="offers_instant")


class LibraryItem(models.Model):
    """A library object of any kind: a document and its etag.

    `document` holds only what the user owns. Columns for search and sorting are generated from it by PostgreSQL, so
    they cannot disagree with it. A deleted item stays, with its last document, because its history does.
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

    name = GeneratedField(
        expression=Coalesce(_text("name"), models.Value("")), output_field=models.TextField(), db_persist=True
    )
    status = GeneratedField(expression=_text("status"), output_field=models.TextField(null=True), db_persist=True)
    starts_at = GeneratedField(
        expression=_instant(Coalesce(_text("selectionConstraint", "startDate"), _text("startDate"))),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    ends_at = GeneratedField(
        expression=_instant(Coalesce(_text("selectionConstraint", "endDate"), _text("endDate"))),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    priority = GeneratedField(
        expression=Func(F("document"), function="offers_priority", output_field=models.BigIntegerField(null=True)),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    references = GeneratedField(
        expression=Func(F("document"), function="offers_references"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )
    channels = GeneratedField(
        expression=Func(F("document"), function="offers_channels"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )
    search = GeneratedField(
        expression=Lower(Func(F("id"), F("document"), function="offers_search_text")),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "id"], name="item_id_once_in_a_sandbox"),
            models.CheckConstraint(name="item_etag_counts_from_one", condition=Q(etag__gte=1)),
        ]
        indexes = [
            models.Index("sandbox", "kind", F("modified_at").desc(), F("key").desc(), name="item_by_modified"),
            models.Index("sandbox", "kind", "name", "key", name="item_by_name"),
            models.Index("sandbox", "kind", "priority", "key", name="item_by_priority"),
            models.Index("sandbox", "kind", "ends_at", "key", name="item_by_end"),
            models.Index("sandbox", "kind", "starts_at", "key", name="item_by_start"),
            models.Index("sandbox", "kind", "status", "key", name="item_by_status"),
            models.Index("sandbox", "kind", "channels", "key", name="item_by_channels"),
            models.Index("sandbox", "kind", "created_at", "key", name="item_by_created"),
            # Whose changes: the list of one person's, and who there are.
            models.Index(
                *("sandbox", "kind", "modified_by_key", F("modified_at").desc(), F("key").desc()),
                name="item_by_person",
                condition=Q(deleted_at=None),
            ),
            # The home page's: whose drafts there are, and all drafts.
            models.Index(
                *("sandbox", "modified_by_key", F("modified_at").desc(), F("key").desc()),
                name="item_draft_by_person",
                condition=Q(status="draft", deleted_at=None),
            ),
            models.Index(
                *("sandbox", F("modified_at").desc(), F("key").desc()),
                name="item_draft_by_modified",
                condition=Q(status="draft", deleted_at=None),
            ),
            # What was deleted: paid for by deletions only.
            models.Index(
                *("sandbox", "kind", F("modified_at").desc(), F("key").desc()),
                name="item_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            GinIndex("references", name="item_by_reference"),
            GinIndex("channels", name="item_by_channel"),
            GinIndex(fields=["search"], name="item_by_trigram", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} at etag {self.etag}"


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
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
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
        indexes = [models.Index("sandbox", F("key").desc(), name="revision_by_sandbox")]

    def __str__(self) -> str:
        return f"revision {self.etag} of item {self.item_id}"


class IdempotencyKey(models.Model):
    """The first answer to a request that may be repeated, kept for 24 hours. A client has keys of its own in each sandbox."""

    client_id = models.CharField(max_length=100)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    value = models.CharField(max_length=128)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    etag = models.PositiveIntegerField(null=True)
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "sandbox", "value"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"answer kept for {self.client_id}"


class Attempt(models.Model):
    """How often somebody failed to prove who they are, of late (offers/access/attempts.py). Unlogged: after a crash all is forgotten."""

    # Of whom: a digest of the address, or of the address and the name that was tried.
    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} attempts until {self.ends_at}"


class Presence(models.Model):
    """An item that somebody has open for editing, in one tab of their browser. A hint for others, never a lock.

    Rows are kept for a minute after the tab was last heard of (offers/web/edit/presence.py).
    """

    key = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(LibraryItem, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    label = models.CharField(max_length=150)
    tab = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user", "tab"], name="presence_once_for_a_tab")]

    def __str__(self) -> str:
        return f"{self.label} has item {self.item_id} open"


class PersonalSettings(models.Model):
    """What a person chose for every page, on whatever browser. Empty means not chosen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="personal_settings"
    )
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=8, blank=True)
    # The columns of the offers list (offers/web/lists/rows.py); None for the usual ones.
    columns = ArrayField(models.CharField(max_length=20), null=True)

    def __str__(self) -> str:
        return f"settings of user {self.user_id}"


class SavedView(models.Model):
    """A filter of the offers list that one person keeps under a name, with its order and columns."""

    key = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    # The list's query string, without its position.
    query = models.TextField(blank=True)
    columns = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "sandbox", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return f"view {self.name} of user {self.user_id}"


class BulkRun(models.Model):
    """One bulk edit: what is to be done to which offers, by whom, and how far it is. Its rows are `BulkRow`.

    PLANNING and RUNNING are worked on by whoever holds the run's advisory lock (offers/bulk/worker.py); a heartbeat that is
    old says that nobody does. Runs are working papers: what they changed is in the offers' history, like every change.
    """

    class State(models.TextChoices):
        PLANNING = "planning", _("Dry run under way")
        PLANNED = "planned", _("Ready to run")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    number = models.AutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
    # What to do, as offers/bulk/actions.py stores it; for an undo also the run whose changes are taken back.
    action = models.JSONField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undo_runs")
    # The filter that the offers were selected with; empty for offers picked one by one.
    filter = models.TextField(blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNING)
    # Like in `Revision`, people are a key without a constraint and a copied label. The runner is who pressed Run.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    author_label = models.CharField(max_length=150)
    runner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_index=False,
    )
    runner_label = models.CharField(max_length=150, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("sandbox", F("number").desc(), name="bulk_run_by_sandbox")]

    def __str__(self) -> str:
        return f"bulk run {self.number}"


class BulkRow(models.Model):
    """One offer of a bulk run: what the dry run found, and what became of it."""

    class Verdict(models.TextChoices):
        """What the dry run found; empty until it has looked."""

        CHANGE = "change", _("Will change")
        SAME = "same", _("No change")
        CONFLICT = "conflict", _("Would conflict")
        INVALID = "invalid", _("Not valid")
        REFUSED = "refused", _("Not allowed")

    class Result(models.TextChoices):
        """What became of a row that would change; empty until it was run, and for those left out."""

        CHANGED = "changed", _("Changed")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")

    key = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    # The etag that the dry run saw, and on which alone the patch is applied. No patch means the action's own.
    etag = models.PositiveIntegerField(default=0)
    patch = models.JSONField(null=True)
    # The first few changes in words (document/words/describe.py) of `change_count`.
    changes = models.JSONField(default=list)
    change_count = models.PositiveIntegerField(default=0)
    # Why not: problems with their msgids, of the dry run or else of the run.
    problems = models.JSONField(default=list)
    excluded = models.BooleanField(default=False)
    result = models.CharField(max_length=8, choices=Result, blank=True)
    result_etag = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="bulk_row_once_for_an_item")]
        indexes = [models.Index("run", "verdict", "result", "key", name="bulk_row_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.key} of bulk run {self.run_id}"
