"""Headers for every answer, a request's id, the short way to the API, the viewer's time zone, and what was said and not read yet."""

import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from offers import asked
from offers.access.asking import asking, header

Handler = Callable[[HttpRequest], HttpResponse]

# Looked up once: it reads a directory tree, which takes longer than most requests.
ZONES = frozenset(zoneinfo.available_timezones())
# Who sends forms and reads no page would have ever more of it in each request.
MOST = 5
# A page may copy to the clipboard and fill the screen; nothing else of the reader's machine is any use to it.
NO_DEVICES = ", ".join(
    f"{device}=()"
    for device in (
        *(
            "accelerometer",
            "autoplay",
            "camera",
            "display-capture",
            "encrypted-media",
            "geolocation",
            "gyroscope",
            "hid",
        ),
        *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial"),
        *("usb", "xr-spatial-tracking"),
    )
)
# What is no page shows nothing and is framed by nothing.
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"


def kept_to_oneself(get_response: Handler) -> Handler:
    """Headers for every answer: no copies of what only one person may see, and nothing for the pages of others to embed.

    Pages are not stored at all, so that Back after signing out shows nothing. What a program has read may be kept by it, and is
    asked for again with its etag. Static files and whatever else says how long it may be kept has said so already.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        etag_is_asked = response.has_header("ETag") and request.method in ("GET", "HEAD")
        response.headers.setdefault("Cache-Control", "private, no-cache" if etag_is_asked else "no-store, private")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Only of a page it says anything, and sixty files of one would send it sixty times.
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", NO_DEVICES)
        return response

    return middleware


def request_id(get_response: Handler) -> Handler:
    """Name every request: the caller's X-Request-Id where it is a sane one, else a new one; answered and recorded."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = asked.request_id(header(request, "X-Request-Id"))
        asking(request).request_id = name
        response = get_response(request)
        response["X-Request-Id"] = name
        return response

    return middleware


def api_door(get_response: Handler) -> Handler:
    """Take calls of programs straight to their views, past what only pages need: sessions, messages, tokens in forms.

    That is about a fifth of the time a PATCH takes in Python. Only views that say so (`for_programs`) are reached this way; they check who
    is calling themselves, and answer every error themselves.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(("/data/", "/ims/")):
            return get_response(request)
        try:
            match = resolve(request.path_info, "offers.api.urls")
        except Resolver404:
            return get_response(request)
        if not getattr(match.func, "for_programs", False):
            return get_response(request)
        request.resolver_match = match
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        response["Content-Language"] = language
        # A 304 has no body, and the length it may name is that of the answer it stands for (RFC 9110 section 8.6).
        if response.status_code != 304:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        patch_vary_headers(response, ["Accept-Language"])
        response["Content-Security-Policy"] = NO_PAGE
        return response

    return middleware


def time_zone(get_response: Handler) -> Handler:
    """Show times in the viewer's zone: the cookie `timezone`, which the page sets from the browser; else UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return get_response(request)

    return middleware


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The viewer's zone; UTC for a name that is none."""
    return zone_named(request.COOKIES.get("timezone", "")) or zoneinfo.ZoneInfo("UTC")


def zone_named(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone of this name. It comes from outside, and names a file: so it is looked up in the known ones."""
    return zoneinfo.ZoneInfo(name) if name in ZONES else None


class Unread(FallbackStorage):
    """Django's usual storage, of the last few messages."""

    def _store(
        self, messages: Sequence[Message], response: HttpResponseBase, *args: Any, **options: Any
    ) -> list[Message]:
        unstored: list[Message] = super()._store(list(messages)[-MOST:], response, *args, **options)  # type: ignore[misc]  # django-stubs lack it
        return unstored
