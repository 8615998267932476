"""The calls about change requests: under the same rules as the pages, by the same functions (offers/review)."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.access.asking import asking
from offers.access.permissions import NotFound
from offers.api import proposing
from offers.api.auth import ApiRequest
from offers.api.history import etag_before
from offers.api.wire import answers, request_shapes, review
from offers.api.wire.idempotency import once
from offers.api.wire.problems import ApiError, bad_parameter
from offers.api.wire.review import InvalidRequest
from offers.document import patch as patches
from offers.document.errors import Problem
from offers.document.words.labels import gettext_noop
from offers.lists import programs
from offers.lists.pages import COUNT_LIMIT
from offers.models import ChangeRequest
from offers.review import comments, requests, verdicts
from offers.review.comments import About, NoSuggestion
from offers.review.queue import STUCK
from offers.review.requests import NothingToPropose, When

PATH = "change-requests"
MAX_KEY = 160


def listing(request: ApiRequest) -> HttpResponse:
    """GET: a page of the sandbox's requests, newest first."""
    limit, before = programs.limit(request.GET.get("limit")), etag_before(request)
    wanted = ChangeRequest.objects.filter(sandbox=request.actor.sandbox)
    states = request.GET.getlist("state")
    if states:
        wanted = wanted.filter(_in_one_of(states))
    if "author" in request.GET:
        wanted = wanted.filter(actor_key=asked.text(request.GET["author"], MAX_KEY))
    total = wanted[:COUNT_LIMIT].count()
    if before is not None:
        wanted = wanted.filter(number__lt=before)
    found = list(wanted.order_by("-number")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    content: request_shapes.RequestPage = {
        "results": [review.summary(one) for one in found],
        "count": len(found),
        "total": total,
        "_links": answers.links(PATH, request.GET, next=str(found[-1].number) if more else ""),
    }
    return answers.json_response(content)


def open(request: ApiRequest) -> HttpResponse:
    """POST: ask for several changes at once; 201 with the request."""
    actor, given = request.actor, review.sent(request, review.NEW)
    when = review.when(given, When())

    def perform() -> HttpResponse:
        wanted = proposing.asked_for(actor, given)
        made = requests.propose(actor, wanted, given["title"], given.get("reason", ""), when=when)
        return answers.json_response(review.full(made), status=201, headers=answers.location(made))

    return once(request, actor, perform)


def read(request: ApiRequest, number: int) -> HttpResponse:
    """GET: one request as it stands now."""
    return answers.json_response(review.full(requests.get(request.actor, number)))


def edit(request: ApiRequest, number: int) -> HttpResponse:
    """PATCH: say anew what it is for and when it is applied, and add changes to it: all of it, or none."""
    actor, given = request.actor, review.sent(request, review.EDIT)

    def revised(found: ChangeRequest) -> ChangeRequest:
        with transaction.atomic():
            held = requests.under_way(found)
            if given.keys() - {"changes"}:
                when = review.when(given, When(held.apply_at, held.until, held.time_zone))
                title, reason = given.get("title", held.title), given.get("reason", held.reason)
                held = requests.describe(actor, held, title, reason, when)
            if "changes" in given:
                held = requests.add(actor, held, proposing.several(actor, given["changes"]))
            return held

    return _step(request, number, revised)


def judge(request: ApiRequest, number: int) -> HttpResponse:
    """POST: yes, not yet or no to what the digest names."""
    actor, given = request.actor, review.sent(request, review.VERDICT)
    digest, text = given["digest"], given.get("text", "")

    def judged(found: ChangeRequest) -> ChangeRequest:
        match given["verdict"]:
            case "approve":
                apply, request_id = given.get("apply", True), asking(request).request_id
                return verdicts.approve(actor, found, digest, text, apply=apply, request_id=request_id)
            case "request-changes":
                return verdicts.request_changes(actor, found, digest, text)
            case "reject":
                return verdicts.reject(actor, found, digest, text)

    return _step(request, number, judged)


def apply(request: ApiRequest, number: int) -> HttpResponse:
    """POST: make the changes now, as others agreed to them."""
    actor, request_id = request.actor, asking(request).request_id
    return _step(request, number, lambda found: requests.apply(actor, found, request_id=request_id))


def comment(request: ApiRequest, number: int) -> HttpResponse:
    """POST: say something to it, whatever its state."""
    actor, given = request.actor, review.sent(request, review.COMMENT)

    def said(found: ChangeRequest) -> ChangeRequest:
        about = _about(found, given.get("item", ""), given.get("pointer", ""))
        suggestion = patches.check(given["suggestion"]) if "suggestion" in given else ""
        try:
            comments.say(actor, found, given["text"], about, suggestion)
        except NoSuggestion:
            message = gettext_noop("A suggestion changes what lies at its pointer, and nothing else.")
            raise InvalidRequest([Problem("/suggestion", "no-suggestion", message)]) from None
        return found

    return _step(request, number, said)


def _about(found: ChangeRequest, item: str, pointer: str) -> About:
    if not pointer:
        return About(item)
    try:
        return comments.about_at(found, item, pointer)
    except NotFound:
        message = gettext_noop("The request has nothing at this place.")
        raise InvalidRequest([Problem("/pointer", "not-found", message)]) from None


def resolve(request: ApiRequest, number: int, comment: int) -> HttpResponse:
    """POST: it is dealt with."""

    def resolved(found: ChangeRequest) -> ChangeRequest:
        comments.resolve(request.actor, comments.get(found, comment))
        return found

    return _step(request, number, resolved)


def accept(request: ApiRequest, number: int, comment: int) -> HttpResponse:
    """POST: put what it suggests into the request."""
    return _step(request, number, lambda found: comments.accept(request.actor, comments.get(found, comment)))


def claim(request: ApiRequest, number: int) -> HttpResponse:
    """POST: see to it from now on."""
    return _step(request, number, lambda found: requests.claim(request.actor, found))


def look(request: ApiRequest, number: int) -> HttpResponse:
    """POST: somebody else has looked at what was published without review."""
    given = review.sent(request, review.LOOK, optional=True)
    return _step(request, number, lambda found: verdicts.look(request.actor, found, given.get("text", "")))


def leave_out(request: ApiRequest, number: int, id: str) -> HttpResponse:
    """DELETE: make the request without what it changes of this item."""

    def left_out(found: ChangeRequest) -> ChangeRequest:
        try:
            return requests.leave_out(request.actor, found, id)
        except NothingToPropose:
            detail = _("It is all that the request changes: withdraw the request instead.")
            raise ApiError(409, "only-change", _("It is the only change"), detail) from None

    return _step(request, number, left_out)


def withdraw(request: ApiRequest, number: int) -> HttpResponse:
    """POST: take it back."""
    given = review.sent(request, review.WITHDRAWAL, optional=True)
    return _step(request, number, lambda found: requests.withdraw(request.actor, found, given.get("text", "")))


def _step(request: ApiRequest, number: int, step: Callable[[ChangeRequest], ChangeRequest]) -> HttpResponse:
    """Do this to the request, and answer with what it is then."""

    def perform() -> HttpResponse:
        return answers.json_response(review.full(step(requests.get(request.actor, number))))

    return once(request, request.actor, perform)


def _in_one_of(states: list[str]) -> Q:
    """In any of these states, of which one is no state of its own. Raises ApiError (400)."""
    known = [*ChangeRequest.State.values, ChangeRequest.CONFLICTED]
    if not set(states) <= set(known):
        expected = ", ".join(known)
        detail = _("{name} is one of: {expected}.").format(name="state", expected=expected)
        raise bad_parameter(detail)
    found = Q(state__in=states)
    return found | STUCK if ChangeRequest.CONFLICTED in states else found
