"""The API's addresses: the same calls for each kind of library item."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from offers.api import endpoints, history
from offers.api.auth import ApiRequest, authenticate
from offers.api.programs import for_programs
from offers.api.resources import RESOURCES, Resource

ITEM = "/<item:id>"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a collection: its name, the method and the address (a pattern, below the collection's) that it has."""

    name: str
    method: str
    path: str
    answer: Callable[..., HttpResponse]


# Calls of one address stand together.
CALLS = (
    Call("create", "POST", "", endpoints.create),
    Call("list", "GET", "", endpoints.listing),
    Call("read", "GET", ITEM, endpoints.read),
    Call("change", "PATCH", ITEM, endpoints.change),
    Call("delete", "DELETE", ITEM, endpoints.delete),
    Call("revisions", "GET", f"{ITEM}/revisions", history.revisions),
    Call("revision", "GET", f"{ITEM}/revisions/<int:etag>", history.revision),
    Call("blame", "GET", f"{ITEM}/blame", history.blame),
)


def patterns() -> Iterator[URLPattern]:
    """Every address of every collection, relative to the API's base."""
    for resource in RESOURCES:
        for address, calls in groupby(CALLS, lambda call: call.path):
            yield path(f"{resource.path}{address}", for_programs(_view(resource, list(calls))))


def _view(resource: Resource, calls: list[Call]) -> Callable[..., HttpResponse]:
    """One address of a collection: who is calling is known before anything else is looked at."""
    answers = {call.method: call.answer for call in calls}

    def view(request: HttpRequest, **place: Any) -> HttpResponse:
        answer = answers.get(request.method or "")
        if answer is None:
            return HttpResponseNotAllowed(answers)
        caller = cast(ApiRequest, request)
        caller.actor = authenticate(request)
        return answer(caller, resource, **place)

    return view
