"""What a bulk edit does to one document. Pure: an action and a document give a patch; nothing here reads or writes.

An action is a frozen value that survives being stored (`to_json`, `from_json`), because a run outlives the request that
asked for it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from offers.document.diff import diff
from offers.document.errors import InvalidDocument, Problem
from offers.document.labels import gettext_noop
from offers.document.values import clone

Document = dict[str, Any]
Patch = list[dict[str, Any]]

MAX_DAYS = 36_500
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)", re.DOTALL)


class Do(StrEnum):
    """What can be done to many offers at once."""

    STATUS = "status"
    ADD_TAG = "add-tag"
    REMOVE_TAG = "remove-tag"
    SHIFT = "shift"
    PRIORITY = "priority"
    PATCH = "patch"
    UNDO = "undo"


class Dates(StrEnum):
    """Which dates of an offer a shift moves."""

    WINDOW = "window"
    WINDOW_AND_LIMITS = "window-and-limits"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Action:
    """`value` is a status, a tag's id, a number of days, a priority or a JSON Patch; for an undo, nothing.

    `dates` says what a shift moves. `name` is what a tag was called when it was picked, for the run's title.
    """

    do: Do
    value: Any = None
    dates: Dates = Dates.WINDOW
    name: str = ""


def to_json(action: Action) -> dict[str, Any]:
    return {"do": action.do.value, "value": action.value, "dates": action.dates.value, "name": action.name}


def from_json(stored: dict[str, Any]) -> Action:
    return Action(Do(stored["do"]), stored["value"], Dates(stored["dates"]), stored["name"])


def patch_for(action: Action, document: Document) -> Patch:
    """The patch that does this action to this document; empty where there is nothing to do.

    Raises InvalidDocument where a date would leave the calendar. An undo is no action on a document alone
    (`offers/bulk_work.py`).
    """
    if action.do == Do.PATCH:
        return list(action.value)
    after = clone(document)
    _CHANGES[action.do](after, action)
    return diff(document, after)


def shifted(text: str, days: int) -> str:
    """A date-time (RFC 3339) moved by whole days. Only its date changes: offset, precision and spelling stay as sent.

    Raises OverflowError beyond the years 1 to 9999, ValueError for what is no date-time.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return (date.fromisoformat(found[1]) + timedelta(days=days)).isoformat() + found[2]


def _set_status(document: Document, action: Action) -> None:
    document["status"] = action.value


def _add_tag(document: Document, action: Action) -> None:
    tags = document.get("tags") or []
    if action.value not in tags:
        document["tags"] = [*tags, action.value]


def _remove_tag(document: Document, action: Action) -> None:
    tags = document.get("tags") or []
    if action.value in tags:
        document["tags"] = [tag for tag in tags if tag != action.value]


def _set_priority(document: Document, action: Action) -> None:
    document["rank"] = {**(document.get("rank") or {}), "priority": action.value}


def _shift(document: Document, action: Action) -> None:
    for holder, member, pointer in _dated(document, action.dates):
        try:
            holder[member] = shifted(holder[member], action.value)
        except (OverflowError, ValueError):
            message = gettext_noop("This date cannot be moved by {days} days.")
            raise InvalidDocument(
                Problem(pointer, "date-out-of-range", message, params={"days": action.value})
            ) from None


def _dated(document: Document, which: Dates) -> Iterator[tuple[Document, str, str]]:
    """The dates to move: the object that holds one, its member name there, and where that is."""
    members = {Dates.START: ("startDate",), Dates.END: ("endDate",)}.get(which, ("startDate", "endDate"))
    holders = [("/selectionConstraint", document.get("selectionConstraint"))]
    if which == Dates.WINDOW_AND_LIMITS:
        limits = document.get("frequencyCappingConstraints") or []
        holders += [(f"/frequencyCappingConstraints/{index}", limit) for index, limit in enumerate(limits)]
    for pointer, holder in holders:
        for member in members:
            if holder and isinstance(holder.get(member), str):
                yield holder, member, f"{pointer}/{member}"


_CHANGES: dict[Do, Callable[[Document, Action], None]] = {
    Do.STATUS: _set_status,
    Do.ADD_TAG: _add_tag,
    Do.REMOVE_TAG: _remove_tag,
    Do.PRIORITY: _set_priority,
    Do.SHIFT: _shift,
}
