"""The calls: what each takes and answers."""

from collections.abc import Callable, Mapping
from typing import Any

from offers.api import log
from offers.api.describing import parameters
from offers.api.describing.responses import answer, file, refusals
from offers.api.describing.schemas import documents, items, noun
from offers.api.describing.schemas import ref as schema
from offers.api.resources import Resource
from offers.api.wire.answers import JSON

Object = dict[str, Any]

EXAMPLE_PATCH = [
    {"op": "replace", "path": "/name", "value": "Updated personalized offer"},
    {"op": "replace", "path": "/description", "value": "Updated personalized offer description"},
]
# One media type only: of two with one schema, generators make clients that cannot tell which was meant.
PATCH_BODY = "A JSON Patch, all of it or nothing. `application/json-patch+json` is taken as well."
_REVIEW = ("Propose", "Bypass")
_CALLER = ("ApiKey", "Organisation", "Sandbox")


def create(resource: Resource) -> Object:
    offer_type = ("NewOfferType",) if len(resource.kinds) > 1 else ()
    return {
        "summary": f"Create {resource.one}",
        "parameters": parameters_of(*offer_type, "DryRun", *_REVIEW, "IdempotencyKey", "Note"),
        "requestBody": body(JSON, documents(resource)),
        "responses": {
            "200": answer("What a dry run would make.", schema(f"{noun(resource)}Preview")),
            "201": {
                **answer("Created.", schema("Receipt"), "ETag", "Location"),
                "links": _links(resource, "read", "change", "delete", "revisions", "blame"),
            },
            "202": _proposed(),
            **refusals(409, 413, 415, 422),
        },
    }


def listing(resource: Resource) -> Object:
    return {
        "summary": f"List {resource.many}",
        "parameters": parameters_of(*_which(resource), "Property", "OrderBy", "AsOf", "Limit", "Start"),
        "responses": {"200": answer("A page.", schema(f"{noun(resource)}Page")), **refusals(422)},
    }


def read(resource: Resource) -> Object:
    return {
        "summary": f"Read {resource.one}",
        "parameters": parameters_of("Id", *_which(resource), "AsOf", "IfNoneMatch"),
        "responses": {
            "200": answer("The document, with what the server adds to it.", items(resource), "ETag"),
            "304": answer("It is the version that you have.", None, "ETag"),
            **refusals(),
        },
    }


def change(resource: Resource) -> Object:
    done = {"oneOf": [schema("Receipt"), schema(f"{noun(resource)}Preview")]}
    return {
        "summary": f"Change {resource.one}",
        "parameters": parameters_of("Id", *_which(resource), "DryRun", *_REVIEW, "IfMatch", "IdempotencyKey", "Note"),
        "requestBody": body(JSON, schema("JsonPatch"), EXAMPLE_PATCH, description=PATCH_BODY),
        "responses": {
            "200": answer("Changed; or, for a dry run, what would change.", done),
            "202": _proposed(),
            **refusals(409, 412, 413, 415, 422, 428),
        },
    }


def delete(resource: Resource) -> Object:
    return {
        "summary": f"Delete {resource.one}",
        "parameters": parameters_of("Id", *_which(resource), *_REVIEW, "IfMatch", "IdempotencyKey", "Note"),
        "responses": {"200": answer("Deleted."), "202": _proposed(), **refusals(409, 412, 422, 428)},
    }


def revisions(resource: Resource) -> Object:
    return {
        "summary": f"History of {resource.one}, newest first",
        "parameters": parameters_of("Id", *_which(resource), "Limit", "Before"),
        "responses": {"200": answer("A page of revisions.", schema("RevisionPage")), **refusals()},
    }


def revision(resource: Resource) -> Object:
    return {
        "summary": f"One revision of {resource.one}, with its document",
        "parameters": parameters_of("Id", "Etag", *_which(resource)),
        "responses": {"200": answer("The revision.", schema(f"{noun(resource)}Version")), **refusals()},
    }


def blame(resource: Resource) -> Object:
    return {
        "summary": f"Who last changed each value of {resource.one}",
        "parameters": parameters_of("Id", *_which(resource), "Before"),
        "responses": {
            "200": answer("Every value, and the revision that last changed it.", schema("Blame")),
            **refusals(),
        },
    }


OPERATIONS: Mapping[str, Callable[[Resource], Object]] = {
    "create": create,
    "list": listing,
    "read": read,
    "change": change,
    "delete": delete,
    "revisions": revisions,
    "revision": revision,
    "blame": blame,
}


def token() -> Object:
    """`POST /ims/token/v3`, which is no library's: it has refusals of its own (RFC 6749)."""
    refused = schema("TokenError")
    challenge = {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}
    wait = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return {
        "operationId": "token",
        "summary": "Get an access token",
        "tags": ["token"],
        # Client id and secret are the form's; HTTP Basic authentication is the exception.
        "security": [],
        "requestBody": body("application/x-www-form-urlencoded", schema("TokenRequest")),
        "responses": {
            "200": answer("The token.", schema("Token")),
            "400": answer("The form is not one for a token.", refused),
            "401": {**answer("The client or its secret is wrong.", refused), "headers": challenge},
            "413": answer("The form is too long.", refused),
            "429": {**answer("Too many wrong secrets.", refused), "headers": wait},
            "503": refusals()["503"],
        },
    }


def parameters_of(*names: str) -> list[Object]:
    """These parameters, and the headers that say who is calling."""
    return [parameters.ref(name) for name in (*names, *_CALLER)]


def _proposed() -> Object:
    return answer("Proposed: nothing has changed yet.", schema("Proposed"), "Location")


def _which(resource: Resource) -> tuple[str, ...]:
    return ("OfferType",) if len(resource.kinds) > 1 else ()


def body(content_type: str, content: Object, example: object = None, **more: object) -> Object:
    media: Object = {"schema": content} if example is None else {"schema": content, "example": example}
    return {"required": True, "content": {content_type: media}, **more}


def _links(resource: Resource, *calls: str) -> Object:
    """What can be done with an item that was just created."""
    return {
        call: {"operationId": f"{resource.path}-{call}", "parameters": {"id": "$response.body#/id"}} for call in calls
    }


LOG_OPERATIONS: Mapping[str, Object] = {
    "follow": {
        "summary": "Follow everything that happens in the sandbox",
        "parameters": parameters_of("Since", "Limit"),
        "responses": {"200": answer("A piece of the log, the oldest entry first.", schema("ChangePage")), **refusals()},
    },
    "checkpoint": {
        "summary": "Size and root of the log's tree, signed (C2SP tlog-checkpoint)",
        "parameters": parameters_of(),
        "responses": {"200": file("The newest.", log.TEXT), **refusals()},
    },
    "key": {
        "summary": "The key that checkpoints and receipts are checked with",
        "parameters": parameters_of(),
        "responses": {"200": file("As `name+id+base64` (C2SP signed-note).", log.TEXT), **refusals()},
    },
    "tile": {
        "summary": "Hashes of the log's tree, or the entries that they are of (C2SP tlog-tiles)",
        "parameters": parameters_of("Level", "Place"),
        "responses": {
            "200": file("Hashes of 32 bytes, side by side; entries each behind its length in two bytes.", log.BYTES),
            **refusals(),
        },
    },
    "receipt": {
        "summary": "The receipt of an entry: that it is in the log, and what it says (C2SP tlog-proof)",
        "parameters": parameters_of("Index", "Size"),
        "responses": {"200": file("As a file.", log.TEXT), **refusals()},
    },
}
