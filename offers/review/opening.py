"""What opens a change request, once each change was tried: what would not be stored is not proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from offers.access.client_secrets import who_is_behind
from offers.access.permissions import Actor
from offers.document.errors import InvalidDocument
from offers.models import ChangeRequest, RequestEvent
from offers.review import applying, recheck, records
from offers.review.applying import NotReady
from offers.review.changes.proposals import Proposal
from offers.review.changes.stored import stored
from offers.review.standing import Standing, Trouble

What = RequestEvent.What
MOST_TITLE = 200


@dataclass(frozen=True, slots=True)
class When:
    """When a request is applied (None: once somebody agrees) and taken back (None: never), in the zone that was meant."""

    apply_at: datetime | None = None
    until: datetime | None = None
    time_zone: str = ""


def opened(
    actor: Actor,
    number: int,
    proposals: Sequence[Proposal],
    title: str,
    reason: str,
    when: When,
    *,
    quiet: bool = False,
) -> ChangeRequest:
    """A new request, which is held, under a number that was just taken (records.next_number).

    Raises TooMany, NothingToPropose, NotReady, NoOwner, and what the write path raises (InvalidDocument, InUse).
    """
    now = timezone.now()
    request = ChangeRequest.objects.create(
        sandbox=actor.sandbox,
        number=number,
        title=title[:MOST_TITLE],
        reason=reason,
        contributors=who_is_behind(actor.key),
        owner_key=actor.key,
        owner_label=actor.label,
        apply_at=when.apply_at,
        until=when.until,
        time_zone=when.time_zone,
        created_at=now,
        updated_at=now,
        **records.by(actor),
    )
    stored(request, proposals)
    found = rehearse(request)
    if not title:
        request.title = records.title_of(found.places, actor.sandbox.pk)[:MOST_TITLE]
        request.save(update_fields=["title"])
    records.event(request, actor, What.OPENED, text=reason, about=records.contents(request), quiet=quiet)
    return request


def rehearse(request: ChangeRequest) -> Standing:
    """Make the changes and take them back: what the write path would refuse is not proposed."""
    found = applying.look_and_lock(request)
    for place in found.places:
        if place.trouble == Trouble.INVALID:
            raise InvalidDocument(place.problems, document=place.after)
    if found.troubled:
        raise NotReady(found)
    sid = transaction.savepoint()
    try:
        applying.write(request, found, "")
    finally:
        transaction.savepoint_rollback(sid)
    recheck.remember(found)
    return found
