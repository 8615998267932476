"""Which inputs of the form stand for what open requests would change: said at them before anybody types."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from offers.access.permissions import Actor, NotFound
from offers.document.merge import merge
from offers.document.patch import replay
from offers.document.values import Document
from offers.document.words.describe import Change
from offers.forms.decision import CRITERIA
from offers.forms.kinds import Form, fits_form, input_for
from offers.forms.library import LibraryForm
from offers.forms.offer import ATTRIBUTES, CAPPINGS, REPRESENTATIONS, TAGS
from offers.forms.rows import COMPONENTS, Row
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem, RequestedChange
from offers.review import requests
from offers.review.standing import Place
from offers.web.item.proposals.made_of import MadeOf
from offers.web.item.proposals.requested import Requested

# The lists that say something of themselves as a whole.
LISTS = (REPRESENTATIONS, CAPPINGS, ATTRIBUTES, TAGS, CRITERIA.pointer)


@dataclass(frozen=True, slots=True)
class Mark:
    """Who would change it, in which request; `name` is "" for the reader's own."""

    name: str
    number: int
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What the reader's own request makes of the item; `made_of` names the request and its version, and is sent along."""

    document: Document
    made_of: MadeOf


def own(actor: Actor, number: int) -> ChangeRequest | None:
    """The reader's own request of this number, as long as it is under way."""
    try:
        request = requests.get(actor, number)
    except NotFound:
        return None
    return request if request.owner_key == actor.key and request.is_under_way else None


def begun(actor: Actor, item: LibraryItem, number: int) -> Begun | None:
    """What the form of this request begins with; None where it is not the reader's, is over, or does not fit what is there by now."""
    request = own(actor, number)
    if request is None:
        return None
    change = RequestedChange.objects.filter(request=request, id=item.id).first()
    place = Place(change, head_of_item(item)) if change else None
    if place and not place.trouble and place.before and place.after and fits_form(place.after):
        return Begun(place.after, MadeOf(request.number, request.version))
    return None


def begun_at(actor: Actor, item: LibraryItem, before: Document, made_of: MadeOf) -> Begun | None:
    """What a form that was opened at the document `before` began with, by what it says of that; None where the request has moved."""
    if made_of.warned:
        return None
    found = RequestedChange.objects.filter(request__sandbox=actor.sandbox, request__number=made_of.number)
    change = found.filter(id=item.id, request__owner_key=actor.key, request__version=made_of.version).first()
    wanted = replay(change.base, change.patch) if change else None
    if change is None or change.base is None or wanted is None:
        return None
    carried = merge(change.base, wanted, before).document
    return Begun(carried, made_of) if isinstance(carried, dict) and fits_form(carried) else None


def marks(actor: Actor, form: Form, requested: Iterable[Requested]) -> dict[str, list[Mark]]:
    """The marks by the names of the inputs; `requested` is about the document that the form was opened with."""
    found: dict[str, list[Mark]] = {}
    now = dict(_rows_now(form))
    for one in requested:
        request = one.request
        address = reverse("review", args=[actor.sandbox.name, request.number])
        mark = Mark("" if one.is_mine else request.owner_label, request.number, request.title, address)
        for name in dict.fromkeys(_input(form, change, now) for change in one.changes):
            if name:
                found.setdefault(name, []).append(mark)
    return found


def _input(form: Form, change: Change, now: dict[str, str]) -> str:
    """The input or list that is nearest to what changes; "" where the form has none, or has not any more."""
    pointer = change.old_pointer or change.pointer
    if not change.old_pointer and pointer.rpartition("/")[2].isdecimal():
        # What is added to a list is nowhere yet.
        pointer = pointer.rpartition("/")[0]
    if pointer in LISTS:
        return pointer
    row = next((old for old in sorted(now, key=len, reverse=True) if f"{pointer}/".startswith(f"{old}/")), None)
    if row is not None:
        pointer = now[row] + pointer.removeprefix(row)
    elif pointer.startswith((f"{REPRESENTATIONS}/", f"{CAPPINGS}/", f"{CRITERIA.pointer}/")):
        return ""
    return input_for(form, pointer) or next((name for name in LISTS if pointer.startswith(f"{name}/")), "")


def _rows_now(form: Form) -> Iterator[tuple[str, str]]:
    """Of each row that is an item of the opened document, the pointer that it had there and the one that it has here."""
    if isinstance(form, LibraryForm):
        yield from _moved(form.rows, CRITERIA.pointer)
    else:
        yield from _moved(form.representations, REPRESENTATIONS)
        yield from _moved(form.cappings, CAPPINGS)


def _moved(rows: Iterable[Row], at: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.was is not None:
            yield f"{at}/{row.was}", row.pointer
            yield from _moved(row.rows, f"{at}/{row.was}/{COMPONENTS}")
