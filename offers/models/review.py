"""Change requests: what somebody wants to change of what is live, what others said to it, and what became of it.

Only `offers/review` writes here. What happened to a request is in its events, which are append-only, like history.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from offers.models.library import LibraryItem, Sandbox
from offers.models.transactions import Erasable, RandomSalt, TransactionIdField


class By(models.Model):
    """Who did it: the key that they have for good (permissions.actor_key) and what they were called then."""

    actor_key = models.CharField(max_length=160)
    actor_label = models.CharField(max_length=150)
    actor_id = models.BigIntegerField(null=True)
    client_id = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True


class ChangeRequest(By):
    """Changes of up to 200 items that are applied all or not at all, once somebody who had no part in them agrees.

    Who `By` names is the author. `state` says what was decided; whether it still fits what is there now is found out at every
    look (offers/review/standing.py) and nowhere stored.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CHANGES_REQUESTED = "changes-requested", _("Changes requested")
        APPROVED = "approved", _("Approved")
        SCHEDULED = "scheduled", _("Scheduled")
        APPLIED = "applied", _("Applied")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        FAILED = "failed", _("Failed")

    # What its state is called where it cannot be applied as things are now: of what is still to be decided, or was agreed to.
    CONFLICTED: ClassVar = "conflicted"
    IN_CONFLICT: ClassVar = _("In conflict")
    CAN_CONFLICT: ClassVar = (State.OPEN, State.APPROVED, State.SCHEDULED)
    # Something can still become of it.
    UNDER_WAY: ClassVar = (
        State.OPEN,
        State.CHANGES_REQUESTED,
        State.APPROVED,
        State.SCHEDULED,
        State.EXPIRED,
        State.FAILED,
    )

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=17, choices=State, default=State.OPEN)
    # Counts what it was made into, from 1: verdicts are about one version.
    version = models.PositiveIntegerField(default=1)
    # Everybody who wrote something of it, and of a program whoever was shown its secret: none of them says yes to it.
    contributors = ArrayField(models.CharField(max_length=160))
    # Who sees to it now: the author, until somebody takes it over.
    owner_key = models.CharField(max_length=160)
    owner_label = models.CharField(max_length=150)
    # When it is to be applied, and when taken back; in the zone in which that was said.
    apply_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=64, blank=True)
    taken_back_at = models.DateTimeField(null=True)
    # Published without review: somebody else is to have looked at it by then.
    review_due_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    comment_count = models.PositiveIntegerField(default=0)
    # Found at the last look (offers/review/recheck.py), for lists and counts alone: one of its changes cannot be made, so it waits
    # for its owner.
    is_stuck = models.BooleanField(default=False)
    # The declared fields that it touches, as the names that lead to each: "selectionConstraint/endDate".
    fields = ArrayField(models.CharField(max_length=200), default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "number"], name="request_number_once_in_a_sandbox")]
        indexes = [
            models.Index("sandbox", "state", F("updated_at").desc(), F("key").desc(), name="request_by_state"),
            models.Index("sandbox", "owner_key", F("updated_at").desc(), F("key").desc(), name="request_by_owner"),
            # Few of many requests wait for anybody: each way in which one does has its index (offers/review/queue.py).
            models.Index(
                *("sandbox", F("updated_at").desc(), F("key").desc()),
                name="request_to_decide",
                condition=Q(state="open", is_stuck=False),
            ),
            models.Index(
                *("sandbox", "owner_key", F("updated_at").desc(), F("key").desc()),
                name="request_back_at_its_owner",
                condition=Q(state__in=("changes-requested", "failed", "expired")),
            ),
            models.Index(
                *("sandbox", "owner_key", F("updated_at").desc(), F("key").desc()),
                name="request_stuck",
                condition=Q(is_stuck=True, state__in=("open", "approved", "scheduled")),
            ),
            models.Index("apply_at", name="request_scheduled", condition=Q(state="scheduled")),
            models.Index("until", name="request_to_take_back", condition=Q(until__isnull=False, taken_back_at=None)),
            models.Index(
                *("sandbox", "review_due_at"),
                name="request_to_look_at",
                condition=Q(review_due_at__isnull=False, looked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"change request {self.number}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_to_look_at(self) -> bool:
        """Whether it was published without review, and nobody else has looked at it yet."""
        return self.review_due_at is not None and self.looked_at is None

    @property
    def is_conflicted(self) -> bool:
        """Whether it could not be applied at the last look, for lists; Standing says how it is now."""
        return self.is_stuck and self.state in self.CAN_CONFLICT

    @property
    def state_word(self) -> str:
        """What people call the state that it is in."""
        return str(self.IN_CONFLICT if self.is_conflicted else self.get_state_display())


class RequestedChange(models.Model):
    """What a request makes of one item: the patch, and the document that it was made on.

    `base` is null for an item that is not there (new, or deleted); a patch that removes the root deletes it.
    """

    key = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="changes", db_index=False)
    # None for an item that is still to be made.
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    id = models.CharField(max_length=64)
    base_etag = models.PositiveIntegerField(default=0)
    base = models.JSONField(null=True)
    patch = models.JSONField()
    # The door that it came by, and what that refers to: as in `Revision`.
    source = models.CharField(max_length=8)
    refers_to = models.JSONField(default=dict)
    # The etag at which somebody last looked whether it still fits; and the one that it led to.
    seen_etag = models.PositiveIntegerField(default=0)
    applied_etag = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "id"], name="requested_change_once_for_an_item")]
        indexes = [models.Index("item", "request", name="requested_change_of_an_item")]

    def __str__(self) -> str:
        return f"change of {self.kind} {self.id} in request {self.request_id}"


class ShownWith(models.Model):
    """An item that customers get through a request from then on, without being changed by it: what goes live is judged as a whole.

    Kept so that a change of it is noticed; of most requests there is none.
    """

    key = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The etag at the last look.
    seen_etag = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "item"], name="shown_with_a_request_once")]

    def __str__(self) -> str:
        return f"item {self.item_id}, shown with what request {self.request_id} changes"


class RequestEvent(By, Erasable):
    """Something that happened to a request. Append-only, by trigger.

    A verdict names the digest (offers/review/standing.py) of what was looked at: the exact changes, and the values that they replace.
    """

    class What(models.TextChoices):
        OPENED = "opened", _("opened it")
        EDITED = "edited", _("changed it")
        APPROVED = "approve", _("approved it")
        REQUESTED_CHANGES = "request-changes", _("requested changes")
        REJECTED = "reject", _("rejected it")
        WITHDRAWN = "withdrawn", _("withdrew it")
        CLAIMED = "claimed", _("took it over")
        REOPENED = "reopened", _("opened it again")
        DROPPED = "dropped", _("approval dropped")
        CONFLICTED = "conflicted", _("in conflict")
        SCHEDULED = "scheduled", _("scheduled it")
        APPLIED = "applied", _("applied")
        BYPASSED = "bypassed", _("published it without review")
        LOOKED = "looked", _("reviewed it afterwards")
        TAKEN_BACK = "taken-back", _("reverted")
        FAILED = "failed", _("could not be applied")
        EXPIRED = "expired", _("expired")
        COLLIDES = "collides", _("scheduled a change of the same fields")

    key = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="events", db_index=False)
    what = models.CharField(max_length=16, choices=What)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    text = models.TextField(blank=True)
    # What it is about besides: fields and people of a dropped approval, problems of a failure.
    about = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    xid = TransactionIdField(db_default=models.Func(function="pg_current_xact_id"))
    # Of what the log proves of it without telling it (log/events.py); null where part of that was erased.
    salt = models.BinaryField(null=True, db_default=RandomSalt())

    class Meta:
        indexes = [
            models.Index("request", "key", name="request_event_in_order"),
            models.Index("xid", "key", name="request_event_for_the_log"),
        ]

    def __str__(self) -> str:
        return f"{self.what} of request {self.request_id}"


class RequestComment(By):
    """What somebody says to a request, to an item in it, or to a field of that; with a suggestion (a patch), or not."""

    key = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="comments", db_index=False)
    # What it is about: "" and [] for the whole; the identity path of a field (document/identity.py).
    item_id = models.CharField(max_length=64, blank=True)
    path = models.JSONField(default=list)
    # The digest of the value that it speaks of: so a later reader is told where that has changed since.
    value_digest = models.CharField(max_length=64, blank=True)
    text = models.TextField()
    suggestion = models.JSONField(null=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index("request", "key", name="request_comment_in_order")]

    def __str__(self) -> str:
        return f"comment on request {self.request_id}"


class Notice(models.Model):
    """What somebody is told of a request: it is in their inbox.

    Written in the transaction of the step that it tells of (offers/review/notices.py).
    """

    class What(models.TextChoices):
        COMMENTED = "commented", _("commented on it")

    key = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=16, choices=[*RequestEvent.What.choices, *What.choices])
    # Who did it: nobody, for what a schedule did.
    actor_label = models.CharField(max_length=150, blank=True)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # Whether somebody has still to see to it that it comes by mail, or that it does not (offers/web/inbox/sending.py).
    mail_due = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("user", "sandbox", F("key").desc(), name="notice_of_a_person"),
            models.Index("user", "sandbox", name="notice_unread", condition=Q(read_at=None)),
            models.Index("user", "created_at", name="notice_to_mail", condition=Q(mail_due=True, read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.what} of request {self.request_id}, for user {self.user_id}"
