"""What is served by default: the WSGI application behind the door that receives its requests."""

import io

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from offeradmin.door import Door, Headers
from offeradmin.wsgi import application as wsgi_application
from offers.web.frame.middleware import NO_PAGE, kept_to_oneself


def headers_of_every_answer() -> Headers:
    """Asked of the very middleware that gives them to the application's answers."""

    def empty(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(headers={"Content-Security-Policy": NO_PAGE})
        SecurityMiddleware(empty).process_response(request, response)
        return response

    # A request by https: what goes with that belongs to every answer, where there is https at all.
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO()})
    return [(name, value) for name, value in kept_to_oneself(empty)(request).items() if name != "Content-Type"]


application = Door(wsgi_application, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, headers=headers_of_every_answer())
