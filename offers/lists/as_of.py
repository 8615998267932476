"""Lists as they were recorded at a moment, page by page. Reads only.

What lists knew then stands in two tables: rows that have said the same since (Listing), and rows that a later change replaced
(ListingPast). They have nothing in common, so each is asked by its own index, and what they find is put in order together.
Few hits are sorted; of many the first ones are found by walking along the index of the order, of which the past has two.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q, QuerySet

from offers import asked
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import LiveState
from offers.ledger.history import last_instant, were_at
from offers.lists import pages
from offers.lists.filters import MAX_WORDS, Wanted, conditions
from offers.lists.finding import beyond
from offers.lists.keyset import Order, Page, Start, Values, page_of, sorting, start_of, stretches
from offers.lists.names import names as names_of_now
from offers.lists.timely import in_time
from offers.models import LibraryItem, Listing, ListingPast, reading

# The orders that the past has an index of.
ORDERS: Mapping[str, Order] = {name: pages.ORDERS[name] for name in ("name", "-name", "ends", "-ends")}
DEFAULT_ORDER = "name"
STATE_ORDERS: Mapping[str, str] = {LiveState.ENDING: "ends", LiveState.EXPIRED: "-ends"}
# Names of then have no index of words: they are looked through, for so long.
TIMEOUT_MS = 700


def page(
    sandbox_id: int,
    kinds: Collection[Kind],
    wanted: Wanted,
    at: datetime,
    order: str = DEFAULT_ORDER,
    cursor: str = "",
    size: int = pages.PAGE_SIZE,
    asks: Q | None = None,
) -> Page[LibraryItem]:
    """One page of the items as they were at this moment, of which `asks` is true, too. Raises TooSlow.

    Words are looked for in names, and who changed an item last is not asked for: lists do not keep more of the past. A cursor
    that was not given for this order is the start of the list.
    """
    at = last_instant(at)
    keys = ORDERS[order if order in ORDERS else DEFAULT_ORDER]
    start = start_of(cursor, keys) or Start()
    chosen = [kind for kind in kinds if wanted.kind in ("", kind)]
    parts = [part for kind in chosen for part in _in_force(sandbox_id, kind, wanted, at, asks=asks)]
    with _in_time(), _by_references(wanted):
        hits = [list(part.values_list("pk", flat=True)[: pages.COUNT_LIMIT + 1]) for part in parts]
    with _in_time():
        rows = _found(parts, hits, keys, start, size + 1)
    total = sum(map(len, hits))
    found = page_of(
        rows, size, keys, start, _values_of, total=min(total, pages.COUNT_LIMIT), more=total > pages.COUNT_LIMIT
    )
    return Page(were_at([key for key, _value in found.items], at), found.next, found.previous, found.total, found.more)


def count(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, at: datetime) -> int:
    """How many items there were, all of them: it takes as long as there are many. Raises TooSlow."""
    both = (_in_force(sandbox_id, kind, wanted, last_instant(at)) for kind in kinds if wanted.kind in ("", kind))
    with _in_time():
        return sum(rows.count() for pair in both for rows in pair)


@contextmanager
def _in_time() -> Iterator[None]:
    """Each statement is given so long, and is planned for what is asked."""
    with in_time(TIMEOUT_MS), reading.under("plan_cache_mode", "force_custom_plan"):
        yield


Row = tuple[int, str | None]
Rows = QuerySet[Listing] | QuerySet[ListingPast]
Both = tuple[QuerySet[Listing], QuerySet[ListingPast]]


def live_keys(sandbox_id: int, at: datetime, shown: datetime) -> set[int]:
    """The keys of the offers that customers get at the moment `shown` by what was recorded at `at`; at most COUNT_LIMIT + 1.

    Raises TooSlow.
    """
    at, shown = last_instant(at), last_instant(shown)
    found: set[int] = set()
    with _in_time():
        for kind in OFFER_KINDS:
            for rows in _in_force(sandbox_id, kind, Wanted(state=LiveState.LIVE), at, shown):
                found.update(rows.values_list("item_id", flat=True)[: pages.COUNT_LIMIT + 1 - len(found)])
    return found


def _in_force(
    sandbox_id: int,
    kind: Kind,
    wanted: Wanted,
    at: datetime,
    shown: datetime | None = None,
    asks: Q | None = None,
) -> Both:
    """The rows of this kind that were true at the moment and match: those that still are, and those that no longer are.

    What customers see is asked for as of that moment, too, or of another one (`shown`).
    """
    words = [Q(name__icontains=word) for word in asked.words(wanted.text, MAX_WORDS)]
    asked_for = (found for _column, found in conditions(kind, wanted, shown or at))
    rows = reduce(and_, (*words, *asked_for, asks or Q()), Q(sandbox_id=sandbox_id, kind=kind, since__lte=at))
    return (
        Listing.objects.filter(rows, deleted_at=None),
        ListingPast.objects.filter(rows, until__gt=at, deleted=False),
    )


def names(sandbox_id: int, ids: Collection[str], at: datetime) -> dict[str, str]:
    """The names that these items had at this moment, by id; what was not there then has none. Two queries."""
    at = last_instant(at)
    of_them = Q(item__sandbox_id=sandbox_id, item__id__in=list(ids), since__lte=at)
    now = Listing.objects.filter(of_them)
    past = ListingPast.objects.filter(of_them, until__gt=at)
    return dict([*now.values_list("id", "name"), *past.values_list("item__id", "name")]) if ids else {}


def names_at(sandbox_id: int, ids: Collection[str], at: datetime | None) -> dict[str, str]:
    """The same of a moment, or of now; of now with those of what was deleted, for history speaks of it."""
    return names(sandbox_id, ids, at) if at else names_of_now(sandbox_id, ids)


def used_by(sandbox_id: int, id: str, at: datetime, limit: int = 20) -> tuple[tuple[str, str, str], ...]:
    """Items that referred to this id at this moment, as (kind, id, name), by name where they are few. Raises TooSlow."""
    at = last_instant(at)
    referring = Q(sandbox_id=sandbox_id, references__contains=[id], since__lte=at)
    columns = ("kind", "item__id", "name")
    with _in_time():
        found = list(Listing.objects.filter(referring, deleted_at=None).values_list(*columns)[:limit])
        past = ListingPast.objects.filter(referring, until__gt=at, deleted=False)
        found += past.values_list(*columns)[: limit - len(found)]
    return tuple(sorted(found, key=lambda user: user[2]))


@contextmanager
def _by_references(wanted: Wanted) -> Iterator[None]:
    """What refers to something is found by the index of references, until the end of the transaction.

    Left alone PostgreSQL believes that a thousand such rows are found soon in any order, and reads the whole table for a rare one.
    """
    if not wanted.references:
        yield
        return
    with reading.under("enable_seqscan", "off"), reading.under("enable_indexscan", "off"):
        yield


def _found(parts: Sequence[Rows], hits: list[list[int]], order: Order, start: Start, size: int) -> list[Row]:
    """The first items from the start on, each with its value in the order. `hits` are the keys of each part, as far as is counted."""
    walks: list[str] = []
    params: list[Any] = []
    for rows, keys in zip(parts, hits, strict=True):
        few = rows.model._default_manager.filter(pk__in=keys) if len(keys) <= pages.COUNT_LIMIT else rows
        for walk in _walks(few, order, start, size) if keys else ():
            statement, given = walk.query.sql_with_params()
            walks.append(f"({statement})")
            params += given
    if not walks:
        return []
    column = order[0].name
    by = ", ".join(f"{name} {'DESC' if down else 'ASC'}" for name, down in _names(order, start))
    statement = f"""SELECT item_id, {column}::text FROM ({" UNION ALL ".join(walks)}) AS found(item_id, {column})
                     ORDER BY {by} LIMIT %s"""
    return reading.rows(statement, [*params, size])


def _walks(rows: Rows, order: Order, start: Start, size: int) -> Iterator[QuerySet[Any, Any]]:
    """The first items and their values, of each stretch of the order."""
    # What both tables call item_id is the key of the one, and so called in the database.
    column = "key" if rows.model is Listing else "item_id"
    here = (*order[:-1], replace(order[-1], sql=column))
    by = [f"-{name}" if down else name for name, down in _names(order, start)]
    for stretch in stretches(here, start):
        yield beyond(rows, stretch).order_by(*by).values_list("item_id", order[0].name)[:size]


def _names(order: Order, start: Start) -> list[tuple[str, bool]]:
    return [("item_id" if key.name == "key" else key.name, down) for key, down in sorting(order, start)]


def _values_of(row: Row) -> Values:
    return row[1], str(row[0])
