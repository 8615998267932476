"""Lists as they were recorded at a moment, page by page. Reads only.

What lists knew then stands in two tables: rows that have said the same since (Listing), and rows that a later change replaced
(ListingPast). They have nothing in common, and what they find is put in order together. A page looks at so many rows and no more
(lists/looking): where it did not come to its end by that, it says so, and the next one goes on from there. What refers to something,
or ends within days, is found by an index of that, wherever it stands in the order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_

from django.db.models import F, Func, Q
from django.db.models.lookups import IContains

from offers import asked
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import LiveState
from offers.ledger.history import last_instant, were_at
from offers.lists import looking, pages
from offers.lists.filters import MAX_WORDS, Wanted, conditions, named_like
from offers.lists.keyset import Order, Page, Start, Values, cursor_after, cursor_before, page_of, start_of
from offers.lists.looking import Looked, Part, counted, look
from offers.lists.names import names as names_of_now
from offers.lists.timely import TooSlow, in_time
from offers.models import LibraryItem, Listing, ListingPast, reading

# The orders that the past has an index of.
ORDERS: Mapping[str, Order] = {name: pages.ORDERS[name] for name in ("name", "-name", "ends", "-ends")}
DEFAULT_ORDER = "name"
# What is asked for by its window stands together in the order of its ends: by name, it is scattered among all that has ended.
STATE_ORDERS: Mapping[str, str] = {
    LiveState.LIVE: "ends",
    LiveState.ENDING: "ends",
    LiveState.SCHEDULED: "ends",
    LiveState.EXPIRED: "-ends",
}
# Each statement is given so long: what it looks at is bounded, so that it takes a part of that. And what an index may find.
TIMEOUT_MS = 2_000
HITS_MS = 500


@dataclass(frozen=True, slots=True)
class PastPage(Page[LibraryItem]):
    """A page that may have come to its bound before it was full: then `looked` says how many rows it looked at, 0 otherwise, and
    `further` which way it goes on to look ("next", "previous").

    Where nobody knows how many there are, `total` is 0 and `more` true.
    """

    looked: int = 0
    further: str = ""


def page(
    sandbox_id: int,
    kinds: Collection[Kind],
    wanted: Wanted,
    at: datetime,
    order: str = DEFAULT_ORDER,
    cursor: str = "",
    size: int = pages.PAGE_SIZE,
    asks: Q | None = None,
    *,
    whole: bool = False,
) -> PastPage:
    """One page of the items as they were at this moment, of which `asks` is true, too. Raises TooSlow.

    Words are looked for in names, and who changed an item last is not asked for: lists do not keep more of the past. A cursor
    that was not given for this order is the start of the list. A `whole` page is looked for until it is full, however long it takes.
    """
    at = last_instant(at)
    keys = ORDERS[order if order in ORDERS else DEFAULT_ORDER]
    start = start_of(cursor, keys) or Start()
    with _in_time():
        parts = [counted(part) for part in _parts(sandbox_id, kinds, wanted, at, keys, asks=asks)]
        seen = look(parts, keys, start, size + 1)
        if seen.border and (hits := _hits(parts, wanted, asks)) is not None:
            parts, seen = hits, look(hits, keys, start, size + 1)
        while whole and seen.border and len(seen.found) <= size:
            further = look(parts, keys, Start(start.backwards, seen.border), size + 1 - len(seen.found))
            seen = Looked([*seen.found, *further.found], further.border)
        total, more = _total(parts, wanted, seen, start, size)
    return _page(seen, parts, at, keys, start, size, total, more=more)


def _page(
    seen: Looked, parts: Sequence[Part], at: datetime, order: Order, start: Start, size: int, total: int, *, more: bool
) -> PastPage:
    found = page_of(seen.found, size, order, start, _values_of, total=total, more=more)
    items = were_at([key for key, _value in found.items], at)
    if seen.border is None or len(seen.found) > size:
        return PastPage(items, found.next, found.previous, total, more)
    # Whoever goes back goes back to a page that has something: the border itself may have been on the one before.
    before, after = (found.previous, found.next) if items else ("", "")
    if start.backwards:
        before = cursor_before(order, seen.border)
    else:
        after = cursor_after(order, seen.border)
    looked = sum(part.looked for part in parts if not part.few)
    return PastPage(items, after, before, total, more, looked, "previous" if start.backwards else "next")


def _hits(parts: Sequence[Part], wanted: Wanted, asks: Q | None) -> list[Part] | None:
    """The parts by the few items of each that match, which an index finds; None where none does, or where they are not few."""
    found = []
    for part in parts:
        able = part.model is Listing or wanted.references or wanted.state == LiveState.ENDING or asks
        if part.few:
            found.append(part)
        elif not able:
            return None
        else:
            keys = _keys(part, wanted)
            if keys is None:
                return None
            if keys:
                found.append(Part(part.model, part.sandbox_id, part.kind, part.at, Q(pk__in=keys), Q(), few=True))
    return found


def _keys(part: Part, wanted: Wanted) -> list[int] | None:
    rows = part.rows
    if part.model is Listing:
        # What has been called so since then is called so now.
        for items in named_like(wanted.text, MAX_WORDS):
            rows = rows.filter(item_id__in=items)
    try:
        with in_time(HITS_MS), _by_references(wanted):
            keys = list(rows.values_list("pk", flat=True)[: pages.COUNT_LIMIT + 1])
    except TooSlow:
        return None
    return keys if len(keys) <= pages.COUNT_LIMIT else None


def _total(parts: Sequence[Part], wanted: Wanted, seen: Looked, start: Start, size: int) -> tuple[int, bool]:
    """How many there are, up to COUNT_LIMIT, and whether there are more: counted where few can be, else what is certain."""
    if all(part.few for part in parts):
        total = sum(part.rows.values_list("pk")[: pages.COUNT_LIMIT + 1].count() for part in parts)
        return min(total, pages.COUNT_LIMIT), total > pages.COUNT_LIMIT
    if start.values:
        return 0, True
    return min(len(seen.found), size), len(seen.found) > size or seen.border is not None


def count(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, at: datetime) -> int:
    """How many items there were, all of them: it takes as long as there are many. Raises TooSlow."""
    parts = _parts(sandbox_id, kinds, wanted, last_instant(at), ORDERS[DEFAULT_ORDER])
    with _in_time():
        return sum(part.rows.count() for part in parts)


@contextmanager
def _in_time() -> Iterator[None]:
    """Each statement is given so long, and is planned for what is asked."""
    with in_time(TIMEOUT_MS), reading.under("plan_cache_mode", "force_custom_plan"):
        yield


def live_keys(sandbox_id: int, at: datetime, shown: datetime) -> set[int]:
    """The keys of the offers that customers get at the moment `shown` by what was recorded at `at`; at most COUNT_LIMIT + 1.

    Raises TooSlow.
    """
    at, shown = last_instant(at), last_instant(shown)
    found: set[int] = set()
    with _in_time():
        for kind in OFFER_KINDS:
            # The past first, and by the ends: that index has both ends of the time inside. Where it has enough, no other is asked.
            parts = list(_parts(sandbox_id, (kind,), Wanted(state=LiveState.LIVE), at, ORDERS["ends"], shown))
            for part in reversed(parts):
                rows = part.rows.order_by("ends_at").values_list("item_id", flat=True)
                found.update(rows[: pages.COUNT_LIMIT + 1 - len(found)])
    return found


def _parts(
    sandbox_id: int,
    kinds: Collection[Kind],
    wanted: Wanted,
    at: datetime,
    order: Order,
    shown: datetime | None = None,
    asks: Q | None = None,
) -> Iterator[Part]:
    """Of each kind the rows that still are so, and those that no longer are.

    What customers see is asked for as of that moment, too, or of another one (`shown`).
    """
    name = Func(F("name"), function="normalize")
    words = [Q(IContains(name, word)) for word in asked.words(wanted.text, MAX_WORDS)]
    for kind in kinds:
        if wanted.kind not in ("", kind):
            continue
        asked_for = list(conditions(kind, wanted, shown or at))
        every = reduce(and_, (*words, *(found for _column, found in asked_for)), asks or Q())
        led = reduce(and_, (found for column, found in asked_for if column == order[0].name), Q())
        for model in (Listing, ListingPast):
            yield Part(model, sandbox_id, kind, at, every, led)


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


def _values_of(row: looking.Found) -> Values:
    return row[1], str(row[0])
