"""What was erased of the past, who asked for it and who confirmed it; and what has to be kept: retention classes and legal holds.

Only `offers/erasure` writes here. Steps are append-only, and events of the log (log/events.py); so is the list of what a step erased.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from offers.models.library import LibraryItem, Sandbox
from offers.models.review import By
from offers.models.transactions import Erasable, RandomSalt, TransactionIdField


class Erasure(models.Model):
    """Something that an admin asked to have erased: a person's names, or texts that once stood at a pointer of an item.

    Who asked, who answered, when and why stands in its steps.
    """

    class About(models.TextChoices):
        PERSON = "person", _("A person's name and address")
        VALUE = "value", _("A text of an item")

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second admin")
        CONFIRMED = "confirmed", _("Under way")
        DONE = "done", _("Erased")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
    about = models.CharField(max_length=6, choices=About)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    # Whose names (permissions.actor_key), "" of a value.
    subject_key = models.CharField(max_length=160, blank=True)
    # Of a value: where it stood, and in which versions of the item; the text itself is kept nowhere.
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    pointer = models.TextField(blank=True)
    etags = ArrayField(models.PositiveIntegerField(), default=list)
    # How many texts of how many changes and steps are gone so far.
    erased_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index("sandbox", F("key").desc(), name="erasure_by_sandbox"),
            models.Index("item", name="erasure_of_an_item", condition=Q(item__isnull=False)),
            models.Index("key", name="erasure_under_way", condition=Q(state="confirmed")),
            models.Index("sandbox", F("key").desc(), name="erasure_waiting", condition=Q(state="asked")),
        ]

    def __str__(self) -> str:
        return f"erasure {self.key}"


class ErasureStep(By, Erasable):
    """A step of an erasure, or of what has to be kept. Append-only, by trigger."""

    class What(models.TextChoices):
        ASKED = "asked", _("asked to erase")
        CONFIRMED = "confirmed", _("confirmed it")
        REFUSED = "refused", _("refused it")
        WITHDRAWN = "withdrawn", _("withdrew it")
        ERASED = "erased", _("erased")
        HOLD_SET = "hold-set", _("set a legal hold")
        HOLD_LIFTED = "hold-lifted", _("lifted a legal hold")
        CLASS_SET = "class-set", _("set a retention class")
        CLASS_REMOVED = "class-removed", _("removed a retention class")
        CLASS_GIVEN = "class-given", _("gave a retention class")

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, null=True, related_name="steps", db_index=False)
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=16, choices=What)
    # Why.
    text = models.TextField(blank=True)
    # What it is about besides: the pointer and the versions, whose names, a class and its months.
    about = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"))
    # Of what the log proves of it without telling it (log/events.py); null where part of that was erased.
    salt = models.BinaryField(null=True, db_default=RandomSalt())

    class Meta:
        indexes = [
            models.Index("erasure", "key", name="erasure_step_in_order"),
            models.Index("item", F("key").desc(), name="erasure_step_of_an_item", condition=Q(item__isnull=False)),
            models.Index("sandbox", "xid", "key", name="erasure_step_for_the_log"),
        ]

    def __str__(self) -> str:
        return f"{self.what} in {self.sandbox_id}"


class ErasedText(models.Model):
    """A text that a step erased: of which change or step, by the log's kind of event and key, under which name in its leaf.

    `kept` is the commitment that stays, `instead` SHA-256, in hex, of what stands in the text's place: so nobody can put something
    else there. Append-only, by trigger; the log's entry of the step has a hash over all of its texts.
    """

    key = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(ErasureStep, on_delete=models.PROTECT, related_name="texts", db_index=False)
    event = models.SmallIntegerField()
    row = models.BigIntegerField()
    name = models.CharField(max_length=16)
    kept = models.CharField(max_length=64)
    instead = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index("step", name="erased_text_by_step"),
            models.Index("event", "row", name="erased_text_of_a_row"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.event}/{self.row}"


class RetentionClass(models.Model):
    """For how long the history of some items must be kept whole: so many months after each was last changed or shown."""

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    months = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="retention_class_once_in_a_sandbox")]

    def __str__(self) -> str:
        return self.name


class Keeping(models.Model):
    """What has to be kept of an item: its retention class, and the legal hold on it, if there is one (the step that set it)."""

    item = models.OneToOneField(LibraryItem, on_delete=models.PROTECT, primary_key=True, related_name="keeping")
    retention = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, null=True, related_name="+")
    hold = models.ForeignKey(ErasureStep, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"item {self.item_id} is kept"
