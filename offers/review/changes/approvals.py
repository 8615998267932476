"""Whose yes stands behind a change: who approved the request that it came by, or who did not wait for anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from offers.models import ChangeRequest, RequestEvent, Revision

What = RequestEvent.What


@dataclass(frozen=True, slots=True)
class Bypass:
    """Published without review: by whom, why, and who else has looked since ("" while nobody has)."""

    by: str
    reason: str
    looked_by: str


@dataclass(frozen=True, slots=True)
class Approval:
    """The request that a change came by, and whose yes counted when it was applied, by the names that they had then.

    `until` is when its period ends, or ended: what came by it later took it back.
    """

    number: int
    title: str
    approved_by: tuple[str, ...]
    bypass: Bypass | None
    until: datetime | None = None


def approvals_of(sandbox_id: int, revisions: Iterable[Revision]) -> dict[int, Approval]:
    """The approvals behind these revisions of a sandbox, by the number of the request. One statement; none where none came by one."""
    numbers = {made.refers_to["request"] for made in revisions if "request" in made.refers_to}
    if not numbers:
        return {}
    wanted = RequestEvent.objects.filter(
        request__sandbox=sandbox_id, request__number__in=numbers, what__in=(What.APPLIED, What.BYPASSED, What.LOOKED)
    )
    told: dict[int, tuple[ChangeRequest, dict[str, RequestEvent]]] = {}
    for event in wanted.select_related("request").order_by("key"):
        told.setdefault(event.request.number, (event.request, {}))[1][event.what] = event
    return {number: _approval(request, events) for number, (request, events) in told.items()}


def _approval(request: ChangeRequest, events: dict[str, RequestEvent]) -> Approval:
    applied, bypassed, looked = (events.get(what) for what in (What.APPLIED, What.BYPASSED, What.LOOKED))
    bypass = None
    if bypassed is not None:
        reason = bypassed.text or request.reason
        bypass = Bypass(bypassed.actor_label, reason, looked.actor_label if looked is not None else "")
    approved_by = applied.about.get("approvedBy", ()) if applied is not None else ()
    return Approval(request.number, request.title, tuple(approved_by), bypass, request.until)
