"""A request becomes changes of the library: all of them, or none, in one transaction that looks again at everything."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, UniqueViolation

from offers.access.permissions import Actor, can_edit
from offers.document.diff import diff
from offers.document.errors import DocumentError
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.heads import Head, Lock, lock_each
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.ledger.references import InUse
from offers.models import ChangeRequest, RequestedChange, RequestEvent
from offers.review import records
from offers.review.changes.whose import owner_of
from offers.review.standing import Place, Standing, standing

# The only operation of a patch that deletes its item.
DELETE = {"op": "remove", "path": ""}

T = TypeVar("T")

State = ChangeRequest.State
What = RequestEvent.What

# Somebody else looks at what was published without review within this time.
POST_REVIEW_WITHIN = timedelta(hours=24)
# Two who delete and refer to the same things may wait for each other: PostgreSQL then ends one of them, who begins again.
TRIES = 3


class NotReady(Exception):
    """The request cannot be applied as it stands: `standing` says why. Nothing was written."""

    def __init__(self, found: Standing) -> None:
        super().__init__("the request cannot be applied as it stands")
        self.standing = found


class NoOwner(Exception):
    """Nobody who may edit here answers for the request (any more): somebody has to take it over first."""


class NotYet(Exception):
    """Others agreed to the request with its time, which is still to come: another one has to be agreed to again."""

    def __init__(self, request: ChangeRequest) -> None:
        super().__init__("it is not its time yet")
        self.request = request


class PeriodOver(Exception):
    """The time for which it was meant is over: somebody has to give it another one first."""


def write(request: ChangeRequest, found: Standing, request_id: str, *, bypass: bool = False) -> None:
    """Make the changes of a request whose items are locked. Raises what the write path raises, and NoOwner.

    The caller's transaction holds all of it together. What is new comes first, for other changes may refer to it, and what
    is deleted goes last.
    """
    author = _author(request)
    # What its owner would make alone is made as by them alone: the write path looks whether they may.
    reviewed = bypass or not (found.is_owners_own and not found.approvals)
    for place in sorted(found.places, key=_turn):
        about: RefersTo = place.change.refers_to | {"request": request.number}
        if bypass:
            about["bypass"] = True
        stamp = Stamp("review", request.reason or request.title, request_id, about, reviewed=reviewed)
        try:
            head = _write(author, place, stamp)
        except (DocumentError, InUse) as error:
            error.item = place.change.id
            raise
        RequestedChange.objects.filter(key=place.change.key).update(item=head.key, applied_etag=head.etag)


def deletes(change: RequestedChange) -> bool:
    return bool(change.patch) and bool(change.patch[0] == DELETE)


def look_and_lock(request: ChangeRequest) -> Standing:
    """How the request stands, with its items, and what they are shown with, held until the transaction ends."""
    changes = RequestedChange.objects.filter(request=request)
    # Whoever deletes keeps out those who are about to refer to it; the others let them pass.
    lock: Lock = "FOR UPDATE" if any(map(deletes, changes)) else "FOR NO KEY UPDATE"
    return standing(request, lambda ids: lock_each(request.sandbox_id, ids, lock))


def apply(request: ChangeRequest, actor: Actor | None, request_id: str = "") -> ChangeRequest:
    """Apply a request that others agreed to. `actor` is who says so, None for its schedule.

    Raises NotReady, NotYet, NoOwner, and what the write path raises (InvalidDocument, InUse).
    """

    def applied() -> ChangeRequest:
        held = records.lock(request)
        found = look_and_lock(held)
        if not found.can_be_applied:
            raise NotReady(found)
        if found.is_early:
            raise NotYet(held)
        return carry_out(held, found, actor, request_id)

    return at_once(applied)


def at_once(do: Callable[[], T]) -> T:
    """Do it in one transaction; again where somebody else was at the same things at the same moment.

    That is a deadlock, or a new item's id that was taken between the look and the write: the next look sees what they made.
    """
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return do()
        except DatabaseError as error:
            if attempt == TRIES - 1 or not isinstance(error.__cause__, DeadlockDetected | UniqueViolation):
                raise
    raise AssertionError("the last try ends one way or the other")


def scheduled(request: ChangeRequest, found: Standing) -> bool:
    """Whether a held request waits for its moment from now on: so it does where nothing else is in its way."""
    if waits(request, found) and request.state != State.SCHEDULED:
        records.comes_to(request, State.SCHEDULED, What.SCHEDULED, {})
    return waits(request, found)


def waits(request: ChangeRequest, found: Standing) -> bool:
    """Whether nothing but its moment is still to come."""
    return found.can_be_applied and request.apply_at is not None and request.apply_at > timezone.now()


def carry_out(
    request: ChangeRequest,
    found: Standing,
    actor: Actor | None,
    request_id: str,
    *,
    bypass: bool = False,
    said: str = "",
) -> ChangeRequest:
    """Write the changes of a request that is held together with its items, and that it was applied; people are told with what
    was `said`. Raises PeriodOver besides.
    """
    if request.until is not None and request.until <= timezone.now():
        raise PeriodOver
    write(request, found, request_id, bypass=bypass)
    now = timezone.now()
    request.state, request.updated_at = State.APPLIED, now
    if bypass:
        request.review_due_at = now + POST_REVIEW_WITHIN
    request.save(update_fields=["state", "updated_at", "review_due_at"])
    # Whose yes counted is written down: later it may be nobody's who may still give one.
    about = {} if bypass else {"approvedBy": [event.actor_label for event in found.approvals]}
    what = What.BYPASSED if bypass else What.APPLIED
    records.event(request, actor, what, digest=found.digest, about=about, said=said)
    return request


def _author(request: ChangeRequest) -> Actor:
    """Who the changes are recorded as made by: the author, so long as somebody who may edit answers for the request."""
    role = owner_of(request).role
    author = Actor(request.sandbox, role, request.actor_label, user_id=request.actor_id, client_id=request.client_id)
    if not can_edit(author):
        raise NoOwner
    return author


def _turn(place: Place) -> tuple[int, int]:
    if place.change.base is None:
        # What others are made of comes before them: an offer may come with a new rule.
        return (0, _FIRST.index(place.kind))
    return (2 if place.wanted is None else 1, place.change.key)


_FIRST = (
    *(Kind.TAG, Kind.PLACEMENT, Kind.RULE, Kind.FALLBACK_OFFER, Kind.PERSONALIZED_OFFER),
    *(Kind.COLLECTION, Kind.DECISION),
)


def _write(author: Actor, place: Place, stamp: Stamp) -> Head:
    change, kinds = place.change, [place.kind]
    if place.after is None:
        return writes.delete(author, kinds, change.id, stamp, if_match=place.head.etag if place.head else None).head
    if place.head is None:
        return writes.create(author, place.kind, place.after, stamp, id=change.id).head
    if place.before is None:
        # As it was looked at, whatever it was when it was deleted last.
        return writes.undelete(author, kinds, change.id, stamp, document=place.after).head
    carried = place.head.etag != change.base_etag
    patch = diff(place.before, place.after) if carried else change.patch
    outcome = writes.change_head(author, place.head, patch, stamp)
    assert outcome is not None, "a write under a row lock cannot lose a race"
    return outcome.head
