"""Which declared fields a patch touches, and the status that it gives: what audit pages filter by."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from offers.document.errors import JSON
from offers.document.kinds.reading import DECLARED
from offers.document.values import unescape


def fields_of(patch: list[dict[str, Any]]) -> Iterator[str]:
    """The declared fields that a patch touches, each with what it is part of: "representations", "representations/components".

    Of what is put in its place whole, all that is in it counts as touched. Making or removing an item touches no field of it.
    """
    for operation in patch:
        if operation["op"] == "test" or operation["path"] == "":
            continue
        yield from _on_the_way(operation["path"])
        if "from" in operation:
            yield from _on_the_way(operation["from"])
        if isinstance(value := operation.get("value"), dict | list):
            yield from _within(_names(operation["path"]), value)


@lru_cache(4_096)
def _on_the_way(pointer: str) -> tuple[str, ...]:
    """The declared fields that lead to a place, and the one that it is: the same few places are changed again and again."""
    names = _names(pointer)
    return tuple(name for end in range(len(names)) if (name := "/".join(names[: end + 1])) in DECLARED)


def _names(pointer: str) -> list[str]:
    """The names that lead there; places in lists are none."""
    parts = map(unescape, pointer.split("/")[1:])
    return [part for part in parts if not (part.isdecimal() or part == "-")]


def _within(names: list[str], value: JSON) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _within(names, one)
    elif isinstance(value, dict):
        for name, one in value.items():
            here = [*names, name]
            if (path := "/".join(here)) in DECLARED:
                yield path
                yield from _within(here, one)


def status_of(patch: list[dict[str, Any]]) -> str:
    """The status that a patch gave, "" where it gave none."""
    given = ""
    for operation in patch:
        value = operation.get("value")
        if operation["path"] == "/status" and isinstance(value, str):
            given = value
        elif operation["path"] == "" and isinstance(value, dict):
            given = str(value.get("status") or "")
    return given
