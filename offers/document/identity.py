"""Which lists hold items with an identity, and what that identity is. Diff, merge, blame and describe all ask here.

The rule goes by the name of the member that holds the list, wherever it stands: names mean one thing in all documents.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import orjson

from offers.document.errors import JSON

# Identity of a place: member names and item keys from the root down. An item key starts with "[", which keeps the two
# apart for readers; a place's container says which of them it is.
Path: TypeAlias = tuple[str, ...]

# Longer lists are replaced as a whole: matching their items would take too long, and nobody could read the result.
MAX_ITEMS = 2_000


def _by(*alternatives: tuple[str, ...]) -> Callable[[JSON], str | None]:
    """Items are objects, known by the first of these groups of members of which they have at least the first one."""

    def key(item: JSON) -> str | None:
        if isinstance(item, dict):
            for members in alternatives:
                if item.get(members[0]) is not None:
                    return _text([members[0], *(item.get(member) for member in members)])
        return None

    return key


def _by_value(item: JSON) -> str | None:
    return None if isinstance(item, (dict, list)) else _text([item])


def _capping(item: JSON) -> str | None:
    """A capping row: its id, else what it counts; how much and until when is what people edit."""
    if not isinstance(item, dict):
        return None
    if item.get("id") is not None:
        return _text(["id", item["id"]])
    repeat = item.get("repeat")
    unit = repeat.get("unit") if isinstance(repeat, dict) else None
    return _text(["scope", item.get("scope"), item.get("entity"), item.get("events"), unit])


def _text(parts: list[JSON]) -> str:
    """A text that only the same values, of the same types, have."""
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


RULES: Mapping[str, Callable[[JSON], str | None]] = {
    "representations": _by(("placement", "channel")),
    "components": _by(("id",), ("format", "language")),
    "frequencyCappingConstraints": _capping,
    "segmentIdentities": _by(("xid",), ("_id",)),
    "criteria": _by(("id",), ("placements",)),
    "tags": _by_value,
    "ids": _by_value,
    "placements": _by_value,
    "labels": _by_value,
    "events": _by_value,
    "language": _by_value,
    "referencePaths": _by_value,
}


def item_keys(member: str, items: list[JSON]) -> list[str] | None:
    """The identity of each item of the list in this member; None when the list is atomic.

    A list is atomic when its member has no rule, when an item has no key, when two items have the same, or when it is
    very long.
    """
    rule = RULES.get(member)
    if rule is None or len(items) > MAX_ITEMS:
        return None
    keys: dict[str, None] = {}
    for item in items:
        key = rule(item)
        if key is None or key in keys:
            return None
        keys[key] = None
    return list(keys)


def both_keys(member: str, before: JSON, after: JSON) -> tuple[list[str], list[str]] | None:
    """The item keys of two lists that can be matched item by item; None when they cannot."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return None
    old = item_keys(member, before)
    new = item_keys(member, after) if old is not None else None
    return None if old is None or new is None else (old, new)
