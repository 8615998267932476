"""What customers could get at a moment: as it was recorded then, and as it is known at another time, where they differ."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from offers import asked
from offers.lists.pages import COUNT_LIMIT
from offers.log import between
from offers.models import LibraryItem
from offers.web.audit.differences import Difference, told
from offers.web.frame.access import actor_for
from offers.web.frame.moment import at_of, machine_text, moment_of, typed
from offers.web.frame.respond import answer
from offers.web.lists.filters import address, links

MAX_CURSOR = 400


@dataclass(frozen=True, slots=True)
class Side:
    """An offer by what was recorded at one time. `item` is None where it was not there."""

    item: LibraryItem | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An offer with both its sides, and what tells them apart."""

    told: Difference
    sides: tuple[Side, Side]


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`?at=` is the moment, now without it; `?as-known=` the time of which the knowledge is that it is compared with, now without it."""
    actor, now = actor_for(request, sandbox), timezone.now()
    moment, as_known = moment_of(request), at_of(request, "as-known")
    at = moment.at if moment else now
    known = min(as_known, now) if as_known else now
    first, last = sorted((at, known))
    place = actor.sandbox.pk
    live = between.on_air(place, at, first, last)
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = between.differences_on_air(place, at, first, last, live, cursor)
    backwards = known < at
    counts = [_count(keys) for keys in ((live.last, live.first) if backwards else (live.first, live.last))]
    context: dict[str, object] = {
        "moment": moment,
        "at": at,
        "at_text": machine_text(at),
        "typed": {"at": typed(at) if moment else "", "as_known": typed(known) if as_known else ""},
        "known": known if as_known else None,
        "counts": counts,
        "rows": [_row(one, at) for one in told(place, found.pairs, backwards=backwards)],
        "links": links(request, found.next, ""),
        "newest": address(request, cursor="") if cursor else "",
        "behind": found.behind,
    }
    return answer(request, "audit/on_air.html", context)


def _count(keys: set[int]) -> tuple[int, bool]:
    """How many, and whether there are more."""
    return min(len(keys), COUNT_LIMIT), len(keys) > COUNT_LIMIT


def _row(one: Difference, at: datetime) -> Row:
    then, now = (Side(item, between.is_shown(item, at)) for item in (one.before, one.after))
    return Row(one, (then, now))
