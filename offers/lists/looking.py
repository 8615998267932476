"""The first items of a list as of a moment, in its order, of a part of what lists knew: found by looking at so much and no more.

A part is one kind in one of two tables: rows that have said the same since (Listing), and rows that a later change replaced
(ListingPast). A walk along the index of the order passes over what was not true then and what was not asked for, which in a large
library can be nearly all of it. So a walk looks at a bounded number of rows, and says how far it came. Where few rows can have been
true at the moment at all (long ago, of the one table; lately, of the other), all of them are taken, and nothing is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from offers.document.kinds.registry import Kind
from offers.lists.finding import beyond
from offers.lists.keyset import Condition, Order, Start, Values, sorting, stretches
from offers.models import Listing, ListingPast, reading

# Rows of what is still so, of which each is read; and entries of the past's index, which has both ends of the time inside.
LOOKED_NOW = 8_000
LOOKED_PAST = 40_000
# So many rows that can have been true at the moment are all of them taken.
FEW = 10_000

Rows = QuerySet[Listing] | QuerySet[ListingPast]
Found = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for of one kind in one table: `asks` of a row, `led` of that what the index of the order leads straight to.

    `few`: what can have been true at the moment are few rows.
    """

    model: type[Listing] | type[ListingPast]
    sandbox_id: int
    kind: Kind
    at: datetime
    asks: Q
    led: Q
    few: bool = False

    @property
    def rows(self) -> Rows:
        """Those that were true at the moment and match."""
        return self._of_kind.filter(self.asks, self._true_then)

    @property
    def looked(self) -> int:
        return LOOKED_NOW if self.model is Listing else LOOKED_PAST

    @property
    def _of_kind(self) -> Rows:
        return self.model._default_manager.filter(sandbox_id=self.sandbox_id, kind=self.kind)

    @property
    def _true_then(self) -> Q:
        if self.model is Listing:
            return Q(since__lte=self.at, deleted_at=None)
        return Q(since__lte=self.at, until__gt=self.at, deleted=False)

    @property
    def _ordered(self) -> Rows:
        """What the index of an order has: of now without what was deleted."""
        rows = self._of_kind.filter(self.led)
        return rows.filter(Q(deleted_at=None)) if self.model is Listing else rows


def counted(part: Part) -> Part:
    """The part, which knows now whether few rows of it can have been true at the moment: by an index of times."""
    times = {"since__lte": part.at} if part.model is Listing else {"until__gt": part.at}
    able = part._of_kind.filter(**times).values_list("kind")[: FEW + 1]
    return replace(part, few=able.count() <= FEW)


@dataclass(frozen=True, slots=True)
class Looked:
    """The first items from a start on. `border`: it was looked as far as there, and no further; None where that is everything."""

    found: list[Found]
    border: Values | None = None


def look(parts: Sequence[Part], order: Order, start: Start, size: int) -> Looked:
    """Up to `size` items of all parts together, in their order: one statement."""
    walks = [_sql(part, order, start, stretch, size) for part in parts for stretch in _stretches(part, order, start)]
    if not walks:
        return Looked([])
    column, by = order[0].name, _by(order, start)
    names = [f"walk{number}" for number in range(len(walks))]
    tables = [f"{name} AS MATERIALIZED ({walk.sql})" for name, (walk, _end) in zip(names, walks, strict=True)]
    found = [f"SELECT item_id, {column}, 0 FROM {name}" for name in names]
    params: list[Any] = [param for walk, _end in walks for param in walk.params]
    for name, (_walk, end) in zip(names, walks, strict=True):
        if end:
            # How far a walk came matters where it did not find enough.
            found.append(f"SELECT * FROM ({end.sql}) AS border WHERE (SELECT count(*) FROM {name}) < %s")
            params += [*end.params, size]
    statement = f"""WITH {", ".join(tables)} SELECT item_id, {column}::text, border
                      FROM ({" UNION ALL ".join(f"({one})" for one in found)}) AS found(item_id, {column}, border)
                     ORDER BY {by}, border LIMIT %s"""
    rows = reading.rows(statement, [*params, size])
    first = next((place for place, row in enumerate(rows) if row[2]), None)
    if first is None:
        return Looked([(key, value) for key, value, _border in rows])
    return Looked([(key, value) for key, value, _border in rows[:first]], (rows[first][1], str(rows[first][0])))


def _sql(part: Part, order: Order, start: Start, stretch: Condition, size: int) -> tuple[Condition, Condition | None]:
    """A walk, and where it ends by its bound; None where it is no walk."""
    key = "key" if part.model is Listing else "item_id"
    column, limited = order[0].name, f"ORDER BY {_by(order, start, key)}"
    if part.few:
        inner = _condition(beyond(part.rows, stretch).values_list("item_id", column))
        sql = f"SELECT * FROM ({inner.sql} OFFSET 0) AS few(item_id, {column}) ORDER BY {_by(order, start)} LIMIT %s"
        return Condition(sql, (*inner.params, size)), None
    bound = f"{limited} FETCH FIRST {part.looked} ROWS WITH TIES"
    table = part.model._meta.db_table
    passed = _condition(beyond(part._ordered, stretch).values_list("item_id", column, "since", *_end(part)))
    fits = _condition(part.model._default_manager.filter(part.asks, part._true_then).values_list("kind"))
    here = f'"{table}"."{key}" = looked.item_id AND "{table}"."since" = looked.since'
    walk = f"""SELECT looked.item_id, looked.{column}
                 FROM ({passed.sql} {bound}) AS looked(item_id, {column}, since{", until" if _end(part) else ""})
                CROSS JOIN LATERAL ({fits.sql} AND {here} OFFSET 0) AS fits
                WHERE looked.since <= %s {"AND looked.until > %s" if _end(part) else ""}
                ORDER BY {_by(order, start, "looked.item_id", "looked.")} LIMIT %s"""
    times = (part.at, part.at) if _end(part) else (part.at,)
    ends = _condition(beyond(part._ordered, stretch).values_list("item_id", column))
    end = f"SELECT *, 1 FROM ({ends.sql} {limited} LIMIT 1 OFFSET {part.looked - 1}) AS last"
    return Condition(walk, (*passed.params, *fits.params, *times, size)), Condition(end, ends.params)


def _end(part: Part) -> tuple[str, ...]:
    return ("until",) if part.model is ListingPast else ()


def _stretches(part: Part, order: Order, start: Start) -> list[Condition]:
    # What both tables call item_id is the key of the one, and so called in the database.
    column = "key" if part.model is Listing else "item_id"
    return stretches((*order[:-1], replace(order[-1], sql=column)), start)


def _by(order: Order, start: Start, key: str = "item_id", table: str = "") -> str:
    ways = [(key if one.name == "key" else f"{table}{one.name}", down) for one, down in sorting(order, start)]
    return ", ".join(f"{name} {'DESC' if down else 'ASC'}" for name, down in ways)


def _condition(rows: QuerySet[Any, Any]) -> Condition:
    sql, params = rows.order_by().query.sql_with_params()
    return Condition(sql, params)
