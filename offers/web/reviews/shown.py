"""The changes of a request as pages show them: each in words, with what stands in its way, and as patch and curl."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from offers.document.diff import diff
from offers.document.errors import Problem
from offers.document.identity import Path
from offers.document.validate import references
from offers.document.values import Document, Patch
from offers.document.words.describe import Change, describe
from offers.document.words.naming import Place as Spot
from offers.document.words.naming import Places, place_at
from offers.ledger.blamed import changed_since
from offers.lists.names import names
from offers.models import Revision, Sandbox, reading
from offers.review.standing import AS_ASKED, Place, Standing, Trouble
from offers.web.frame.curl import patch_curl
from offers.web.frame.middleware import zone_of
from offers.web.item.history.contested import Field, Titles, fields_of, picks_for

# As many contested fields of one item as people read.
CONFLICTS_SHOWN = 50
# Of as many items it is looked up who changed them meanwhile: each look reads history.
LOOKED_UP = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One change of a request. `how` is "new", "back", "deleted" or "changed"; `compared` as in templates/item/_change_rows.html."""

    place: Place
    name: str
    how: str
    changes: list[Change]
    compared: tuple[int, int]
    # What `changes` tell apart.
    before: Document | None
    after: Document | None
    patch: Patch
    curl: str
    problems: list[tuple[Problem, Spot]] = field(default_factory=list)
    contested: list[Field] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.place.change.kind

    @property
    def id(self) -> str:
        return self.place.change.id

    @property
    def kept(self) -> int:
        """How many contested fields nobody is asked about: they stay as they are now."""
        return max(0, len(self.place.conflicts) - CONFLICTS_SHOWN)

    @property
    def undecided(self) -> int:
        return sum(not field.is_decided for field in self.contested)

    @property
    def is_gone(self) -> bool:
        """Whether what it wants to change is deleted by now."""
        return self.place.trouble is Trouble.GONE

    @property
    def is_there(self) -> bool:
        """Whether the item has a page."""
        return self.place.head is not None


def changes_of(request: HttpRequest, sandbox: Sandbox, found: Standing, known: dict[str, str]) -> list[Shown]:
    """The changes of a request on top of what is there now; of one that is over or does not go with it, as it was asked for."""
    return [_shown(request, sandbox, place, known, found.request.is_under_way) for place in found.places]


def names_of(sandbox: Sandbox, places: Iterable[Place]) -> dict[str, str]:
    """The names of the items that are changed, and of all that they refer to, in one query; new ones have theirs along."""
    places = list(places)
    wanted = {
        reference.id
        for place in places
        for document in (place.before, place.wanted)
        if document
        for reference in references(place.kind, document)
    }
    found = names(sandbox.pk, wanted | {place.change.id for place in places})
    new = {place.change.id: str(place.wanted.get("name", "")) for place in places if place.wanted and not place.head}
    return {**new, **found}


def _shown(request: HttpRequest, sandbox: Sandbox, place: Place, known: dict[str, str], under_way: bool) -> Shown:
    change = place.change
    stuck = under_way and place.trouble in AS_ASKED
    fits = under_way and not stuck
    before, after = (place.before, place.after) if fits else (change.base, place.wanted)
    how = "deleted" if after is None else "changed" if before is not None else "back" if change.base_etag else "new"
    etag = (place.head.etag if place.head else 0) if fits else change.base_etag
    patch = diff(before, after) if before is not None and after is not None else change.patch
    return Shown(
        place=place,
        name=known.get(change.id) or change.id,
        how=how,
        # What is new is told field by field: nobody has seen any of it.
        changes=describe(before or {}, after, names=known) if after is not None else [],
        compared=(etag if before is not None else 0, 0),
        before=before,
        after=after,
        patch=patch,
        curl=patch_curl(request, sandbox, change.kind, change.id, patch, etag)
        if how == "changed" and not stuck
        else "",
        problems=_problems(place, known) if under_way else [],
        contested=_contested(request, sandbox, place, known) if under_way and place.conflicts else [],
    )


def _problems(place: Place, known: dict[str, str]) -> list[tuple[Problem, Spot]]:
    return [(problem, place_at(place.after, problem.pointer, known)) for problem in place.problems]


def _contested(request: HttpRequest, sandbox: Sandbox, place: Place, known: dict[str, str]) -> list[Field]:
    """The fields that somebody else changed, too, as they were decided where that was just sent."""
    change, conflicts = place.change, place.conflicts[:CONFLICTS_SHOWN]
    made = revisions_since(sandbox, place, change.base_etag, [conflict.path for conflict in conflicts])
    titles = Titles(_("Before"), _("Theirs"), pgettext("side", "Requested"))
    picks = picks_for(request.POST, conflicts) if request.POST.get("id") == change.id else {}
    return fields_of(conflicts, places_of(place, known), picks, zone_of(request), made, titles)


def places_of(place: Place, known: Mapping[str, str]) -> Places:
    """Finds what a change is about: as it is wanted, as it is now, as it was when it was proposed."""
    return Places([one for one in (place.wanted, place.before, place.change.base) if one is not None], known)


def revisions_since(sandbox: Sandbox, place: Place, etag: int, paths: Sequence[Path]) -> dict[Path, Revision]:
    """Who changed these fields of the item after this version, each last; nothing where it did not change."""
    if place.head is None or place.head.etag == etag or not etag:
        return {}
    item = reading.item_of(sandbox, place.change.id)
    return changed_since(item, etag, paths) if item is not None else {}
