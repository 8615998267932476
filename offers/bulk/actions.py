"""What a bulk edit does to one document. Pure: an action and a document give a patch; nothing here reads or writes.

An action is a frozen value that survives being stored (`to_json`, `from_json`), because a run outlives the request that
asked for it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from offers.document.diff import diff
from offers.document.errors import InvalidDocument, Problem
from offers.document.kinds.fields import instant
from offers.document.values import Document, Patch
from offers.document.words.labels import gettext_noop

MAX_DAYS = 36_500
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(.*)", re.DOTALL)
_UTC = "UTC"


class Do(StrEnum):
    """What can be done to many offers at once."""

    STATUS = "status"
    ADD_TAG = "add-tag"
    REMOVE_TAG = "remove-tag"
    SHIFT = "shift"
    PRIORITY = "priority"
    PATCH = "patch"
    DELETE = "delete"
    UNDO = "undo"


class Dates(StrEnum):
    """Which dates of an offer a shift moves."""

    WINDOW = "window"
    WINDOW_AND_LIMITS = "window-and-limits"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Action:
    """`value` is a status, a tag's id, a number of days, a priority or a JSON Patch; to delete and for an undo, nothing.

    `dates` says what a shift moves, `zone` in which time zone (an IANA name) the time of day stays. `name` is what a tag was
    called when it was picked, for the run's title.
    """

    do: Do
    value: Any = None
    dates: Dates = Dates.WINDOW
    name: str = ""
    zone: str = _UTC


def to_json(action: Action) -> dict[str, Any]:
    dates, zone = action.dates.value, action.zone
    return {"do": action.do.value, "value": action.value, "dates": dates, "name": action.name, "zone": zone}


def from_json(stored: dict[str, Any]) -> Action:
    return Action(Do(stored["do"]), stored["value"], Dates(stored["dates"]), stored["name"], stored["zone"])


def patch_for(action: Action, document: Document) -> Patch:
    """The patch that does this action to this document; empty where there is nothing to do.

    Raises InvalidDocument where a date would leave the calendar. To delete and to undo are no actions on a
    document alone (`offers/bulk/removing.py`, `offers/bulk/plan.py`).
    """
    if action.do == Do.PATCH:
        return list(action.value)
    after = _CHANGES[action.do](document, action)
    return diff({name: document[name] for name in after if name in document}, after)


def shifted(text: str, days: int, zone: str = _UTC) -> str:
    """A date-time (RFC 3339) moved by whole days: in the zone its time of day stays, also where clocks change in between.

    Offset, precision and spelling stay as sent. Raises OverflowError beyond the years 1 to 9999, ValueError for what is no
    date-time.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    moved = datetime.fromisoformat(found[1]) + timedelta(days=days) - _clocks_go(text, days, ZoneInfo(zone))
    return moved.isoformat(timespec="minutes") + found[2]


def _clocks_go(text: str, days: int, zone: ZoneInfo) -> timedelta:
    """By how much the zone's clocks go forward from this moment to its time of day so many days later."""
    try:
        before = instant(text).astimezone(zone)
        # Arithmetic of one zone is that of its clocks.
        gone = ((before + timedelta(days=days)).utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    except (OverflowError, ValueError):
        # "For ever" is often the last second of the year 9999, which is in the year 10000 elsewhere; no zone knows "never".
        return timedelta()
    # Before time zones had whole minutes, a clock without seconds cannot tell.
    return gone if gone.total_seconds() % 60 == 0 else timedelta()


# Each gives the members of the document that it touches, as they are to be.


def _set_status(document: Document, action: Action) -> Document:
    return {"status": action.value}


def _add_tag(document: Document, action: Action) -> Document:
    tags = document.get("tags") or []
    return {} if action.value in tags else {"tags": [*tags, action.value]}


def _remove_tag(document: Document, action: Action) -> Document:
    tags = document.get("tags") or []
    return {"tags": [tag for tag in tags if tag != action.value]} if action.value in tags else {}


def _set_priority(document: Document, action: Action) -> Document:
    return {"rank": {**(document.get("rank") or {}), "priority": action.value}}


# Which dates are an offer's window and which those of its limits is this action's own meaning: people choose by these words.
def _shift(document: Document, action: Action) -> Document:
    members = {Dates.START: ("startDate",), Dates.END: ("endDate",)}.get(action.dates, ("startDate", "endDate"))
    after: Document = {}
    if document.get("selectionConstraint"):
        window = document["selectionConstraint"]
        after["selectionConstraint"] = _moved(window, members, action, "/selectionConstraint")
    if action.dates == Dates.WINDOW_AND_LIMITS and document.get("frequencyCappingConstraints"):
        pointer = "/frequencyCappingConstraints"
        after[pointer[1:]] = [
            _moved(limit, members, action, f"{pointer}/{index}") for index, limit in enumerate(document[pointer[1:]])
        ]
    return after


def _moved(holder: Document, members: tuple[str, ...], action: Action, pointer: str) -> Document:
    """The object with its dates moved. Raises InvalidDocument."""
    after = dict(holder)
    for member in members:
        if member in holder:
            try:
                after[member] = shifted(holder[member], action.value, action.zone)
            except (OverflowError, ValueError):
                message = gettext_noop("This date cannot be moved by {days} days.")
                problem = Problem(f"{pointer}/{member}", "date-out-of-range", message, params={"days": action.value})
                raise InvalidDocument(problem) from None
    return after


_CHANGES: dict[Do, Callable[[Document, Action], Document]] = {
    Do.STATUS: _set_status,
    Do.ADD_TAG: _add_tag,
    Do.REMOVE_TAG: _remove_tag,
    Do.PRIORITY: _set_priority,
    Do.SHIFT: _shift,
}
