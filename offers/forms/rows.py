"""Repeatable rows of a form. Each knows which item of the opened document it was, so that a change stays that item's."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from offers.document.identity import both_keys
from offers.document.values import canonical
from offers.forms.fields import Texts

# More rows than any document may have in one list; what is beyond comes from no page of ours.
MAX_ROWS = 500
COMPONENTS = "components"


@dataclass(slots=True)
class Row:
    """An item of a list: its index in the opened document (None for a new one), its texts, and the rows inside it.

    `pointer` is where it stands in the form, which is where it will stand in the document. `fresh` marks the row that
    was added just now.
    """

    was: int | None
    texts: Texts
    rows: list["Row"] = field(default_factory=list)
    pointer: str = ""
    fresh: bool = False


Write = Callable[[Mapping[str, Any] | None, Row], dict[str, Any]]


def numbered(rows: list[Row], pointer: str) -> list[Row]:
    """The rows with their pointers set: `pointer` is that of the list."""
    for index, row in enumerate(rows):
        row.pointer = f"{pointer}/{index}"
        numbered(row.rows, f"{row.pointer}/{COMPONENTS}")
    return rows


def indices_in(before: Sequence[Any], items: Sequence[Any], member: str) -> list[int | None]:
    """Where each of these items of the list in this member is in another version of that list; None for a new one.

    Items without an identity are the same where they say the same, and otherwise where they stand at the same place.
    """
    if before is items:
        return list(range(len(items)))
    keys = both_keys(member, before, items)
    if keys is not None:
        at = {key: index for index, key in enumerate(keys[0])}
        return [at.get(key) for key in keys[1]]
    same = {canonical(item): index for index, item in enumerate(before)}
    placed = [index if index < len(before) else None for index in range(len(items))]
    return [same.get(canonical(item), index) for item, index in zip(items, placed, strict=True)]


def every(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from every(row.rows)


def original(before: Sequence[Any], row: Row) -> Any:
    """The item that the row was when the document was opened, or None."""
    return before[row.was] if row.was is not None and row.was < len(before) else None


def written_rows(before: Sequence[Any], rows: Iterable[Row], write: Write) -> list[Any]:
    """The items that the rows make; `write` gets the item that each one was."""
    return [write(original(before, row), row) for row in rows]


def sent_rows(sent: Mapping[str, str], pointer: str, *, inner: str = "") -> list[Row]:
    """The rows of the list at `pointer` among the fields of a submitted form, in the order of their numbers.

    Their `inner` list, where they have one, is read the same way.
    """
    part = re.compile(re.escape(pointer) + r"/([0-9]{1,4})/(.+)")
    found: dict[int, Texts] = {}
    for name, text in sent.items():
        if match := part.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = text
    rows = []
    for index, texts in sorted(found.items())[:MAX_ROWS]:
        inside = sent_rows(sent, f"{pointer}/{index}/{inner}") if inner else []
        was = texts.pop("was", "")
        rows.append(Row(int(was) if re.fullmatch(r"[0-9]{1,4}", was) else None, texts, inside))
    return numbered(rows, pointer)


def operate(rows: list[Row], operation: str, index: int, new: Callable[[], Row], to: int = -1) -> None:
    """Add a new row at the end, or remove, move up, move down or move `to` a place the one at the index.

    Impossible ones do nothing.
    """
    if operation == "add" and len(rows) < MAX_ROWS:
        rows.append(new())
        rows[-1].fresh = True
    elif operation == "remove" and index < len(rows):
        del rows[index]
    elif operation == "move" and index < len(rows) and 0 <= to < len(rows):
        rows.insert(to, rows.pop(index))
    elif operation in ("up", "down"):
        other = index - 1 if operation == "up" else index + 1
        if index < len(rows) and 0 <= other < len(rows):
            rows[index], rows[other] = rows[other], rows[index]
