"""The types that document fields are made of, each with its own friendly refusal and with how it is typed."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from offers.document.kinds.declared import Input
from offers.document.words.labels import gettext_noop

CHANNEL_PREFIX = "https://ns.adobe.com/xdm/channel-types/"
MAX_COUNT = 2**31 - 1
CONDITION_BYTES = 15 * 1_024

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_CHANNEL = re.compile(CHANNEL_PREFIX.replace(".", r"\.") + r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_MIME_TYPE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9*][A-Za-z0-9!#$&^_.+*-]*( *; *[^\x00-\x20][^\x00-\x1f]*)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_COMPONENT_TYPE = re.compile(r"(?:[a-z]+:[^\s]*/)?(?:content-)?(?:component-)?(html|imagelink|text|json)")

# The refusals that the types below give, by code: English msgids.
MESSAGES = {
    "blank": gettext_noop("This field cannot be blank."),
    "not-a-date": gettext_noop("Enter a date and time with its offset, like 2026-11-27T00:00:00+09:00."),
    "no-such-date": gettext_noop("There is no such date or time."),
    "date-out-of-range": gettext_noop("Enter a year from 1900 to 9999."),
    "not-a-channel": gettext_noop("A channel is an address that starts with {prefix}."),
    "not-a-mime-type": gettext_noop("A format is a MIME type, like text/html."),
    "not-a-language": gettext_noop("A language is a tag like en-us or ko."),
    "not-a-component-type": gettext_noop("A content type is html, imagelink, text or json."),
    "repeated": gettext_noop("The same entry is there twice."),
    "too-long": gettext_noop("This is longer than {limit} bytes."),
}


def refuse(code: str) -> PydanticCustomError:
    """The error a field type raises; `schema.validate` turns it into a Problem with this code."""
    return PydanticCustomError("refused", "{code}", {"code": code})


@lru_cache(maxsize=4_096)
def instant(text: str) -> datetime:
    """The moment that an RFC 3339 date-time with offset means, to the microsecond, in its own offset.

    Accepts what both Python and PostgreSQL can hold: years 1900 to 9999 in UTC, offsets up to 15:59, no leap second.
    Raises ValueError, whose text is a code of MESSAGES.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("not-a-date")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    if offset >= timedelta(hours=16) or int(offset_minutes or 0) > 59:
        raise ValueError("no-such-date")
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone(-offset if sign == "-" else offset))
    except ValueError:
        raise ValueError("no-such-date") from None
    try:
        moment += timedelta(microseconds=round(int((fraction or "0").ljust(9, "0")) / 1000))
        in_range = moment.year >= 1900 and moment.astimezone(UTC).year >= 1900
    except OverflowError:
        in_range = False
    if not in_range:
        raise ValueError("date-out-of-range")
    return moment


def component_type(text: str) -> str | None:
    """The short name (html, imagelink, text, json) of a component type in any of its spellings; None if it is none."""
    match = _COMPONENT_TYPE.fullmatch(text)
    return match[1] if match else None


def _date_time(text: str) -> str:
    try:
        instant(text)
    except ValueError as error:
        raise refuse(str(error)) from None
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise refuse("blank")
    return text


def _matching(pattern: re.Pattern[str], code: str) -> AfterValidator:
    def validate(text: str) -> str:
        if not pattern.fullmatch(text):
            raise refuse(code)
        return text

    return AfterValidator(validate)


def _pattern(pattern: re.Pattern[str]) -> dict[str, JsonValue]:
    return {"pattern": f"^(?:{pattern.pattern})$"}


def _unique(items: list[str]) -> list[str]:
    if len(set(items)) != len(items):
        raise refuse("repeated")
    return items


def _at_most_bytes(limit: int) -> AfterValidator:
    def validate(text: str) -> str:
        if len(text) * 4 > limit and len(text.encode(errors="replace")) > limit:
            raise PydanticCustomError("refused", "{code}", {"code": "too-long", "limit": limit})
        return text

    return AfterValidator(validate)


# What the JSON Schema says of the checks above. A limit in bytes can only be told in characters, of which there are no more.
_INK: dict[str, JsonValue] = {"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}
_SET: dict[str, JsonValue] = {"uniqueItems": True}
_INSTANT: dict[str, JsonValue] = {"format": "date-time"}
_KILOBYTE: dict[str, JsonValue] = {"maxLength": 1_024}
_CONDITION: dict[str, JsonValue] = {**_INK, "maxLength": CONDITION_BYTES}

DateTime: TypeAlias = Annotated[
    str, Field(max_length=40, json_schema_extra=_INSTANT), AfterValidator(_date_time), Input.DATE
]
Name: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=255, json_schema_extra=_INK), AfterValidator(_not_blank), Input.LINE
]
Description: TypeAlias = Annotated[str, Field(max_length=4_000), Input.TEXT]
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=255, json_schema_extra=_INK), AfterValidator(_not_blank)]
Short: TypeAlias = Annotated[str, Field(max_length=1_000), Input.LINE]
Url: TypeAlias = Annotated[str, Field(max_length=8_000), Input.URL]
Count: TypeAlias = Annotated[int, Field(ge=1, le=MAX_COUNT), Input.NUMBER]
Priority: TypeAlias = Annotated[int, Field(ge=0, le=MAX_COUNT), Input.NUMBER]
Channel: TypeAlias = Annotated[
    str, Field(json_schema_extra=_pattern(_CHANNEL)), _matching(_CHANNEL, "not-a-channel"), Input.CHOICE
]
MimeType: TypeAlias = Annotated[
    str,
    Field(max_length=255, json_schema_extra=_pattern(_MIME_TYPE)),
    _matching(_MIME_TYPE, "not-a-mime-type"),
    Input.LINE,
]
Language: TypeAlias = Annotated[
    str, Field(max_length=60, json_schema_extra=_pattern(_LANGUAGE)), _matching(_LANGUAGE, "not-a-language")
]
ComponentType: TypeAlias = Annotated[
    str,
    Field(max_length=255, json_schema_extra=_pattern(_COMPONENT_TYPE)),
    _matching(_COMPONENT_TYPE, "not-a-component-type"),
    Input.CHOICE,
]
Kilobyte: TypeAlias = Annotated[str, Field(json_schema_extra=_KILOBYTE), _at_most_bytes(1_024), Input.TEXT]
Condition: TypeAlias = Annotated[
    str,
    Field(min_length=1, json_schema_extra=_CONDITION),
    AfterValidator(_not_blank),
    _at_most_bytes(CONDITION_BYTES),
    Input.CODE,
]
AttributeName: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=200, json_schema_extra=_INK), AfterValidator(_not_blank)
]
Labels: TypeAlias = Annotated[
    list[Id], Field(max_length=100, json_schema_extra=_SET), AfterValidator(_unique), Input.LINES
]
Tags: TypeAlias = Annotated[list[Id], Field(max_length=20, json_schema_extra=_SET), AfterValidator(_unique), Input.IDS]
Members: TypeAlias = Annotated[
    list[Id], Field(max_length=500, json_schema_extra=_SET), AfterValidator(_unique), Input.IDS
]
Placements: TypeAlias = Annotated[
    list[Id], Field(max_length=30, json_schema_extra=_SET), AfterValidator(_unique), Input.IDS
]
Languages: TypeAlias = Annotated[
    list[Language], Field(max_length=50, json_schema_extra=_SET), AfterValidator(_unique), Input.LANGUAGES
]
