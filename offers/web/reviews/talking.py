"""Comments on a request: said, resolved, and what they suggest accepted."""

from collections.abc import Callable

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.permissions import Actor, NotFound
from offers.document.errors import DocumentError
from offers.models import ChangeRequest
from offers.review import comments, requests
from offers.review.applying import NotReady
from offers.review.comments import About, NoSuggestion, NothingSaid
from offers.review.requests import HasMoved, NothingToPropose, NotNow
from offers.web.frame.words import problem_text
from offers.web.reviews.page import MAX_TEXT, address, request_for, shown

MAX_ABOUT = 2_000


@require_POST
def comment(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say something to it."""
    actor, found = request_for(request, sandbox, number)
    text = asked.text(request.POST.get("comment"), MAX_TEXT)
    suggestion = asked.text(request.POST.get("suggestion"), MAX_TEXT)

    def said() -> str:
        comments.say(actor, found, text, about_from(request.POST.get("about", "")), suggestion)
        return _("Said.")

    return _done(request, actor, found, said)


@require_POST
def resolve(request: HttpRequest, sandbox: str, number: int, key: int) -> HttpResponse:
    """It is dealt with."""
    actor, found = request_for(request, sandbox, number)

    def resolved() -> str:
        comments.resolve(actor, comments.get(found, key))
        return _("Resolved.")

    return _done(request, actor, found, resolved)


@require_POST
def accept(request: HttpRequest, sandbox: str, number: int, key: int) -> HttpResponse:
    """Put what a comment suggests into the request."""
    actor, found = request_for(request, sandbox, number)

    def accepted() -> str:
        comments.accept(actor, comments.get(found, key))
        return _("Accepted. Somebody else has to agree to this version.")

    return _done(request, actor, found, accepted)


def _done(request: HttpRequest, actor: Actor, found: ChangeRequest, act: Callable[[], str]) -> HttpResponse:
    problem, status = "", 409
    try:
        messages.success(request, act())
    except NothingSaid:
        problem, status = _("Say something first."), 422
    except NoSuggestion:
        problem, status = _("Only a text or a number can be suggested for."), 422
    except NotNow as late:
        problem = _("Somebody was first: the request is “{state}” by now.")
        problem = problem.format(state=late.request.get_state_display())
    except HasMoved:
        problem = _("The value has changed since it was suggested: nothing was changed.")
    except (NotReady, NothingToPropose):
        problem = _("It cannot be applied as it stands: nothing was written.")
    except DocumentError as error:
        problem, status = " ".join(problem_text(one) for one in error.problems[:5]), 422
    if problem:
        return shown(request, actor, requests.get(actor, found.number), problem=problem, status=status)
    return HttpResponseRedirect(address(actor, found))


def about_from(sent: str) -> About:
    """What a comment is about, as the form's choice says it: a list of the id and the steps of the path. Raises NotFound."""
    if not sent:
        return About()
    try:
        steps = orjson.loads(sent[:MAX_ABOUT])
    except orjson.JSONDecodeError:
        raise NotFound from None
    if (
        not isinstance(steps, list)
        or not steps
        or not all(isinstance(step, str) and "\0" not in step for step in steps)
    ):
        raise NotFound
    return About(steps[0], tuple(steps[1:]))
