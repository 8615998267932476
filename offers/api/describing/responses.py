"""What every call may be answered with."""

from typing import Any

from offers.api.describing.parameters import ETAG, TEXT
from offers.api.describing.schemas import ref as schema
from offers.api.wire.answers import JSON
from offers.api.wire.problems import CONTENT_TYPE

Object = dict[str, Any]

HEADERS: Object = {
    "ETag": {"description": "The version: its etag in quotes.", "schema": ETAG, "required": True},
    "Location": {"description": "Where the item is.", "schema": TEXT, "required": True},
    "WWW-Authenticate": {"description": "How to authenticate (RFC 6750).", "schema": TEXT, "required": True},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "required": True},
}

# By status: the name, and what it means here. The same for every call that can be refused so.
REFUSALS: dict[int, tuple[str, str]] = {
    400: ("BadRequest", "The body is not strict JSON, or an operation, header or parameter is malformed."),
    401: ("Unauthorized", "There is no access token, or none that is good (any more)."),
    403: ("Forbidden", "Not for this API key, organisation or role; or it takes a second person: propose it."),
    404: ("NotFound", "There is no such sandbox, item or revision, or not for you."),
    409: (
        "Conflict",
        "A place is not there, a `test` failed, the item is in use, or a change request stands otherwise.",
    ),
    412: ("PreconditionFailed", "The item is not at the etag in If-Match."),
    413: ("ContentTooLarge", "The body is too large, or has too many operations."),
    415: (
        "UnsupportedMediaType",
        "The body is of another type (Accept-Post or Accept-Patch name those that are taken), or has a Content-Encoding.",
    ),
    422: ("UnprocessableContent", "The document would not be valid, or the request goes too far."),
    428: ("PreconditionRequired", "This sandbox takes changes with an If-Match only."),
    503: ("ServiceUnavailable", "The database is away or too busy: nothing was changed."),
}
_EVERY_CALL = (400, 401, 403, 404, 503)
_WITH_HEADERS = {401: ("WWW-Authenticate",), 412: ("ETag",), 503: ("Retry-After",)}


def answer(description: str, content: Object | None = None, *headers: str) -> Object:
    """A response with this schema of its body (none for an empty one) and these headers."""
    made: Object = {"description": description}
    if headers:
        made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if content is not None:
        made["content"] = {JSON: {"schema": content}}
    return made


def file(description: str, media: str) -> Object:
    """A response that is no JSON."""
    return {"description": description, "content": {media: {"schema": TEXT}}}


def responses() -> Object:
    """`components.responses`: every refusal."""
    made: Object = {}
    for status, (name, description) in REFUSALS.items():
        made[name] = answer(description, None, *_WITH_HEADERS.get(status, ()))
        made[name]["content"] = {CONTENT_TYPE: {"schema": schema("Problem")}}
    return made


def refusals(*more: int) -> Object:
    """The refusals of a call: those of every call, and more."""
    statuses = sorted((*_EVERY_CALL, *more))
    return {str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in statuses}
