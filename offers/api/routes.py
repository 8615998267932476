"""The API's addresses: the same calls for each kind of library item, and those about change requests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from offers.api import change_requests, endpoints, feed, history, log
from offers.api.auth import ApiRequest, authenticate
from offers.api.programs import for_programs
from offers.api.resources import RESOURCES, Resource
from offers.api.wire import bodies

ITEM, REQUEST = "/<item:id>", "/<int:number>"
COMMENT = f"{REQUEST}/comments/<int:comment>"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a collection: its name, the method and the address (a pattern, below the collection's) that it has.

    `modes` are those of `bodies.MODES` that it knows.
    """

    name: str
    method: str
    path: str
    answer: Callable[..., HttpResponse]
    modes: tuple[str, ...] = ()


# Calls of one address stand together.
CALLS = (
    Call("create", "POST", "", endpoints.create, bodies.WAYS),
    Call("list", "GET", "", endpoints.listing, ("asOf",)),
    Call("read", "GET", ITEM, endpoints.read, ("asOf",)),
    Call("change", "PATCH", ITEM, endpoints.change, bodies.WAYS),
    Call("delete", "DELETE", ITEM, endpoints.delete, ("propose", "bypass")),
    Call("revisions", "GET", f"{ITEM}/revisions", history.revisions),
    Call("revision", "GET", f"{ITEM}/revisions/<int:etag>", history.revision),
    Call("blame", "GET", f"{ITEM}/blame", history.blame),
)


# Those about change requests, which are no library items.
REQUEST_CALLS = (
    Call("open", "POST", "", change_requests.open),
    Call("list", "GET", "", change_requests.listing),
    Call("read", "GET", REQUEST, change_requests.read),
    Call("edit", "PATCH", REQUEST, change_requests.edit),
    Call("judge", "POST", f"{REQUEST}/verdicts", change_requests.judge),
    Call("comment", "POST", f"{REQUEST}/comments", change_requests.comment),
    Call("resolve", "POST", f"{COMMENT}/resolve", change_requests.resolve),
    Call("accept", "POST", f"{COMMENT}/accept", change_requests.accept),
    Call("leave-out", "DELETE", f"{REQUEST}/changes{ITEM}", change_requests.leave_out),
    Call("claim", "POST", f"{REQUEST}/claim", change_requests.claim),
    Call("look", "POST", f"{REQUEST}/look", change_requests.look),
    Call("apply", "POST", f"{REQUEST}/apply", change_requests.apply),
    Call("withdraw", "POST", f"{REQUEST}/withdraw", change_requests.withdraw),
)

# And of the log, by what their addresses begin with.
LOG_CALLS = {
    feed.PATH: (Call("follow", "GET", "", feed.changes),),
    log.PATH: (
        Call("checkpoint", "GET", "/checkpoint", log.checkpoint),
        Call("key", "GET", "/vkey", log.vkey),
        Call("tile", "GET", "/tile/<str:level>/<path:place>", log.tile),
        Call("receipt", "GET", "/receipt/<int:index>", log.receipt),
    ),
}


def patterns() -> Iterator[URLPattern]:
    """Every address, relative to the API's base."""
    for resource in RESOURCES:
        for address, calls in groupby(CALLS, lambda call: call.path):
            yield path(f"{resource.path}{address}", for_programs(_view(list(calls), resource)))
    for start, found in {change_requests.PATH: REQUEST_CALLS, **LOG_CALLS}.items():
        for address, calls in groupby(found, lambda call: call.path):
            yield path(f"{start}{address}", for_programs(_view(list(calls))))


def _view(calls: list[Call], *of: Resource) -> Callable[..., HttpResponse]:
    """One address (of a collection): who is calling is known before anything else is looked at."""
    by_method = {call.method: call for call in calls}

    def view(request: HttpRequest, **place: Any) -> HttpResponse:
        call = by_method.get(request.method or "")
        if call is None:
            return HttpResponseNotAllowed(by_method)
        caller = cast(ApiRequest, request)
        caller.actor = authenticate(request)
        bodies.check_modes(request, call.modes)
        return call.answer(caller, *of, **place)

    return view
