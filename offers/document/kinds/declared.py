"""What a field and a kind say of themselves, each in the one place where it is declared.

A member of a document is declared in a typed dictionary, and what people and programs need to know of it stands in its
annotation: `terms: NotRequired[Annotated[Description, Member(gettext_noop("Terms"))]]`. `offers.document.kinds.reading` has it in tables.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeAlias

import orjson

from offers.document.errors import JSON, Problem
from offers.document.kinds.addresses import LINKS
from offers.document.words.labels import UNKNOWN_FIELD

Document: TypeAlias = Mapping[str, Any]
# What an item of a list is known by; None for one that has nothing to be known by.
Identity: TypeAlias = Callable[[JSON], str | None]
# A line for an item, which may be no valid one; it is given what shows a value, by the name of its member.
Told: TypeAlias = Callable[[Mapping[str, JSON]], Mapping[str, JSON]]
Summary: TypeAlias = Callable[[Mapping[str, JSON], Callable[[str, JSON], str]], str]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Input(Enum):
    """How a value is typed. Most types of `fields` say it, so that few members have to."""

    LINE = "line"
    TEXT = "text"
    CODE = "code"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    CHECK = "check"
    CHOICE = "choice"
    CHOICES = "choices"
    IDS = "ids"
    LINES = "lines"
    LANGUAGES = "languages"


# What any text may be typed into, so that another one can be written where two people changed it.
WRITTEN = frozenset({Input.LINE, Input.TEXT, Input.CODE, Input.URL})


@dataclass(frozen=True, slots=True)
class Member:
    """`label` is what people call it and `item` what they call an item of it: English msgids, `str.format` templates.
    `around` is shorter, and stands for the item before what is in it: "Home page, en-us".

    `refers_to` is the kind of the library item that its value, or an item of it, names; where that depends on the
    object around it, a function of that object. `identity` tells the items of its list apart. `words` are the values
    of a fixed list, in words, by what `short` makes of a value; `absent` is the value that a document without the member
    means. `schemes` are what its addresses may begin with. `input` is for where its type does not say how it is typed.
    `summary` is what a reader would look for first in an item, in a line. `told` is of what the one sentence is made by which people
    read an item: by the names of its members, None for what the sentence leaves out; the same names for all items.
    """

    label: str = UNKNOWN_FIELD
    item: str = UNKNOWN_FIELD
    around: str = ""
    refers_to: str | Callable[[Document], str] = ""
    identity: Identity | None = None
    words: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    short: Callable[[str], str] = str
    absent: str = ""
    schemes: frozenset[str] = LINKS
    input: Input | None = None
    summary: Summary | None = None
    told: Told | None = None


def by(*alternatives: tuple[str, ...]) -> Identity:
    """Items are objects, known by the first of these groups of members of which they have at least the first one."""

    def key(item: JSON) -> str | None:
        if isinstance(item, dict):
            for members in alternatives:
                if item.get(members[0]) is not None:
                    return key_text([members[0], *(item.get(member) for member in members)])
        return None

    return key


def in_list(holder: Mapping[str, JSON], name: str) -> list[JSON]:
    """The items of the list in this member; none where there is something else."""
    items = holder.get(name)
    return items if isinstance(items, list) else []


def by_value(item: JSON) -> str | None:
    return None if isinstance(item, (dict, list)) else key_text([item])


def key_text(parts: list[JSON]) -> str:
    """A text that only the same values, of the same types, have."""
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True)
class Section:
    """Kinds that people look at together: `slug` is its part of a page's address, `path` the API's; `icon` one of the sprite.

    `title` and `one` are what it and an item of it are called, `about` says what it is for. `an` and `many` are the words
    of the API's description.
    """

    slug: str
    path: str
    icon: str
    title: str
    one: str
    about: str
    an: str
    many: str


def _no_problems(document: Document) -> Iterator[Problem]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Declaration:
    """A kind. `shape` is the typed dictionary of its documents, `problems` what no single field can say is wrong with one.

    `steps` are the statuses that each status may become; a kind without them has no status. In the `live` one customers
    get it, and `said` is what is said of a step by the status that it led to. `offer_type` tells apart the kinds of one section. `starts` is what the form of a new one begins with.
    """

    shape: Any
    uri: str
    label: str
    section: Section
    steps: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NOTHING)
    live: str = ""
    said: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    problems: Callable[[Document], Iterator[Problem]] = _no_problems
    offer_type: str = ""
    starts: Document = field(default_factory=lambda: _NOTHING)
