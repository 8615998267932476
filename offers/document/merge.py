"""Three-way merge of documents by identity. A clean merge can still be invalid: validate what comes out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Final

from offers.document.errors import JSON
from offers.document.identity import Path, is_renamed, item_keys
from offers.document.values import clone, equal, escape


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


# "Nothing is there" is a value like any other: to delete what somebody else edits is a conflict.
ABSENT: Final = _Absent.ABSENT

# Stands at the end of the path of a conflict about the order of a list; its values are lists of item keys.
ORDER = "#order"

# Items that went times items that came, among which the same ones are looked for.
MAX_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, differently. A value is ABSENT where there is none.

    `path` is the identity path; `pointer` leads there in our document (else in theirs, else in the base).
    """

    path: Path
    pointer: str
    base: JSON
    ours: JSON
    theirs: JSON

    @property
    def place(self) -> Path:
        """The identity path of what it is about: for an order, that of the list."""
        return self.path[:-1] if self.is_order else self.path

    @property
    def is_order(self) -> bool:
        return self.path[-1:] == (ORDER,)

    @property
    def key(self) -> str:
        """The conflict's name: the same for the same place whenever the same three documents are merged."""
        return "".join("/" + escape(part) for part in self.path)


@dataclass(frozen=True, slots=True)
class Merged:
    """`document` has our value wherever there is a conflict. `versions` are ours, theirs and the base."""

    document: JSON
    conflicts: tuple[Conflict, ...]
    versions: tuple[JSON, JSON, JSON]


@dataclass(slots=True)
class _Run:
    picks: Mapping[str, JSON]
    conflicts: list[Conflict] = field(default_factory=list)

    def settle(self, path: Path, pointer: str, base: JSON, ours: JSON, theirs: JSON) -> JSON:
        """The value picked for this conflict; else ours, with the conflict noted."""
        conflict = Conflict(path, pointer, base, ours, theirs)
        if conflict.key in self.picks:
            return self.picks[conflict.key]
        self.conflicts.append(conflict)
        return ours


def merge(base: JSON, ours: JSON, theirs: JSON) -> Merged:
    """What `ours` and `theirs` both made of `base`, and where they cannot both have it. Changes none of them."""
    return resolve(base, ours, theirs, {})


def resolve(base: JSON, ours: JSON, theirs: JSON, picks: Mapping[str, JSON]) -> Merged:
    """The same merge with the conflicts named in `picks` (by `Conflict.key`) settled by the value, or ABSENT, given."""
    run = _Run(picks)
    document = _value(run, (), "", base, ours, theirs)
    merged = document if document is ABSENT else clone(document)
    return Merged(merged, tuple(run.conflicts), (ours, theirs, base))


def _same(a: JSON, b: JSON) -> bool:
    return a is b or (a is not ABSENT and b is not ABSENT and equal(a, b))


def _value(run: _Run, path: Path, pointer: str, base: JSON, ours: JSON, theirs: JSON) -> JSON:
    if _same(ours, theirs) or _same(base, theirs):
        return ours
    if _same(base, ours):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict) and (base is ABSENT or isinstance(base, dict)):
        return _object(run, path, pointer, {} if base is ABSENT else base, ours, theirs)
    # Items are known by the member that holds their list, so that a list at the root has none.
    if isinstance(ours, list) and isinstance(theirs, list) and (base is ABSENT or isinstance(base, list)) and path:
        lists = [[] if base is ABSENT else base, ours, theirs]
        keys = [item_keys(path[-1], items) for items in lists]
        if None not in keys:
            sides = [dict(zip(names or [], items, strict=True)) for names, items in zip(keys, lists, strict=True)]
            return _items(run, path, pointer, *sides)
    return run.settle(path, pointer, base, ours, theirs)


def _object(
    run: _Run, path: Path, pointer: str, base: dict[str, JSON], ours: dict[str, JSON], theirs: dict[str, JSON]
) -> dict[str, JSON]:
    merged = {}
    for name in dict.fromkeys([*ours, *sorted(theirs), *sorted(base)]):
        sides = (side.get(name, ABSENT) for side in (base, ours, theirs))
        value = _value(run, (*path, name), f"{pointer}/{escape(name)}", *sides)
        if value is not ABSENT:
            merged[name] = value
    return merged


def _renamed(member: str, base: dict[str, JSON], side: dict[str, JSON], other: dict[str, JSON]) -> dict[str, str]:
    """The items of which a side changed what they are known by: their keys in the base, by those that they have now.

    One that went and one that came are the same item where they differ in nothing else, and no others do. Otherwise what
    the other side made of it would stand beside it, as an item of its own.
    """
    gone = [key for key in base if key not in side]
    come = [key for key in side if key not in base and key not in other]
    if not gone or not come or len(gone) * len(come) > MAX_PAIRS:
        return {}
    pairs = [(old, new) for old in gone for new in come if is_renamed(member, base[old], side[new])]
    olds, news = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    return {new: old for old, new in pairs if olds[old] == news[new] == 1}


def _items(
    run: _Run, path: Path, pointer: str, base: dict[str, JSON], ours: dict[str, JSON], theirs: dict[str, JSON]
) -> list[JSON]:
    """Merge a list of items known by key: each item by itself, and then their order."""
    our_names, their_names = _renamed(path[-1], base, ours, theirs), _renamed(path[-1], base, theirs, ours)
    ours = {our_names.get(key, key): item for key, item in ours.items()}
    theirs = {their_names.get(key, key): item for key, item in theirs.items()}
    # What both sides gave another name is asked about as a whole: by its members it could get half of each name.
    renamed_twice = set(our_names.values()).intersection(their_names.values())
    places = {key: index for side in (base, theirs, ours) for index, key in enumerate(side)}
    merged = {}
    for key in dict.fromkeys([*ours, *theirs, *base]):
        sides = (side.get(key, ABSENT) for side in (base, ours, theirs))
        settle = run.settle if key in renamed_twice else partial(_value, run)
        value = settle((*path, key), f"{pointer}/{places[key]}", *sides)
        if value is not ABSENT:
            merged[key] = value
    order = _order(run, path, pointer, [[key for key in side if key in merged] for side in (base, ours, theirs)])
    return [merged[key] for key in [*order, *(key for key in merged if key not in order)]]


def _order(run: _Run, path: Path, pointer: str, sides: list[list[str]]) -> list[str]:
    """The order of the merged items. Only items that all three know can be in a different order on two sides."""
    common = set(sides[0]).intersection(*sides[1:])
    was, our_order, their_order = ([key for key in side if key in common] for side in sides)
    _, ours, theirs = sides
    if our_order == their_order or was == their_order:
        return _interleaved(ours, theirs)
    if was == our_order:
        return _interleaved(theirs, ours)
    picked = run.settle((*path, ORDER), pointer, was, our_order, their_order)
    return _interleaved(theirs, ours) if picked == their_order else _interleaved(ours, theirs)


def _interleaved(leading: list[str], other: list[str]) -> list[str]:
    """`leading`, with what only `other` has put after the item it follows there."""
    order, known = list(leading), set(leading)
    for index, key in enumerate(other):
        if key not in known:
            order.insert(order.index(other[index - 1]) + 1 if index else 0, key)
            known.add(key)
    return order
