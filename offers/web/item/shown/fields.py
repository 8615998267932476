"""The fields of a document as people know them from its form: in its sections and its order, a limit or a content as one line.

What a line is about that several changes made is told apart by them: each of these is a line of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.utils.translation import gettext as _
from jsonpointer import resolve_pointer

from offers.document.blame import leaves
from offers.document.errors import JSON
from offers.document.identity import Path
from offers.document.kinds.fields import component_type
from offers.document.kinds.reading import in_order
from offers.document.values import Document
from offers.document.words.describe import Change, titled
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Place, place_at, value_text
from offers.document.words.reads import text_of
from offers.web.frame.words import channel_name, limit_at, phrase, place_title, shown

# As in the forms (templates/edit/form.html and library/): what a section is called, and what begins the fields in it.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (gettext_noop("Details"), ("name", "description", "status", "rank", "tags", "labels")),
    (
        gettext_noop("When"),
        ("selectionConstraint/startDate", "selectionConstraint/endDate", "startDate", "endDate"),
    ),
    (
        gettext_noop("Who"),
        ("selectionConstraint/profileConstraint/profileConstraintType", "selectionConstraint"),
    ),
    (gettext_noop("Accepts"), ("channel", "componentType", "itemCount", "allowDuplicatePlacements", "return")),
    (gettext_noop("Condition"), ("condition", "definedOn")),
    (gettext_noop("Offers in it"), ("filterType", "ids")),
    (gettext_noop("Decision scopes"), ("criteria",)),
    (gettext_noop("When nothing fits"), ("fallback",)),
    (gettext_noop("Representations"), ("representations",)),
    (gettext_noop("Limits"), ("cappingConstraint", "frequencyCappingConstraints")),
    (gettext_noop("Attributes"), ("characteristics",)),
)
# The longest first: a window stands in what says to whom.
_PLACES = sorted(
    ((name, (section, order)) for section, (_title, names) in enumerate(SECTIONS) for order, name in enumerate(names)),
    key=lambda found: -len(found[0]),
)
_ELSEWHERE = (0, 99)
# As much of a text as its first words are looked for in.
LOOKED_AT = 2_000
# Values that a page can hold.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that stands for itself, and the etag of the version that made it so; 0 where that is not asked."""

    path: Path
    pointer: str
    value: JSON
    etag: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is called, what it says, and the places of which it says it."""

    title: str
    text: str
    pointers: tuple[str, ...]
    etag: int
    # Whether that is otherwise in the version before, where a page says so.
    differs: bool = False
    # The items that it is in, and what it is called among their other fields: the title is both.
    around: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: list[Line]


def all_of(document: Document, names: Mapping[str, str]) -> list[Section]:
    """All that a document says, as much of it as a page can hold."""
    return sections(document, (Leaf(*found) for found in islice(leaves(document), MOST)), names)


def sections(document: Document, found: Iterable[Leaf], names: Mapping[str, str]) -> list[Section]:
    """These leaves of a document, in sections. `names` gives the names of library items by id."""
    units: dict[str, list[Leaf]] = {}
    for leaf in found:
        units.setdefault(_unit(leaf), []).append(leaf)
    told: dict[int, list[Line]] = {}
    for unit in sorted(units, key=_order):
        told.setdefault(_order(unit)[0][0], []).extend(_lines(document, unit, units[unit], names))
    return [Section(_(SECTIONS[number][0]), lines) for number, lines in told.items()]


def marked(found: Iterable[Section], changes: Iterable[Change]) -> list[Section]:
    """The same with the lines marked that one of these changes touched, each told by its place in the new document."""
    places = {change.pointer for change in changes}
    around = {above for place in places for above in _above(place)}
    return [
        replace(
            section, lines=[replace(line, differs=_touched(line.pointers, places, around)) for line in section.lines]
        )
        for section in found
    ]


def unchanged(found: Iterable[Section], changes: Iterable[Change]) -> list[Section]:
    """The lines that none of them touched."""
    kept = (
        replace(section, lines=[line for line in section.lines if not line.differs])
        for section in marked(found, changes)
    )
    return [section for section in kept if section.lines]


def _touched(pointers: Sequence[str], places: set[str], around: set[str]) -> bool:
    return any(pointer in around or not places.isdisjoint((pointer, *_above(pointer))) for pointer in pointers)


def _above(pointer: str) -> Iterator[str]:
    """The places that this one is in."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _unit(leaf: Leaf) -> str:
    """The pointer of what is one line: the item of a list that the leaf stands in, else a list of values, else itself."""
    parts = leaf.pointer.split("/")[1:]
    is_item = [key.startswith("[") for key in leaf.path]
    end = len(parts) - 1 if is_item[-1] and not isinstance(leaf.value, (dict, list)) else len(parts)
    inside = next((number for number in range(end - 1, -1, -1) if is_item[number]), None)
    if inside is not None:
        end = inside + 1
    return "/" + "/".join(parts[:end])


def _order(unit: str) -> tuple[tuple[int, int], list[tuple[int, int, str]]]:
    parts = unit.split("/")[1:]
    known = "/".join(parts)
    place = next((place for name, place in _PLACES if known.startswith(name)), _ELSEWHERE)
    return place, [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _lines(document: Document, unit: str, found: list[Leaf], names: Mapping[str, str]) -> list[Line]:
    """The lines of a unit, one for each version that made something of it, in the order of what is in it."""
    place = place_at(document, unit, names)
    order = {name: number for number, name in enumerate(in_order({_last(leaf) for leaf in found}, place.member))}
    parts: dict[int, list[Leaf]] = {}
    for leaf in sorted(found, key=lambda leaf: order[_last(leaf)]):
        parts.setdefault(leaf.etag, []).append(leaf)
    # Of a limit that several versions made, the sentence stands for the most of it.
    value = resolve_pointer(document, place.pointer)
    most = max(parts.values(), key=len) if limit_at(place.pointer, value) else []
    whole = list(parts.values()) if len(parts) == 1 else [most]
    return [_line(document, place, leaves, leaves in whole, names) for leaves in parts.values()]


def _last(leaf: Leaf) -> str:
    return next(part for part in reversed(leaf.pointer.split("/")) if not part.isdecimal())


def _line(document: Document, place: Place, found: list[Leaf], is_whole: bool, names: Mapping[str, str]) -> Line:
    pointers, etag = tuple(leaf.pointer for leaf in found), found[0].etag
    value = resolve_pointer(document, place.pointer)
    if is_whole and place.is_item and isinstance(value, dict) and "placement" in value:
        # Of a representation its contents are lines of their own.
        placed = phrase(place.around)
        text = channel_name(value.get("channel", ""))
        return Line(placed, text, pointers, etag, around=placed, label=_("Channel"))
    if is_whole:
        around, label = _context(place), _label(place)
        return Line(place_title(place), _said(place, value, names), pointers, etag, around=around, label=label)
    places = [place_at(document, leaf.pointer, names) for leaf in found]
    if len(found) == 1:
        text = shown(*value_text(places[0].member, found[0].value, names))
        around, label = _context(places[0]), _label(places[0])
        return Line(place_title(places[0]), _in_short(text, value), pointers, etag, around=around, label=label)
    # The format of a content follows from its type, which says it in a word.
    is_typed = any(_last(leaf) == "type" for leaf in found)
    told = [pair for pair in zip(places, found, strict=True) if not is_typed or _last(pair[1]) != "format"]
    said = [shown(*value_text(one.member, leaf.value, names)) for one, leaf in told]
    labels = list(dict.fromkeys(phrase((one.label, one.params)) for one, _leaf in told))
    within = [phrase(part) for part in (*place.context, place.around)] if place.pointer else []
    label, text = ", ".join(labels), " · ".join(filter(None, said))
    return Line(titled([*within, label]), text, pointers, etag, around=", ".join(within), label=label)


def _context(place: Place) -> str:
    return ", ".join(phrase(part) for part in place.context)


def _label(place: Place) -> str:
    """What a field is called among others of its section: an attribute by its name alone."""
    return place.params["name"] if place.pattern == ("characteristics", "*") else phrase((place.label, place.params))


def _said(place: Place, value: JSON, names: Mapping[str, str]) -> str:
    text = limit_at(place.pointer, value) or shown(*value_text(place.member, value, names))
    return _in_short(text, value)


def _in_short(text: str, holder: JSON) -> str:
    """Of HTML what people read of it, its blocks apart."""
    is_html = isinstance(holder, dict) and component_type(str(holder.get("type", ""))) == "html"
    return " · ".join(text_of(text[:LOOKED_AT]).split("\n")) if is_html else text
