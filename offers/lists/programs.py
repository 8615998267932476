"""A page of a list in any order, found by where the last one ended rather than by counting (keyset paging).

So a page costs the same wherever it is, and edits between two pages neither repeat nor skip an item that stays put.
"""

import base64
import binascii
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from django.db import DataError, OperationalError

from offers import asked
from offers.document.errors import Problem
from offers.document.kinds.registry import Kind
from offers.document.words.labels import gettext_noop
from offers.ledger.heads import HEAD_COLUMNS, SELECT_HEAD, Head, head_of
from offers.lists.expressions import (
    INSTANT_COLUMNS,
    TEXT_COLUMNS,
    Condition,
    QueryError,
    date_path,
    segments_of,
)
from offers.models import reading

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_TERMS = 4
# Each statement of a list is given this long: what is asked for may have no index, and a regular expression no end.
TIMEOUT_MS = 1_500
# Characters of a text in a document that decide its place in an order, so that a cursor always fits into an address.
ORDERED_BY = 64


@dataclass(frozen=True, slots=True)
class Term:
    """One key of an order: SQL that is never NULL, its parameters and the type its values are cast to."""

    field: str
    sql: str
    params: tuple[Any, ...]
    type: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The items of a page, how many there are on all pages, and the cursors of its neighbours ("" for none)."""

    heads: list[Head]
    total: int
    next: str
    previous: str


def order(texts: Iterable[str]) -> tuple[Term, ...]:
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
    terms = [_term(name, field.startswith("-")) for name, field in (fields or {"modified": "-modified"}).items()]
    return (*terms, Term("", "key", (), "bigint", terms[-1].descending))


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
    terms: Sequence[Term],
    size: int = DEFAULT_LIMIT,
    cursor: str = "",
) -> Page:
    """One page of the sandbox's items of these kinds.

    Raises QueryError: a cursor of another order, a regular expression that is none (400), a query that takes too long (422).
    """
    here = [
        Condition("sandbox_id = %s::bigint AND kind = ANY(%s::text[])", (sandbox_id, [kind.value for kind in kinds])),
        Condition("deleted_at IS NULL"),
        *wanted,
    ]
    backwards, values = _read_cursor(cursor, terms) if cursor else (False, [])
    with reading.under("statement_timeout", TIMEOUT_MS):
        try:
            rows = _rows(here, terms, backwards, values, size + 1)
            total = _count(here)
        except DataError as error:
            raise _query_error(error) from None
        except OperationalError as error:
            if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                message = gettext_noop(
                    "The query took too long. Ask with fewer or simpler conditions, or a simpler order."
                )
                raise QueryError(Problem("", "query-too-slow", message), status=422) from None
            raise
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    heads = [head_of(row[: len(HEAD_COLUMNS)]) for row in rows]
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        heads,
        total,
        _cursor("n", terms, rows[-1]) if rows and has_next else "",
        _cursor("p", terms, rows[0]) if rows and has_previous else "",
    )


# jsonb has an order of its own over values of all types. Objects, lists and what is not there sort as null does. OFFSET 0
# keeps PostgreSQL from looking for the value once for every mention of it.
_SORTABLE = f"""(SELECT CASE jsonb_typeof(value) WHEN 'string' THEN to_jsonb(left(value #>> '{{}}', {ORDERED_BY}))
                 WHEN 'object' THEN 'null' WHEN 'array' THEN 'null' ELSE COALESCE(value, 'null') END
                 FROM (SELECT document #> %s::text[] AS value OFFSET 0) AS found)"""


def _term(field: str, descending: bool) -> Term:
    segments = segments_of(field)
    if field in TEXT_COLUMNS:
        return Term(field, f'"{TEXT_COLUMNS[field]}"', (), "text", descending)
    if field in INSTANT_COLUMNS:
        return Term(field, INSTANT_COLUMNS[field], (), "timestamptz", descending)
    if field == "etag":
        return Term(field, "etag", (), "bigint", descending)
    if date_path(segments):
        sql = "COALESCE(offers_instant(document #>> %s::text[]), '-infinity')"
        return Term(field, sql, (segments,), "timestamptz", descending)
    return Term(field, _SORTABLE, (segments,), "jsonb", descending)


def _rows(
    here: Sequence[Condition], terms: Sequence[Term], backwards: bool, values: list[str], limit: int
) -> list[tuple[Any, ...]]:
    where = [*here, _beyond(terms, backwards, values)] if values else here
    keys = ", ".join(f"({term.sql})::text AS at_{number}" for number, term in enumerate(terms))
    order_by = ", ".join(f"{term.sql} {'DESC' if term.descending != backwards else 'ASC'}" for term in terms)
    term_params = [param for term in terms for param in term.params]
    return reading.rows(
        f"""SELECT {SELECT_HEAD}, {keys} FROM offers_libraryitem WHERE {_all(where)} ORDER BY {order_by} LIMIT %s::int""",
        [*term_params, *_params(where), *term_params, limit],
    )


def _count(here: Sequence[Condition]) -> int:
    ((count,),) = reading.rows(f"SELECT count(*) FROM offers_libraryitem WHERE {_all(here)}", _params(here))
    return int(count)


def _beyond(terms: Sequence[Term], backwards: bool, values: list[str]) -> Condition:
    """The items after (or before) the one with these values in this order.

    A row comparison where all keys go the same way, because an index can answer it; else spelt out key by key.
    """
    if len({term.descending for term in terms}) == 1:
        left = ", ".join(term.sql for term in terms)
        right = ", ".join(f"%s::text::{term.type}" for term in terms)
        params = [param for term in terms for param in term.params]
        return Condition(f"({left}) {_sign(terms[0], backwards)} ({right})", (*params, *values))
    choices: list[str] = []
    chosen: list[Any] = []
    for position, term in enumerate(terms):
        equal = [f"{earlier.sql} = %s::text::{earlier.type}" for earlier in terms[:position]]
        beyond = f"{term.sql} {_sign(term, backwards)} %s::text::{term.type}"
        choices.append(" AND ".join([*equal, beyond]))
        for earlier, value in zip(terms[: position + 1], values, strict=False):
            chosen += [*earlier.params, value]
    return Condition("(" + " OR ".join(f"({choice})" for choice in choices) + ")", tuple(chosen))


def _sign(term: Term, backwards: bool) -> str:
    return "<" if term.descending != backwards else ">"


def _all(where: Sequence[Condition]) -> str:
    return " AND ".join(condition.sql for condition in where)


def _params(where: Sequence[Condition]) -> list[Any]:
    return [param for condition in where for param in condition.params]


def _signature(terms: Sequence[Term]) -> str:
    return ",".join(("-" if term.descending else "") + term.field for term in terms[:-1])


def _cursor(direction: str, terms: Sequence[Term], row: tuple[Any, ...]) -> str:
    """Opaque to clients: which way, in which order, and the keys of the item to go on from."""
    content = orjson.dumps([direction, _signature(terms), *row[len(HEAD_COLUMNS) :]])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read_cursor(cursor: str, terms: Sequence[Term]) -> tuple[bool, list[str]]:
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        content = None
    if not (
        isinstance(content, list)
        and all(isinstance(part, str) and "\0" not in part for part in content)
        and len(content) == len(terms) + 2
        and content[0] in ("n", "p")
        and content[1] == _signature(terms)
    ):
        message = gettext_noop("The cursor in start was not given for this list in this order.")
        raise QueryError(Problem("", "bad-cursor", message))
    return content[0] == "p", content[2:]


def _query_error(error: DataError) -> QueryError:
    if isinstance(error.__cause__, psycopg.errors.InvalidRegularExpression):
        return QueryError(Problem("", "bad-regex", gettext_noop("The regular expression is not valid.")))
    return QueryError(Problem("", "bad-query", gettext_noop("A value in the query is not of the type that is needed.")))
