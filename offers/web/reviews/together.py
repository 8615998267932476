"""Several requests of the queue are agreed to at once: each as it was shown, by itself, with a verdict of its own."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.asking import asking
from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.document.errors import DocumentError
from offers.ledger.references import InUse
from offers.models import ChangeRequest
from offers.review import requests, verdicts
from offers.review.applying import NoOwner, NotReady, PeriodOver
from offers.review.queue import PAGE_SIZE
from offers.review.requests import HasMoved, NotNow
from offers.review.verdicts import ChangedIt
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer

State = ChangeRequest.State
PICKED = re.compile(r"([0-9]{1,9}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request that was ticked."""

    number: int
    title: str
    approved: bool
    said: str


@require_POST
def approve_many(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Agree to the requests that were ticked, each as its row showed it, and tell what became of each."""
    actor = actor_for(request, sandbox)
    picked = [match for sent in request.POST.getlist("pick")[:PAGE_SIZE] if (match := PICKED.fullmatch(sent))]
    if not picked:
        return HttpResponseRedirect(reverse("reviews", args=[sandbox]))
    text = asked.note(request.POST.get("text"))
    done = [_approved(request, actor, int(match[1]), match[2], text) for match in picked]
    return answer(request, "reviews/approved.html", {"verdicts": done})


def _approved(request: HttpRequest, actor: Actor, number: int, digest: str, text: str) -> Verdict:
    try:
        found = requests.get(actor, number)
    except NotFound:
        return Verdict(number, "", False, _("not there"))
    try:
        done = verdicts.approve(actor, found, digest, text, request_id=asking(request).request_id)
        return Verdict(number, found.title, True, _became(done))
    except ChangedIt as refused:
        said = str(refused)
    except NotAllowed:
        said = _("not for you to approve")
    except NotNow:
        said = _("somebody was first: not approved")
    except HasMoved:
        said = _("has changed since you looked: not approved")
    except (NotReady, NoOwner, PeriodOver, DocumentError, InUse):
        said = _("cannot be applied as it stands: not approved")
    return Verdict(number, found.title, False, said)


def _became(done: ChangeRequest) -> str:
    if done.state == State.APPLIED:
        return _("approved and applied")
    return _("approved, for its time") if done.state == State.SCHEDULED else _("approved, waits for others")
