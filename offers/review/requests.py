"""What people and programs do to a change request: open it, add to it, agree, object, withdraw, take it over.

Every step holds the request's row, looks, decides and writes the step's event, in one transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _

from offers.access.permissions import Actor, NotAllowed, NotFound, check_edit
from offers.access.policy import can_review
from offers.document.diff import diff
from offers.document.values import Document
from offers.ledger.heads import Head
from offers.ledger.records import Stamp
from offers.models import ChangeRequest, RequestedChange, RequestEvent
from offers.review import applying, notices, queue, records, schedule
from offers.review.applying import NotReady
from offers.review.changes.proposals import Proposal, is_same, new_item, proposal
from offers.review.changes.stored import MOST_CHANGES, NothingToPropose, TooMany, refuse_erased, stored
from offers.review.changes.whose import check_own
from offers.review.opening import MOST_TITLE, When, opened, rehearse
from offers.review.standing import Standing, standing

# With what is done to requests, what they are made of.
__all__ = ["MOST_CHANGES", "MOST_TITLE", "NothingToPropose", "Proposal", "TooMany", "When", "new_item", "proposal"]

State = ChangeRequest.State
What = RequestEvent.What

# A day before the last one that there is: what is later cannot be told in every time zone.
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


class AlreadyProposed(Exception):
    """The same person asks for the very same in `request`, which is under way. Nothing was written."""

    def __init__(self, request: ChangeRequest) -> None:
        super().__init__("the same is asked for already")
        self.request = request


class NotNow(Exception):
    """The request is in a state in which this cannot be done to it; somebody was first."""

    def __init__(self, request: ChangeRequest) -> None:
        super().__init__(f"the request is {request.state}")
        self.request = request


class HasMoved(Exception):
    """The request is not what was looked at any more: `standing` says what it is now. Nothing was written."""

    def __init__(self, found: Standing) -> None:
        super().__init__("the request has changed since it was looked at")
        self.standing = found


class ReasonMissing(Exception):
    """This takes a reason: who says no, and who does not wait, says why."""


# What is only tried, before it is proposed: `writes.judge` then says what else is in the way.
PROPOSED = Stamp("", reviewed=True)


def propose(
    actor: Actor,
    proposals: Sequence[Proposal],
    title: str,
    reason: str = "",
    *,
    when: When = When(),  # noqa: B008  # it is frozen
    once: bool = False,
) -> ChangeRequest:
    """Open a request for these changes, once each was tried: what would not be stored is not proposed. Without a title it is
    called by what it changes.

    Raises NotAllowed (who only reads), TooMany, NothingToPropose, and what the write path raises (InvalidDocument, InUse); with
    `once`, AlreadyProposed for what was sent twice.
    """
    check_edit(actor)
    return applying.at_once(lambda: _open(actor, proposals, title, reason, when, once))


def publish(
    actor: Actor, proposals: Sequence[Proposal], title: str, reason: str, *, request_id: str = ""
) -> ChangeRequest:
    """Make these changes without a second person, who then has a day to look at them.

    Raises NotAllowed (without the permission to), ReasonMissing, and what `propose` raises.
    """
    check_edit(actor)
    if not actor.may_bypass:
        raise NotAllowed(_("You may not publish without a second person."))
    if not reason.strip():
        raise ReasonMissing

    def published() -> ChangeRequest:
        request = _open(actor, proposals, title, reason, When(), once=False, quiet=True)
        found = applying.look_and_lock(request)
        if found.troubled:
            raise NotReady(found)
        return applying.carry_out(request, found, actor, request_id, bypass=True, said=reason)

    return applying.at_once(published)


def _open(
    actor: Actor, proposals: Sequence[Proposal], title: str, reason: str, when: When, once: bool, quiet: bool = False
) -> ChangeRequest:
    if not proposals:
        raise NothingToPropose
    number = records.next_number(actor.sandbox)
    # Whoever sends the same at the same moment has waited for the number.
    before = _opened_before(actor, proposals, when) if once else None
    if before:
        raise AlreadyProposed(before)
    request = opened(actor, number, proposals, title, reason, when, quiet=quiet)
    return schedule.begun(request, actor)


def add(
    actor: Actor,
    request: ChangeRequest,
    proposals: Sequence[Proposal],
    text: str = "",
    *,
    seen: int | None = None,
    instead: bool = False,
) -> ChangeRequest:
    """Put these changes into a request that is under way; what it has for the same items already stays where they do not
    touch it, unless they are `instead` of that. Whoever had agreed has to look again, unless it has all of them already.
    `seen` is the version of it that they were made in view of. Raises what `propose` raises, NotYours, NotNow, and HasMoved
    where it is another by now.
    """
    with transaction.atomic():
        held = own_under_way(actor, request)
        if seen not in (None, held.version):
            raise HasMoved(standing(held))
        is_new = stored(held, proposals, instead=instead)
        return _edited(held, actor, text) if is_new else held


def revise(actor: Actor, request: ChangeRequest, head: Head, document: Document) -> ChangeRequest:
    """Make the request change this item into `document`, whatever it made of it so far: how a conflict is settled.

    `head` is the item as it was just read. Raises what `add` raises; NothingToPropose where that is what the item is already.
    """
    with transaction.atomic():
        held = own_under_way(actor, request)
        refuse_erased({head.key: head.last_erasure})
        patch = diff(head.document, document)
        if not patch:
            raise NothingToPropose
        values = {"base": head.document, "base_etag": head.etag, "seen_etag": head.etag, "patch": patch}
        if not RequestedChange.objects.filter(request=held, id=head.id).update(**values):
            raise NotFound
        return _edited(held, actor)


def leave_out(actor: Actor, request: ChangeRequest, id: str) -> ChangeRequest:
    """Take the change of this item out of the request; the event keeps it. Raises NotYours, NotNow, NotFound, NothingToPropose
    (it is the only one).
    """
    with transaction.atomic():
        held = own_under_way(actor, request)
        changes = RequestedChange.objects.filter(request=held)
        change = changes.filter(id=id).first()
        if change is None:
            raise NotFound
        change.delete()
        if not changes.exists():
            raise NothingToPropose
        return _edited(held, actor, about={"leftOut": records.content(change)})


def describe(actor: Actor, request: ChangeRequest, title: str, reason: str, when: When) -> ChangeRequest:
    """Say anew what the request is for and when it is applied; the event keeps what was said before. Another time is another
    thing to agree to; of another title or reason those who had agreed are told. Raises NotYours, NotNow.
    """
    with transaction.atomic():
        held = own_under_way(actor, request)
        before = records.said_of(held)
        held.title, held.reason = title[:MOST_TITLE], reason
        held.apply_at, held.until, held.time_zone = when.apply_at, when.until, when.time_zone
        held.save(update_fields=["title", "reason", "apply_at", "until", "time_zone"])
        about = records.difference(before, records.said_of(held))
        if about and about["is"].keys() & {"applyAt", "until"}:
            return _edited(held, actor, about=about)
        return _reworded(held, actor, about) if about else held


def withdraw(actor: Actor, request: ChangeRequest, text: str = "") -> ChangeRequest:
    """Take the request back: its author, its owner or an admin. Raises NotYours, NotNow."""
    with transaction.atomic():
        held = own_under_way(actor, request)
        records.event(held, actor, What.WITHDRAWN, text=text)
        return records.to(held, State.WITHDRAWN)


def claim(actor: Actor, request: ChangeRequest) -> ChangeRequest:
    """See to the request from now on: its author may be away. Raises NotAllowed, NotNow."""
    check_edit(actor)
    with transaction.atomic():
        held = under_way(request)
        if held.owner_key == actor.key:
            return held
        held.owner_key, held.owner_label = actor.key, actor.label
        held.save(update_fields=["owner_key", "owner_label"])
        records.event(held, actor, What.CLAIMED)
        # Where it had stopped for want of an owner, what others agreed to goes on.
        return schedule.gone_on(records.to(held, held.state))


def apply(actor: Actor, request: ChangeRequest, *, request_id: str = "") -> ChangeRequest:
    """Apply now what others agreed to: what could not be applied at its moment, or waits for one that nobody had to agree to.

    Raises NotAllowed, NotReady, NotYet, NoOwner, and what the write path raises.
    """
    if not can_review(actor):
        check_own(actor, request)
    return applying.apply(request, actor, request_id)


def get(actor: Actor, number: int) -> ChangeRequest:
    """The request with this number in the actor's sandbox. Raises NotFound."""
    try:
        return ChangeRequest.objects.select_related("sandbox").get(sandbox=actor.sandbox, number=number)
    except ObjectDoesNotExist:
        raise NotFound from None


def under_way(request: ChangeRequest) -> ChangeRequest:
    held = records.lock(request)
    if not held.is_under_way:
        raise NotNow(held)
    return held


def own_under_way(actor: Actor, request: ChangeRequest) -> ChangeRequest:
    """The same for who is about to make another one of it. Raises NotNow, NotYours."""
    held = under_way(request)
    check_own(actor, held)
    return held


def _edited(request: ChangeRequest, actor: Actor, text: str = "", about: dict[str, Any] | None = None) -> ChangeRequest:
    """The request in its next version, which nobody has agreed to yet."""
    request.version += 1
    records.contributed(request, actor.key)
    request.save(update_fields=["version"])
    rehearse(request)
    records.event(request, actor, What.EDITED, text=text, about=records.contents(request) | (about or {}))
    return schedule.begun(records.to(request, State.OPEN), actor)


def _reworded(request: ChangeRequest, actor: Actor, about: dict[str, Any]) -> ChangeRequest:
    """The same version under other words: who agreed agreed to its changes, and hears of it. Whose words they are wrote part of it."""
    records.contributed(request, actor.key)
    about = records.contents(request) | about
    records.event(request, actor, What.EDITED, about=about, also=notices.took_part(request))
    agreed = request.state not in (State.APPROVED, State.SCHEDULED) or standing(request).is_approved
    return records.to(request, request.state if agreed else State.OPEN)


def _opened_before(actor: Actor, proposals: Sequence[Proposal], when: When) -> ChangeRequest | None:
    """The request of this actor that is under way and asks for exactly this."""
    found = queue.own(actor).filter(changes__id=proposals[0].id, apply_at=when.apply_at, until=when.until)
    for request in found:
        known = {change.id: change for change in RequestedChange.objects.filter(request=request)}
        same = (one.id in known and is_same(known[one.id], one) for one in proposals)
        if len(known) == len(proposals) and all(same):
            return request
    return None
