"""What happened in a sandbox, newest first, by filters: the log as audit pages and exports read it. Reads only.

Every filter has an index that ends in the order of the list, so that a page costs the same wherever it is; of what two filters leave
few, all are found and sorted. What the log has not reached yet (mostly the last half second: sequencer.coming) has no index (-1) and stands in front.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from offers.document.kinds.reading import CALLED, DATES
from offers.lists.filters import MAX_WORDS, named_like
from offers.lists.finding import beyond
from offers.lists.keyset import Key, Page, Start, Values, item_key, page_of, start_of, stretches
from offers.models import LogEntry, reading

PAGE_SIZE = 50
COUNT_LIMIT = 1_000
ORDER = (Key("created_at", "created_at", "timestamptz", True), item_key(descending=True, sql="index"))
ANY_DATE = "any-date"
DATE_FIELDS = ["/".join(path) for path in sorted(DATES)]
Event = LogEntry.Event


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Empty means any. `by` is a key (permissions.actor_key), `item` the key of an item."""

    by: str = ""
    # What a field is called (reading.CALLED), or ANY_DATE.
    field: str = ""
    door: str = ""
    event: int | None = None
    kind: str = ""
    item: int | None = None
    # The status that a change gave.
    status: str = ""
    bypass: bool = False
    # From `first` on, before `last`.
    first: datetime | None = None
    last: datetime | None = None
    # Words of the item's name or id.
    text: str = ""

    @property
    def paths(self) -> list[str]:
        """The names that lead to what is called so."""
        if self.field == ANY_DATE:
            return DATE_FIELDS
        return CALLED.get(self.field, [])


def page(sandbox_id: int, wanted: Wanted, cursor: str = "", coming: Sequence[LogEntry] = ()) -> Page[LogEntry]:
    """One page, the first one with what is `coming` and asked for in front. A cursor that was not given for this list is its start."""
    start = start_of(cursor, ORDER) or Start()
    with reading.under("plan_cache_mode", "force_custom_plan"):
        hits = list(matching(sandbox_id, wanted).values_list("index", flat=True)[: COUNT_LIMIT + 1])
        few = LogEntry.objects.filter(sandbox_id=sandbox_id, index__in=hits)
        rows = _first(few if len(hits) <= COUNT_LIMIT else matching(sandbox_id, wanted), start, PAGE_SIZE + 1)
    total = len(hits)
    found: Page[LogEntry] = page_of(
        rows, PAGE_SIZE, ORDER, start, _values_of, total=min(total, COUNT_LIMIT), more=total > COUNT_LIMIT
    )
    if start.values or wanted.text:
        return found
    fresh = [entry for entry in coming if fits(entry, wanted)]
    return replace(found, items=[*fresh, *found.items], total=found.total + len(fresh))


def every(sandbox_id: int, wanted: Wanted, size: int = 500) -> Iterator[list[LogEntry]]:
    """All of it, so many at a time: each goes on where the one before ended, and nothing is kept."""
    start = Start()
    while rows := _first(matching(sandbox_id, wanted), start, size):
        yield rows
        start = Start(values=_values_of(rows[-1]))


def matching(sandbox_id: int, wanted: Wanted) -> QuerySet[LogEntry]:
    """The entries that fit, in no order."""
    asks = Q(sandbox_id=sandbox_id)
    exact = {"actor_key": wanted.by, "door": wanted.door, "kind": wanted.kind, "status": wanted.status}
    asks &= Q(**{name: value for name, value in exact.items() if value})
    if wanted.event is not None:
        asks &= Q(event=wanted.event)
    if wanted.item is not None:
        asks &= Q(item_id=wanted.item)
    if wanted.bypass:
        asks &= Q(bypass=True)
    if wanted.field:
        asks &= Q(fields__overlap=wanted.paths)
    if wanted.first:
        asks &= Q(created_at__gte=wanted.first)
    if wanted.last:
        asks &= Q(created_at__lt=wanted.last)
    for items in named_like(wanted.text, MAX_WORDS):
        asks &= Q(item_id__in=items)
    return LogEntry.objects.filter(asks)


def fits(entry: LogEntry, wanted: Wanted) -> bool:
    """Whether an entry is asked for: as `matching` says it, of one that is not stored yet."""
    return (
        wanted.by in ("", entry.actor_key)
        and wanted.door in ("", entry.door)
        and wanted.kind in ("", entry.kind)
        and wanted.status in ("", entry.status)
        and wanted.event in (None, entry.event)
        and wanted.item in (None, entry.item_id)
        and (entry.bypass or not wanted.bypass)
        and (not wanted.field or not set(wanted.paths).isdisjoint(entry.fields))
        and (wanted.first is None or entry.created_at >= wanted.first)
        and (wanted.last is None or entry.created_at < wanted.last)
    )


def _first(rows: QuerySet[LogEntry], start: Start, size: int) -> list[LogEntry]:
    names = ("created_at", "index")
    order = names if start.backwards else [f"-{name}" for name in names]
    (stretch,) = stretches(ORDER, start)
    return list(beyond(rows, stretch).order_by(*order)[:size])


def _values_of(entry: LogEntry) -> Values:
    return entry.created_at.isoformat(), str(entry.index)


def people(sandbox_id: int, most: int = 100) -> list[str]:
    """The keys of who did something, by key: one step along an index for each of them."""
    return [key for (key,) in reading.rows(_PEOPLE, {"sandbox": sandbox_id, "most": most}) if key]


_PEOPLE = """
WITH RECURSIVE people(key) AS (
  SELECT min(actor_key) FROM offers_logentry WHERE sandbox_id = %(sandbox)s
  UNION ALL
  SELECT (SELECT min(actor_key) FROM offers_logentry WHERE sandbox_id = %(sandbox)s AND actor_key > people.key)
    FROM people WHERE key IS NOT NULL
) SELECT key FROM people WHERE key IS NOT NULL LIMIT %(most)s
"""
