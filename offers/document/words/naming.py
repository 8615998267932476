"""What people call the places and values of a document: labels and texts in English, ready to be translated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from offers.document.errors import JSON
from offers.document.identity import Path, item_keys
from offers.document.kinds.declared import Input
from offers.document.kinds.fields import component_type
from offers.document.kinds.reading import MAPS, REFERENCES, WORDS, member_at, named
from offers.document.values import escape, unescape
from offers.document.words.labels import NAMELESS_FIELD, NO, UNKNOWN_FIELD, WHOLE_DOCUMENT, YES
from offers.document.words.tokens import Language, language_of

# As many contents side by side as people keep apart by their language; each is compared with each.
MAX_NEIGHBOURS = 50

# A msgid, which is a `str.format` template, and its parameters.
Phrase: TypeAlias = tuple[str, Mapping[str, str]]

# How a value's text is to be shown: as it is, translated, as a date-time in the reader's time zone, or as a number.
Format: TypeAlias = Literal["text", "word", "date", "number"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the way down a document: where it is, and what it and the items around it are called.

    `language` is what a text at this place is written in.
    """

    pointer: str = ""
    pattern: tuple[str, ...] = ()
    label: str = WHOLE_DOCUMENT
    params: Mapping[str, str] = field(default_factory=dict)
    context: tuple[Phrase, ...] = ()
    is_item: bool = False
    language: Language = "text"

    @property
    def member(self) -> str:
        """The name that the value's words go by: its member's, or that of the list it is an item of."""
        named = [name for name in self.pattern if name != "*"]
        return named[-1] if named else ""

    def into(self, name: str, holder: JSON = None) -> "Place":
        """The place of a member of the object here; `holder` is that object, which says what its text is written in."""
        pattern = (*self.pattern, "*" if self.pattern and self.pattern[-1] in MAPS else name)
        context = (*self.context, self.around) if self.is_item else self.context
        label = label_of(pattern) if name.strip() else NAMELESS_FIELD
        language = language_of(holder, name)
        return Place(f"{self.pointer}/{escape(name)}", pattern, label, {"name": name}, context, language=language)

    @property
    def around(self) -> Phrase:
        """What an item is called before what is in it: short, where it has something to be called by."""
        short = member_at(self.pattern[:-1]).around
        return (short if short.format(**self.params) else self.label), self.params

    def item(self, index: int, items: list[JSON], names: Mapping[str, str]) -> "Place":
        """The place of an item of the list here; `names` gives the names of library items by id."""
        pattern = (*self.pattern, "*")
        context = (*self.context, self.around) if self.is_item else self.context
        params = {"name": str(index + 1), "number": str(index + 1), "placement": "", "kind": "", "short": ""}
        value = items[index] if index < len(items) else None
        # What labels of items are filled with (Member.item), of whatever kind: an item that has no such member has it empty.
        if isinstance(value, dict):
            placement = value.get("placement")
            params |= {"placement": names.get(placement, placement) if isinstance(placement, str) else ""}
            params |= {"kind": _component_kind(value), "short": _component_in_short(value, items)}
        return Place(f"{self.pointer}/{index}", pattern, label_of(pattern), params, context, is_item=True)


def place_at(document: JSON, pointer: str, names: Mapping[str, str] | None = None) -> Place:
    """The place that a JSON Pointer leads to, as far down as the document goes: to label problems, blame, conflicts."""
    place, value = Place(), document
    for token in [unescape(token) for token in pointer.split("/")[1:]]:
        if isinstance(value, list):
            index = int(token) if token.isdecimal() and len(token) < 10 else len(value)
            place = place.item(index, value, names or {})
            value = value[index] if index < len(value) else None
        else:
            place = place.into(token, value)
            value = value.get(token) if isinstance(value, dict) else None
    return place


class Places:
    """Finds the places of identity paths (document/identity.py), each in the first of these versions that has it.

    Each step asks the versions anew: an index of one of them says nothing about another. What was found is kept, for
    many places share the way to them.
    """

    def __init__(self, versions: Iterable[JSON], names: Mapping[str, str] | None = None) -> None:
        self.names = names or {}
        self._found: dict[Path, tuple[Place, list[JSON]]] = {(): (Place(), list(versions))}
        self._lists: dict[Path, list[tuple[dict[str, int], list[JSON]]]] = {}

    def place(self, path: Path) -> Place:
        return self._find(path)[0]

    def value(self, path: Path) -> JSON:
        """What is there in the first version that has it; None where none has."""
        return next(iter(self._find(path)[1]), None)

    def _find(self, path: Path) -> tuple[Place, list[JSON]]:
        if path not in self._found:
            self._found[path] = self._step(path[:-1], path[-1])
        return self._found[path]

    def _step(self, path: Path, part: str) -> tuple[Place, list[JSON]]:
        place, held = self._find(path)
        found = [(indices[part], items) for indices, items in self._items(path, held) if part in indices]
        if found:
            index, items = found[0]
            return place.item(index, items, self.names), [items[index] for index, items in found]
        holders = [value for value in held if isinstance(value, dict)]
        return place.into(part, holders[0] if holders else None), [value[part] for value in holders if part in value]

    def _items(self, path: Path, held: list[JSON]) -> list[tuple[dict[str, int], list[JSON]]]:
        """The lists at this path, with where in them each item is."""
        if path not in self._lists:
            lists = [value for value in held if isinstance(value, list) and path]
            keys = [item_keys(path[-1], items) or [] for items in lists]
            indices = [{key: index for index, key in enumerate(found)} for found in keys]
            self._lists[path] = list(zip(indices, lists, strict=True))
        return self._lists[path]


@lru_cache(maxsize=4_096)
def label_of(pattern: tuple[str, ...]) -> str:
    """The msgid for a path of member names, "*" being any item."""
    *around, name = pattern
    if name == "*":
        return member_at(around).item if around else UNKNOWN_FIELD
    return member_at(pattern).label


def value_text(member: str, value: JSON, names: Mapping[str, str] | None = None) -> tuple[str, Format]:
    """How to show a value of this member: a text, and what kind of text it is. Ids become names where those are known."""
    if isinstance(value, bool):
        return (YES if value else NO), "word"
    if isinstance(value, (int, float)):
        return str(value), "number"
    if isinstance(value, str):
        return _string(member, value, names or {})
    if isinstance(value, (list, dict)):
        return _container(member, value, names or {}), "text"
    return "", "text"


def _string(member: str, value: str, names: Mapping[str, str]) -> tuple[str, Format]:
    if member in REFERENCES:
        return names.get(value, value), "text"
    said = named(member)
    if said.input is Input.DATE:
        return value, "date"
    word = WORDS.get(member, {}).get(said.short(value))
    return (word, "word") if word else (value, "text")


def _container(member: str, value: list[JSON] | dict[str, JSON], names: Mapping[str, str]) -> str:
    """One line for a list or object: what a reader would look for in it first."""
    if isinstance(value, list):
        return ", ".join(text for item in value if (text := value_text(member, item, names)[0]))
    summary = named(member).summary
    if summary:
        return summary(value, lambda name, held: value_text(name, held, names)[0])
    texts = ((name, value_text(name, child, names)[0]) for name, child in value.items())
    return ", ".join(f"{name}: {text}" for name, text in texts if text)


def _component_kind(value: dict[str, JSON]) -> str:
    """What tells a content from its neighbours: "html, en-us"."""
    kind = value.get("type")
    shown = [component_type(kind) or kind] if isinstance(kind, str) else []
    return ", ".join(shown + _languages(value))


def _component_in_short(value: dict[str, JSON], beside: list[JSON]) -> str:
    """Its language alone, "en-us", where no neighbour has that, too."""
    own = _languages(value)
    is_alone = len(beside) <= MAX_NEIGHBOURS and [_languages(one) for one in beside].count(own) == 1
    return ", ".join(own) if own and is_alone else _component_kind(value)


def _languages(value: JSON) -> list[str]:
    language = value.get("language") if isinstance(value, dict) else None
    return [item for item in (language if isinstance(language, list) else []) if isinstance(item, str)]
