"""What customers could get at a moment: as it was recorded then, and as it is known at another time, where they differ.

Of a moment to come: as it is recorded now, and with what is scheduled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from offers import asked
from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS
from offers.document.live import LiveState
from offers.document.values import equal
from offers.ledger.heads import Head
from offers.ledger.history import last_instant
from offers.lists import as_of, pages
from offers.lists.filters import Wanted
from offers.lists.pages import COUNT_LIMIT
from offers.lists.timely import TooSlow
from offers.log import between
from offers.models import LibraryItem
from offers.review.ahead.forecast import Forecast, forecast
from offers.web.audit.differences import Difference, told
from offers.web.frame.access import actor_for
from offers.web.frame.addresses import address_of
from offers.web.frame.moment import Moment, at_of, machine_text, moment_of, query_of, typed
from offers.web.frame.respond import answer
from offers.web.lists.filters import address, links
from offers.web.lists.rows import channels_of

MAX_CURSOR = 400
FORECAST_ROWS = 50
LIVE = Wanted(state=LiveState.LIVE)


@dataclass(frozen=True, slots=True)
class Column:
    """How many offers are on air by what was recorded at a time, None for now; `is_then`: the time is the moment itself."""

    count: tuple[int, bool]
    time: datetime | None = None
    is_then: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """An offer by what was recorded at one time, and where it stands so. `item` is None where it was not there."""

    item: LibraryItem | None
    shown: bool
    column: Column
    address: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An offer with both its sides, and what tells them apart."""

    told: Difference
    sides: tuple[Side, Side]
    # The numbers of the requests that make the difference, of a moment to come.
    by: Sequence[int] = ()


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`?at=` is the moment, now without it; `?as-known=` the time of which the knowledge is that it is compared with, now without it."""
    try:
        return _page(request, sandbox)
    except TooSlow:
        return answer(request, "audit/too_slow.html", {"moment": moment_of(request)}, status=422)


def _page(request: HttpRequest, sandbox: str) -> HttpResponse:
    actor, now = actor_for(request, sandbox), timezone.now()
    moment, as_known = moment_of(request), at_of(request, "as-known")
    at = moment.at if moment else now
    known = min(as_known, now) if as_known else now
    if at > now:
        return _to_come(request, actor, now, moment)
    if moment is None and as_known is None:
        return _now(request, actor, now)
    first, last = sorted((at, known))
    place = actor.sandbox.pk
    live = between.on_air(place, at, first, last)
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = between.differences_on_air(place, at, first, last, live, cursor)
    times = [(moment.at if moment else None, True), (known if as_known else None, False)]
    if known < at:
        # What was recorded earlier is in front, so that each difference is told the way in which it came to be.
        times.reverse()
    columns = [Column(_count(len(keys)), *time) for keys, time in zip((live.first, live.last), times, strict=True)]
    context: dict[str, object] = {
        "moment": moment,
        "at": at,
        "at_text": machine_text(at),
        "typed": {"at": typed(at) if moment else "", "as_known": typed(known) if as_known else ""},
        "columns": columns,
        "rows": [_addressed(_row(one, at, columns), actor) for one in told(place, found.pairs)],
        "links": links(request, found.next, ""),
        "newest": address(request, cursor="") if cursor else "",
        "behind": found.behind,
    }
    return answer(request, "audit/on_air.html", context)


def _now(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    """All that is on air, page by page, what ends first in front: there is nothing to compare it with."""
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = pages.page(actor.sandbox.pk, OFFER_KINDS, LIVE, "ends", cursor)
    context: dict[str, object] = {
        "is_now": True,
        "at": now,
        "typed": {"at": "", "as_known": ""},
        "page": found,
        "rows": [(one, channels_of(one)) for one in found.items],
        "links": links(request, found.next, found.previous),
    }
    return answer(request, "audit/on_air.html", context)


def _to_come(request: HttpRequest, actor: Actor, now: datetime, moment: Moment | None) -> HttpResponse:
    """Each offer that is another one by then, with the requests that make it so."""
    assert moment is not None, "without one, it is now"
    at = moment.at
    found = forecast(actor.sandbox, now, last_instant(at))
    pairs = [pair for pair in _pairs(found, at) if any(between.shows(pair, at))]
    live = as_of.live_keys(actor.sandbox.pk, now, at)
    gained = sum(after - before for before, after in (between.shows(pair, at) for pair in pairs))
    columns = [Column(_count(len(live)), is_then=True), Column(_count(len(live) + gained))]
    rows = [
        _row(one, at, columns, list(dict.fromkeys(found.by[one.pair.item.id])))
        for one in told(actor.sandbox.pk, pairs[:FORECAST_ROWS])
    ]
    context: dict[str, object] = {
        "moment": moment,
        "at": at,
        "at_text": machine_text(at),
        "typed": {"at": typed(at), "as_known": ""},
        "forecast": found,
        "columns": columns,
        "rows": rows,
        "more_rows": len(pairs) - len(rows),
        "links": {},
    }
    return answer(request, "audit/on_air.html", context)


def _pairs(found: Forecast, at: datetime) -> Iterator[between.Pair]:
    """The offers that are not the same with what is scheduled: what is taken back by then is as it was."""
    for id, head in found.after.items():
        before, after = _item(found.before.get(id)), _item(head)
        if head.kind in OFFER_KINDS and not _same(before, after):
            yield between.Pair(head.key, head.modified_at, before, after)


def _same(before: LibraryItem | None, after: LibraryItem | None) -> bool:
    return before is after or (before is not None and after is not None and equal(before.document, after.document))


def _item(head: Head | None) -> LibraryItem | None:
    """It is not to be stored."""
    if head is None or head.deleted_at is not None:
        return None
    return LibraryItem(key=head.key, kind=head.kind, id=head.id, document=head.document, etag=head.etag)


def _count(count: int) -> tuple[int, bool]:
    """How many, and whether there are more."""
    return min(count, COUNT_LIMIT), count > COUNT_LIMIT


def _row(one: Difference, at: datetime, columns: Sequence[Column], by: Sequence[int] = ()) -> Row:
    first, last = (
        Side(item, between.is_shown(item, at), column)
        for item, column in zip((one.before, one.after), columns, strict=True)
    )
    return Row(one, (first, last), by)


def _addressed(row: Row, actor: Actor) -> Row:
    """With the pages that show each side as it was at its time, None being now."""
    first, last = (
        replace(side, address=address_of(actor.sandbox.name, side.item) + _at(side.column)) if side.item else side
        for side in row.sides
    )
    return replace(row, sides=(first, last))


def _at(column: Column) -> str:
    return query_of(column.time) if column.time else ""
