"""Lists of library items, as pages show them: in an order, page by page. Reads only.

Every list is answered by an index and costs the same on its thousandth page as on its first: a page goes on from the last
item of the one before (keyset paging), and counting stops at COUNT_LIMIT.
"""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from offers.document.kinds.registry import Kind
from offers.document.live import LiveState
from offers.lists.filters import Wanted, matching
from offers.models import LibraryItem, reading

PAGE_SIZE = 50
COUNT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """`next` and `previous` are cursors, empty at the ends. `total` is at most COUNT_LIMIT; `more` says it is beyond."""

    items: list[LibraryItem]
    next: str
    previous: str
    total: int
    more: bool


# The orders of a list: a column and whether it descends. The item's key always decides between equals, the same way.
ORDERS: Mapping[str, tuple[str, bool]] = {
    "-modified": ("modified_at", True),
    "modified": ("modified_at", False),
    "name": ("name", False),
    "-name": ("name", True),
    "-priority": ("priority", True),
    "priority": ("priority", False),
    "ends": ("ends_at", False),
    "-ends": ("ends_at", True),
    "starts": ("starts_at", False),
    "-starts": ("starts_at", True),
    "status": ("status", False),
    "-status": ("status", True),
    "channels": ("channels", False),
    "-channels": ("channels", True),
    "-created": ("created_at", True),
    "created": ("created_at", False),
}
NULLABLE = ("priority", "starts_at", "ends_at", "status")
DEFAULT_ORDER = "-modified"
# What is asked for by its window is sorted by it: what ends next, what starts next, what ended last.
STATE_ORDERS: Mapping[str, str] = {
    LiveState.ENDING: "ends",
    LiveState.SCHEDULED: "starts",
    LiveState.EXPIRED: "-ends",
}


def page(
    sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, order: str = DEFAULT_ORDER, cursor: str = ""
) -> Page:
    """One page of the sandbox's items of these kinds. An order or cursor that is none means the first page.

    What was deleted comes in the order of its deletion only: nothing else of it is indexed.
    """
    order = order if order in orders_of(wanted) else DEFAULT_ORDER
    backwards, position = _read_cursor(cursor, order)
    now = timezone.now()
    chosen = [kind for kind in kinds if wanted.kind in ("", kind)]
    # Each statement is planned for what is asked, also a prepared one: the plan for any tag is the wrong one for most, and
    # after a few lists it would be used for all of them.
    with reading.under("plan_cache_mode", "force_custom_plan"):
        found = [_keys(matching(sandbox_id, kind, wanted, now)) for kind in chosen]
        parts = [_sorted_how(sandbox_id, kind, wanted, now, keys) for kind, keys in zip(chosen, found, strict=True)]
        rows = _first(parts, order, backwards, position, PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    total = sum(map(len, found))
    return Page(
        rows,
        _cursor("n", order, rows[-1]) if rows and has_next else "",
        _cursor("p", order, rows[0]) if rows and has_previous else "",
        min(total, COUNT_LIMIT),
        total > COUNT_LIMIT,
    )


def orders_of(wanted: Wanted) -> Collection[str]:
    """The orders that a list can have."""
    return ("-modified", "modified") if wanted.deleted else ORDERS


def _keys(items: QuerySet[LibraryItem]) -> list[int]:
    """The keys of these items in no order, at most COUNT_LIMIT + 1: that says there are more."""
    return list(items.order_by().values_list("key", flat=True)[: COUNT_LIMIT + 1])


def _sorted_how(sandbox_id: int, kind: Kind, wanted: Wanted, now: datetime, keys: list[int]) -> QuerySet[LibraryItem]:
    """The items to sort: few of them by their keys; many by walking along the order's index, passing over the others.

    PostgreSQL guesses how many rows a filter leaves, and a wrong guess costs seconds in a large library: it walks through a
    million for a channel that nobody uses, or reads and sorts every hit of a common word. We have counted.
    """
    if len(keys) <= COUNT_LIMIT:
        return LibraryItem.objects.filter(key__in=keys)
    return matching(sandbox_id, kind, wanted, now, walk=True)


def recent(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, order: str, size: int) -> list[LibraryItem]:
    """The first few items of a list, without its count."""
    parts = [matching(sandbox_id, kind, wanted, timezone.now()) for kind in kinds]
    return _first(parts, order, False, None, size)


def keys(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, limit: int) -> list[int]:
    """The keys of a list's items, lowest first, at most `limit`: for what is to be done to a whole filter."""
    parts = [matching(sandbox_id, kind, wanted, timezone.now()) for kind in kinds if wanted.kind in ("", kind)]
    found = (part.order_by("key").values_list("key", flat=True)[:limit] for part in parts)
    return sorted(key for part in found for key in part)[:limit]


def _first(
    parts: list[QuerySet[LibraryItem]], order: str, backwards: bool, position: "_Position | None", size: int
) -> list[LibraryItem]:
    """The first items of all parts together in this order, from beyond the position, in one statement."""
    column, descending = ORDERS[order]
    descending = descending != backwards
    beyond = _beyond(column, descending, position) if position else Q()
    sorting = _sorting(column, descending)
    pages = [part.filter(beyond).order_by(*sorting)[:size] for part in parts]
    if not pages:
        return []
    if len(pages) == 1:
        return list(pages[0])
    return list(reduce(lambda a, b: a.union(b, all=True), pages).order_by(*sorting)[:size])


def _sorting(column: str, descending: bool) -> list[str]:
    # PostgreSQL puts NULL last going up and first going down, which is what an index gives both ways.
    return [f"-{column}", "-key"] if descending else [column, "key"]


@dataclass(frozen=True, slots=True)
class _Position:
    value: Any
    key: int


def _beyond(column: str, descending: bool, at: _Position) -> Q:
    """The items after this position. NULL counts as larger than any value, as PostgreSQL sorts it.

    The first comparison is what an index can seek by; the second only settles ties.
    """
    far = Q(key__lt=at.key) if descending else Q(key__gt=at.key)
    if at.value is None:
        same = Q(**{column: None}) & far
        return same | Q(**{f"{column}__isnull": False}) if descending else same
    edge, past = ("lte", "lt") if descending else ("gte", "gt")
    found = Q(**{f"{column}__{edge}": at.value}) & (Q(**{f"{column}__{past}": at.value}) | far)
    return found | Q(**{column: None}) if column in NULLABLE and not descending else found


def _cursor(direction: str, order: str, item: LibraryItem) -> str:
    value = getattr(item, ORDERS[order][0])
    content = [direction, order, value.isoformat() if isinstance(value, datetime) else value, item.key]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def _read_cursor(cursor: str, order: str) -> tuple[bool, _Position | None]:
    """Which way and from where; the start of the list for a cursor that is none, or of another order."""
    start = False, None
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        direction, made_for, value, key = content
    except (binascii.Error, ValueError, TypeError):
        return start
    column = ORDERS[order][0]
    if direction not in ("n", "p") or made_for != order or type(key) is not int or abs(key) >= 2**63:
        return start
    try:
        value = _typed(column, value)
    except ValueError:
        return start
    return direction == "p", _Position(value, key)


def _typed(column: str, value: object) -> object:
    """A cursor's value as the column's type. Raises ValueError: cursors come from outside."""
    if value is None and column in NULLABLE:
        return None
    if column in ("name", "status") and isinstance(value, str) and "\0" not in value:
        return value
    if (
        column == "channels"
        and isinstance(value, list)
        and all(isinstance(one, str) and "\0" not in one for one in value)
    ):
        return value
    if column == "priority" and type(value) is int and abs(value) < 2**63:
        return value
    if column in ("modified_at", "created_at", "starts_at", "ends_at") and isinstance(value, str):
        instant = parse_datetime(value)
        if instant is not None and instant.tzinfo is not None:
            return instant
    raise ValueError
