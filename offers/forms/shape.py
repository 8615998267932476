"""What the forms of the smaller library objects are made of: how each kind's document is shown and read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from offers.document.errors import JSON
from offers.document.values import Document
from offers.forms.fields import Field, Texts, clean
from offers.forms.rows import Row


@dataclass(frozen=True, slots=True)
class RowList:
    """`shown` gives the texts of a row for an item, `written` the item that a row makes of the one it was."""

    member: str
    shown: Callable[[Document, ZoneInfo], Texts]
    written: Callable[[Mapping[str, Any] | None, Row, ZoneInfo], Document]

    @property
    def pointer(self) -> str:
        return f"/{self.member}"


@dataclass(frozen=True, slots=True)
class Shape:
    """`shown` gives the texts of the form for a document, `written` the document that the texts make of another one.

    `many` are the names of the inputs with many values, whose text is a list of ids (see `ids_text`); so are those of
    rows, by the end of their name. `rows` is the list of the document whose items are rows of the form. `input_for` gives
    the name of the input for a place of the document that no input is named after.
    """

    shown: Callable[[Document, ZoneInfo], Texts]
    written: Callable[[Document, Mapping[str, str], ZoneInfo], Document]
    many: tuple[str, ...] = ()
    rows: RowList | None = None
    input_for: Callable[[Texts, str], str] = lambda texts, pointer: ""


def ids_text(ids: list[str]) -> str:
    """Ids as the one text of a field: they may have any character in them."""
    return orjson.dumps([clean(id) for id in ids]).decode()


def ids_of(text: str) -> list[str]:
    """The ids of such a text, without repeats; none for any other text."""
    try:
        ids = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return list(dict.fromkeys(id for id in ids if isinstance(id, str) and id)) if isinstance(ids, list) else []


def without_emptied(before: JSON, after: Document) -> Document:
    """`after` without the objects that have lost their last member; one that was empty before stays."""
    kept = {}
    for name, value in after.items():
        was = before.get(name) if isinstance(before, dict) else None
        left = without_emptied(was, value) if isinstance(value, dict) else value
        if left != {} or was == {}:
            kept[name] = left
    return kept


# A list of ids that can be emptied: it stays then, as an empty list.
IDS = Field(lambda value, zone: ids_text(value), lambda text, zone: ids_of(text), absent="[]", optional=False)
