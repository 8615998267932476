"""What stands in a text's place once it was erased, and documents and patches without it."""

import re
from collections.abc import Collection, Iterator

from jsonpointer import JsonPointer, JsonPointerException

from offers.document.errors import JSON
from offers.document.kinds.declared import WRITTEN, Input
from offers.document.kinds.reading import MAPS, input_at
from offers.document.values import Patch, escape, unescape

_MARK = re.compile(r"\[erased:([0-9]{1,18})\]")
_TEXTS = WRITTEN | {Input.LINES}
# Where it is what a content is known by, or one of a list of addresses, and no text of anybody's.
_NAMES_NOTHING = frozenset({"format"})


def mark(number: int) -> str:
    """What stands where erasure `number` took a text away."""
    return f"[erased:{number}]"


def number_of(text: JSON) -> int | None:
    """The erasure that this is the mark of; None for anything else."""
    found = _MARK.fullmatch(text) if isinstance(text, str) else None
    return int(found[1]) if found else None


def marked(value: JSON, pointer: str = "") -> Iterator[str]:
    """Where a mark stands in the place of a text."""
    if number_of(value) is not None:
        yield pointer
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from marked(one, f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from marked(one, f"{pointer}/{place}")


def is_text(path: tuple[str, ...]) -> bool:
    """Whether what stands there (names from the root down, with positions of lists) is a text that people write as they like."""
    while path and (path[-1].isdecimal() or path[-1] in ("-", "*")) and not (len(path) > 1 and path[-2] in MAPS):
        path = path[:-1]
    return bool(path) and path[-1] not in _NAMES_NOTHING and input_at(path) in _TEXTS


def holds(value: JSON, texts: Collection[str]) -> bool:
    """Whether one of these texts is part of any text in the value, or of a name in it."""
    if isinstance(value, str):
        return any(text in value for text in texts)
    if isinstance(value, list):
        return any(holds(one, texts) for one in value)
    return isinstance(value, dict) and any(holds(name, texts) or holds(one, texts) for name, one in value.items())


def without(value: JSON, texts: Collection[str], instead: str, path: tuple[str, ...] | None = ()) -> JSON:
    """The value with `instead` in the place of each text that has one of these in it: of each that people write, in a document
    (`path` is where it stands in that); of any text where `path` is None.
    """
    if isinstance(value, str):
        return instead if holds(value, texts) and (path is None or is_text(path)) else value
    if isinstance(value, list):
        return [without(one, texts, instead, path if path is None else (*path, "*")) for one in value]
    if isinstance(value, dict):
        return {
            name: without(one, texts, instead, path if path is None else (*path, name)) for name, one in value.items()
        }
    return value


def patch_without(patch: Patch, texts: Collection[str], instead: str) -> Patch:
    """The patch that makes of the documents without these texts what this one made of them. Ways to places stay as they are."""
    return [
        operation | {"value": without(operation["value"], texts, instead, _names(operation["path"]))}
        if "value" in operation
        else operation
        for operation in patch
    ]


def stuck(value: JSON, texts: Collection[str], pointer: str = "", path: tuple[str, ...] = ()) -> Iterator[str]:
    """Where one of these texts is part of what is no text that people write: of a reference, a choice, the name of a member."""
    if isinstance(value, str):
        if holds(value, texts) and not is_text(path):
            yield pointer
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from stuck(one, texts, f"{pointer}/{place}", (*path, "*"))
    elif isinstance(value, dict):
        for name, one in value.items():
            if holds(name, texts):
                yield f"{pointer}/{escape(name)}"
            yield from stuck(one, texts, f"{pointer}/{escape(name)}", (*path, name))


def text_at(document: JSON, pointer: str) -> str | None:
    """The text that people wrote at a pointer; None where nothing stands, or anything else."""
    try:
        found = JsonPointer(pointer).resolve(document, None)
    except JsonPointerException:
        return None
    return found if isinstance(found, str) and is_text(_names(pointer)) else None


def _names(pointer: str) -> tuple[str, ...]:
    return tuple(map(unescape, pointer.split("/")[1:]))
