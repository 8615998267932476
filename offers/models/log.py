"""The log of a sandbox: everything that counts, in one order that nothing is ever put before.

Only `offers/log` writes here. What is in it is found in the rows of what happened; the log says their order, proves them
(RFC 6962) and has what audit pages filter by, so that the write path pays for none of that.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from offers.models.library import Sandbox
from offers.models.transactions import RandomSalt, TransactionIdField

NEWEST = (F("created_at").desc(), F("index").desc())


class LogHead(models.Model):
    """How far the log of a sandbox is: how many entries it has, and the last event in it, by the order of `Event`."""

    sandbox = models.OneToOneField(Sandbox, on_delete=models.PROTECT, primary_key=True, related_name="log")
    size = models.BigIntegerField(default=0)
    # Whose numbers of transactions these are (PostgreSQL's system identifier); "" before the first look.
    server = models.CharField(max_length=20, default="")
    xid = models.BigIntegerField(default=0)
    event = models.SmallIntegerField(default=0)
    row = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"the log of {self.sandbox_id}, {self.size} entries"


class LogEntry(models.Model):
    """An event at its place in the log, counted from 0 without gaps. Append-only, by trigger.

    `row` is the key of what happened, in the table of its kind of event.
    """

    class Event(models.IntegerChoices):
        ACCESS = 0, "access"
        REQUEST = 1, "request"
        REVISION = 2, "revision"
        ERASURE = 3, "erasure"
        IMPORT = 4, "import"

    pk = models.CompositePrimaryKey("sandbox_id", "index")
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    index = models.BigIntegerField()
    event = models.SmallIntegerField(choices=Event)
    row = models.BigIntegerField()
    # SHA-256 of a zero byte and the event's leaf: its hash in the tree (RFC 6962 section 2.1).
    leaf_hash = models.BinaryField()
    created_at = models.DateTimeField()
    # Who (permissions.actor_key), through which program and by which door: a revision's, "" for others.
    actor_key = models.CharField(max_length=160)
    door = models.CharField(max_length=8)
    # What happened: to a request, to access or to what was asked to be erased; "" for a revision.
    what = models.CharField(max_length=16)
    # The item of a revision; of a request's event none, for it may be about many.
    item_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=20)
    # The declared fields that a revision touched, and what these are part of, as the names that lead to each.
    fields = ArrayField(models.CharField(max_length=200), default=list)
    # The status that a revision gave, "" where it gave none.
    status = models.CharField(max_length=16)
    # The request of this event, or that a revision was part of; and whether it went ahead without review.
    request = models.PositiveIntegerField(null=True)
    bypass = models.BooleanField(default=False)
    # The keys of those whose yes counted when the request that a revision was part of was applied.
    approved_by = ArrayField(models.CharField(max_length=160), default=list)

    class Meta:
        # An event is in it once.
        constraints = [models.UniqueConstraint(fields=["sandbox", "event", "row"], name="log_has_an_event_once")]
        # Each filter of the audit page leads straight to its entries in the order of the page: what the worker writes, nobody waits for.
        indexes = [
            models.Index("sandbox", *NEWEST, name="log_by_time"),
            models.Index("sandbox", "actor_key", *NEWEST, name="log_by_person"),
            models.Index("sandbox", "item_id", *NEWEST, name="log_by_item", condition=Q(item_id__isnull=False)),
            models.Index("sandbox", "door", *NEWEST, name="log_by_door"),
            models.Index("sandbox", "kind", *NEWEST, name="log_by_kind"),
            # Changes are most of a log: a walk comes to them. And whether it has one is never looked up by this.
            models.Index("sandbox", "event", *NEWEST, name="log_by_event", condition=~Q(event=2)),
            models.Index("sandbox", "status", *NEWEST, name="log_by_status", condition=~Q(status="")),
            models.Index("sandbox", *NEWEST, name="log_of_bypasses", condition=Q(bypass=True)),
            GinIndex("fields", name="log_by_field"),
            GinIndex("approved_by", name="log_by_approver", condition=~Q(approved_by=[])),
        ]

    def __str__(self) -> str:
        return f"entry {self.index} of the log of {self.sandbox_id}"


class LogDay(models.Model):
    """How many entries of a day (in UTC) have two terms (log/found): what a page counts by, and which days it need not look at.

    `term` is "" for those that have one, and `also` too for all of the day. Made from entries, and as good as they are.
    """

    pk = models.CompositePrimaryKey("sandbox_id", "term", "also", "day")
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    term = models.CharField(max_length=220, db_collation="C")
    also = models.CharField(max_length=220, db_collation="C")
    day = models.DateField()
    entries = models.IntegerField()
    bypasses = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.entries} of {self.term} {self.also} on {self.day}"


class LogNote(models.Model):
    """The note of an entry, in small letters, to be searched. Who erases a note erases this, too (log/found/counting)."""

    pk = models.CompositePrimaryKey("sandbox_id", "index")
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    index = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="log_note_text")]

    def __str__(self) -> str:
        return f"the note of entry {self.index} of the log of {self.sandbox_id}"


class LogTile(models.Model):
    """Up to 256 hashes of the tree, side by side (C2SP tlog-tiles): at level 0 of leaves, above of full tiles one level below."""

    pk = models.CompositePrimaryKey("sandbox_id", "level", "index")
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index} of the log of {self.sandbox_id}"


class LogCheck(models.Model):
    """A run of verify_history over a sandbox: how many entries its log had, and how many differences were found.

    `kept` is the size of the largest checkpoint that it was compared with, and `vkey` the key that this was signed with. Whoever may
    write to the database could write this, too: it tells people when, and proves nothing.
    """

    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    size = models.BigIntegerField()
    differences = models.IntegerField()
    kept = models.BigIntegerField(null=True)
    vkey = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.differences} differences in {self.size} entries of {self.sandbox_id}"


class LibraryImport(models.Model):
    """A library that came from elsewhere with its past: from which log, in which file, and who brought it in. Append-only, by trigger.

    Its revisions were stored by the same transaction. Each has the digest that it had there (`refers_to`), and of who made it the
    name alone: the numbers of accounts mean somebody else here.
    """

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    # What the log is called that it comes from (checkpoints.origin_of), when it was written, and the checkpoint that it had then.
    origin = models.CharField(max_length=400)
    exported_at = models.DateTimeField()
    checkpoint = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    items = models.BigIntegerField()
    revisions = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="+",
    )
    actor_label = models.CharField(max_length=150)
    note = models.TextField()
    created_at = models.DateTimeField()
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"))
    # Of what the log proves of it without telling it (log/events.py); null where that was erased.
    salt = models.BinaryField(null=True, db_default=RandomSalt())

    class Meta:
        indexes = [models.Index("sandbox", "xid", "key", name="import_by_sandbox")]

    def __str__(self) -> str:
        return f"{self.items} items from {self.origin}"


class Download(models.Model):
    """A file of the log that is being sent, or was lately (log/taken/downloads): how far it has come. `person` is an account's number."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        BROKEN = "broken"
        CANCELLED = "cancelled"

    token = models.CharField(max_length=40, primary_key=True)
    person = models.BigIntegerField()
    sandbox = models.ForeignKey(
        Sandbox, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    # How many entries it will have, or at most: 0 where nobody knows. And how many were sent.
    expected = models.BigIntegerField()
    exactly = models.BooleanField()
    entries = models.BigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entries} of {self.expected} entries"
