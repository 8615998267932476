"""Where two people changed the same field: what it was, what each made of it, and which one stays."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from offers.access.permissions import Actor
from offers.document.errors import JSON, InvalidDocument, Problem
from offers.document.kinds.declared import WRITTEN, Input
from offers.document.kinds.reading import input_at, position
from offers.document.merge import ABSENT, Conflict
from offers.document.values import canonical
from offers.document.words.describe import describe
from offers.document.words.naming import Place, Places, place_at
from offers.document.words.spans import Room, spans
from offers.document.words.tokens import Language
from offers.forms.fields import clean, date_read, date_shown
from offers.forms.kinds import Form
from offers.ledger.blamed import changed_since
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.web.edit.saving import Plan, people, since
from offers.web.frame.respond import answer
from offers.web.item.entries import item_context
from offers.web.item.history.rendered import Version, field_content, typed
from offers.web.item.history.sides import Side, side_of, title_of

# Fields whose texts are compared word by word: that takes time, and nobody reads more of them so closely.
COMPARED = 6
THEIRS, YOURS, OTHER = "theirs", "yours", "other"


@dataclass(frozen=True, slots=True)
class Pick:
    """What was chosen for one conflict: a side, or another text."""

    side: str
    text: str = ""


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
    versions: tuple[Version, ...] = ()

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


def page(
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    form: Form,
    opened: int,
    plan: Plan,
    picks: Mapping[str, Pick],
    refused: InvalidDocument | None = None,
) -> HttpResponse:
    """409: what is contested, what merged by itself, and the whole form carried along, so that nothing typed is lost.

    422 with what is wrong, where everything was decided but the outcome was `refused`.
    """
    item.refresh_from_db()
    made = since(item, opened)
    mine = form.before, plan.document
    names = names_in(item.sandbox_id, plan.head.kind, [*mine, plan.head.document])
    places = Places([plan.form, plan.head.document, plan.base], names)
    changed = changed_since(item, opened, [conflict.path for conflict in plan.conflicts])
    in_order = sorted(plan.conflicts, key=lambda conflict: (position(conflict.path), conflict.pointer))
    room = Room()
    fields = [
        _field(conflict, places, picks, form.zone, changed.get(conflict.path), room if number < COMPARED else None)
        for number, conflict in enumerate(in_order)
    ]
    context = item_context(
        item,
        "",
        fields=fields,
        undecided=sum(not found.is_decided for found in fields),
        tried=bool(picks),
        problems=_placed(refused, names) if refused else [],
        # The merge has our value wherever there is a conflict: what else it makes of our document came from them.
        theirs=describe(plan.form, plan.document, names=names),
        others=people(made),
        head=plan.head,
        opened=opened,
        carried=list(_carried(request.POST)),
        note=request.POST.get("note", ""),
    )
    return answer(request, "edit/conflict.html", context, status=422 if refused else 409)


def _placed(refused: InvalidDocument, names: Mapping[str, str]) -> list[tuple[Problem, Place | None]]:
    """What is wrong with the outcome, each with its place there."""
    return [
        (problem, place_at(refused.document, problem.pointer, names) if problem.pointer else None)
        for problem in refused.problems
    ]


def _carried(sent: QueryDict) -> Iterable[tuple[str, str]]:
    """The form as it was sent, to be sent again with the decisions."""
    for name, values in sent.lists():
        if name.startswith("/") or name in ("etag", "zone", "person"):
            yield from ((name, str(value)) for value in values)


def _field(
    conflict: Conflict,
    places: Places,
    picks: Mapping[str, Pick],
    zone: ZoneInfo,
    made: Revision | None,
    room: Room | None,
) -> Field:
    place, is_order = places.place(conflict.place), conflict.is_order
    before, theirs, yours = (
        side_of(conflict, side, places) for side in (conflict.base, conflict.theirs, conflict.ours)
    )
    label = title_of(places, conflict.place)
    pick = picks.get(name_of(conflict), Pick(""))
    kind = "" if is_order else kind_of(conflict)
    text = pick.text if pick.side == OTHER else _as_typed(conflict.ours, kind, zone)
    return Field(
        name_of(conflict),
        _("Order of {list}").format(list=label) if is_order else label,
        before,
        _compared(theirs, conflict.base, conflict.theirs, place.language, room) if room else theirs,
        _compared(yours, conflict.base, conflict.ours, place.language, room) if room else yours,
        made,
        kind,
        pick.side,
        text,
        _versions(conflict, place) if room else (),
    )


def _versions(conflict: Conflict, place: Place) -> tuple[Version, ...]:
    sides = (
        ("before", _("Before"), conflict.base),
        (THEIRS, _("Theirs"), conflict.theirs),
        (YOURS, _("Yours"), conflict.ours),
    )
    known = ((side, title, field_content(place.member, place.context, value)) for side, title, value in sides)
    name = name_of(conflict)
    return tuple(Version(title, 0, [typed(f"{side}-{name}", found)]) for side, title, found in known if found)


def _as_typed(value: JSON, kind: str, zone: ZoneInfo) -> str:
    if value is ABSENT:
        return ""
    return date_shown(value, zone) if kind == "date" else str(value)


def _compared(side: Side, before: JSON, after: JSON, language: Language, room: Room) -> Side:
    """The side with marks, where it is a text that is shown as it is."""
    is_shown_as_it_is = side.how == "text" and side.text == after
    return Side(side.text, side.how, spans(before, after, language, room) if is_shown_as_it_is else ())
