"""What is on air when, and whose drafts wait: the questions of a sandbox's first page. Reads only.

Each is one statement that an index answers, with at most as many rows as are shown; counts stop at COUNT_LIMIT.
"""

from datetime import datetime

from django.db.models import F, QuerySet

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import LiveState
from offers.lists.filters import in_state, live
from offers.lists.pages import COUNT_LIMIT
from offers.models import Listing


def live_count(sandbox_id: int, now: datetime) -> int:
    """How many offers customers can see now, at most COUNT_LIMIT + 1: that says there are more."""
    counts = (_up_to(live(sandbox_id, kind).filter(in_state(LiveState.LIVE, kind, now))) for kind in OFFER_KINDS)
    return min(sum(counts), COUNT_LIMIT + 1)


def starting(sandbox_id: int, after: datetime, until: datetime, size: int) -> list[Listing]:
    """The approved personalized offers that start in this time, the next one first."""
    found = live(sandbox_id, Kind.PERSONALIZED_OFFER).filter(starts_at__gt=after, starts_at__lte=until)
    return list(found.filter(ends_at__gt=F("starts_at")).order_by("starts_at", "pk")[:size])


def on_air(sandbox_id: int, first: datetime, last: datetime, size: int) -> tuple[list[Listing], int]:
    """The approved personalized offers with a window in this time, most important first; how many there are in all.

    The count is at most COUNT_LIMIT + 1. Fallback offers are not among them: they are for always.
    """
    found = live(sandbox_id, Kind.PERSONALIZED_OFFER).filter(starts_at__lt=last, ends_at__gt=first)
    shown = list(found.order_by("-priority", "-pk")[: size + 1])
    return shown[:size], len(shown) if len(shown) <= size else _up_to(found)


def drafts_of(sandbox_id: int, person: str, size: int) -> list[Listing]:
    """The drafts of offers that this person (by key) changed last, the latest first."""
    return list(_drafts(sandbox_id).filter(modified_by_key=person)[:size])


def drafts_of_others(sandbox_id: int, person: str, size: int) -> list[Listing]:
    """The drafts of offers that somebody else, or a program, changed last; the latest first."""
    return list(_drafts(sandbox_id).exclude(modified_by_key=person)[:size])


def _drafts(sandbox_id: int) -> QuerySet[Listing]:
    drafts = Listing.objects.filter(sandbox_id=sandbox_id, kind__in=OFFER_KINDS, deleted_at=None, status="draft")
    return drafts.order_by("-modified_at", "-pk")


def _up_to(found: QuerySet[Listing]) -> int:
    return found.order_by()[: COUNT_LIMIT + 1].count()
