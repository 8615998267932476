"""(before, after) -> rows that a marketer can read: which field, what it was, what it is now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from offers.document.diff import longest_increasing
from offers.document.errors import JSON
from offers.document.identity import both_keys
from offers.document.kinds.declared import Told
from offers.document.kinds.reading import in_order, named
from offers.document.values import equal
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Format, Phrase, Place, value_text
from offers.document.words.reads import Reading, reading
from offers.document.words.spans import Room, Span, spans
from offers.document.words.tokens import Language

Action: TypeAlias = Literal["added", "removed", "changed", "moved"]

CREATED = gettext_noop("Created")
DELETED = gettext_noop("Deleted")
RESTORED = gettext_noop("Restored")

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One row. `label` is a msgid for `label_params`; `context` has the items around it, outermost first.

    `pointer` leads to the place in the new document, or in the old one when it was removed; `old_pointer` to where it was
    in the old one, "" when it was added. `old_text` and `new_text` are to be shown as `format` says ("word" is a msgid). `spans` compares texts by the pieces of their `language`. Positions count
    from 1 and are those of a moved item, among the items that were kept. `reading` is how the change of a source is read.
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
    language: Language = "text"
    spans: tuple[Span, ...] = ()
    position_from: int = 0
    position_to: int = 0
    old_pointer: str = ""
    reading: Reading | None = None

    @property
    def title(self) -> str:
        """The whole label in English: "Home page, en-us › Text"."""
        return titled(
            [message.format(**params) for message, params in (*self.context, (self.label, self.label_params))]
        )


class Way(NamedTuple):
    """How a change is told: with which names of library items, and whether field by field everywhere."""

    names: Mapping[str, str]
    by_field: bool


def titled(parts: Sequence[str]) -> str:
    """What a field is called with the items around it, which come first: "Home page, en-us › Text"."""
    *around, label = parts
    return f"{', '.join(around)} › {label}" if around else label


def describe(
    before: JSON | None,
    after: JSON | None,
    *,
    names: Mapping[str, str] | None = None,
    restored: bool = False,
    compared: bool = True,
    by_field: bool = False,
) -> list[Change]:
    """The rows that tell `before` from `after`; none when they are equal, types included.

    None is a document that is not there: creating and deleting are one row each, and so is bringing back (`restored`).
    `names` gives the names of tags, placements, rules and other library items by id. Texts are `compared` word by word, which takes
    longer than all the rest, unless nobody is shown where they differ. What is different in an item that people read as one sentence
    (Member.told) is one row, unless each field has its own (`by_field`).
    """
    if before is None and after is None:
        return []
    if before is None:
        return [Change("added", RESTORED if restored else CREATED, "", new=after)]
    if after is None:
        return [Change("removed", DELETED, "", old=before)]
    changes = _value(before, after, Place(), Place(), Way(names or {}, by_field))
    return _with_spans(changes) if compared else list(changes)


def summary(changes: Iterable[Change], limit: int = 2) -> tuple[list[Phrase], int]:
    """The labels of the first few different things that changed, outermost item first, and how many more there are."""
    phrases: list[Phrase] = []
    for change in changes:
        phrase = change.context[0] if change.context else (change.label, change.label_params)
        if phrase not in phrases:
            phrases.append(phrase)
    return phrases[:limit], max(0, len(phrases) - limit)


def _value(before: JSON, after: JSON, old: Place, new: Place, way: Way) -> Iterator[Change]:
    """Rows for one place: `old` is where it was, `new` where it is."""
    if before is not _ABSENT and after is not _ABSENT and equal(before, after):
        return
    if _is_filled(dict, before, after):
        yield from _object({} if before is _ABSENT else before, {} if after is _ABSENT else after, old, new, way)
        return
    if _is_filled(list, before, after):
        lists = [] if before is _ABSENT else before, [] if after is _ABSENT else after
        keys = both_keys(new.member, *lists) if not new.is_item else None
        if keys is not None:
            yield from _list(*lists, *keys, old, new, way)
            return
    yield _row(before, after, old, new, way)


def _is_filled(container: type, before: JSON, after: JSON) -> bool:
    """Whether both sides are such containers; one that is not there counts, when the other has something in it."""
    if before is _ABSENT or after is _ABSENT:
        there = after if before is _ABSENT else before
        return isinstance(there, container) and bool(there)
    return isinstance(before, container) and isinstance(after, container)


def _object(before: dict[str, JSON], after: dict[str, JSON], old: Place, new: Place, way: Way) -> Iterator[Change]:
    for name in in_order(before.keys() | after.keys(), new.member):
        sides = before.get(name, _ABSENT), after.get(name, _ABSENT)
        # Most of a document is the same: places are made of what is not.
        if equal(*sides):
            continue
        yield from _value(*sides, old.into(name, before), new.into(name, after or before), way)


def _list(
    before: list[JSON],
    after: list[JSON],
    old_keys: list[str],
    new_keys: list[str],
    old: Place,
    new: Place,
    way: Way,
) -> Iterator[Change]:
    told = None if way.by_field else named(new.member).told
    if told is not None:
        new_keys = _as_one(old_keys, new_keys)
    was = {key: index for index, key in enumerate(old_keys)}
    now = {key: index for index, key in enumerate(new_keys)}
    for key, index in was.items():
        if key not in now:
            place = old.item(index, before, way.names)
            yield _row(before[index], _ABSENT, place, place, way)
    moves = _moves([key for key in old_keys if key in now], [key for key in new_keys if key in was])
    for key, index in now.items():
        place = new.item(index, after, way.names)
        if key not in was:
            yield _row(_ABSENT, after[index], place, place, way)
            continue
        old_place = old.item(was[key], before, way.names)
        if key in moves:
            yield _moved(before[was[key]], after[index], *moves[key], old_place, place, way)
        if told is not None and isinstance(before[was[key]], dict) and isinstance(after[index], dict):
            yield from _told(before[was[key]], after[index], told, old_place, place, way)
        else:
            yield from _value(before[was[key]], after[index], old_place, place, way)


def _told(
    before: dict[str, JSON], after: dict[str, JSON], told: Told, old: Place, new: Place, way: Way
) -> Iterator[Change]:
    """One row for all that the item's sentence tells, and others for the rest of it."""
    was, now = told(before), told(after)
    said = {name for name in was if not equal(was[name], now[name])}
    if said:
        yield _row(before, after, old, new, way)
    one, other = ({name: value for name, value in side.items() if name not in said} for side in (before, after))
    yield from _object(one, other, old, new, way)


def _as_one(old: list[str], new: list[str]) -> list[str]:
    """The new keys, the only one that came being the only one that went: people change what such items are known by, too."""
    went, came = [key for key in old if key not in new], [key for key in new if key not in old]
    return [went[0] if key == came[0] else key for key in new] if len(went) == len(came) == 1 else new


def _moves(old: list[str], new: list[str]) -> dict[str, tuple[int, int]]:
    """Which of the kept items moved, from where to where among the kept ones, from 1: additions move nothing."""
    was = {key: index for index, key in enumerate(old)}
    stay = longest_increasing([was[key] for key in new])
    return {key: (was[key] + 1, index + 1) for index, key in enumerate(new) if index not in stay}


def _moved(before: JSON, after: JSON, source: int, target: int, old: Place, place: Place, way: Way) -> Change:
    # What changed in it has rows of its own.
    text, shown = value_text(place.member, after, way.names)
    return Change(
        "moved", place.label, place.pointer, place.params, place.context, before, after, text, text, shown,
        position_from=source, position_to=target, old_pointer=old.pointer,
    )  # fmt: skip


def _row(before: JSON, after: JSON, old: Place, new: Place, way: Way) -> Change:
    action: Action = "added" if before is _ABSENT else "removed" if after is _ABSENT else "changed"
    place = old if after is _ABSENT else new
    old_text, old_format = ("", None) if before is _ABSENT else value_text(place.member, before, way.names)
    new_text, new_format = ("", None) if after is _ABSENT else value_text(place.member, after, way.names)
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
        place.language,
        old_pointer="" if before is _ABSENT else old.pointer,
    )


def _with_spans(changes: Iterable[Change]) -> list[Change]:
    """The rows with their texts compared, from the top until that has taken enough time."""
    room, room_to_read = Room(), Room()
    return [_compared(change, room, room_to_read) if _is_text(change) else change for change in changes]


def _compared(change: Change, room: Room, room_to_read: Room) -> Change:
    found = spans(change.old, change.new, change.language, room)
    if not (isinstance(change.old, str) and isinstance(change.new, str)):
        return replace(change, spans=found)
    return replace(change, spans=found, reading=reading(change.old, change.new, change.language, room_to_read))


def _is_text(change: Change) -> bool:
    """Whether both sides are shown as they are: the marks of an id would say nothing about the name it is shown by."""
    return change.action == "changed" and change.format == "text" and change.old_text == change.old
