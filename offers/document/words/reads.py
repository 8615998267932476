"""What people read of a content: of HTML its text, of JSON its values. The source is for the patch and the two columns."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

from offers.document.errors import JSON
from offers.document.words.spans import Room, Span, spans
from offers.document.words.tokens import Language, language_of

# More values of one JSON than this are counted, not told.
MOST_VALUES = 3
# What stands for a value that is not there.
_ABSENT = object()
# Where a tag leads and what it shows from elsewhere: as much as the text what customers get, and what a reviewer has to see.
_ADDRESS = re.compile(
    r"""\b(href|src|srcset|action|poster|background)\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>=`]+)""", re.IGNORECASE
)
# What never ends hides all that follows, as in a browser.
_HIDDEN = re.compile(r"<(style|script|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
# Tags that begin a new line, and then all others; the last one may not be typed to its end yet.
_ENDS = r"\b(?:[^<>{]|\{\{[^{}]*+\}\}|\{)*+(?:>|\Z)"
_BLOCK = re.compile(
    rf"</?(?:p|div|h[1-6]|li|ul|ol|tr|td|th|table|section|header|footer|article|hr|br){_ENDS}", re.IGNORECASE
)
_TAG = re.compile(rf"<[/!?]?[A-Za-z]{_ENDS.removeprefix(chr(92) + 'b')}")


class Part(NamedTuple):
    """One thing of a content that is told otherwise: `label` is the way to a value in JSON, the attribute of an address, "" of a text."""

    label: str
    old: str
    new: str
    spans: tuple[Span, ...]


class Reading(NamedTuple):
    """How a change of a source is read.

    "parts": by its parts. "markup": only tags changed, or only how a JSON is written. "values": by how many (`values`)
    changed, 0 where that is not known. `and_markup`: tags changed besides the parts, or more addresses than are told.
    """

    how: Literal["parts", "markup", "values"]
    language: Language
    parts: tuple[Part, ...] = ()
    values: int = 0
    and_markup: bool = False


def reading(old: str, new: str, language: Language, room: Room) -> Reading | None:
    """How the change of a text in this language is read; None where it is read as it stands."""
    if language == "html":
        return _reading_of_html(old, new, room)
    if language == "json":
        return _reading_of_json(old, new, room)
    return None


def _reading_of_html(old: str, new: str, room: Room) -> Reading:
    (old_tags, old_addresses), (new_tags, new_addresses) = _markup_of(old), _markup_of(new)
    was, now = text_of(old), text_of(new)
    texts = [("", was, now)] if was != now else []
    addresses = _led_elsewhere(old_addresses, new_addresses)
    told = [Part(*one, spans(one[1], one[2], "text", room)) for one in [*texts, *addresses[:MOST_VALUES]]]
    if not told:
        return Reading("markup", "html")
    return Reading("parts", "html", tuple(told), and_markup=old_tags != new_tags or len(addresses) > MOST_VALUES)


def _markup_of(html: str) -> tuple[list[str], list[tuple[str, str]]]:
    """All that is no text, without its addresses; and these, each with its attribute."""
    hidden = [found.group() for found in _HIDDEN.finditer(html)]
    tags = [found.group() for found in _TAG.finditer(without_hidden(html))]
    addresses = [
        (found[1].lower(), unescape(found[2].strip("\"'"))) for tag in tags for found in _ADDRESS.finditer(tag)
    ]
    return [*hidden, *(_ADDRESS.sub(r"\1", tag) for tag in tags)], addresses


def _led_elsewhere(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Attribute, old and new address, for each that is not the same in its place; "" for one that came or went."""
    went, came = Counter(old) - Counter(new), Counter(new) - Counter(old)
    if not went and not came and old != new:
        # The same ones, in other places.
        return [(name, was, now) for (name, was), (_name, now) in zip(old, new, strict=True) if was != now]
    found = []
    for name in dict.fromkeys(name for name, _address in (*went.elements(), *came.elements())):
        sides = ([address for one, address in side.elements() if one == name] for side in (went, came))
        found += [(name, was, now) for was, now in zip_longest(*sides, fillvalue="")]
    return found


def read_of(value: JSON, language: Language, text: str) -> str:
    """What is read of a value that came or went: a content, a representation with its contents; of any other, its `text`."""
    if isinstance(value, str) and language in ("html", "json"):
        return text_of(value) if language == "html" else " · ".join(said for _label, said in _leaves_of(value))
    if not isinstance(value, dict):
        return text
    if isinstance(content := value.get("content"), str) and content:
        return read_of(content, language_of(value, "content"), content)
    if isinstance(parts := value.get("components"), list):
        return " · ".join(filter(None, (read_of(one, "text", "") for one in parts)))
    return text


def without_hidden(html: str) -> str:
    """Without what browsers do not show: comments, styles, scripts and the title."""
    return _HIDDEN.sub("", html)


def text_of(html: str) -> str:
    """The text of HTML without its tags, each block on a line of its own; entities are the characters they stand for."""
    shown = _TAG.sub("", _BLOCK.sub("\n", without_hidden(html)))
    lines = (" ".join(line.split()) for line in unescape(shown).split("\n"))
    return "\n".join(line for line in lines if line)


def _reading_of_json(old: str, new: str, room: Room) -> Reading:
    try:
        found = list(_differing(json.loads(old), json.loads(new)))
    except (ValueError, RecursionError):  # Template expressions may stand anywhere in it.
        return Reading("values", "json")
    if not found:
        return Reading("markup", "json")
    simple = all(not isinstance(side, (dict, list)) for _label, *sides in found for side in sides)
    if len(found) > MOST_VALUES or not simple:
        return Reading("values", "json", values=len(found))
    sides = ((label, _said(was), _said(now)) for label, was, now in found)
    return Reading(
        "parts", "json", tuple(Part(label, was, now, spans(was, now, "text", room)) for label, was, now in sides)
    )


def _differing(old: Any, new: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """The way to each value that differs, with both sides of it."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**new, **old}:
            yield from _differing(old.get(name, _ABSENT), new.get(name, _ABSENT), (*way, name))
    elif isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=_ABSENT), 1):
            yield from _differing(one, other, (*way, str(number)))
    elif type(old) is not type(new) or old != new:
        yield " › ".join(way), old, new


def _leaves_of(text: str) -> list[tuple[str, str]]:
    try:
        return [(label, said) for label, _, now in _differing({}, json.loads(text)) if (said := _said(now))]
    except (ValueError, RecursionError):
        return []


def _said(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
