"""Pages for what cannot be answered: not there, not allowed, a form that is too large, what went wrong on our side.

The layers below refuse by raising NotFound and NotAllowed, which Django takes here; a view catches what it can say better.
"""

import re
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers import asked
from offers.access.asking import asking
from offers.access.members import admins_of
from offers.access.permissions import Role
from offers.web.frame.access import actor_for, actor_of_last
from offers.web.frame.middleware import Handler
from offers.web.frame.moment import NoMoment
from offers.web.frame.respond import Frame, wants_fragment
from offers.web.frame.sections import OFFERS, SECTIONS, Section

RETRY_AFTER = "10"
MAX_WORD = 64
# Those of a sandbox's admins that somebody is sent to.
ADMINS_NAMED = 3


@dataclass(frozen=True, slots=True)
class LookedFor:
    """What an address that leads nowhere was about, and the section whose list may have it."""

    word: str
    section: Section


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400; why, where that was said for people."""
    why = str(exception) if isinstance(exception, NoMoment) else ""
    if why and wants_fragment(request):
        return _told(why, 400)
    # As Django does: without what is known of a request, for that may be what is wrong.
    return HttpResponse(render_to_string("400.html", {"why": why}), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if wants_fragment(request):
        return _told(_("It is not there any more, or not for you. Load the page again to see what is."), 404)
    # Where there is such a page, what it was to show is missing: its address says that only by an item's id.
    at_page = request.resolver_match is not None and "id" not in request.resolver_match.kwargs
    wanted = None if at_page else looked_for(request.path_info)
    context = {"around": around(request), "wanted": wanted, "missing": _missing(request)}
    return render(request, "404.html", context, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403; why, in the words of who raised it, and who can give another role."""
    why = str(exception) or _("Your role does not include this.")
    if wants_fragment(request):
        return _told(why, 403)
    template, actor = around(request), asking(request).actor
    # An admin was refused for another reason than their role.
    admins = admins_of(actor.sandbox, ADMINS_NAMED) if actor and actor.role != Role.ADMIN else []
    context = {"around": template, "why": why, "admins": _linked(admins), "visit": request.method in ("GET", "HEAD")}
    return render(request, "403.html", context, status=403)


def _linked(admins: list[tuple[str, str]]) -> SafeString:
    """Names, each with a way to write to it where it has an address."""
    links = (
        format_html('<a href="mailto:{}">{}</a>', quote(address, "@"), name) if address else format_html("{}", name)
        for name, address in admins
    )
    return format_html_join(", ", "{}", ((link,) for link in links))


def _missing(request: HttpRequest) -> str:
    """That a section of this sandbox has nothing of that id, for who may see the sandbox; "" where it is something else that is not there."""
    inside = re.fullmatch(r"/s/([-\w]+)/([-\w]+)/([^/]+)/", request.path_info)
    actor, section = asking(request).actor, SECTIONS.get(inside[2]) if inside else None
    if not inside or section is None or actor is None or actor.sandbox.name != inside[1] or "at" in request.GET:
        return ""
    if inside[3] == "new":
        # The page is there; what it was to begin with is not.
        return ""
    return _("There is no {one} “{id}”").format(one=str(section.one).lower(), id=asked.text(inside[3], MAX_WORD))


def looked_for(path: str) -> LookedFor | None:
    """The id or the last word of an address; None where it has none."""
    inside = re.match(r"/s/[-\w]+/(.*)", path)
    parts = [part for part in (inside[1] if inside else path).split("/") if part]
    section = SECTIONS.get(parts[0]) if parts else None
    words = parts[1:2] if section else parts[-1:]
    word = asked.text(words[0], MAX_WORD) if words else ""
    return LookedFor(word, section or OFFERS) if word and word != "new" else None


def _told(words: str, status: int) -> HttpResponse:
    """For a script of a page, which shows it there (static/frame/failed.js)."""
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def around(request: HttpRequest) -> str:
    """The template around the page: the frame of the sandbox that the address is in or, for who does not belong to that, of the one
    that they used last; nothing for who belongs to none.

    So a sandbox that is not there and one that the person does not belong to look the same.
    """
    if not hasattr(request, "user"):
        return "frame/alone.html"
    inside = re.match(r"/s/([-\w]+)/", request.path_info)
    try:
        actor = actor_for(request, inside[1]) if inside else actor_of_last(request)
    except Http404:
        actor = actor_of_last(request)
    return "frame/framed.html" if actor else "frame/alone.html"


def only_pressed(get_response: Handler) -> Handler:
    """Middleware: who follows a link to what only a button does gets a page that says so, instead of nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", {"around": around(request)}, status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: 503 while the database is away, which is then asked for nothing, else 500 with a number to tell."""
    number = asking(request).request_id
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        words = _("The database is away for a moment. Nothing was half-written: try again in a few seconds.")
        away = _told(words, 503) if wants_fragment(request) else HttpResponse(_alone(request, "503.html"), status=503)
        away["Retry-After"] = RETRY_AFTER
        return away
    if wants_fragment(request):
        words = _("Something went wrong here, and the change was not stored. Try again; the number for your operator:")
        return _told(f"{words} {number}", 500)
    try:
        text: str = render_to_string("500.html", {"around": around(request), **_asked(request)}, request)
    except Exception:  # noqa: BLE001 - what went wrong may be what the frame asks for, too
        text = _alone(request, "500.html")
    return HttpResponse(text, status=500)


def _alone(request: HttpRequest, template: str) -> str:
    """The page without the frame and without asking anybody for anything."""
    context = {"frame": {"theme": Frame(request).theme}, "around": "frame/alone.html"}
    return render_to_string(template, {**context, **_asked(request)})


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The number of the request, and whether asking `again` does no more than to look."""
    return {"request_id": asking(request).request_id, "again": request.method == "GET"}


def form_size(get_response: Handler) -> Handler:
    """Refuse a form by the length that it announces, before anything reads it: its body may not have been received."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = asked.number(request.META.get("CONTENT_LENGTH") or "0", asked.MAX_KEY)
        if length is not None and length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return get_response(request)
        return HttpResponse(_alone(request, "413.html"), status=413)

    return middleware
