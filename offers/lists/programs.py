"""Lists as programs ask for them: any order, any conditions, and a time within which they are answered. Reads only."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import psycopg
from django.db import DataError

from offers import asked
from offers.document.errors import Problem
from offers.document.kinds.registry import Kind
from offers.document.words.labels import gettext_noop
from offers.ledger.heads import HEAD_COLUMNS, Head, head_of
from offers.lists.expressions import (
    INSTANT_COLUMNS,
    TEXT_COLUMNS,
    QueryError,
    date_path,
    segments_of,
)
from offers.lists.keyset import (
    Condition,
    Key,
    Order,
    Page,
    Start,
    Values,
    all_of,
    any_of,
    item_key,
    page_of,
    sorting,
    start_of,
    stretches,
)
from offers.lists.timely import in_time
from offers.models import reading

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_TERMS = 4
# Each statement of a list is given this long.
TIMEOUT_MS = 1_500
_LISTED_ITEMS = "offers_listing AS listing JOIN offers_libraryitem AS item ON item.key = listing.key"
_HEAD = ", ".join(f"item.{name}" for name in HEAD_COLUMNS)
# Characters of a text in a document that decide its place in an order, so that a cursor always fits into an address.
ORDERED_BY = 64


def order(texts: Iterable[str]) -> Order:
    """The order that the `orderBy` parameters ask for: dot paths, `-` for descending, comma list. Raises QueryError.

    Without any: last modified first. The item's key always comes last, so that no two items are equal.
    """
    fields: dict[str, str] = {}
    for field in (field.strip() for text in texts for field in text.split(",") if field.strip()):
        # One that is named again decides nothing any more.
        fields.setdefault(field.removeprefix("-"), field)
    if len(fields) > MAX_TERMS:
        message = gettext_noop("There can be at most {limit} fields to order by.")
        raise QueryError(Problem("", "too-many-fields", message, params={"limit": MAX_TERMS}))
    keys = [_key(name, field.startswith("-")) for name, field in (fields or {"modified": "-modified"}).items()]
    return (*keys, item_key(descending=keys[-1].descending, sql="listing.key"))


def limit(text: str | None) -> int:
    """How many items a page has: 25 when nothing is said. Raises QueryError for anything but 1 to 100.

    A larger one is refused and not cut: who asks for 500 and gets 100 may take them for all there are.
    """
    if text is None:
        return DEFAULT_LIMIT
    wanted = asked.number(text, MAX_LIMIT)
    if not wanted:
        message = gettext_noop("limit is a whole number from 1 to {limit}.")
        raise QueryError(Problem("", "bad-limit", message, params={"limit": MAX_LIMIT}))
    return wanted


def page(
    sandbox_id: int,
    kinds: Collection[Kind],
    wanted: Sequence[Condition],
    order: Order,
    size: int = DEFAULT_LIMIT,
    cursor: str = "",
) -> Page[Head]:
    """One page of the sandbox's items of these kinds.

    Raises QueryError: a cursor of another order, a regular expression that is none (400), a query that takes too long (422).
    """
    here = [
        Condition(
            "listing.sandbox_id = %s::bigint AND listing.kind = ANY(%s::text[])",
            (sandbox_id, [kind.value for kind in kinds]),
        ),
        Condition("listing.deleted_at IS NULL"),
        *wanted,
    ]
    start = start_of(cursor, order)
    if start is None:
        message = gettext_noop("The cursor in start was not given for this list in this order.")
        raise QueryError(Problem("", "bad-cursor", message))
    with in_time(TIMEOUT_MS):
        try:
            rows = _rows(here, order, start, size + 1)
            total = _count(here)
        except DataError as error:
            raise _query_error(error) from None
    page = page_of(rows, size, order, start, _values_of, total=total)
    return Page([head_of(row[: len(HEAD_COLUMNS)]) for row in page.items], page.next, page.previous, total)


# jsonb has an order of its own over values of all types. Objects, lists and what is not there sort as null does. OFFSET 0
# keeps PostgreSQL from looking for the value once for every mention of it.
_SORTABLE = f"""(SELECT CASE jsonb_typeof(value) WHEN 'string' THEN to_jsonb(left(value #>> '{{}}', {ORDERED_BY}))
                 WHEN 'object' THEN 'null' WHEN 'array' THEN 'null' ELSE COALESCE(value, 'null') END
                 FROM (SELECT item.document #> %s::text[] AS value OFFSET 0) AS found)"""


def _key(field: str, descending: bool) -> Key:
    """An order by a field; a value that is not there is given one, so that no key is NULL."""
    segments = segments_of(field)
    if field in TEXT_COLUMNS:
        return Key(field, TEXT_COLUMNS[field], "text", descending)
    if field in INSTANT_COLUMNS:
        return Key(field, INSTANT_COLUMNS[field], "timestamptz", descending)
    if field == "etag":
        return Key(field, "item.etag", "bigint", descending)
    if date_path(segments):
        sql = "COALESCE(offers_instant(item.document #>> %s::text[]), '-infinity')"
        return Key(field, sql, "timestamptz", descending, (segments,))
    return Key(field, _SORTABLE, "jsonb", descending, (segments,))


def _rows(here: Sequence[Condition], order: Order, start: Start, limit: int) -> list[tuple[Any, ...]]:
    """The columns of each item, and then its values at the keys of the order."""
    where = all_of([*here, any_of(stretches(order, start))])
    values = ", ".join(f"({key.sql})::text AS at_{number}" for number, key in enumerate(order))
    order_by = ", ".join(f"{key.sql} {'DESC' if down else 'ASC'}" for key, down in sorting(order, start))
    key_params = [param for key in order for param in key.params]
    return reading.rows(
        f"SELECT {_HEAD}, {values} FROM {_LISTED_ITEMS} WHERE {where.sql} ORDER BY {order_by} LIMIT %s::int",
        [*key_params, *where.params, *key_params, limit],
    )


def _values_of(row: tuple[Any, ...]) -> Values:
    return row[len(HEAD_COLUMNS) :]


def _count(here: Sequence[Condition]) -> int:
    where = all_of(here)
    ((count,),) = reading.rows(f"SELECT count(*) FROM {_LISTED_ITEMS} WHERE {where.sql}", where.params)
    return int(count)


def _query_error(error: DataError) -> QueryError:
    if isinstance(error.__cause__, psycopg.errors.InvalidRegularExpression):
        return QueryError(Problem("", "bad-regex", gettext_noop("The regular expression is not valid.")))
    return QueryError(Problem("", "bad-query", gettext_noop("A value in the query is not of the type that is needed.")))
