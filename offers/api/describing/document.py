"""The whole document (OpenAPI 3.1), and the page that shows it."""

import re
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from offers.api.change_requests import PATH
from offers.api.describing.operations import LOG_OPERATIONS, OPERATIONS, token
from offers.api.describing.parameters import PARAMETERS
from offers.api.describing.requests import REQUEST_OPERATIONS
from offers.api.describing.responses import HEADERS, responses
from offers.api.describing.schemas import schemas
from offers.api.resources import RESOURCES
from offers.api.routes import CALLS, LOG_CALLS, REQUEST_CALLS, Call
from offers.api.wire.answers import JSON
from offers.document.kinds.registry import API_BASE

Object = dict[str, Any]

TOKEN_ADDRESS = "/ims/token/v3"  # noqa: S105 - an address
INTRODUCTION = f"""Every library item is a JSON document with an etag; every change to it is a JSON Patch (RFC 6902).
Get a token from `POST {TOKEN_ADDRESS}` (client credentials), and send it with `x-api-key`, `x-gw-ims-org-id` and
`x-sandbox-name`. Errors are `application/problem+json` (RFC 9457)."""
_PLACE = re.compile(r"<\w+:(\w+)>")


@lru_cache(maxsize=1)
def openapi_document() -> Object:
    """As a value; every call of every collection, those about change requests, and the token address."""
    paths: Object = {TOKEN_ADDRESS: {"post": token()}}
    for resource in RESOURCES:
        for call in CALLS:
            _add(paths, resource.path, call, resource.many, OPERATIONS[call.name](resource))
    for call in REQUEST_CALLS:
        _add(paths, PATH, call, "change requests", REQUEST_OPERATIONS[call.name])
    for start, calls in LOG_CALLS.items():
        for call in calls:
            _add(paths, start, call, "log", LOG_OPERATIONS[call.name])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Offer library", "version": "1", "description": INTRODUCTION},
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": responses(),
            "securitySchemes": _security_schemes(),
        },
    }


def _add(paths: Object, path: str, call: Call, tag: str, operation: Object) -> None:
    address = f"{API_BASE}/{path}" + _PLACE.sub(r"{\1}", call.path)
    # Who may call is said of each call, because generators read it there.
    security: list[Object] = [{"client": []}, {"token": []}]
    named = {"operationId": f"{path}-{call.name}", "tags": [tag], "security": security, **operation}
    paths.setdefault(address, {})[call.method.lower()] = named


def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_text(), content_type=JSON)


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, from our own static files and with nothing inline."""
    return render(request, "api/docs.html", {"document": f"{API_BASE}/openapi.json"})


@lru_cache(maxsize=1)
def _text() -> bytes:
    return orjson.dumps(openapi_document())


def _security_schemes() -> Object:
    flow = {"clientCredentials": {"tokenUrl": TOKEN_ADDRESS, "scopes": {}}}
    return {
        "client": {"type": "oauth2", "description": "With the client's id and secret.", "flows": flow},
        "token": {"type": "http", "scheme": "bearer", "description": f"A token from {TOKEN_ADDRESS}."},
    }
