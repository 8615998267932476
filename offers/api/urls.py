"""The API's part of the site map. Every answer below the base is the API's own, problems included."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from offers.api import describing, problems
from offers.api.resources import BASE
from offers.api.routes import api
from offers.api.tokens import token

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
            response.content = b""
        return response

    guarded.for_programs = True  # type: ignore[attr-defined]  # read by offers.web.middleware.api_door
    return guarded


def nothing(request: HttpRequest) -> HttpResponse:
    raise Http404


base = BASE.removeprefix("/")
calls = api.urls[0]
for call in calls:
    call.callback = for_programs(cast(View, call.callback))

urlpatterns = [
    path("ims/token/v3", for_programs(token)),
    path(f"{base}/openapi.json", for_programs(describing.openapi)),
    path(f"{base}/docs", login_not_required(describing.docs)),
    path(f"{base}/", include(calls)),
    re_path(rf"^{base}(?:/.*)?$", for_programs(nothing)),
]
