"""The API's part of the site map. Every answer below the base is the API's own, problems included."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from offers.api.describing import document
from offers.api.programs import for_programs
from offers.api.routes import patterns
from offers.api.tokens import token
from offers.document.kinds.registry import API_BASE


def nothing(request: HttpRequest) -> HttpResponse:
    raise Http404


base = API_BASE.removeprefix("/")

urlpatterns = [
    path("ims/token/v3", for_programs(token)),
    path(f"{base}/openapi.json", for_programs(document.openapi)),
    path(f"{base}/docs", login_not_required(document.docs)),
    path(f"{base}/", include(list(patterns()))),
    # Line breaks too: an address may have a %0A in it.
    re_path(rf"^{base}(?:/[\s\S]*)?\Z", for_programs(nothing)),
]
