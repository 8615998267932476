"""What is pressed on the page of a request: verdicts, and what its people do to it. Each is a POST.

Whatever cannot be done is said on the same page, which shows how things stand by then and keeps what was typed.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.asking import asking
from offers.access.permissions import Actor
from offers.models import ChangeRequest
from offers.review import queue as waiting
from offers.review import requests, verdicts
from offers.review.requests import HasMoved
from offers.review.standing import standing
from offers.web.account.session import typed_is_shown_by
from offers.web.item.proposals.when import NoSuchTime, sent
from offers.web.reviews.around.outcome import in_its_zone
from offers.web.reviews.around.revised import revised_since
from offers.web.reviews.around.typed import MAX_TEXT, NOTE, is_typed, keep
from offers.web.reviews.page import address, moved_since, not_done, request_for, shown
from offers.web.reviews.refusals import REFUSALS, text_of
from offers.web.reviews.shown import names_of

MAX_DIGEST = MAX_ID = 64
State = ChangeRequest.State


@typed_is_shown_by("review", is_typed)
@require_POST
def approve(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Agree to what was looked at; it is applied if nothing else is in the way."""
    actor, found = request_for(request, sandbox, number)

    def approved() -> str:
        done = verdicts.approve(
            actor, found, _digest(request), text_of(request, NOTE), request_id=asking(request).request_id
        )
        return _said_of(done)

    return _done(request, actor, found, approved)


def _said_of(done: ChangeRequest) -> str:
    """What became of a request that was agreed to."""
    if done.state == State.APPLIED:
        return _("Approved and applied.")
    if done.state == State.SCHEDULED:
        return _("Approved: it is applied when its time comes.")
    return _("Approved. It waits for those who asked for changes.")


@typed_is_shown_by("review", is_typed)
@require_POST
def request_changes(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Ask for another version, and say why."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        verdicts.request_changes(actor, found, _digest(request), text_of(request, NOTE))
        return _("Changes requested.")

    return _done(request, actor, found, said)


@typed_is_shown_by("review", is_typed)
@require_POST
def reject(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say no for good, and why."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        verdicts.reject(actor, found, _digest(request), text_of(request, NOTE))
        return _("Rejected. Nothing was changed.")

    return _done(request, actor, found, said)


@typed_is_shown_by("review", is_typed)
@require_POST
def look(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say that somebody else has looked at what was published without review."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        verdicts.look(actor, found, text_of(request, NOTE))
        return _("Recorded: you have reviewed it.")

    return _done(request, actor, found, said)


@typed_is_shown_by("review", is_typed)
@require_POST
def withdraw(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Take it back."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        # The note on the page is one to a verdict.
        requests.withdraw(actor, found)
        return _("Withdrawn. Nothing was changed.")

    return _done(request, actor, found, said, has_note=False)


@typed_is_shown_by("review", is_typed)
@require_POST
def claim(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """See to it from now on."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        requests.claim(actor, found)
        return _("You see to this request now.")

    return _done(request, actor, found, said, has_note=False)


@typed_is_shown_by("review", is_typed)
@require_POST
def leave_out(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Make the request without what it changes of the item whose id is sent along."""
    actor, found = request_for(request, sandbox, number)
    id = asked.text(request.POST.get("id"), MAX_ID)

    def said() -> str:
        requests.leave_out(actor, found, id)
        return _("Left out. Somebody else has to agree to this version.")

    return _done(request, actor, found, said, has_note=False)


@typed_is_shown_by("review", is_typed)
@require_POST
def apply(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Apply now what others agreed to."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        requests.apply(actor, found, request_id=asking(request).request_id)
        return _("Applied.")

    return _done(request, actor, found, said, has_note=False)


@typed_is_shown_by("review", is_typed)
@require_POST
def set_time(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say anew when it is applied, and taken back. What waited for nothing but its moment, and is made at once now, is applied."""
    actor, found = request_for(request, sandbox, number)

    def said() -> str:
        if when.apply_at is None and standing(found).is_owners_own:
            requests.apply(actor, found, request_id=asking(request).request_id)
            return _("Applied.")
        done = requests.describe(actor, found, found.title, found.reason, when)
        if done.apply_at is None:
            return _("It has no time of its own any more.")
        return _("Its time is {when}.").format(when=in_its_zone(done, done.apply_at))

    try:
        when = sent(request)
    except NoSuchTime as why:
        return shown(request, actor, found, not_sent=why, status=422)
    return _done(request, actor, found, said, has_note=False)


def _done(
    request: HttpRequest, actor: Actor, found: ChangeRequest, act: Callable[[], str], *, has_note: bool = True
) -> HttpResponse:
    """Do it and show the request; or say on its page why it was not done. `has_note`: it records the note, else that is kept."""
    try:
        messages.success(request, format_html("{} {}", act(), _next(actor, found)))
    except HasMoved as moved:
        known = names_of(actor.sandbox, moved.standing.places)
        since = moved_since(actor, moved.standing, asked.text(request.POST.get("seen"), MAX_TEXT), known)
        revised = revised_since(actor, moved.standing, asked.text(request.POST.get("version"), MAX_ID), known)
        said = _("It has changed since you opened this page, so nothing was decided. This is how it stands now.")
        held = requests.get(actor, found.number)
        return shown(request, actor, held, problem=said, moved=since, revised=revised, status=409)
    except REFUSALS as refused:
        return not_done(request, actor, found, refused)
    keep(request, found, used=[NOTE] if has_note else [])
    return HttpResponseRedirect(address(actor, found))


def _next(actor: Actor, found: ChangeRequest) -> SafeString:
    """The way to another request that waits for this person."""
    other = waiting.other(actor, found)
    if other is None:
        return SafeString("")
    said = _("Next: request {number}").format(number=other.number)
    return format_html('<a href="{}">{}</a>', address(actor, other), said)


def _digest(request: HttpRequest) -> str:
    return asked.text(request.POST.get("digest"), MAX_DIGEST)
