"""What the form allows, but better says before it is saved."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from offers.document.kinds.fields import component_type, instant
from offers.document.values import Document

# Template expressions of the placements that show the content; JSON is checked without them.
# One that is never closed takes all the rest: looked for again from every brace, its end would take time by the square.
_VALUE, _TAG = r"\{\{.*?(?:\}\}|\Z)", r"\{%.*?(?:%\}|\Z)"
_EXPRESSION = re.compile(f"{_VALUE}|{_TAG}", re.DOTALL)
_OTHER = {"{{": re.compile(_TAG, re.DOTALL), "{%": re.compile(_VALUE, re.DOTALL)}
_CLOSE = {"{{": "}}", "{%": "%}"}


def warnings(before: Document, after: Document, now: datetime) -> list[str]:
    """What is allowed, but better known before it is saved."""
    found = []
    window, was = after.get("selectionConstraint", {}), before.get("selectionConstraint", {})
    dates = [(window.get(name), was.get(name)) for name in ("startDate", "endDate")]
    capped = before.get("frequencyCappingConstraints") or before.get("cappingConstraint")
    if before.get("status") == "approved" and capped and any(new != old for new, old in dates):
        found.append(
            _("This offer is approved and has limits: with new dates, its counters may start again from zero.")
        )
    if before != after and has_ended(after, now):
        found.append(_("The end date has passed, so nobody will see this offer."))
    if after.get("status") == "approved" and before.get("status") != "approved" and not after.get("representations"):
        found.append(_("It has no representation, so no placement can show it."))
    return found + [_json_warning(at) for content in _json_contents(after) if (at := broken_at(content)) is not None]


def has_ended(document: Document, now: datetime) -> bool:
    """Whether nobody sees the offer any more. Its field says so from the start: nothing moves below it with the first change."""
    return _is_past(document.get("selectionConstraint", {}).get("endDate"), now)


def _is_past(date: Any, now: datetime) -> bool:
    try:
        return isinstance(date, str) and instant(date) < now
    except ValueError:
        return False


def _json_contents(document: Document) -> Iterator[str]:
    for representation in document.get("representations", ()):
        for component in representation.get("components", ()):
            content = component.get("content")
            if component_type(component.get("type", "")) == "json" and isinstance(content, str) and content.strip():
                yield content


def advice(content: str, kind: str | None) -> str:
    """What is better known while a content of this kind is typed; "" where there is nothing."""
    unclosed = next((text[:2] for text in _EXPRESSION.findall(content) if not _is_closed(text)), "")
    if unclosed:
        return _("{sign} is never closed.").format(sign=unclosed)
    at = broken_at(content) if kind == "json" and content.strip() else None
    return _("Not valid JSON from line {line}, column {column} on.").format(line=at[0], column=at[1]) if at else ""


def _is_closed(expression: str) -> bool:
    return expression.endswith(_CLOSE[expression[:2]], 2)


def broken_at(content: str) -> tuple[int, int] | None:
    """The line and the column (both from 1) from which on this is not JSON; None where it is.

    An expression outside of a text stands for a value (`{{`) or for nothing (`{%`).
    """
    text = _EXPRESSION.sub(_blank, content)
    try:
        # Numbers are not made: Python refuses very long ones. NaN and Infinity are Python's own, and no JSON.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return error.lineno, error.colno
    except (_NoJSON, RecursionError):
        return 1, 1
    return None


class _NoJSON(Exception):
    pass


def _refuse(constant: str) -> None:
    raise _NoJSON(constant)


def _blank(found: re.Match[str]) -> str:
    """Spaces in place of an expression, with its line ends, so that places stay what they are."""
    text = found[0]
    if not _is_closed(text):
        # Never closed. What follows can still hold expressions of the other kind, and of no other.
        return text if found.re is not _EXPRESSION else _OTHER[text[:2]].sub(_blank, text)
    spaces = re.sub(r"[^\n]", " ", text[1:]) if "\n" in text else " " * (len(text) - 1)
    return ("0" if text.startswith("{{") else " ") + spaces


def _json_warning(at: tuple[int, int]) -> str:
    return _("A content is not valid JSON from line {line}, column {column} on.").format(line=at[0], column=at[1])
