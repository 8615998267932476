"""What the declarations say, in tables that are made once: labels, words, order, identities, references.

A member goes by its name and by that of the member it stands in ("" in the document itself), wherever that is: names mean
one thing in all documents. What is not declared there goes by its name alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, get_args, get_origin, is_typeddict

from typing_extensions import TypeAliasType
from typing_extensions import is_typeddict as is_their_typeddict

from offers.document.errors import JSON
from offers.document.kinds.declared import Identity, Input, Member
from offers.document.kinds.registry import KINDS, Kind

UNKNOWN = Member()
# How the steps of a path begin that lead to an item: any one, one known by its key, one at a position.
_ITEMS = frozenset("*[0123456789")


@dataclass(frozen=True, slots=True)
class Found:
    """A member of a typed dictionary: what it says of itself, `says.input` being how its value is typed.

    `inside` is the typed dictionary of its value or, with `is_list`, of the items in it. `is_map` is an object whose
    members people name; `each` is how a value in it is typed.
    """

    name: str
    says: Member
    required: bool
    inside: Any = None
    is_list: bool = False
    is_map: bool = False
    each: Input | None = None


@cache
def members_of(shape: Any) -> tuple[Found, ...]:
    """What a typed dictionary declares, in the order in which it does: that in which people read it."""
    return tuple(_member(name, annotation, shape) for name, annotation in shape.__annotations__.items())


def _member(name: str, annotation: Any, shape: Any) -> Found:
    base, said = _unwrapped(annotation)
    says = next((one for one in said if isinstance(one, Member)), UNKNOWN)
    is_list, is_map = get_origin(base) is list, get_origin(base) is dict
    inner, said_inside = _unwrapped(get_args(base)[-1]) if is_list or is_map else (base, [])
    return Found(
        name,
        replace(says, input=says.input or _input(said) or _input_for(base, says)),
        name in shape.__required_keys__,
        inner if is_typeddict(inner) or is_their_typeddict(inner) else None,
        is_list,
        is_map,
        _input(said_inside),
    )


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """The type itself, and what is said with it."""
    said: list[Any] = []
    while True:
        if get_origin(annotation) is Annotated:
            said += annotation.__metadata__
            annotation = annotation.__origin__
        elif get_origin(annotation) is NotRequired:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        else:
            return annotation, said


def _input(said: list[Any]) -> Input | None:
    return next((one for one in said if isinstance(one, Input)), None)


def _input_for(base: Any, says: Member) -> Input | None:
    """How a value is typed whose type is Python's own: a choice, a box; of what refers to something, which one."""
    if base is bool:
        return Input.CHECK
    if get_origin(base) is Literal:
        return Input.CHOICE if len(get_args(base)) > 1 else None
    if get_origin(base) is list and get_origin(get_args(base)[0]) is Literal:
        return Input.CHOICES
    return Input.CHOICE if says.refers_to else None


def everywhere(shape: Any, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Found]]:
    """Every member in documents of this shape, each with the names that lead to it, and before those inside of it."""
    for found in members_of(shape):
        path = (*around, found.name)
        yield path, found
        if found.inside:
            yield from everywhere(found.inside, path)


_ALL = [pair for kind in KINDS.values() for pair in everywhere(kind.shape)]

_HELD: dict[str, dict[str, Found]] = {}
_NAMED: dict[str, Found] = {}
# The values of fixed lists, in words, by the name of the member that holds them.
WORDS: dict[str, dict[str, str]] = {}
for _path, _found in _ALL:
    _HELD.setdefault("".join(_path[-2:-1]), {}).setdefault(_found.name, _found)
    _NAMED.setdefault(_found.name, _found)
    if _found.says.words:
        WORDS.setdefault(_found.name, {}).update(_found.says.words)

_ORDER = {holder: {name: index for index, name in enumerate(held)} for holder, held in _HELD.items()}
_ORDER_OF_NAMES = {name: index for index, name in enumerate(_NAMED)}

# What tells the items of lists apart, by the name of the member that holds the list.
IDENTITIES: Mapping[str, Identity] = {
    name: found.says.identity for name, found in _NAMED.items() if found.says.identity
}
# Members whose value, or items, name other library items.
REFERENCES = frozenset(name for name, found in _NAMED.items() if found.says.refers_to)
# Objects whose members people name.
MAPS = frozenset(found.name for _path, found in _ALL if found.is_map)
_EACH = {found.name: found.each for _path, found in _ALL if found.is_map}
# Dates in documents, by the names that lead to them.
DATES = frozenset(path for path, found in _ALL if found.says.input is Input.DATE)
# The members that people call the same, by what they call them: the names that lead to each, joined by "/".
CALLED: dict[str, list[str]] = {}
for _path, _found in _ALL:
    if _found.says.label != UNKNOWN.label:
        CALLED.setdefault(_found.says.label, []).append("/".join(_path))
# All of those, each with what it is called.
DECLARED: dict[str, str] = {name: label for label, names in CALLED.items() for name in names}


def named(name: str) -> Member:
    """What is declared of a member, wherever its name is first declared."""
    found = _NAMED.get(name)
    return found.says if found else UNKNOWN


def found_at(path: Sequence[str]) -> Found | None:
    """The member that a path of names leads to, None where none is declared.

    "*", item keys and positions stand for any item on the way.
    """
    holder = next((name for name in reversed(path[:-1]) if name[:1] not in _ITEMS), "")
    return _HELD.get(holder, _NAMED).get(path[-1]) or _NAMED.get(path[-1])


def member_at(path: Sequence[str]) -> Member:
    """What is declared of the member that a path leads to, as `found_at` reads it."""
    found = found_at(path)
    return found.says if found else UNKNOWN


def input_at(path: Sequence[str]) -> Input | None:
    """How the value at an identity path (document/identity.py) is typed."""
    return _EACH[path[-2]] if len(path) > 1 and path[-2] in MAPS else member_at(path).input


def in_order(names: Iterable[str], holder: str = "") -> list[str]:
    """The members of an object as people read them; those that are not declared come last, by name."""
    order = _ORDER.get(holder, _ORDER_OF_NAMES)
    last = len(order)
    return sorted(names, key=lambda name: (order.get(name, last), name))


def position(path: Sequence[str]) -> int:
    """Where in the order of reading the member of the document is that an identity path leads into."""
    order = _ORDER[""]
    return order.get(path[0], len(order)) if path else -1


@dataclass(frozen=True, slots=True)
class Way:
    """A step on the way to the members that somebody looks for: one of them itself (`goal`), or what they stand in."""

    name: str
    is_list: bool
    goal: Member | None
    inner: tuple["Way", ...]


def ways_to(kind: Kind, wanted: Callable[[Member], bool]) -> tuple[Way, ...]:
    """The ways to all members of this kind's documents that are wanted, for `walk`."""
    return _ways(KINDS[kind].shape, wanted)


def _ways(shape: Any, wanted: Callable[[Member], bool]) -> tuple[Way, ...]:
    found = [(one, wanted(one.says), _ways(one.inside, wanted) if one.inside else ()) for one in members_of(shape)]
    return tuple(
        Way(one.name, one.is_list, one.says if is_goal else None, inner)
        for one, is_goal, inner in found
        if is_goal or inner
    )


# Where it is, what is declared of it, the object that it is a member of, and its value; for a list, each item's.
Met = tuple[str, Member, dict[str, JSON], JSON]


def walk(ways: tuple[Way, ...], holder: JSON, pointer: str = "", met: list[Met] | None = None) -> list[Met]:
    """What of the wanted there is in a document, in the order of reading. Looks over what is not valid."""
    met = [] if met is None else met
    if not isinstance(holder, dict):
        return met
    for way in ways:
        value = holder.get(way.name)
        if value is None:
            continue
        place = f"{pointer}/{way.name}"
        if not way.is_list:
            _meet(way, holder, value, place, met)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                _meet(way, holder, item, f"{place}/{index}", met)
    return met


def _meet(way: Way, holder: dict[str, JSON], value: JSON, place: str, met: list[Met]) -> None:
    if way.goal:
        met.append((place, way.goal, holder, value))
    else:
        walk(way.inner, value, place, met)
