"""How the first entries of a filtered list are found, however many there are: all hits sorted, or day by day. Reads only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from offers.lists.keyset import Start
from offers.log.found.days import Day
from offers.models import LogEntry, reading

# Of more hits than that, the days lead to the first ones sooner than all are read.
SORTED = 8_000
PASSED = 20_000
_WITHIN = RawSQL("created_at >= stretch.begins AND created_at < stretch.ends", (), BooleanField())


@contextmanager
def straight(size: int, hits: int, entries: int) -> Iterator[None]:
    """A walk along an index, where it comes to `size` of so many hits among so many entries before it has passed over PASSED.

    PostgreSQL does not know which days it will be asked for, expects few entries there, and reads all of a list that it need not.
    """
    if size * entries > PASSED * hits:
        yield
        return
    with reading.under("enable_bitmapscan", "off"):
        yield


def by_sorting(entries: QuerySet[LogEntry], start: Start, size: int) -> list[int]:
    """The places of the first of these entries, all of which are found before any is sorted.

    A LIMIT on the entries themselves would let PostgreSQL believe that a walk will be over soon.
    """
    hits, params = entries.values_list("index", "created_at").query.sql_with_params()
    way = "ASC" if start.backwards else "DESC"
    return _keys(
        f"WITH hits(index, at) AS MATERIALIZED ({hits}) SELECT index FROM hits ORDER BY at {way}, index {way} LIMIT %s",
        [*params, size],
    )


def by_days(entries: QuerySet[LogEntry], start: Start, days: Sequence[Day], size: int) -> list[int]:
    """The same, from the days that have some: these in the order of the list, and no more of them than are needed."""
    way = "ASC" if start.backwards else "DESC"
    order = [f"{'' if start.backwards else '-'}{name}" for name in ("created_at", "index")]
    walk, params = (
        entries.filter(_WITHIN).order_by(*order).values_list("index", "created_at")[:size].query.sql_with_params()
    )
    statement = f"""
SELECT found.index FROM unnest(%s::timestamptz[], %s::timestamptz[]) AS stretch(begins, ends) CROSS JOIN LATERAL ({walk}) AS found(index, at)
 ORDER BY found.at {way}, found.index {way} LIMIT %s"""
    found: list[int] = []
    for some in _portions(days, size):
        begins, ends = zip(*_stretches(some), strict=True)
        found += _keys(statement, [list(begins), list(ends), *params, size - len(found)])
        if len(found) >= size:
            break
    return found


def _portions(days: Sequence[Day], size: int) -> Iterator[list[Day]]:
    """Days that have as many entries as are wanted, if all that they may have are there; then twice as many, and so on.

    The first day may be asked for in part, so its entries do not count.
    """
    some: list[Day] = []
    entries, least, enough = 0, 1, size
    for place, day in enumerate(days):
        some.append(day)
        entries += day.entries if place else 0
        if entries >= enough and len(some) >= least:
            yield some
            some, entries, least, enough = [], 0, 2 * len(some), 2 * enough
    if some:
        yield some


def _stretches(days: Sequence[Day]) -> list[tuple[datetime, datetime]]:
    """Days that follow each other are one stretch of time."""
    found: list[tuple[datetime, datetime]] = []
    for day in days:
        if found and found[-1][0] == day.ends:
            found[-1] = (day.begins, found[-1][1])
        elif found and found[-1][1] == day.begins:
            found[-1] = (found[-1][0], day.ends)
        else:
            found.append((day.begins, day.ends))
    return found


def _keys(statement: str, params: Sequence[object]) -> list[int]:
    return [key for (key,) in reading.rows(statement, params)]
