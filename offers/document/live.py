"""What customers can see: by an item's status and, of offers and decisions, by the window in which they are shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from offers.document.kinds.fields import instant
from offers.document.kinds.registry import KINDS, Kind

ENDING_WITHIN = timedelta(days=7)
_LIVE_STATUSES = {kind.live for kind in KINDS.values() if kind.live}


def is_live(kind: str, document: Mapping[str, Any] | None) -> bool:
    """Whether customers can see what this document says: an approved offer, a live decision."""
    live = KINDS[Kind(kind)].live
    return bool(live) and document is not None and document.get("status") == live


def end_of_window(document: Mapping[str, Any], member: Literal["startDate", "endDate"]) -> datetime | None:
    """From when or until when what this document says is shown; None where it says nothing of that."""
    text = (document.get("selectionConstraint") or {}).get(member) or document.get(member)
    return instant(text) if text else None


class LiveState(StrEnum):
    """What customers see of an approved offer or a live decision, by its window."""

    LIVE = "live"
    ENDING = "ending"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"


def live_state_of(
    status: str | None, starts: datetime | None, ends: datetime | None, now: datetime
) -> LiveState | None:
    """None for what is not approved: customers cannot see it whatever its window. ENDING is live, but not for long."""
    if status not in _LIVE_STATUSES:
        return None
    if ends and ends <= now:
        return LiveState.EXPIRED
    if starts and starts > now:
        return LiveState.SCHEDULED
    return LiveState.ENDING if ends and ends - now <= ENDING_WITHIN else LiveState.LIVE
