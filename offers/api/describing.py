"""The OpenAPI document of the API, and the page that shows it.

The paths are those of routes.py, the schemas of the documents come from the very types that check them; parameters,
headers and examples are said here.
"""

import re
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from offers.api.answers import JSON, json_response
from offers.api.bodies import PATCH_TYPES
from offers.api.problems import CONTENT_TYPE
from offers.api.resources import BASE, RESOURCES, Resource
from offers.document.kinds import ADAPTERS
from offers.document.patch import MAX_OPERATIONS, NEEDS

INTRODUCTION = """Every library item is a JSON document with an etag; every change to it is a JSON Patch (RFC 6902).
Get a token from `POST /ims/token/v3` (client credentials), and send it with `x-api-key`, `x-gw-ims-org-id` and
`x-sandbox-name`. Errors are `application/problem+json` (RFC 9457)."""

TEXT, INTEGER, INSTANT = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}
Object = dict[str, Any]


def _object(**properties: Object) -> Object:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Object) -> Object:
    return {"type": "array", "items": items}


def _schema(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema: Object, *types: str, **more: object) -> Object:
    return {name: {"schema": schema, **more} for name in types or (JSON,)}


_LINK = _object(href=TEXT, type=TEXT)
_REVISION = {
    "etag": INTEGER,
    "patch": _schema("JsonPatch"),
    "modifiedBy": TEXT,
    "clientId": TEXT,
    "modified": INSTANT,
    "source": TEXT,
    "note": TEXT,
    "digest": TEXT,
}
SCHEMAS: Object = {
    "Receipt": _object(
        etag=INTEGER,
        createdBy=TEXT,
        lastModifiedBy=TEXT,
        id=TEXT,
        sandboxId=TEXT,
        createdDate=INSTANT,
        lastModifiedDate=INSTANT,
        createdByClientId=TEXT,
        lastModifiedByClientId=TEXT,
    ),
    "JsonPatch": {
        **_list(
            {
                "type": "object",
                "properties": {"op": {"enum": list(NEEDS)}, "path": TEXT, "from": TEXT, "value": {}},
                "required": ["op", "path"],
            }
        ),
        "minItems": 1,
        "maxItems": MAX_OPERATIONS,
    },
    "Problem": _object(
        type=TEXT,
        title=TEXT,
        status=INTEGER,
        detail=TEXT,
        errors=_list(
            {
                "type": "object",
                "properties": {"pointer": TEXT, "code": TEXT, "message": TEXT, "operation": INTEGER},
                "required": ["pointer", "code", "message"],
            }
        ),
        requestId=TEXT,
    ),
    "Preview": _object(
        etag=INTEGER,
        document={"type": "object"},
        changes=_list(_object(action=TEXT, label=TEXT, pointer=TEXT, old={}, new={})),
    ),
    "Page": _object(
        results=_list({"type": "object"}),
        count=INTEGER,
        total=INTEGER,
        _links={"type": "object", "additionalProperties": _LINK},
    ),
    "Revision": _object(**_REVISION),
    "RevisionWithDocument": _object(**_REVISION, document={"type": ["object", "null"]}),
    "Revisions": _object(
        results=_list(_schema("Revision")),
        count=INTEGER,
        total=INTEGER,
        _links={"type": "object", "additionalProperties": _LINK},
    ),
    "Blame": _object(
        results=_list(_object(pointer=TEXT, value={}, etag=INTEGER, modifiedBy=TEXT, modified=INSTANT)), count=INTEGER
    ),
}

EXAMPLE_PATCH = [
    {"op": "replace", "path": "/name", "value": "Updated personalized offer"},
    {"op": "replace", "path": "/description", "value": "Updated personalized offer description"},
]


def _parameter(where: str, name: str, description: str, schema: Object | None = None, **more: object) -> Object:
    return {"in": where, "name": name, "description": description, "schema": schema or TEXT, **more}


CALLER = [
    _parameter("header", "x-api-key", "The client id of the token.", required=True),
    _parameter("header", "x-gw-ims-org-id", "The organisation.", required=True),
    _parameter("header", "x-sandbox-name", "The sandbox.", required=True),
]
PLACE = {
    "id": _parameter("path", "id", "The item's id.", required=True),
    "etag": _parameter("path", "etag", "The etag that the revision made.", INTEGER, required=True),
}
OFFER_TYPE = _parameter(
    "query",
    "offer-type",
    "Which kind of offers, in any case.",
    {"type": "string", "enum": ["personalized", "fallback"]},
)
IF_MATCH = _parameter("header", "If-Match", 'Change only this version: the etag in quotes, such as "3".')
IF_NONE_MATCH = _parameter("header", "If-None-Match", "Answer 304 when this is the version still.")
IDEMPOTENCY_KEY = _parameter("header", "Idempotency-Key", "A repeat within 24 hours gets the first answer.")
NOTE = _parameter("header", "X-Change-Note", "Why: recorded with the change. One line, UTF-8.")
DRY_RUN = _parameter("query", "dryRun", "Only show what would change.", {"type": "boolean", "default": False})
AS_OF = _parameter("query", "asOf", "The document as it was at this time.", INSTANT)
LIMIT = _parameter(
    "query", "limit", "Items on a page.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
)
START = _parameter("query", "start", "Where a page starts: from a link.")
PROPERTY = _parameter(
    "query",
    "property",
    "`[!]field[op]value`, op one of == != <= >= < > ~ (regular expression); a bare field asks whether it is there.",
    _list(TEXT),
    example=["status==approved", "rank.priority>=10"],
)
ORDER_BY = _parameter("query", "orderBy", "Dot paths, - for descending.", {"type": "string", "default": "-modified"})


class About:
    """What the OpenAPI document says of one collection's calls, each under the call's name."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    @cached_property
    def create(self) -> Object:
        document = [_schema(kind.value) for kind in self.resource.kinds]
        return self._about(
            "create",
            f"Create {self.resource.one}",
            [DRY_RUN, IDEMPOTENCY_KEY, NOTE],
            {201: "Receipt", 200: "Preview"},
            body=_content(document[0] if len(document) == 1 else {"oneOf": document}),
        )

    @cached_property
    def listing(self) -> Object:
        return self._about("list", f"List {self.resource.many}", [PROPERTY, ORDER_BY, LIMIT, START], {200: "Page"})

    @cached_property
    def read(self) -> Object:
        return self._about("read", f"Read {self.resource.one}", [AS_OF, IF_NONE_MATCH], {200: "", 304: ""})

    @cached_property
    def change(self) -> Object:
        return self._about(
            "change",
            f"Change {self.resource.one}",
            [DRY_RUN, IF_MATCH, IDEMPOTENCY_KEY, NOTE],
            {200: "Receipt"},
            body=_content(_schema("JsonPatch"), *PATCH_TYPES, example=EXAMPLE_PATCH),
        )

    @cached_property
    def delete(self) -> Object:
        return self._about("delete", f"Delete {self.resource.one}", [IF_MATCH, NOTE], {200: ""})

    @cached_property
    def revisions(self) -> Object:
        return self._about("revisions", "History, newest first", [LIMIT, START], {200: "Revisions"})

    @cached_property
    def revision(self) -> Object:
        return self._about("revision", "One revision, with its document", [], {200: "RevisionWithDocument"})

    @cached_property
    def blame(self) -> Object:
        return self._about("blame", "Who last changed each value", [], {200: "Blame"})

    def _about(
        self, call: str, summary: str, parameters: list[Object], answers: dict[int, str], *, body: Object | None = None
    ) -> Object:
        of_offers = [OFFER_TYPE] if len(self.resource.kinds) > 1 else []
        responses: Object = {
            str(status): {"description": name or "As said", **({"content": _content(_schema(name))} if name else {})}
            for status, name in answers.items()
        }
        responses["default"] = {"description": "A problem", "content": _content(_schema("Problem"), CONTENT_TYPE)}
        return {
            "operationId": f"{self.resource.path}-{call}",
            "summary": summary,
            "tags": [self.resource.many],
            "parameters": [*CALLER, *of_offers, *parameters],
            "responses": responses,
            **({"requestBody": {"required": True, "content": body}} if body else {}),
        }


@lru_cache(maxsize=1)
def openapi_document() -> Object:
    """The whole document (OpenAPI 3.1)."""
    from offers.api.routes import CALLS

    paths: Object = {}
    schemas = {**SCHEMAS}
    for resource in RESOURCES:
        about = About(resource)
        for call in CALLS:
            address = f"{BASE}/{resource.path}" + re.sub(r"<\w+:(\w+)>", r"{\1}", call.path)
            operation = getattr(about, call.name)
            place = [PLACE[name] for name in re.findall(r"<\w+:(\w+)>", call.path)]
            operation = {**operation, "parameters": [*place, *operation["parameters"]]}
            paths.setdefault(address, {})[call.method.lower()] = operation
        for kind in resource.kinds:
            schema = ADAPTERS[kind].json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[kind.value] = schema
    bearer = {"type": "http", "scheme": "bearer", "description": "From POST /ims/token/v3."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Offer library", "version": "1", "description": INTRODUCTION},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": bearer}},
        "security": [{"token": []}],
    }


def openapi(request: HttpRequest) -> HttpResponse:
    return json_response(openapi_document())


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, from our own static files and with nothing inline."""
    return render(request, "api/docs.html", {"document": f"{BASE}/openapi.json"})
