"""What happened in a sandbox, newest first, by filters: the log as audit pages and exports read it. Reads only.

Every filter has an index. What one of them leaves few of is found and sorted; else the page goes through the days that are known
to have some (days), so that it costs the same wherever it is, and neither counts nor passes over what was not asked for.
What the log has not reached yet (mostly the last half second: sequencer.coming) has no index (-1) and stands in front.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import QuerySet

from offers.lists.finding import beyond
from offers.lists.keyset import (
    Key,
    Start,
    Values,
    item_key,
    start_of,
    stretches,
)
from offers.log.found import days, walking, worded
from offers.log.found.days import Day
from offers.log.found.wanted import Wanted, fits, matching
from offers.log.found.worded import AuditPage, Looked, page_to
from offers.models import LogEntry, reading

PAGE_SIZE = 50
# A page ends where what belongs together ends, if that is within so many more.
MOST_MORE = 100
# Entries whose names and notes a page looks at, step by step, where words lead to too much.
LOOKED_AT = (200, 800, 2_000)
COUNT_LIMIT = 1_000
ORDER = (Key("created_at", "created_at", "timestamptz", True), item_key(descending=True, sql="index"))


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and the days that have entries, the oldest first. `exactly`: there are so many, not at most so many."""

    page: AuditPage
    days: list[Day]
    exactly: bool = True
    # All days that have some, whatever days are asked for.
    known: Sequence[Day] = ()
    # What belongs together with the newest or the oldest one of the page goes on on the next: there was no room for all of it.
    newer_belong: bool = False
    older_belong: bool = False


# The first entries from a start on, so many.
Further = Callable[[Start, int], Looked]
# How many of the entries that come after this one, in the order of the walk, belong together with it.
Together = Callable[[LogEntry, Sequence[LogEntry]], int]


def page(
    sandbox_id: int,
    wanted: Wanted,
    cursor: str = "",
    coming: Sequence[LogEntry] = (),
    together: Together = lambda _last, _next: 0,
) -> Found:
    """One page, the first one with what is `coming` and asked for in front. A cursor that was not given for this list is its start.

    It has PAGE_SIZE entries, and up to MOST_MORE more that belong `together` with its last one (on the way back: its first).
    """
    start = start_of(cursor, ORDER) or Start()
    everything = days.days_of(sandbox_id, wanted.terms)
    known = within(wanted, everything)
    with reading.under("plan_cache_mode", "force_custom_plan"):
        few = _few(sandbox_id, wanted) if wanted.is_particular else None

        def further(start: Start, size: int) -> Looked:
            if few is not None:
                return Looked(_first(few, start, size))
            return _looked(sandbox_id, wanted, start, known, size)

        if few is not None:
            rows, total, more = _sorted(few, start)
            seen = Looked(rows)
        else:
            seen = further(start, PAGE_SIZE + 1)
            total, more = _known_total(sandbox_id, wanted, start, known, seen)
        rows, size = _to_an_end(further, start, seen.entries, together)
        goes_on = rows if start.values else []
        before = [one for row in goes_on[:1] for one in further(Start(not start.backwards, _values_of(row)), 1).entries]
    found = page_to(seen, rows, size, ORDER, start, _values_of, total=total, more=more)
    fresh = [] if start.values or wanted.text or wanted.note else [entry for entry in coming if fits(entry, wanted)]
    found = replace(found, items=[*fresh, *found.items], total=found.total + len(fresh))
    ends = bool(before and together(rows[0], before)), bool(len(rows) > size and together(rows[size - 1], rows[size:]))
    newer, older = reversed(ends) if start.backwards else ends
    return Found(found, known, wanted.is_particular or wanted.is_counted, everything, newer, older)


def _known_total(sandbox_id: int, wanted: Wanted, start: Start, known: Sequence[Day], seen: Looked) -> tuple[int, bool]:
    """How many there are; 0 and that there are more, where words were looked for and nobody counted."""
    if not wanted.is_particular:
        return _total(matching(sandbox_id, wanted), wanted, known), False
    is_everything = not start.values and seen.border is None and len(seen.entries) <= PAGE_SIZE
    return (len(seen.entries), False) if is_everything else (0, True)


def _to_an_end(further: Further, start: Start, rows: list[LogEntry], together: Together) -> tuple[list[LogEntry], int]:
    """The rows, with more of them where it takes these to come to the end of what belongs together; and the size of the page."""
    size = PAGE_SIZE
    while len(rows) > size and size < PAGE_SIZE + MOST_MORE:
        more = together(rows[size - 1], rows[size:])
        size = min(size + more, PAGE_SIZE + MOST_MORE)
        if not more or size < len(rows):
            break
        rows = [*rows, *further(Start(start.backwards, _values_of(rows[-1])), MOST_MORE).entries]
    return rows, size


def _few(sandbox_id: int, wanted: Wanted) -> QuerySet[LogEntry] | None:
    """The entries that fit, by the few items or notes that an index finds; None where these are not few."""
    if wanted.item is not None:
        return matching(sandbox_id, wanted)
    if wanted.text and (items := worded.items_with(wanted.text)) is not None:
        return matching(sandbox_id, replace(wanted, text="")).filter(worded.these("item_id", items))
    if wanted.note and (places := worded.notes_with(sandbox_id, wanted.note)) is not None:
        return matching(sandbox_id, replace(wanted, note="")).filter(worded.these("index", places))
    return None


def _sorted(few: QuerySet[LogEntry], start: Start) -> tuple[list[LogEntry], int, bool]:
    """A page of these, counted up to COUNT_LIMIT."""
    hits = list(few.values_list("index", flat=True)[: COUNT_LIMIT + 1])
    if len(hits) > COUNT_LIMIT:
        (stretch,) = stretches(ORDER, start)
        rest = walking.by_sorting(beyond(few, stretch), start, PAGE_SIZE + 1)
    else:
        rest = hits
    rows = _first(few.filter(worded.these("index", rest)), start, PAGE_SIZE + 1)
    return rows, min(len(hits), COUNT_LIMIT), len(hits) > COUNT_LIMIT


def _looked(sandbox_id: int, wanted: Wanted, start: Start, known: Sequence[Day], size: int) -> Looked:
    """The first entries from there on: of what days know, all there are; where there are words, what a bounded look finds."""
    if not wanted.is_particular:
        return Looked(_next(sandbox_id, wanted, start, known, size))
    found: list[int] = []
    rest, at, looked = replace(wanted, text="", note=""), start, 0
    for step in LOOKED_AT:
        # Of thousands that are looked at few are shown: only these are read whole.
        passed = _at(sandbox_id, _places(sandbox_id, rest, at, known, step), start)
        seen = list(passed.values_list("created_at", "index", "item_id"))
        having = worded.having(sandbox_id, {index: item for _time, index, item in seen}, wanted.text, wanted.note)
        found += [index for _time, index, _item in seen if index in having]
        looked += len(seen)
        if len(found) >= size or len(seen) < step:
            return Looked(list(_at(sandbox_id, found[:size], start)))
        at = Start(start.backwards, (seen[-1][0].isoformat(), str(seen[-1][1])))
    return Looked(list(_at(sandbox_id, found, start)), at.values, looked)


def _next(sandbox_id: int, wanted: Wanted, start: Start, known: Sequence[Day], size: int) -> list[LogEntry]:
    """The first entries from there on that have what the days know of."""
    return list(_at(sandbox_id, _places(sandbox_id, wanted, start, known, size), start))


def _places(sandbox_id: int, wanted: Wanted, start: Start, known: Sequence[Day], size: int) -> list[int]:
    """Where these are in the log, in no order."""
    (stretch,) = stretches(ORDER, start)
    rest = beyond(matching(sandbox_id, wanted), stretch)
    totals = {one[0]: days.total_of(sandbox_id, one) for one in wanted.terms}
    if min(totals.values(), default=walking.SORTED + 1) <= walking.SORTED:
        return walking.by_sorting(rest, start, size)
    # Of what the walk goes along: fields and approvers are in no order.
    along = [total for term, total in totals.items() if not term.startswith((days.FIELD, days.APPROVER))]
    of = min(along) if along else days.total_of(sandbox_id, [""])
    with walking.straight(size, sum(day.entries for day in known), of):
        return walking.by_days(rest, start, _from(known, start), size)


def within(wanted: Wanted, known: Sequence[Day]) -> list[Day]:
    """Those of these days that are asked for, if only in part."""
    first, last = wanted.first, wanted.last
    return [day for day in known if (first is None or day.ends > first) and (last is None or day.begins < last)]


def _from(known: Sequence[Day], start: Start) -> list[Day]:
    """The days from where a page begins, in its order."""
    at = datetime.fromisoformat(start.values[0] or "").astimezone(UTC).date() if start.values else None
    if start.backwards:
        return [day for day in known if at is None or day.day >= at]
    return [day for day in reversed(known) if at is None or day.day <= at]


def _total(asked: QuerySet[LogEntry], wanted: Wanted, known: Sequence[Day]) -> int:
    """How many there are: of days that are asked for in part, their entries are counted."""
    parts = [
        day for day in known if (wanted.first and day.begins < wanted.first) or (wanted.last and day.ends > wanted.last)
    ]
    total = sum(day.entries for day in known if day not in parts)
    return total + sum(asked.filter(created_at__gte=day.begins, created_at__lt=day.ends).count() for day in parts)


def expected(sandbox_id: int, wanted: Wanted) -> tuple[int, bool]:
    """How many entries `every` will find, and whether exactly so many or at most; 0 where they are not counted."""
    if wanted.is_particular:
        few = _few(sandbox_id, wanted)
        hits = few.values_list("pk")[: COUNT_LIMIT + 1].count() if few is not None else COUNT_LIMIT + 1
        return (hits, True) if hits <= COUNT_LIMIT else (0, False)
    known = within(wanted, days.days_of(sandbox_id, wanted.terms))
    return _total(matching(sandbox_id, wanted), wanted, known), wanted.is_counted


def every(sandbox_id: int, wanted: Wanted, size: int = 500) -> Iterator[list[LogEntry]]:
    """All of it, at most so many at a time: each goes on where the one before ended, and nothing is kept."""
    start, known = Start(), within(wanted, days.days_of(sandbox_id, wanted.terms))
    few, rest = _few(sandbox_id, wanted) if wanted.is_particular else None, replace(wanted, text="", note="")
    while rows := (_first(few, start, size) if few is not None else _next(sandbox_id, rest, start, known, size)):
        items = {row.index: row.item_id for row in rows}
        fit = items if few is not None else worded.having(sandbox_id, items, wanted.text, wanted.note)
        yield [row for row in rows if row.index in fit]
        start = Start(values=_values_of(rows[-1]))


def _first(rows: QuerySet[LogEntry], start: Start, size: int) -> list[LogEntry]:
    (stretch,) = stretches(ORDER, start)
    return list(_ordered(beyond(rows, stretch), start)[:size])


def _at(sandbox_id: int, places: Sequence[int], start: Start) -> QuerySet[LogEntry]:
    """The entries at these places, in the order of a walk."""
    return _ordered(LogEntry.objects.filter(worded.these("index", places), sandbox_id=sandbox_id), start)


def _ordered(rows: QuerySet[LogEntry], start: Start) -> QuerySet[LogEntry]:
    names = ("created_at", "index")
    return rows.order_by(*(names if start.backwards else [f"-{name}" for name in names]))


def _values_of(entry: LogEntry) -> Values:
    return entry.created_at.isoformat(), str(entry.index)


def people(sandbox_id: int) -> list[str]:
    """The keys of who did something, by key."""
    return [key for key in days.values_of(sandbox_id, days.BY) if key]


def approvers(sandbox_id: int) -> list[str]:
    """The keys of those whose yes stood behind something."""
    return days.values_of(sandbox_id, days.APPROVER)
