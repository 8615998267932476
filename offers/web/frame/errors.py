"""Pages for what cannot be answered: not there, not allowed, a form that is too large, what went wrong on our side.

The layers below refuse by raising NotFound and NotAllowed, which Django takes here; a view catches what it can say better.
"""

import re
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from offers import asked
from offers.access.asking import asking
from offers.web.frame.access import actor_for
from offers.web.frame.middleware import Handler
from offers.web.frame.respond import Frame

RETRY_AFTER = "10"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return render(request, "404.html", {"around": around(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403; why, in the words of who raised it."""
    return render(request, "403.html", {"around": around(request), "exception": str(exception)}, status=403)


def around(request: HttpRequest) -> str:
    """The template around the page: the frame for a member of the sandbox that the address is in, for others nothing.

    So a sandbox that is not there and one that the person does not belong to look the same.
    """
    inside = re.match(r"/s/([-\w]+)/", request.path_info)
    try:
        if inside and hasattr(request, "user"):
            actor_for(request, inside[1])
            return "frame/framed.html"
    except Http404:
        pass
    return "frame/alone.html"


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
    """Django's handler500: 503 while the database is away, else 500. Asks the database for nothing: who is signed in is not known here."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    context = {"frame": {"theme": Frame(request).theme}, "request_id": asking(request).request_id}
    text = render_to_string("503.html" if away else "500.html", context)
    response = HttpResponse(text, status=503 if away else 500)
    if away:
        response["Retry-After"] = RETRY_AFTER
    return response


def form_size(get_response: Handler) -> Handler:
    """Refuse a form by the length that it announces, before anything reads it: its body may not have been received."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = asked.number(request.META.get("CONTENT_LENGTH") or "0", asked.MAX_KEY)
        if length is not None and length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return get_response(request)
        text = render_to_string("413.html", {"frame": {"theme": Frame(request).theme}})
        return HttpResponse(text, status=413)

    return middleware
