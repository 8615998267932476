"""The same change in several contents is told once: a new price in each placement and each language's own."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from offers.document.words.describe import Change
from offers.document.words.spans import Span
from offers.document.words.tokens import tokens

# What went and what came, each once, and in which field.
Marks: TypeAlias = tuple[str, frozenset[tuple[str, str]]]
# Longer values are not cut into pieces to find out what of them stayed.
MOST = 200

T = TypeVar("T")


class Row(NamedTuple):
    """A change, and the others that put the same words for the same words in the same field of other contents."""

    change: Change
    others: list[Change]


def alike(changes: Iterable[Change]) -> list[Row]:
    """The changes in their order, each that is like one before it under that one."""
    return [Row(first, others) for first, *others in together(changes, _marks)]


def together(found: Iterable[T], key: Callable[[T], Hashable | None]) -> list[list[T]]:
    """In their order, those with the same key where the first of them is; whatever has None stands alone."""
    groups: dict[Hashable, list[T]] = {}
    for number, one in enumerate(found):
        same = key(one)
        groups.setdefault(number if same is None else (same,), []).append(one)
    return list(groups.values())


def _marks(change: Change) -> Marks | None:
    """None of what is told by itself: whatever is no text of a content."""
    if change.action != "changed" or not change.pointer.startswith("/representations/"):
        return None
    found = change.reading
    if found is not None and found.how == "parts":
        # Where a link leads is no text.
        pairs = [
            (f"{part.label if found.language == 'html' else ''} {went}", came)
            for part in found.parts
            for went, came in _pairs(part.spans, part.old, part.new)
        ]
    elif isinstance(change.old, str) and isinstance(change.new, str):
        pairs = [(f" {went}", came) for went, came in _pairs(change.spans, change.old_text, change.new_text)]
    else:
        return None
    how = "" if found is None or (found.how == "parts" and not found.and_markup) else found.how
    return f"{change.label} {how}", frozenset(pairs)


def _pairs(spans: Sequence[Span], old: str, new: str) -> Iterator[tuple[str, str]]:
    """(what went, what came) at each place where a text changed."""
    if not spans:
        yield _without_ends(old, new)
        return
    went = ""
    for kind, text in (*spans, ("=", "")):
        if kind == "-":
            went = text
        elif kind == "+":
            yield went, text
            went = ""
        elif went:
            yield went, ""
            went = ""


def _without_ends(old: str, new: str) -> tuple[str, str]:
    """Two short values without the pieces that they begin and end with alike: of "0원" and "7,900원" the numbers."""
    if len(old) + len(new) > MOST:
        return old, new
    a, b = tokens(old, "text"), tokens(new, "text")
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return "".join(a), "".join(b)
