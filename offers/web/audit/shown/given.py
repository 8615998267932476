"""What a change gave to a field, where a line has room for it: read from its patch alone, so that no line asks for more."""

import re
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.errors import JSON
from offers.document.kinds.reading import DECLARED, REFERENCES, named
from offers.document.values import unescape
from offers.document.words.labels import UNKNOWN_FIELD
from offers.document.words.naming import value_text
from offers.document.words.reads import text_of
from offers.document.words.touched import fields_of
from offers.models import Revision
from offers.web.frame.words import shown

# Characters of a patch that is read for it, of a content in it, and of a value that a line has room for.
READ_UP_TO, CONTENT, ROOM = 4_000, 400, 32
LIMITS = ("cappingConstraint", "frequencyCappingConstraints")
# Of these, what is a number of times.
TIMES = ("limit", "globalCap", "profileCap")
# Of a JSON the first words are its brackets; an expression has two of them.
JSON_BEGINS = re.compile(r'\s*(?:\{\s*["}]|\[)')
# What says nothing at the end of a text that is cut.
PAUSES = " .,;:·*。、"


def given(made: Revision) -> dict[str, str]:
    """What a line says of the fields that a change touched, by what these are called: with their new values, where there is room."""
    found: dict[str, str] = {}
    if len(made.patch) > READ_UP_TO or not made.patch.startswith("["):
        return found
    for operation in orjson.loads(made.patch):
        for field in list(fields_of([{"op": operation["op"], "path": operation["path"]}]))[-1:]:
            called, label, value = _(DECLARED[field]), _label(field, operation["path"]), _text(operation)
            if field == "status":
                # Its badge says which.
                found[called] = called
            elif value and called not in found:
                found[called] = f"{label} → {value}"
            elif operation["path"].rpartition("/")[2] != "content" or called not in found:
                # Where two of one name were changed, nothing says which got the value; of two texts the first does.
                found[called] = changed(_(DECLARED[_top(field)]))
    return found


def changed(called: str) -> str:
    """What is said of a field whose value has no room."""
    return _("{field} changed").format(field=called)


def _top(field: str) -> str:
    """Whatever of a limit was changed, the limits were."""
    top = field.partition("/")[0]
    return top if top in LIMITS else field


def _label(field: str, pointer: str) -> str:
    """Of what people name themselves, as an attribute, its name."""
    around, last = map(unescape, pointer[1:].rpartition("/")[::2])
    own = named(field).item if around == field and not (last.isdecimal() or last == "-") else UNKNOWN_FIELD
    return _(DECLARED[_top(field)]) if own == UNKNOWN_FIELD else _(own).format(name=last)


def _text(operation: dict[str, Any]) -> str:
    value: JSON = operation.get("value")
    member = unescape(operation["path"].rpartition("/")[2])
    if isinstance(value, dict | list):
        return _times(value)
    # Ids say nothing without a query.
    if value is None or member in REFERENCES or member.isdecimal() or member == "-":
        return ""
    if member in TIMES and isinstance(value, int):
        return _at_most(value)
    if member == "content":
        value = "" if JSON_BEGINS.match(str(value)) else text_of(str(value)[:CONTENT])
    text = " ".join(shown(*value_text(member, value)).split())
    return text if len(text) <= ROOM else text[:ROOM].rsplit(" ", 1)[0].rstrip(PAUSES) + "…"


def _times(value: JSON) -> str:
    """Of one limit that was put there whole, how often."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    found = [n for name in TIMES if isinstance(n := one.get(name), int)] if isinstance(one, dict) else []
    return _at_most(found[0]) if len(found) == 1 else ""


def _at_most(n: int) -> str:
    return ngettext("at most {n} time", "at most {n} times", n).format(n=n)
