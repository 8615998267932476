"""What became of a request since the version that somebody looked at: what it asks for by now, and what it does not any more."""

from dataclasses import dataclass
from typing import Any

from offers.access.permissions import Actor
from offers.document.patch import replay
from offers.document.words.describe import Change, describe
from offers.ledger import history as past
from offers.lists.names import names
from offers.models import RequestEvent, reading
from offers.review.standing import Place, Standing

What = RequestEvent.What
# Of as many items it is told.
LOOKED_UP = 20


@dataclass(frozen=True, slots=True)
class Revised:
    """One item of the request: the changes that are new or other ones, and those that it asked for only then."""

    name: str
    now: list[Change]
    then: list[Change]


def revised_since(actor: Actor, found: Standing, version: str, known: dict[str, str]) -> list[Revised]:
    """How the request differs from its version that the page showed; nothing where that is the present one."""
    if not version.isdecimal() or len(version) > 9 or not 0 < int(version) < found.request.version:
        return []
    made = RequestEvent.objects.filter(
        request=found.request, version=int(version), what__in=(What.OPENED, What.EDITED)
    ).order_by("-key")
    about = made.values_list("about", flat=True).first() or {}
    then = {one["id"]: one for one in about.get("changes", [])}
    now = {place.change.id: place for place in found.places}
    known = {**names(actor.sandbox.pk, then), **known}
    ids = [id for id in {**now, **then} if not _is_same(now.get(id), then.get(id))]
    told = [_revised(actor, id, now.get(id), then.get(id), known) for id in ids[:LOOKED_UP]]
    return [one for one in told if one.now or one.then]


def _is_same(place: Place | None, then: dict[str, Any] | None) -> bool:
    return place is not None and then is not None and place.change.patch == then["patch"]


def _revised(actor: Actor, id: str, place: Place | None, then: dict[str, Any] | None, known: dict[str, str]) -> Revised:
    now = describe(place.change.base, place.wanted, names=known) if place else []
    before = _described(actor, then, known) if then else []
    # Another value of the same field is told once, as it is now.
    named = {change.title for change in now}
    return Revised(
        known.get(id) or id,
        [change for change in now if not any(_says_the_same(change, one) for one in before)],
        [change for change in before if change.title not in named],
    )


def _says_the_same(one: Change, other: Change) -> bool:
    return (one.title, one.action, one.new, one.position_to) == (
        other.title,
        other.action,
        other.new,
        other.position_to,
    )


def _described(actor: Actor, then: dict[str, Any], known: dict[str, str]) -> list[Change]:
    item = reading.item_of(actor.sandbox, then["id"]) if then["baseEtag"] else None
    base = past.document_at(item, then["baseEtag"]) if item is not None else None
    return describe(base, replay(base, then["patch"]), names=known)
