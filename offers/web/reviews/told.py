"""What happened to a request, told one below the other: its steps, what others changed meanwhile, and what was said."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from offers.document.words.naming import Places
from offers.ledger import history as past
from offers.models import ChangeRequest, RequestEvent, Revision, reading
from offers.review import notices
from offers.review.standing import Place, Standing, Trouble
from offers.web.frame.words import place_title
from offers.web.item.said import fields_said
from offers.web.reviews.around.outcome import in_its_zone
from offers.web.reviews.checks import trouble_words
from offers.web.reviews.remarks import Said
from offers.web.reviews.shown import LOOKED_UP, places_of

What = RequestEvent.What
# Events and comments of one request that are shown, the last ones; and versions that others made of one of its items.
TOLD, MOVES = 300, 5
# Fields that are named of one version.
NAMED = 3
# Events that name what others changed.
NAMING = (What.DROPPED, What.CONFLICTED, What.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a request, or that somebody said; `lines` say what it was about.

    With `here` the comment stands at its field, and is only pointed to.
    """

    at: datetime
    event: RequestEvent | None = None
    said: Said | None = None
    here: bool = False
    moved: Revision | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def happened(self) -> str:
        return notices.briefly(self.event) if self.event else ""


def timeline(found: Standing, known: Mapping[str, str], said: Iterable[Said], placed: Collection[int]) -> list[Told]:
    """What happened and what was said, oldest first; `placed` are the keys of comments that stand at their fields."""
    events = RequestEvent.objects.filter(request=found.request).defer("about").order_by("-key")[:TOLD]
    naming = RequestEvent.objects.filter(request=found.request, what__in=NAMING).order_by("-key")[:TOLD]
    abouts = dict(naming.values_list("key", "about"))
    lines = words_of(found.request, known) if any(one.what == What.EDITED for one in events) else {}
    places = _places(found, known)
    told = [
        Told(
            one.created_at,
            event=one,
            lines=[*_lines(places, known, abouts.get(one.key, {})), *lines.get(one.key, [])],
        )
        for one in events
    ]
    told += [Told(one.comment.created_at, said=one, here=one.comment.key in placed) for one in said]
    told += _moves(found, known) if found.request.is_under_way else []
    return sorted(told, key=lambda one: one.at)[-TOLD:]


def _places(found: Standing, known: Mapping[str, str]) -> dict[str, Places]:
    """Where the fields of each item are, which the request changes or takes along."""
    of_changes = {place.change.id: places_of(place, known) for place in found.places}
    return of_changes | {id: Places([head.document], known) for id, head in found.shown_with.items()}


def _lines(places: Mapping[str, Places], known: Mapping[str, str], about: Mapping[str, Any]) -> list[str]:
    """What an event says that others changed, in words: which fields, who, in which version."""
    return [
        line
        for change in about.get("changes", [])
        for line in _lines_of(change, places.get(change["id"]) or Places([], known), known)
    ]


def _lines_of(change: Mapping[str, Any], places: Places, known: Mapping[str, str]) -> Iterator[str]:
    name = known.get(change["id"]) or change["id"]
    for (by, etag), fields in groupby(change["fields"], key=lambda one: (one["by"], one["etag"])):
        titles = list(dict.fromkeys(place_title(places.place(tuple(one["path"]))) for one in fields))
        said = _("{person} changed {fields} of “{name}” in version {etag}.")
        yield said.format(person=by, fields=_few(titles), name=name, etag=etag)
    if change["trouble"] and not change["fields"]:
        yield f"{name}: {trouble_words(Trouble(change['trouble']))}"


def _few(titles: list[str]) -> str:
    more = len(titles) - NAMED
    return ", ".join(titles[:NAMED]) + (f" (+{more})" if more > 0 else "")


def _moves(found: Standing, known: Mapping[str, str]) -> list[Told]:
    """What others changed beside a request that goes on with it, each as it was recorded."""
    carried = [place for place in found.places if place.is_carried and place.change.base is not None]
    return [one for place in carried[:LOOKED_UP] for one in _moves_of(found, place, known)]


def _moves_of(found: Standing, place: Place, known: Mapping[str, str]) -> Iterator[Told]:
    assert place.head is not None, "what is carried is there"
    item = reading.item_of(found.request.sandbox, place.change.id)
    if item is None:
        return
    first, last = max(place.change.base_etag, place.head.etag - MOVES), place.head.etag
    documents = past.documents(item, first, last)
    made = Revision.objects.filter(item=item, etag__gt=first, etag__lte=last).order_by("etag")
    for revision in made.defer("patch", "snapshot"):
        fields = fields_said(documents[revision.etag - 1], documents[revision.etag], dict(known))
        if fields:
            yield Told(revision.created_at, moved=revision, lines=[_kept(found, place, revision, fields, known)])


def _kept(found: Standing, place: Place, revision: Revision, fields: str, known: Mapping[str, str]) -> str:
    stays = any(event.created_at < revision.created_at for event in found.approvals)
    said = (
        _("changed {fields} of “{name}” in version {etag}. The approval stays: it was not about that.")
        if stays
        else _("changed {fields} of “{name}” in version {etag}, which this request leaves as it is.")
    )
    return said.format(fields=fields, name=known.get(place.change.id) or place.change.id, etag=revision.etag)


def words_of(request: ChangeRequest, known: Mapping[str, str]) -> dict[int, list[str]]:
    """What edits of the request changed beside its changes, in words, by the key of the event."""
    edits = RequestEvent.objects.filter(request=request, what=What.EDITED).order_by("-key")
    # Not what the versions changed: that is as much as the request itself, each time.
    found = edits.values_list("key", "about__was", "about__is", "about__leftOut__id")[:TOLD]
    return {key: list(_edit_lines(request, was or {}, now or {}, left, known)) for key, was, now, left in found}


def reason_agreed_to(found: Standing) -> tuple[str, str] | None:
    """Who agreed to the request while it gave another reason, and which; None where nobody did."""
    for yes in found.approvals:
        later = RequestEvent.objects.filter(request=found.request, key__gt=yes.key, about__was__has_key="reason")
        reason = later.order_by("key").values_list("about__was__reason", flat=True).first()
        if reason is not None and reason != found.request.reason:
            return yes.actor_label, reason
    return None


def _edit_lines(
    request: ChangeRequest,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    left_out: str | None,
    known: Mapping[str, str],
) -> Iterator[str]:
    names = {"title": _("Title"), "reason": _("Reason"), "applyAt": _("Applied on"), "until": _("Reverted on")}
    for name, title in names.items():
        if name in was and name in now:
            before, after = (_shown(request, name, said[name]) for said in (was, now))
            yield _("{field}: “{before}” became “{after}”").format(field=title, before=before, after=after)
    if left_out:
        yield _("Left out: {name}").format(name=known.get(left_out) or left_out)


def _shown(request: ChangeRequest, name: str, said: str | None) -> str:
    if said and name in ("applyAt", "until"):
        return in_its_zone(request, datetime.fromisoformat(said))
    return said or "–"
