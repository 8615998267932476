"""Views for callers without sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from offers.api.wire import problems

View = Callable[..., HttpResponse]


def for_programs(view: View) -> View:
    """A view for callers without sessions: no login page, no CSRF token, and whatever goes wrong is a problem."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the API's outermost door: what is not known is logged there
            response = problems.answer(request, error)
        if isinstance(response, HttpResponseNotAllowed):
            response = problems.not_allowed(request, ", ".join(sorted(response["Allow"].split(", "))))
        if head:
            # Of a HEAD, the length is that of the content which a GET would have (RFC 9110 section 8.6).
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    guarded.for_programs = True  # type: ignore[attr-defined]  # read by offers.web.frame.middleware.api_door
    return guarded
