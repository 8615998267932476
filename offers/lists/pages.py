"""Lists of library items, as pages show them: in an order, page by page. Reads only.

Every list is answered by an index and costs the same on its thousandth page as on its first: a page goes on from the last
item of the one before (lists/keyset.py), and counting stops at COUNT_LIMIT.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import LiveState
from offers.lists.filters import DELETED, Wanted, matching, unfiltered
from offers.lists.finding import beyond, first_keys, ordered, up_to
from offers.lists.keyset import Key, Order, Page, Start, Values, item_key, page_of, start_of, stretches
from offers.lists.timely import TooSlow, in_time
from offers.models import LibraryItem, Listing, reading

PAGE_SIZE = 50
COUNT_LIMIT = 1_000


def _orders(
    name: str, column: str, type: str, *, descends_first: bool = False, nullable: bool = False
) -> dict[str, Order]:
    """Both orders by a column, the one that a heading gives first in front: what decides between equals goes the same way."""

    def order(descending: bool) -> Order:
        return Key(column, column, type, descending, nullable=nullable), item_key(descending=descending)

    up, down = {name: order(False)}, {f"-{name}": order(True)}
    return down | up if descends_first else up | down


# The orders of a list, by name.
ORDERS: Mapping[str, Order] = {
    **_orders("modified", "modified_at", "timestamptz", descends_first=True),
    **_orders("name", "name", "text"),
    **_orders("priority", "priority", "bigint", descends_first=True, nullable=True),
    **_orders("ends", "ends_at", "timestamptz", nullable=True),
    **_orders("starts", "starts_at", "timestamptz", nullable=True),
    **_orders("status", "status", "text", nullable=True),
    **_orders("channels", "channels", "text[]"),
    **_orders("created", "created_at", "timestamptz", descends_first=True),
}
DEFAULT_ORDER = "-modified"
# What is asked for by its window is sorted by it: what ends next, what starts next, what ended last.
STATE_ORDERS: Mapping[str, str] = {
    LiveState.ENDING: "ends",
    LiveState.SCHEDULED: "starts",
    LiveState.EXPIRED: "-ends",
}


def page(
    sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, order: str = DEFAULT_ORDER, cursor: str = ""
) -> Page[LibraryItem]:
    """One page of the sandbox's items of these kinds. An order or cursor that is none means the first page.

    What was deleted comes in the order of its deletion only: nothing else of it is indexed.
    """
    keys = ORDERS[order if order in orders_of(wanted) else DEFAULT_ORDER]
    start = start_of(cursor, keys) or Start()
    now = timezone.now()
    chosen = [kind for kind in kinds if wanted.kind in ("", kind)]
    # Each statement is planned for what is asked, also a prepared one: the plan for any tag is the wrong one for most, and
    # after a few lists it would be used for all of them.
    with reading.under("plan_cache_mode", "force_custom_plan"):
        hits = up_to(sandbox_id, chosen, wanted, now, COUNT_LIMIT)
        parts = [_to_sort(sandbox_id, kind, wanted, now, hits[kind], keys, start) for kind in chosen]
        rows = _first(parts, keys, start, PAGE_SIZE + 1)
    total = sum(map(len, hits.values()))
    found: Page[Listing] = page_of(
        rows, PAGE_SIZE, keys, start, _values_of, total=min(total, COUNT_LIMIT), more=total > COUNT_LIMIT
    )
    return Page(items_of(found.items), found.next, found.previous, found.total, found.more)


def orders_of(wanted: Wanted) -> Collection[str]:
    """The orders that a list can have."""
    return ("-modified", "modified") if wanted.deleted else ORDERS


def _to_sort(
    sandbox_id: int, kind: Kind, wanted: Wanted, now: datetime, hits: list[int], order: Order, start: Start
) -> QuerySet[Listing]:
    """The items of this kind among which the page is: few hits are all of them; of many the first ones are found.

    PostgreSQL guesses how many rows a filter leaves, and a wrong guess costs seconds in a large library: it walks through a
    million for a channel that nobody uses, or reads and sorts every hit of a common word. We have counted.
    """
    if len(hits) <= COUNT_LIMIT:
        return Listing.objects.filter(pk__in=hits)
    if wanted == Wanted(kind=wanted.kind, status=DELETED if wanted.deleted else ""):
        return unfiltered(sandbox_id, kind, wanted)
    return Listing.objects.filter(pk__in=first_keys(sandbox_id, kind, wanted, now, order, start, PAGE_SIZE + 1))


def recent(
    sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, order: str, size: int, *, documents: bool = False
) -> list[Listing]:
    """The first few items of a list, without its count; with their documents, where these are shown."""
    found = [matching(sandbox_id, kind, wanted, timezone.now()) for kind in kinds]
    parts = [part.select_related("item") for part in found] if documents else found
    return _first(parts, ORDERS[order], Start(), size)


def items_of(listed: Iterable[Listing]) -> list[LibraryItem]:
    """The items themselves, in the order of their rows in a list."""
    keys = [one.pk for one in listed]
    found = LibraryItem.objects.in_bulk(keys)
    return [found[key] for key in keys]


def keys(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, limit: int) -> list[int]:
    """The keys of a list's items, lowest first, at most `limit`: for what is to be done to a whole filter."""
    parts = [matching(sandbox_id, kind, wanted, timezone.now()) for kind in kinds if wanted.kind in ("", kind)]
    found = (part.order_by("pk").values_list("pk", flat=True)[:limit] for part in parts)
    return sorted(key for part in found for key in part)[:limit]


def _first(parts: list[QuerySet[Listing]], order: Order, start: Start, size: int) -> list[Listing]:
    """The first items of all parts together in this order, from the start on, in one statement."""
    walks = _walks(parts, order, start, size)
    if len(walks) < 2:
        return [item for walk in walks for item in walk]
    return list(ordered(reduce(lambda a, b: a.union(b, all=True), walks), order, start)[:size])


def _walks(parts: list[QuerySet[Listing]], order: Order, start: Start, size: int) -> list[QuerySet[Listing]]:
    """One walk along an index for each part and each stretch of the order, with the values that a cursor tells."""
    return [
        ordered(beyond(part, stretch).annotate(at=Cast(order[0].name, TextField())), order, start)[:size]
        for part in parts
        for stretch in stretches(order, start)
    ]


def _values_of(listed: Listing) -> Values:
    return listed.at, str(listed.pk)  # type: ignore[attr-defined]  # annotated by _first


COUNTED = frozenset({Kind.PLACEMENT, Kind.RULE, Kind.TAG, Kind.COLLECTION})
# A list comes without its counts rather than late: what most of a large library names takes longer to count than to list.
MILLISECONDS = 300

# Each is counted by an index, as far as counting goes. A collection of offers names them itself.
_EACH = """
SELECT wanted.id, CASE wanted.how
  WHEN 'named' THEN (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" @> wanted.ids
       AND kind = ANY(%(kinds)s) AND deleted_at IS NULL LIMIT %(most)s) AS found)
  WHEN 'all-tags' THEN (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" @> wanted.ids
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  WHEN 'offers' THEN (SELECT count(*) FROM (
    SELECT FROM offers_libraryitem WHERE sandbox_id = %(sandbox)s AND id = ANY(wanted.ids)
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  ELSE (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" && wanted.ids
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  END
  FROM jsonb_to_recordset(%(wanted)s::jsonb) AS wanted(id text, how text, ids text[])
"""


def offers_of(items: Sequence[LibraryItem]) -> dict[str, int]:
    """How many offers there are to each of these items of one list, by its id: COUNT_LIMIT + 1 stands for more.

    One statement. Empty where that takes too long, or there is nothing to count.
    """
    if not items or items[0].kind not in COUNTED:
        return {}
    values = {
        "sandbox": items[0].sandbox_id,
        "kinds": [kind.value for kind in OFFER_KINDS],
        "personalized": Kind.PERSONALIZED_OFFER.value,
        "most": COUNT_LIMIT + 1,
        "wanted": orjson.dumps([_wanted(item) for item in items]).decode(),
    }
    try:
        with in_time(MILLISECONDS):
            return dict(reading.rows(_EACH, values))
    except TooSlow:
        return {}


def _wanted(item: LibraryItem) -> dict[str, Any]:
    if item.kind == Kind.COLLECTION:
        return {"id": item.id, "how": item.document["filterType"], "ids": item.document["ids"]}
    return {"id": item.id, "how": "named", "ids": [item.id]}
