"""(before, after) -> rows that a marketer can read: which field, what it was, what it is now."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from offers.document.diff import longest_increasing
from offers.document.errors import JSON
from offers.document.identity import both_keys
from offers.document.labels import FIELDS, gettext_noop
from offers.document.naming import Format, Phrase, Place, value_text
from offers.document.values import equal

Action: TypeAlias = Literal["added", "removed", "changed", "moved"]
Span: TypeAlias = tuple[Literal["=", "-", "+"], str]

CREATED = gettext_noop("Created")
DELETED = gettext_noop("Deleted")
RESTORED = gettext_noop("Restored")

# Shorter texts are shown whole, old and new; longer ones are not compared word by word either, once they differ much.
MIN_SPAN_CHARACTERS = 20
MAX_SPAN_WORDS = 600
# In one description, so that a document full of long texts is described in no time, too.
MAX_COMPARED_WORDS = 3_000

_ABSENT = object()
_MEMBER_ORDER = {path[0]: index for index, path in reversed(list(enumerate(FIELDS)))}


@dataclass(frozen=True, slots=True)
class Change:
    """One row. `label` is a msgid for `label_params`; `context` has the items around it, outermost first.

    `pointer` leads to the place in the new document, or in the old one when it was removed. `old_text` and `new_text`
    are to be shown as `format` says ("word" is a msgid). `spans` compares long texts word by word. Positions count
    from 1 and are those of a moved item, among the items that were kept.
    """

    action: Action
    label: str
    pointer: str
    label_params: Mapping[str, str] = field(default_factory=dict)
    context: tuple[Phrase, ...] = ()
    old: JSON = None
    new: JSON = None
    old_text: str = ""
    new_text: str = ""
    format: Format = "text"
    spans: tuple[Span, ...] = ()
    position_from: int = 0
    position_to: int = 0

    @property
    def title(self) -> str:
        """The whole label in English: "Representation for Home page › Content (html, en-us) › Text"."""
        phrases = [*self.context, (self.label, self.label_params)]
        return " › ".join(message.format(**params) for message, params in phrases)


def describe(
    before: JSON | None, after: JSON | None, *, names: Mapping[str, str] | None = None, restored: bool = False
) -> list[Change]:
    """The rows that tell `before` from `after`; none when they are equal, types included.

    None is a document that is not there: creating and deleting are one row each, and so is bringing back (`restored`).
    `names` gives the names of tags, placements, rules and other library items by id.
    """
    if before is None and after is None:
        return []
    if before is None:
        return [Change("added", RESTORED if restored else CREATED, "", new=after)]
    if after is None:
        return [Change("removed", DELETED, "", old=before)]
    return _with_spans(_value(before, after, Place(), Place(), names or {}))


def summary(changes: Iterable[Change], limit: int = 2) -> tuple[list[Phrase], int]:
    """The labels of the first few different things that changed, outermost item first, and how many more there are."""
    phrases: list[Phrase] = []
    for change in changes:
        phrase = change.context[0] if change.context else (change.label, change.label_params)
        if phrase not in phrases:
            phrases.append(phrase)
    return phrases[:limit], max(0, len(phrases) - limit)


def _value(before: JSON, after: JSON, old: Place, new: Place, names: Mapping[str, str]) -> Iterator[Change]:
    """Rows for one place: `old` is where it was, `new` where it is."""
    if before is not _ABSENT and after is not _ABSENT and equal(before, after):
        return
    if _is_filled(dict, before, after):
        yield from _object({} if before is _ABSENT else before, {} if after is _ABSENT else after, old, new, names)
        return
    if _is_filled(list, before, after):
        lists = [] if before is _ABSENT else before, [] if after is _ABSENT else after
        keys = both_keys(new.member, *lists) if not new.is_item else None
        if keys is not None:
            yield from _list(*lists, *keys, old, new, names)
            return
    yield _row(before, after, old, new, names)


def _is_filled(container: type, before: JSON, after: JSON) -> bool:
    """Whether both sides are such containers; one that is not there counts, when the other has something in it."""
    if before is _ABSENT or after is _ABSENT:
        there = after if before is _ABSENT else before
        return isinstance(there, container) and bool(there)
    return isinstance(before, container) and isinstance(after, container)


def _object(
    before: dict[str, JSON], after: dict[str, JSON], old: Place, new: Place, names: Mapping[str, str]
) -> Iterator[Change]:
    known = len(_MEMBER_ORDER)
    for name in sorted(before.keys() | after.keys(), key=lambda name: (_MEMBER_ORDER.get(name, known), name)):
        sides = before.get(name, _ABSENT), after.get(name, _ABSENT)
        yield from _value(*sides, old.into(name), new.into(name), names)


def _list(
    before: list[JSON],
    after: list[JSON],
    old_keys: list[str],
    new_keys: list[str],
    old: Place,
    new: Place,
    names: Mapping[str, str],
) -> Iterator[Change]:
    was = {key: index for index, key in enumerate(old_keys)}
    now = {key: index for index, key in enumerate(new_keys)}
    for key, index in was.items():
        if key not in now:
            place = old.item(index, before[index], names)
            yield _row(before[index], _ABSENT, place, place, names)
    moves = _moves([key for key in old_keys if key in now], [key for key in new_keys if key in was])
    for key, index in now.items():
        place = new.item(index, after[index], names)
        if key not in was:
            yield _row(_ABSENT, after[index], place, place, names)
            continue
        if key in moves:
            yield _moved(after[index], *moves[key], place, names)
        yield from _value(before[was[key]], after[index], old.item(was[key], before[was[key]], names), place, names)


def _moves(old: list[str], new: list[str]) -> dict[str, tuple[int, int]]:
    """Which of the kept items moved, from where to where among the kept ones, from 1: additions move nothing."""
    was = {key: index for index, key in enumerate(old)}
    stay = longest_increasing([was[key] for key in new])
    return {key: (was[key] + 1, index + 1) for index, key in enumerate(new) if index not in stay}


def _moved(value: JSON, source: int, target: int, place: Place, names: Mapping[str, str]) -> Change:
    text, shown = value_text(place.member, value, names)
    return Change(
        "moved", place.label, place.pointer, place.params, place.context, value, value, text, text, shown,
        position_from=source, position_to=target,
    )  # fmt: skip


def _row(before: JSON, after: JSON, old: Place, new: Place, names: Mapping[str, str]) -> Change:
    action: Action = "added" if before is _ABSENT else "removed" if after is _ABSENT else "changed"
    place = old if after is _ABSENT else new
    old_text, old_format = ("", None) if before is _ABSENT else value_text(place.member, before, names)
    new_text, new_format = ("", None) if after is _ABSENT else value_text(place.member, after, names)
    shown = new_format or old_format or "text"
    if old_format and new_format and old_format != new_format:
        shown = "text"
    return Change(
        action,
        place.label,
        place.pointer,
        place.params,
        place.context,
        None if before is _ABSENT else before,
        None if after is _ABSENT else after,
        old_text,
        new_text,
        shown,
    )


def _with_spans(changes: Iterable[Change]) -> list[Change]:
    """The rows with their long texts compared, from the top until that has taken enough time."""
    rows, room = [], MAX_COMPARED_WORDS
    for change in changes:
        if change.action == "changed" and change.format == "text" and room > 0:
            found, compared = _spans(change.old, change.new, min(room, MAX_SPAN_WORDS))
            rows.append(replace(change, spans=found))
            room -= compared
        else:
            rows.append(change)
    return rows


def spans(before: JSON, after: JSON) -> tuple[Span, ...]:
    """Two texts compared word by word: what stayed ("="), went ("-") and came ("+"), in reading order.

    Empty when they are not both texts, or too short to need it. Texts that differ in very many words are not searched
    for common ones: that takes time in proportion to the square of their length.
    """
    return _spans(before, after, MAX_SPAN_WORDS)[0]


def _spans(before: JSON, after: JSON, limit: int) -> tuple[tuple[Span, ...], int]:
    """The spans, and how many words had to be searched for common ones: at most `limit`, or they are not."""
    if not (isinstance(before, str) and isinstance(after, str)) or max(len(before), len(after)) < MIN_SPAN_CHARACTERS:
        return (), 0
    old, new = _words(before), _words(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    words = len(old_middle) + len(new_middle)
    if words > limit:
        middle: list[Span] = [("-", "".join(old_middle)), ("+", "".join(new_middle))]
        words = 0
    else:
        middle = _compared(old_middle, new_middle)
    found: list[Span] = [("=", "".join(old[:head])), *middle, ("=", "".join(old[len(old) - tail :]))]
    return tuple((kind, text) for kind, text in found if text), words


def _words(text: str) -> list[str]:
    return re.findall(r"(?:\w+|[^\w\s])\s*|\s+", text)


def _common(a: list[str], b: list[str]) -> int:
    return next((index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _compared(old: list[str], new: list[str]) -> list[Span]:
    found: list[Span] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("=", "".join(old[a:b])))
        else:
            found += [("-", "".join(old[a:b])), ("+", "".join(new[c:d]))]
    return found
