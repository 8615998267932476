"""The page for what went wrong on our side: 503 while the database is away, else 500."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from offers.web.frame import Frame

RETRY_AFTER = "10"


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Asks the database for nothing: who is signed in is not known here."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    context = {"frame": {"theme": Frame(request).theme}, "request_id": request.META.get("offers.request_id", "")}
    text = render_to_string("503.html" if away else "500.html", context)
    response = HttpResponse(text, status=503 if away else 500)
    if away:
        response["Retry-After"] = RETRY_AFTER
    return response
