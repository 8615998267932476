"""The `property` expressions of a list request, as conditions in SQL.

An expression is `[!]field[op]value`, op one of == != <= >= < > ~ (a regular expression). Field names, values and
regular expressions come from outside: every one of them is a parameter of a fixed statement, never part of its text.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import orjson

from offers.document.errors import DocumentError, Problem
from offers.document.kinds.reading import DATES
from offers.document.words.labels import gettext_noop
from offers.lists.keyset import Condition

MAX_EXPRESSIONS = 8
MAX_EXPRESSION_LENGTH = 1_000
MAX_REGEX_LENGTH = 200
MAX_SEGMENTS = 24
MAX_FIELD_LENGTH = 200

# What the server adds to a document, and the columns it keeps it in: of the item, or of its row in lists, which has indexes.
TEXT_COLUMNS = {
    "id": "listing.id",
    "name": "listing.name",
    "createdBy": "item.created_by",
    "createdByClientId": "item.created_by_client",
    "lastModifiedBy": "item.modified_by",
    "lastModifiedByClientId": "item.modified_by_client",
}
INSTANT_COLUMNS = {
    "created": "listing.created_at",
    "createdDate": "listing.created_at",
    "modified": "listing.modified_at",
    "lastModifiedDate": "listing.modified_at",
}
# Dates inside documents, by path without list positions: validated before they are stored, so that the cast is safe.
DATE_PATHS = frozenset(".".join(path) for path in DATES)

_EXPRESSION = re.compile(r"(?P<not>!?)(?P<field>[^=!<>~]+)(?:(?P<op>==|!=|<=|>=|<|>|~)(?P<value>.*))?", re.DOTALL)
_POSITION = re.compile(r"0|[1-9][0-9]{0,5}")
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
# A `+` that was not percent-encoded reaches us as a space.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


class QueryError(DocumentError):
    """A list request that cannot be understood (400) or takes too long (422)."""

    status = 400
    title: ClassVar[str] = gettext_noop("The query could not be answered")


def conditions(texts: Iterable[str]) -> list[Condition]:
    """What the `property` parameters ask for, all of it together (AND). Raises QueryError.

    An expression may hold several, joined by commas; `\\,` is a comma that joins nothing.
    """
    parts = [part.replace("\\,", ",") for text in texts for part in _UNESCAPED_COMMA.split(text) if part.strip()]
    if len(parts) > MAX_EXPRESSIONS:
        message = gettext_noop("There can be at most {limit} property expressions.")
        raise QueryError(Problem("", "too-many-expressions", message, params={"limit": MAX_EXPRESSIONS}))
    return [_condition(part) for part in parts]


def segments_of(field: str) -> list[str]:
    """The names that a dot path goes through. Raises QueryError for a path that could be nobody's."""
    segments = field.strip().split(".")
    if not all(segments) or len(segments) > MAX_SEGMENTS or len(field) > MAX_FIELD_LENGTH or "\0" in field:
        raise _bad("bad-field", gettext_noop("The field {field} is not a dot path."), field=field)
    return segments


def date_path(segments: list[str]) -> bool:
    """Whether what stands at this path is always a date."""
    return ".".join(segment for segment in segments if not segment.isdecimal()) in DATE_PATHS


def parse_instant(text: str) -> datetime | None:
    """A date or date-time (RFC 3339, ISO 8601) as an instant; without an offset it is in UTC. None for anything else."""
    return date_time(text, UTC)


def date_time(text: str, zone: tzinfo) -> datetime | None:
    """The same; without an offset it is in this zone."""
    try:
        value = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
    except ValueError:
        return None
    value = value if value.tzinfo else value.replace(tzinfo=zone)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return None


def _condition(text: str) -> Condition:
    found = _EXPRESSION.fullmatch(text)
    if found is None or len(text) > MAX_EXPRESSION_LENGTH or "\0" in text:
        message = gettext_noop("{expression} is not a property expression: [!]field[op]value.")
        raise _bad("bad-property", message, expression=text)
    op, value = found["op"], found["value"]
    negated = bool(found["not"]) != (op == "!=")
    made = _positive(found["field"].strip(), "==" if op == "!=" else op, value)
    return Condition(f"NOT COALESCE(({made.sql}), FALSE)", made.params) if negated else made


def _positive(field: str, op: str | None, value: str) -> Condition:
    if op == "~":
        _check_regex(value)
    if field in TEXT_COLUMNS:
        return _text_condition(TEXT_COLUMNS[field], op, value)
    if field in INSTANT_COLUMNS:
        return _instant_condition(INSTANT_COLUMNS[field], op, value)
    if field == "etag":
        return _number_condition("item.etag", op, value)
    return _document_condition(segments_of(field), op, value)


def _text_condition(column: str, op: str | None, value: str) -> Condition:
    match op:
        case None:
            return Condition("TRUE")
        case "==":
            return Condition(f"{column} = %s::text", (value,))
        case "~":
            return Condition(f"{column} ~ %s::text", (value,))
        case _:
            return Condition(f'{column} COLLATE "C" {op} %s::text', (value,))


def _instant_condition(column: str, op: str | None, value: str) -> Condition:
    """Times are shown to the millisecond and kept to the microsecond: compare as they are shown, with the index."""
    if op is None:
        return Condition("TRUE")
    shown = _date_value(value, op)
    shown = shown.replace(microsecond=shown.microsecond // 1000 * 1000)
    after = min(shown, datetime.max.replace(tzinfo=UTC) - timedelta(seconds=1)) + timedelta(milliseconds=1)
    match op:
        case "==":
            return Condition(f"({column} >= %s::timestamptz AND {column} < %s::timestamptz)", (shown, after))
        case ">" | "<=":
            return Condition(f"{column} {'>=' if op == '>' else '<'} %s::timestamptz", (after,))
        case _:
            return Condition(f"{column} {op} %s::timestamptz", (shown,))


def _number_condition(column: str, op: str | None, value: str) -> Condition:
    if op is None:
        return Condition("TRUE")
    number = _number(value)
    if number is None or op == "~":
        raise _bad("bad-value", gettext_noop("{value} is not a number."), value=value)
    return Condition(f"{column} {'=' if op == '==' else op} %s::numeric", (number,))


def _document_condition(segments: list[str], op: str | None, value: str) -> Condition:
    """A condition on what stands at a path of the document; on a list, that any of its items meets it.

    CASE, not AND, guards each cast: PostgreSQL promises no order for the sides of an AND.
    """
    path = _json_path(segments)
    if op is None:
        return Condition("jsonb_path_exists(item.document, %s::jsonpath, '{}', TRUE)", (path,))
    params: tuple[Any, ...]
    if date_path(segments) and op != "~":
        test = "CASE jsonb_typeof(value) WHEN 'string' THEN offers_instant(value #>> '{}') %OP% %s::timestamptz END"
        params = (_date_value(value, op),)
    elif op == "==":
        test, params = "value = ANY(%s::text[]::jsonb[])", (_candidates(value),)
    elif op == "~":
        test = "CASE WHEN jsonb_typeof(value) IN ('string', 'number') THEN value #>> '{}' ~ %s::text END"
        params = (value,)
    elif (number := _number(value)) is not None:
        test = """CASE jsonb_typeof(value) WHEN 'number' THEN (value #>> '{}')::numeric %OP% %s::numeric
                  WHEN 'string' THEN (value #>> '{}') COLLATE "C" %OP% %s::text END"""
        params = (number, value)
    else:
        test = """CASE jsonb_typeof(value) WHEN 'string' THEN (value #>> '{}') COLLATE "C" %OP% %s::text END"""
        params = (value,)
    test = test.replace("%OP%", "=" if op == "==" else op)
    return Condition(
        f"EXISTS (SELECT FROM jsonb_path_query(item.document, %s::jsonpath, '{{}}', TRUE) AS found(value) WHERE {test})",
        (f"{path}[*]", *params),
    )


def _json_path(segments: list[str]) -> str:
    """The SQL/JSON path: lax, so that a step goes into every item of a list, and a short number picks one of them."""
    return "lax $" + "".join(
        f"[{segment}]" if _POSITION.fullmatch(segment) else f".{_quoted(segment)}" for segment in segments
    )


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def _candidates(value: str) -> list[str]:
    """The JSON values that a text in an address can stand for: the text, and the number, true, false or null it spells."""
    candidates = [_quoted(value)]
    if (number := _number(value)) is not None:
        candidates.append(str(number))
    if value in ("true", "false", "null"):
        candidates.append(value)
    return candidates


def _number(value: str) -> Decimal | None:
    if len(value) >= 100:
        return None
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    # Far outside what a document can hold, and slow to write out.
    return number if number.is_finite() and abs(number.adjusted()) < 400 else None


def _date_value(value: str, op: str) -> datetime:
    instant = None if op == "~" else parse_instant(value)
    if instant is None:
        raise _bad("bad-value", gettext_noop("{value} is not a date."), value=value)
    return instant


def _check_regex(value: str) -> None:
    if len(value) > MAX_REGEX_LENGTH:
        message = gettext_noop("A regular expression has at most {limit} characters.")
        raise QueryError(Problem("", "regex-too-long", message, params={"limit": MAX_REGEX_LENGTH}))


def _bad(code: str, message: str, **params: str) -> QueryError:
    return QueryError(Problem("", code, message, params={name: text[:200] for name, text in params.items()}))
