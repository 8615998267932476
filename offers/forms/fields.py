"""Single members of a document in a form: how each kind is shown as text, and what is read from what was typed.

The rule that everything here serves: **what was not touched stays as it was**, to the byte. A text that is the one shown
leaves the member alone, so a form that is submitted unchanged changes nothing, however the value was spelt.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from offers.document.errors import JSON
from offers.document.kinds.fields import instant
from offers.document.merge import ABSENT
from offers.document.values import clone

Texts = dict[str, str]

# More digits than any number of a document has; what is longer stays text, and is refused as that.
_NUMBER = re.compile(r"\s*[+-]?\d{1,15}\s*")


@dataclass(frozen=True, slots=True)
class Field:
    """`show` gives the text for a value that is there, `read` the value for a text; both get the viewer's time zone.

    `read` gives the text itself where it cannot be read: the validator then says what is wrong with it, and the person
    sees what they typed. `absent` is the text for a member that is not there, `same` whether two texts mean the same.
    """

    show: Callable[[JSON, ZoneInfo], str]
    read: Callable[[str, ZoneInfo], JSON]
    absent: str = ""
    same: Callable[[str, str], bool] = str.__eq__
    optional: bool = True


def shown(fields: Mapping[str, Field], document: Mapping[str, Any], zone: ZoneInfo) -> Texts:
    """The texts of the fields, by their path ("rank/priority"), for a document or an item of one of its lists."""
    values = ((path, field, _get(document, path)) for path, field in fields.items())
    return {path: field.absent if value is ABSENT else field.show(value, zone) for path, field, value in values}


def written(
    fields: Mapping[str, Field], before: Mapping[str, Any] | None, texts: Mapping[str, str], zone: ZoneInfo
) -> dict[str, Any]:
    """A copy of `before` with what the texts change. What no field shows stays; so does a field without a text.

    Without `before`, everything that is not empty is written down.
    """
    document: dict[str, Any] = clone(dict(before or {}))
    were = shown(fields, before, zone) if before is not None else {}
    for path, field in fields.items():
        text = texts.get(path)
        if text is None or (path in were and field.same(were[path], text)):
            continue
        if text == "" and field.optional:
            _remove(document, path)
        else:
            _put(document, path, _ordered(_get(document, path), field.read(text, zone)))
    return document


def clean(text: str) -> str:
    """What a browser sent, with the line ends that texts are stored with: it sends CRLF whatever it was given."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """A text as a browser keeps it in a single-line input."""
    return text.replace("\r", "").replace("\n", "")


def kept_first(before: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """What was chosen, without repeats: what was there before first, in its order."""
    wanted = dict.fromkeys(chosen)
    return [*(item for item in dict.fromkeys(before) if item in wanted), *(i for i in wanted if i not in set(before))]


def date_shown(value: JSON, zone: ZoneInfo) -> str:
    """A document's date as <input type="datetime-local"> has it: local time of the zone, seconds only if there are any."""
    try:
        local = instant(str(value)).astimezone(zone)
    except ValueError:
        return str(value)
    except OverflowError:
        # "For ever" is often the last second of the year 9999, which is in the year 10000 elsewhere.
        local = instant(str(value))
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def date_read(text: str, zone: ZoneInfo) -> str:
    """A local time of the zone as the document writes it, with milliseconds and offset; anything else stays as typed."""
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is not None:
            return text
        moment = local.replace(tzinfo=zone)
        offset = moment.utcoffset()
        # Before time zones had whole minutes, RFC 3339 has no way to say their offset.
        whole = offset is not None and offset.total_seconds() % 60 == 0
        return (moment if whole else moment.astimezone(UTC)).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        return text


def _same_minute(a: str, b: str) -> bool:
    return _without_zeros(a) == _without_zeros(b)


def _without_zeros(text: str) -> str:
    # Browsers differ in whether they send seconds that are zero.
    return re.sub(r"(T\d\d:\d\d):00(\.0+)?$", r"\1", re.sub(r"\.0+$", "", text))


def _number_read(text: str, zone: ZoneInfo) -> JSON:
    return int(text) if _NUMBER.fullmatch(text) else text


def _plain(text: str, zone: ZoneInfo) -> JSON:
    return text


def _show_line(value: JSON, zone: ZoneInfo) -> str:
    return one_line(str(value))


def _show_text(value: JSON, zone: ZoneInfo) -> str:
    return clean(str(value))


def _get(document: Mapping[str, Any], path: str) -> JSON:
    value: JSON = document
    for name in path.split("/"):
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value


def _put(document: dict[str, Any], path: str, value: JSON) -> None:
    *parents, name = path.split("/")
    for parent in parents:
        document = document.setdefault(parent, {})
    document[name] = value


def _remove(document: dict[str, Any], path: str) -> None:
    *parents, name = path.split("/")
    for parent in parents:
        document = document.get(parent, {})
    document.pop(name, None)


def _ordered(before: JSON, value: JSON) -> JSON:
    return kept_first(before, value) if isinstance(before, list) and isinstance(value, list) else value


LINE = Field(_show_line, _plain)
TEXT = Field(_show_text, _plain)
NUMBER = Field(lambda value, zone: str(value), _number_read)
DATE = Field(date_shown, date_read, same=_same_minute)
LINES = Field(
    lambda value, zone: "\n".join(clean(item) for item in value),
    lambda text, zone: [line.strip() for line in text.split("\n") if line.strip()],
)
LANGUAGES = Field(lambda value, zone: ", ".join(value), lambda text, zone: re.split(r"[\s,]+", text.strip(" ,\t")))


def choice(absent: str = "", *, optional: bool = True) -> Field:
    """One of a list; `absent` is what a document without the member means."""
    return Field(_show_line, _plain, absent, optional=optional)


def choices(options: tuple[str, ...]) -> Field:
    """Some of a list, shown in its order; no option has a space in it."""
    return Field(
        lambda value, zone: " ".join(option for option in options if option in value), lambda text, zone: text.split()
    )


def check(absent: str = "") -> Field:
    """A box: "yes" when it is ticked. Unticking says so in the document; it never takes the member away."""
    return Field(lambda value, zone: "yes" if value else "", lambda text, zone: text == "yes", absent, optional=False)
