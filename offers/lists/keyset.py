"""The one way through a list, page by page: from where the page before ended, rather than by counting (keyset paging).

So a page costs the same wherever it is, and edits between two pages neither repeat nor skip an item that stays put. Where a
page ended is told to browsers and programs as a cursor: opaque, and signed, so that nothing from outside is ever compared
with a column.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from django.core.signing import BadSignature, Signer

T = TypeVar("T")
# What each item has at the keys of an order, as PostgreSQL writes it as text; None is NULL.
Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL with its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order: SQL with its parameters, and the type that its values are cast to.

    Only the first key of an order may be NULL, which counts as larger than any value, as PostgreSQL sorts it.
    """

    name: str
    sql: str
    type: str
    descending: bool = False
    params: tuple[Any, ...] = ()
    nullable: bool = False


# The last key is the item's own, so that no two items are equal.
Order = tuple[Key, ...]


def item_key(*, descending: bool, sql: str = "key") -> Key:
    """What every order ends with."""
    return Key("key", sql, "bigint", descending)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: after the item with these values, or before it; without any, at the start of the list."""

    backwards: bool = False
    values: Values = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in their order. `next` and `previous` are cursors, "" at the ends; with `more` there are more than `total`."""

    items: list[T]
    next: str
    previous: str
    total: int
    more: bool = False


def start_of(cursor: str, order: Order) -> Start | None:
    """Where a cursor leads in this order; None for one that was not given for it. No cursor is the start of the list."""
    if not cursor:
        return Start()
    try:
        way, made_for, *values = _SIGNER.unsign_object(cursor, serializer=_Json)
    except (BadSignature, ValueError):
        return None
    return Start(way == "p", tuple(values)) if made_for == _signature(order) else None


def cursor_after(order: Order, values: Values) -> str:
    """Where a list that is no plain page goes on: after what has these values."""
    return _cursor("n", order, values)


def cursor_before(order: Order, values: Values) -> str:
    """The same, the other way."""
    return _cursor("p", order, values)


def stretches(order: Order, start: Start) -> list[Condition]:
    """Where the items beyond the start lie: stretches of the order that have nothing in common, each one walk of an index.

    One condition that said it all would have OR in it, and by that no index could seek.
    """
    if not start.values:
        return [Condition("TRUE")]
    pairs = list(zip(order, start.values, strict=True))
    downs = [key.descending != start.backwards for key in order]
    if len(set(downs)) == 1 and start.values[0] is not None:
        return [_row_beyond(order, start.values, downs[0]), *_nulls_beyond(order[0], downs[0])]
    found = []
    for number, (key, value) in enumerate(pairs):
        same = [_same(*pair) for pair in pairs[:number]]
        found += [all_of([*same, beyond]) for beyond in _beyond(key, value, downs[number])]
    return found


def sorting(order: Order, start: Start) -> list[tuple[Key, bool]]:
    """The keys to sort by from there, each with whether it goes down. NULL comes where an index has it, both ways."""
    return [(key, key.descending != start.backwards) for key in order]


def page_of(
    found: Sequence[T],
    size: int,
    order: Order,
    start: Start,
    values_of: Callable[[T], Values],
    *,
    total: int,
    more: bool = False,
) -> Page[T]:
    """The page that begins there, of `size` items and, if there is one, one beyond, as they were found on the way."""
    beyond, items = len(found) > size, list(found[:size])
    if start.backwards:
        items.reverse()
    has_next, has_previous = (True, beyond) if start.backwards else (beyond, bool(start.values))
    following = _cursor("n", order, values_of(items[-1])) if items and has_next else ""
    preceding = _cursor("p", order, values_of(items[0])) if items and has_previous else ""
    return Page(items, following, preceding, total, more)


def all_of(conditions: Sequence[Condition]) -> Condition:
    return _joined(" AND ", conditions)


def any_of(conditions: Sequence[Condition]) -> Condition:
    return _joined(" OR ", [Condition(f"({one.sql})", one.params) for one in conditions])


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    params = tuple(param for one in conditions for param in one.params)
    return Condition(f"({word.join(one.sql for one in conditions)})", params)


def _row_beyond(order: Order, values: Values, down: bool) -> Condition:
    """Where all keys go the same way, rows are compared: an index of these keys can seek that."""
    left = ", ".join(key.sql for key in order)
    right = ", ".join(f"%s::text::{key.type}" for key in order)
    params = [param for key in order for param in key.params]
    return Condition(f"({left}) {'<' if down else '>'} ({right})", (*params, *values))


def _beyond(key: Key, value: str | None, down: bool) -> list[Condition]:
    if value is None:
        return [Condition(f"{key.sql} IS NOT NULL", key.params)] if down else []
    sign = "<" if down else ">"
    return [
        Condition(f"{key.sql} {sign} %s::text::{key.type}", (*key.params, value)),
        *_nulls_beyond(key, down),
    ]


def _nulls_beyond(key: Key, down: bool) -> list[Condition]:
    return [Condition(f"{key.sql} IS NULL", key.params)] if key.nullable and not down else []


def _same(key: Key, value: str | None) -> Condition:
    if value is None:
        return Condition(f"{key.sql} IS NULL", key.params)
    return Condition(f"{key.sql} = %s::text::{key.type}", (*key.params, value))


class _Json:
    """As short as it gets: a cursor has to fit into an address."""

    @staticmethod
    def dumps(value: object) -> bytes:
        return orjson.dumps(value)

    @staticmethod
    def loads(text: bytes) -> Any:
        return orjson.loads(text)


_SIGNER = Signer(salt="offers.lists.keyset")


def _cursor(way: str, order: Order, values: Values) -> str:
    """`way` is "n" for what comes after the item with these values, "p" for what comes before it."""
    return _SIGNER.sign_object([way, _signature(order), *values], serializer=_Json)


def _signature(order: Order) -> str:
    """Which order a cursor is for; with the types, because two lists may give one name to different things."""
    return ",".join(f"{'-' if key.descending else ''}{key.name}:{key.type}" for key in order[:-1])
