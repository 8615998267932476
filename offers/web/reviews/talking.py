"""Comments on a request: said, resolved, and what they suggest accepted."""

from collections.abc import Callable, Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers.access.permissions import Actor, NotFound
from offers.models import ChangeRequest
from offers.review import comments
from offers.web.account.session import typed_is_shown_by
from offers.web.reviews.around.typed import ABOUT, COMMENT, SUGGESTION, at_field, is_typed, keep
from offers.web.reviews.page import address, not_done, request_for, shown
from offers.web.reviews.refusals import REFUSALS, text_of
from offers.web.reviews.remarks import about_from


@typed_is_shown_by("review", is_typed)
@require_POST
def comment(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say something to it."""
    actor, found = request_for(request, sandbox, number)
    # At a field, whose inputs have it in their names; else about what was chosen.
    field = request.POST.get("at", "")
    about = about_from(field or request.POST.get(ABOUT, ""))
    inputs = [at_field(name, field) for name in (COMMENT, SUGGESTION)]

    def said() -> tuple[str, int]:
        text, suggestion = (text_of(request, name) for name in inputs)
        return _("Said."), comments.say(actor, found, text, about, suggestion).key

    try:
        return _done(request, actor, found, said, field, used=inputs if field else [*inputs, ABOUT])
    except NotFound:
        problem = _("The request does not change this any more. What you wrote is kept here.")
        return shown(request, actor, found, problem=problem, at=at_field(COMMENT, field), status=409)


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
    field: str = "",
    used: Collection[str] = (),
) -> HttpResponse:
    """Do it, with the inputs that are `used` (at a `field`, or not), and lead back to the comment; or say why it was not done."""
    try:
        done, key = act()
    except REFUSALS as refused:
        return not_done(request, actor, found, refused, field)
    keep(request, found, used)
    messages.success(request, done)
    return HttpResponseRedirect(f"{address(actor, found)}#comment-{key}")
