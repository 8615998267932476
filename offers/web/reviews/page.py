"""The page of one request: what it changes, what is to be known about that, and what the reader may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from offers.access.permissions import Actor, can_edit
from offers.document.words.describe import Change, describe
from offers.ledger import history as past
from offers.models import ChangeRequest, RequestComment, RequestEvent, reading
from offers.review import notices, requests
from offers.review.standing import Place, Standing, standing
from offers.review.verdicts import not_judged_by
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.reviews.checks import at_approval, checks, in_its_zone, still_to_agree, trouble_said
from offers.web.reviews.remarks import Said, choices, said_of
from offers.web.reviews.shown import changes_of, names_of

State = ChangeRequest.State
# Events and comments of one request that are shown, the last ones.
TOLD = 300
MAX_TEXT = 4_000


def page(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """A change request, for everybody in its sandbox."""
    actor, asked_for = request_for(request, sandbox, number)
    notices.seen(actor, asked_for)
    return shown(request, actor, asked_for)


def request_for(request: HttpRequest, sandbox: str, number: int) -> tuple[Actor, ChangeRequest]:
    """The signed-in person and the request with this number; a 404 where either is not to be had."""
    actor = actor_for(request, sandbox)
    return actor, requests.get(actor, number)


def shown(
    request: HttpRequest,
    actor: Actor,
    asked_for: ChangeRequest,
    *,
    problem: str = "",
    moved: list[tuple[str, list[Change]]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as things stand now; `problem` says why what was pressed was not done, and what was typed is kept."""
    found = standing(asked_for)
    under_way = asked_for.is_under_way
    known = names_of(actor.sandbox, found.places)
    rows = changes_of(request, actor.sandbox, found)
    context: dict[str, Any] = {
        "asked": asked_for,
        "found": found,
        "rows": [(one, trouble_said(one.place) if under_way else "") for one in rows],
        "seen": ",".join(str(place.head.etag if place.head else 0) for place in found.places),
        "checks": checks(actor, found, known) if under_way else [],
        "who": still_to_agree(asked_for, found) if under_way else "",
        "when": at_approval(asked_for, found) if under_way else "",
        "scheduled": in_its_zone(asked_for, asked_for.apply_at) if asked_for.apply_at else "",
        "not_judged": not_judged_by(actor, asked_for),
        "may_edit": can_edit(actor),
        "may_own": can_edit(actor) and requests.may_own(actor, asked_for),
        "is_owner": actor.key == asked_for.owner_key,
        "to_look_at": asked_for.review_due_at is not None and asked_for.looked_at is None,
        "told": timeline(found, known),
        "choices": choices(found, known) if can_edit(actor) else [],
        "about": request.POST.get("about", "") if status != 200 else "",
        "comment": request.POST.get("comment", "") if status != 200 else "",
        "suggestion": request.POST.get("suggestion", "") if status != 200 else "",
        "problem": problem,
        "moved": moved or [],
        "text": request.POST.get("text", "") if status != 200 else "",
    }
    return answer(request, "reviews/page.html", context, status=status)


def address(actor: Actor, asked_for: ChangeRequest) -> str:
    return reverse("review", args=[actor.sandbox.name, asked_for.number])


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a request, or that somebody said."""

    at: datetime
    event: RequestEvent | None = None
    said: Said | None = None


def timeline(found: Standing, known: dict[str, str]) -> list[Told]:
    """What happened and what was said, oldest first."""
    events = RequestEvent.objects.filter(request=found.request).defer("about").order_by("-key")[:TOLD]
    comments = RequestComment.objects.filter(request=found.request).order_by("-key")[:TOLD]
    told = [Told(one.created_at, event=one) for one in events]
    told += [Told(one.created_at, said=said_of(found, one, known)) for one in comments]
    return sorted(told, key=lambda one: one.at)[-TOLD:]


def moved_since(actor: Actor, found: Standing, seen: str) -> list[tuple[str, list[Change]]]:
    """What changed of the items since they were at these versions, which the page had along, by the name of the item."""
    etags = seen.split(",")
    if len(etags) != len(found.places):
        return []
    known = names_of(actor.sandbox, found.places)
    return [
        (known.get(place.change.id) or place.change.id, changes)
        for place, etag in zip(found.places, etags, strict=True)
        if etag.isdecimal() and (changes := _changes_since(actor, place, etag, known))
    ]


def _changes_since(actor: Actor, place: Place, etag: str, known: dict[str, str]) -> list[Change]:
    if place.head is None or str(place.head.etag) == etag or not 0 < int(etag[:9]) <= place.head.etag:
        return []
    item = reading.item_of(actor.sandbox, place.change.id)
    if item is None:
        return []
    return describe(past.document_at(item, int(etag)), place.before, names=known)
