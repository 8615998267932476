"""Fields that two changes are at odds about: what each was, what each side made of it, and which one stays.

A form that meets what others saved, an undo that meets later changes and a request whose item moved all ask so.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from offers.document.errors import JSON
from offers.document.identity import Path
from offers.document.kinds.declared import WRITTEN, Input
from offers.document.kinds.reading import input_at, position
from offers.document.merge import ABSENT, Conflict
from offers.document.values import canonical
from offers.document.words.naming import Place, Places
from offers.document.words.spans import Room
from offers.forms.fields import clean, date_read, date_shown
from offers.models import Revision
from offers.web.item.history.rendered import Version, field_content, typed
from offers.web.item.history.sides import Side, compared, side_of, title_of

# Fields whose texts are compared word by word: that takes time, and nobody reads more of them so closely.
COMPARED = 6
THEIRS, YOURS, OTHER = "theirs", "yours", "other"
# The button that chooses one side of all fields: it shows the page again, and writes nothing.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Pick:
    """What was chosen for one conflict: a side, or another text."""

    side: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call the three versions that are at odds; `changed` is the side that says who made it."""

    before: str
    theirs: str
    yours: str
    changed: str = THEIRS


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two sides of a field, and the revision that made it so, where that is told."""

    value: str
    title: str
    side: Side
    made: Revision | None


@dataclass(frozen=True, slots=True)
class Field:
    """A contested field. `kind` is what another value may be typed as; "" where it can only be chosen from the two.

    `versions` shows how a content looks on each side.
    """

    name: str
    label: str
    before: Side
    theirs: Side
    yours: Side
    made: Revision | None
    kind: str
    side: str
    text: str
    titles: Titles
    versions: tuple[Version, ...] = ()

    @property
    def choices(self) -> list[Choice]:
        sides = ((THEIRS, self.titles.theirs, self.theirs), (YOURS, self.titles.yours, self.yours))
        return [Choice(*side, self.made if side[0] == self.titles.changed else None) for side in sides]

    @property
    def is_decided(self) -> bool:
        return self.side != ""


def picks_from(sent: QueryDict) -> dict[str, Pick]:
    """The decisions of a submitted conflict page, by the name of the conflict."""
    picks = {}
    for name in sent:
        if match := re.fullmatch(r"pick:([0-9a-f]{32})", name):
            side = sent[name]
            if side in (THEIRS, YOURS, OTHER):
                picks[match[1]] = Pick(side, clean(sent.get(f"other:{match[1]}", "")))
    return picks


def picks_for(sent: QueryDict, conflicts: Iterable[Conflict]) -> dict[str, Pick]:
    """The decisions of a page about these conflicts: one side of all of them, where its button says so."""
    side = sent.get(ALL, "")
    if side not in (THEIRS, YOURS):
        return picks_from(sent)
    return {name: Pick(side, clean(sent.get(f"other:{name}", ""))) for name in map(name_of, conflicts)}


def settled(conflicts: Iterable[Conflict], picks: Mapping[str, Pick], zone: ZoneInfo) -> dict[str, JSON]:
    """The picked values by `Conflict.key`, for document/merge.py. What was picked between other values does not count."""
    chosen = ((conflict, picks.get(name_of(conflict))) for conflict in conflicts)
    return {conflict.key: _picked(conflict, pick, zone) for conflict, pick in chosen if pick is not None}


def _picked(conflict: Conflict, pick: Pick, zone: ZoneInfo) -> JSON:
    if pick.side == THEIRS:
        return conflict.theirs
    kind = kind_of(conflict)
    if pick.side == YOURS or not kind:
        return conflict.ours
    # As forms/fields reads numbers: what is none stays text, so that the validator says what is wrong with it.
    if kind == "number":
        return int(pick.text) if re.fullmatch(r"\s*[+-]?\d{1,15}\s*", pick.text) else pick.text
    return date_read(pick.text, zone) if kind == "date" else pick.text


def name_of(conflict: Conflict) -> str:
    """A name that the conflict keeps as long as it is between the same values: who decides has seen both."""
    sides = [b"" if side is ABSENT else canonical(side) for side in (conflict.ours, conflict.theirs)]
    return hashlib.sha256(b"\0".join([conflict.key.encode(), *sides])).hexdigest()[:32]


def kind_of(conflict: Conflict) -> str:
    """What another value can be typed as: text, number or date; "" for lists, objects and fixed words."""
    sides = [side for side in (conflict.base, conflict.ours, conflict.theirs) if side is not ABSENT]
    typed = input_at(conflict.path)
    if typed is Input.DATE:
        return "date"
    if typed is Input.NUMBER and all(type(side) is int for side in sides):
        return "number"
    return "text" if typed in WRITTEN and all(isinstance(side, str) for side in sides) else ""


def fields_of(
    conflicts: Iterable[Conflict],
    places: Places,
    picks: Mapping[str, Pick],
    zone: ZoneInfo,
    made: Mapping[Path, Revision],
    titles: Titles,
) -> list[Field]:
    """The contested fields in the order of documents; `made` are the revisions that changed them, by path."""
    in_order = sorted(conflicts, key=lambda conflict: (position(conflict.path), conflict.pointer))
    room = Room()
    return [
        _field(conflict, places, picks, zone, made.get(conflict.path), titles, room if number < COMPARED else None)
        for number, conflict in enumerate(in_order)
    ]


def _field(
    conflict: Conflict,
    places: Places,
    picks: Mapping[str, Pick],
    zone: ZoneInfo,
    made: Revision | None,
    titles: Titles,
    room: Room | None,
) -> Field:
    place, is_order = places.place(conflict.place), conflict.is_order
    before, theirs, yours = (
        side_of(conflict, side, places) for side in (conflict.base, conflict.theirs, conflict.ours)
    )
    label = title_of(places, conflict.place)
    pick = picks.get(name_of(conflict))
    kind = "" if is_order else kind_of(conflict)
    # What was typed is kept, also where another side was chosen in the end.
    text = (pick.text if pick else "") or _as_typed(conflict.ours, kind, zone)
    return Field(
        name_of(conflict),
        _("Order of {list}").format(list=label) if is_order else label,
        before,
        compared(theirs, conflict.base, conflict.theirs, place.language, room) if room else theirs,
        compared(yours, conflict.base, conflict.ours, place.language, room) if room else yours,
        made,
        kind,
        pick.side if pick else "",
        text,
        titles,
        _versions(conflict, place, titles) if room else (),
    )


def _versions(conflict: Conflict, place: Place, titles: Titles) -> tuple[Version, ...]:
    sides = (
        ("before", titles.before, conflict.base),
        (THEIRS, titles.theirs, conflict.theirs),
        (YOURS, titles.yours, conflict.ours),
    )
    known = ((side, title, field_content(place.member, place.context, value)) for side, title, value in sides)
    name = name_of(conflict)
    return tuple(Version(title, 0, [typed(f"{side}-{name}", found)]) for side, title, found in known if found)


def _as_typed(value: JSON, kind: str, zone: ZoneInfo) -> str:
    if value is ABSENT:
        return ""
    return date_shown(value, zone) if kind == "date" else str(value)
