"""Who prepared what a change made, who agreed to it and when, for those who have to show that: as it was recorded, in full.

`approvals` has what lists say of it in a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from offers.models import ChangeRequest, RequestEvent, Revision

What = RequestEvent.What


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody, by the name and key that they had then, when they did it, and what they wrote."""

    name: str
    key: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """The request that a change came by: who opened it, whose yes counted when it was applied, or who did not wait for any.

    `looked` is whoever looked afterwards at what was published without review.
    """

    number: int
    title: str
    reason: str
    author: Said
    applied_at: datetime | None
    approved: tuple[Said, ...]
    bypassed: Said | None
    looked: Said | None
    # Everybody who wrote part of it.
    wrote: frozenset[str]

    @property
    def by_others(self) -> bool:
        """Whether somebody agreed, and nobody who agreed had written part of it."""
        return bool(self.approved) and all(one.key not in self.wrote for one in self.approved)


def consents_of(sandbox_id: int, revisions: Iterable[Revision]) -> dict[int, Consent]:
    """What stands behind these revisions, by the number of the request. Two statements; none where none came by one."""
    numbers = {made.refers_to["request"] for made in revisions if "request" in made.refers_to}
    if not numbers:
        return {}
    requests = ChangeRequest.objects.filter(sandbox=sandbox_id, number__in=numbers)
    told: dict[int, list[RequestEvent]] = {}
    wanted = (What.OPENED, What.APPROVED, What.REQUESTED_CHANGES, What.APPLIED, What.BYPASSED, What.LOOKED)
    for event in RequestEvent.objects.filter(request__in=requests, what__in=wanted).order_by("key"):
        told.setdefault(event.request_id, []).append(event)
    return {request.number: _consent(request, told.get(request.key, [])) for request in requests}


def _consent(request: ChangeRequest, events: list[RequestEvent]) -> Consent:
    last = {event.what: event for event in events}
    applied, bypassed, looked = (last.get(what) for what in (What.APPLIED, What.BYPASSED, What.LOOKED))
    return Consent(
        request.number,
        request.title,
        request.reason,
        Said(request.actor_label, request.actor_key, request.created_at),
        done.created_at if (done := applied or bypassed) else None,
        tuple(_agreed(events, applied)) if applied else (),
        _said(bypassed, request.reason) if bypassed else None,
        _said(looked) if looked else None,
        frozenset([request.actor_key, *request.contributors]),
    )


def _agreed(events: list[RequestEvent], applied: RequestEvent) -> list[Said]:
    """Who said yes last, before it was applied, to what was applied."""
    verdicts = {
        event.actor_key: event
        for event in events
        if event.key < applied.key
        and event.version == applied.version
        and event.what in (What.APPROVED, What.REQUESTED_CHANGES)
    }
    yes = (one for one in verdicts.values() if one.what == What.APPROVED and one.digest == applied.digest)
    return [_said(one) for one in yes]


def _said(event: RequestEvent, otherwise: str = "") -> Said:
    return Said(event.actor_label, event.actor_key, event.created_at, event.text or otherwise)
