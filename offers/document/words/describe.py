"""(before, after) -> rows that a marketer can read: which field, what it was, what it is now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from offers.document.diff import longest_increasing
from offers.document.errors import JSON
from offers.document.identity import both_keys
from offers.document.kinds.reading import in_order
from offers.document.values import equal
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Format, Phrase, Place, value_text
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
    language: Language = "text"
    spans: tuple[Span, ...] = ()
    position_from: int = 0
    position_to: int = 0
    old_pointer: str = ""

    @property
    def title(self) -> str:
        """The whole label in English: "Home page, en-us › Text"."""
        return titled(
            [message.format(**params) for message, params in (*self.context, (self.label, self.label_params))]
        )


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
) -> list[Change]:
    """The rows that tell `before` from `after`; none when they are equal, types included.

    None is a document that is not there: creating and deleting are one row each, and so is bringing back (`restored`).
    `names` gives the names of tags, placements, rules and other library items by id. Texts are `compared` word by word, which takes
    longer than all the rest, unless nobody is shown where they differ.
    """
    if before is None and after is None:
        return []
    if before is None:
        return [Change("added", RESTORED if restored else CREATED, "", new=after)]
    if after is None:
        return [Change("removed", DELETED, "", old=before)]
    changes = _value(before, after, Place(), Place(), names or {})
    return _with_spans(changes) if compared else list(changes)


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
    for name in in_order(before.keys() | after.keys(), new.member):
        sides = before.get(name, _ABSENT), after.get(name, _ABSENT)
        # Most of a document is the same: places are made of what is not.
        if equal(*sides):
            continue
        yield from _value(*sides, old.into(name, before), new.into(name, after or before), names)


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
            place = old.item(index, before, names)
            yield _row(before[index], _ABSENT, place, place, names)
    moves = _moves([key for key in old_keys if key in now], [key for key in new_keys if key in was])
    for key, index in now.items():
        place = new.item(index, after, names)
        if key not in was:
            yield _row(_ABSENT, after[index], place, place, names)
            continue
        old_place = old.item(was[key], before, names)
        if key in moves:
            yield _moved(after[index], *moves[key], old_place, place, names)
        yield from _value(before[was[key]], after[index], old_place, place, names)


def _moves(old: list[str], new: list[str]) -> dict[str, tuple[int, int]]:
    """Which of the kept items moved, from where to where among the kept ones, from 1: additions move nothing."""
    was = {key: index for index, key in enumerate(old)}
    stay = longest_increasing([was[key] for key in new])
    return {key: (was[key] + 1, index + 1) for index, key in enumerate(new) if index not in stay}


def _moved(value: JSON, source: int, target: int, old: Place, place: Place, names: Mapping[str, str]) -> Change:
    text, shown = value_text(place.member, value, names)
    return Change(
        "moved", place.label, place.pointer, place.params, place.context, value, value, text, text, shown,
        position_from=source, position_to=target, old_pointer=old.pointer,
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
        place.language,
        old_pointer="" if before is _ABSENT else old.pointer,
    )


def _with_spans(changes: Iterable[Change]) -> list[Change]:
    """The rows with their texts compared, from the top until that has taken enough time."""
    room = Room()
    return [
        replace(change, spans=spans(change.old, change.new, change.language, room)) if _is_text(change) else change
        for change in changes
    ]


def _is_text(change: Change) -> bool:
    """Whether both sides are shown as they are: the marks of an id would say nothing about the name it is shown by."""
    return change.action == "changed" and change.format == "text" and change.old_text == change.old
