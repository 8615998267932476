"""Comments on a request: said, resolved, and what they suggest accepted."""

from collections.abc import Callable, Collection

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers.access.permissions import Actor, NotFound
from offers.models import ChangeRequest
from offers.review import comments
from offers.review.comments import About
from offers.web.account.session import typed_is_shown_by
from offers.web.reviews.around.typed import as_said, is_typed, keep
from offers.web.reviews.page import address, not_done, request_for
from offers.web.reviews.refusals import REFUSALS, text_of

MAX_ABOUT = 2_000


@typed_is_shown_by("review", is_typed)
@require_POST
def comment(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say something to it."""
    actor, found = request_for(request, sandbox, number)
    as_said(request)

    def said() -> tuple[str, int]:
        text, suggestion = (text_of(request, name) for name in ("comment", "suggestion"))
        made = comments.say(actor, found, text, about_from(request.POST.get("about", "")), suggestion)
        return _("Said."), made.key

    return _done(request, actor, found, said, used=["about", "comment", "suggestion"])


@typed_is_shown_by("review", is_typed)
@require_POST
def resolve(request: HttpRequest, sandbox: str, number: int, key: int) -> HttpResponse:
    """It is dealt with."""
    actor, found = request_for(request, sandbox, number)

    def resolved() -> tuple[str, int]:
        comments.resolve(actor, comments.get(found, key))
        return _("Resolved."), key

    return _done(request, actor, found, resolved)


@typed_is_shown_by("review", is_typed)
@require_POST
def accept(request: HttpRequest, sandbox: str, number: int, key: int) -> HttpResponse:
    """Put what a comment suggests into the request."""
    actor, found = request_for(request, sandbox, number)

    def accepted() -> tuple[str, int]:
        comments.accept(actor, comments.get(found, key))
        return _("Accepted. Somebody else has to agree to this version."), key

    return _done(request, actor, found, accepted)


def _done(
    request: HttpRequest,
    actor: Actor,
    found: ChangeRequest,
    act: Callable[[], tuple[str, int]],
    used: Collection[str] = (),
) -> HttpResponse:
    """Do it, with the inputs that are `used`, and lead back to the comment; or say why it was not done."""
    try:
        done, key = act()
    except REFUSALS as refused:
        return not_done(request, actor, found, refused)
    keep(request, found, used)
    messages.success(request, done)
    return HttpResponseRedirect(f"{address(actor, found)}#comment-{key}")


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
