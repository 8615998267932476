"""What differs in a library between two moments: the items that were changed in between, as they were at both. Reads only.

An item that is not the same at both was changed in between, so nothing else is looked at: the log has that in the order of time.
A page looks at so many changes and at so many items, and the next one goes on from there, however much happened. It can be empty,
where all that it looked at was changed back. What the log has not reached yet stands in front.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from offers.document.kinds.registry import OFFER_KINDS
from offers.document.live import LiveState, live_state_of
from offers.document.values import equal
from offers.ledger.history import instant_before, last_instant, were_at
from offers.lists import as_of, pages
from offers.lists.keyset import Key, Start, cursor_after, item_key, start_of
from offers.log import sequencer
from offers.models import LibraryItem, Listing, ListingPast, reading

# Items that a page shows, and changes that it looks through to find them.
PAGE_SIZE = 40
LOOKED_AT = 2_000
# Items of which it is found out at once whether customers get them.
LIVE_AMONG = 300
# Changes that the log has not reached yet and that are looked at all the same.
COMING = 50
ORDER = (Key("changed_at", "created_at", "timestamptz", True), item_key(descending=True, sql="index"))


@dataclass(frozen=True, slots=True)
class Pair:
    """An item as it was at both moments, None where it was not there; `changed_at` is the last time in between."""

    key: int
    changed_at: datetime
    first: LibraryItem | None
    last: LibraryItem | None

    @property
    def item(self) -> LibraryItem:
        item = self.last or self.first
        assert item is not None, "it was there at one of them"
        return item


@dataclass(frozen=True, slots=True)
class Found:
    """A page: its pairs, the cursor of the next page ("" at the end), and whether the log is far behind."""

    pairs: list[Pair]
    next: str
    behind: bool


@dataclass(frozen=True, slots=True)
class OnAir:
    """What customers get at one moment by what was recorded at two others: all keys, and `more` where they are too many to know."""

    first: set[int]
    last: set[int]

    @property
    def is_known(self) -> bool:
        return max(len(self.first), len(self.last)) <= pages.COUNT_LIMIT


Row = tuple[datetime, int, int]


def differences(sandbox_id: int, kinds: Collection[str], first: datetime, last: datetime, cursor: str = "") -> Found:
    """A page of the items of these kinds that are not the same at both moments, the one that was changed last in front."""
    span = last_instant(first), last_instant(last)
    rows, following, behind = _changed(sandbox_id, kinds, *span, cursor, size=PAGE_SIZE)
    return Found([pair for pair in _pairs(rows, first, last) if _differ(pair)], following, behind)


def on_air(sandbox_id: int, shown: datetime, first: datetime, last: datetime) -> OnAir:
    """The offers that customers get at the moment `shown`, by what was recorded at `first` and at `last`."""
    return OnAir(*(as_of.live_keys(sandbox_id, moment, shown) for moment in (first, last)))


def differences_on_air(
    sandbox_id: int, shown: datetime, first: datetime, last: datetime, known: OnAir, cursor: str = ""
) -> Found:
    """A page of the offers that customers get at `shown` by what one of both moments has of it, and not as the same."""
    among = known.first | known.last if known.is_known else None
    span = last_instant(first), last_instant(last)
    rows, following, behind = _changed(sandbox_id, OFFER_KINDS, *span, cursor, among, size=LIVE_AMONG)
    if among is None:
        live = _live_among([key for _at, _index, key in rows], last_instant(shown), span)
        rows = [row for row in rows if row[2] in live]
    if len(rows) > PAGE_SIZE:
        rows, following = _cut(rows)
    pairs = (pair for pair in _pairs(rows, first, last) if _differ(pair))
    return Found([pair for pair in pairs if any(shows(pair, shown))], following, behind)


def _cut(rows: list[Row]) -> tuple[list[Row], str]:
    """The first of these, and where the next page goes on. What is not in the log yet is all on the first."""
    fresh = sum(index < 0 for _at, index, _key in rows)
    page = rows[: max(PAGE_SIZE, fresh + 1)]
    return page, _cursor(*page[-1][:2])


def _live_among(keys: list[int], shown: datetime, span: tuple[datetime, datetime]) -> set[int]:
    """Those of these offers that customers get at that moment by what was recorded at one of two: two queries."""
    first, last = span
    columns = ("item_id", "status", "starts_at", "ends_at")
    now = Listing.objects.filter(pk__in=keys, since__lte=last, deleted_at=None)
    true_then = Q(since__lte=first, until__gt=first) | Q(since__lte=last, until__gt=last)
    past = ListingPast.objects.filter(true_then, item_id__in=keys, deleted=False)
    rows = [*now.values_list(*columns), *past.values_list(*columns)]
    return {key for key, status, starts, ends in rows if _is_live(status, starts, ends, shown)}


def changes_around(
    sandbox_id: int, kinds: Collection[str], instant: datetime
) -> tuple[datetime | None, datetime | None]:
    """When anything of these kinds had last been changed before what was so at this time, and when it was changed next.

    None for never. What stands in one millisecond is one change, for no time that is shown tells it apart.
    """
    last = last_instant(instant)
    coming = [entry.created_at for entry in sequencer.coming(sandbox_id, COMING) if entry.kind in kinds]

    def latest(until: datetime) -> datetime | None:
        ((found,),) = reading.rows(_LATEST, {"sandbox": sandbox_id, "kinds": list(kinds), "at": until})
        return max((at for at in (*coming, found) if at and at <= until), default=None)

    made = latest(last)
    before = latest(instant_before(made)) if made else None
    ((after,),) = reading.rows(_NEXT, {"sandbox": sandbox_id, "kinds": list(kinds), "at": last})
    return before, min((at for at in (*coming, after) if at and at > last), default=None)


def shows(pair: Pair, shown: datetime) -> tuple[bool, bool]:
    """Whether customers get it at that moment, by what was recorded at each of both."""
    return is_shown(pair.first, shown), is_shown(pair.last, shown)


def is_shown(item: LibraryItem | None, shown: datetime) -> bool:
    return item is not None and _is_live(item.status, item.starts_at, item.ends_at, last_instant(shown))


def _is_live(status: str | None, starts: datetime | None, ends: datetime | None, at: datetime) -> bool:
    return live_state_of(status, starts, ends, at) in (LiveState.LIVE, LiveState.ENDING)


def _differ(pair: Pair) -> bool:
    if pair.first is None or pair.last is None:
        return pair.first is not pair.last
    return not equal(pair.first.document, pair.last.document)


def _pairs(rows: list[Row], first: datetime, last: datetime) -> Iterator[Pair]:
    keys = [key for _at, _index, key in rows]
    was, now = ({item.key: item for item in were_at(keys, moment)} for moment in (first, last))
    return (Pair(key, at, was.get(key), now.get(key)) for at, _index, key in rows)


def _changed(
    sandbox_id: int,
    kinds: Collection[str],
    first: datetime,
    last: datetime,
    cursor: str,
    among: Collection[int] | None = None,
    *,
    size: int,
) -> tuple[list[Row], str, bool]:
    """The items of these kinds that were changed after `first` up to `last`, each where it was changed last; and what comes after."""
    start = start_of(cursor, ORDER) or Start()
    after, place = start.values or ("infinity", "0")
    coming = sequencer.coming(sandbox_id, COMING)
    fresh: dict[int, Row] = {}
    for entry in coming:
        if entry.item_id is not None and entry.kind in kinds and first < entry.created_at <= last:
            fresh.setdefault(entry.item_id, (entry.created_at, -1, entry.item_id))
    rows = [] if start.values else [row for key, row in fresh.items() if among is None or key in among]
    asked = {"sandbox": sandbox_id, "kinds": list(kinds), "first": first, "last": last, "after": after, "place": place}
    asked |= {"most": LOOKED_AT, "size": size + 1, "fresh": list(fresh), "among": sorted(among or ())}
    with reading.under("plan_cache_mode", "force_custom_plan"):
        found = reading.rows(_WALK if among is None else _AMONG, asked)
    items = [row for row in found if row[2] is not None]
    page = items[:size]
    if len(items) > size:
        following = _cursor(*page[-1][:2])
    else:
        following = next((_cursor(at, index) for at, index, key in found if key is None), "")
    return [*rows, *page], following, len(coming) == COMING


def _cursor(at: datetime, index: int) -> str:
    return cursor_after(ORDER, (at.isoformat(), str(index)))


# The changes of a stretch of time, the newest first, so many of them; of each item the last one. A row without an item is where
# looking ended before the time did.
_WALK = """
WITH looked AS MATERIALIZED (
  SELECT created_at, index, item_id, kind FROM offers_logentry
   WHERE sandbox_id = %(sandbox)s AND created_at > %(first)s AND created_at <= %(last)s
     AND (created_at, index) < (%(after)s::timestamptz, %(place)s::bigint)
   ORDER BY created_at DESC, index DESC LIMIT %(most)s)
(SELECT created_at, index, item_id FROM looked
  WHERE kind = ANY(%(kinds)s) AND item_id IS NOT NULL AND item_id <> ALL(%(fresh)s::bigint[])
    AND (created_at, index) = (SELECT created_at, index FROM offers_logentry AS made
      WHERE made.sandbox_id = %(sandbox)s AND made.item_id = looked.item_id AND made.created_at <= %(last)s
      ORDER BY made.created_at DESC, made.index DESC LIMIT 1)
  ORDER BY created_at DESC, index DESC LIMIT %(size)s)
UNION ALL
(SELECT created_at, index, NULL FROM looked WHERE (SELECT count(*) FROM looked) = %(most)s
  ORDER BY created_at, index LIMIT 1)
"""
# Where it is known which items it can be: the last change of each.
_AMONG = """
SELECT made.created_at, made.index, wanted.item FROM unnest(%(among)s::bigint[]) AS wanted(item)
 CROSS JOIN LATERAL (
  SELECT created_at, index FROM offers_logentry
   WHERE sandbox_id = %(sandbox)s AND item_id = wanted.item AND created_at <= %(last)s
   ORDER BY created_at DESC, index DESC LIMIT 1) AS made
 WHERE made.created_at > %(first)s AND wanted.item <> ALL(%(fresh)s::bigint[])
   AND (made.created_at, made.index) < (%(after)s::timestamptz, %(place)s::bigint)
 ORDER BY made.created_at DESC, made.index DESC LIMIT %(size)s
"""
# One step along an index for each kind.
_LATEST = """
SELECT max(made.created_at) FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
  SELECT created_at FROM offers_logentry
   WHERE sandbox_id = %(sandbox)s AND kind = wanted.kind AND created_at <= %(at)s
   ORDER BY created_at DESC, index DESC LIMIT 1) AS made
"""
_NEXT = """
SELECT min(made.created_at) FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
  SELECT created_at FROM offers_logentry
   WHERE sandbox_id = %(sandbox)s AND kind = wanted.kind AND created_at > %(at)s
   ORDER BY created_at, index LIMIT 1) AS made
"""
