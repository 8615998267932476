"""Every parameter and header of the API, said once and referred to by its name."""

from typing import Any

from offers.api.wire import bodies
from offers.converters import ItemIdConverter
from offers.lists.expressions import MAX_EXPRESSION_LENGTH, MAX_EXPRESSIONS, MAX_FIELD_LENGTH
from offers.lists.programs import DEFAULT_LIMIT, MAX_LIMIT, MAX_TERMS

Object = dict[str, Any]

TEXT: Object = {"type": "string"}
INSTANT: Object = {"type": "string", "format": "date-time"}
ETAG: Object = {"type": "string", "pattern": '^"[1-9][0-9]*"$'}
ETAGS: Object = {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$'}
# A dot path, and an expression that begins with one.
# Nothing between two commas is passed over.
_PATH = rf"^(-?[^=!<>~,.\s]{{1,{MAX_FIELD_LENGTH}}}(\.[^=!<>~,.\s]+)*)?$"
_EXPRESSION = rf"^!?[^=!<>~,.\s]{{1,{MAX_FIELD_LENGTH}}}(\.[^=!<>~,.\s]+)*((==|!=|<=|>=|<|>|~).*)?$"


def parameter(where: str, name: str, description: str, schema: Object, **more: object) -> Object:
    return {"in": where, "name": name, "description": description, "schema": schema, **more}


def ref(name: str) -> Object:
    return {"$ref": f"#/components/parameters/{name}"}


_OFFER_TYPE: Object = {"$ref": "#/components/schemas/OfferType"}

PARAMETERS: Object = {
    "Id": parameter(
        "path", "id", "The item's id.", {"type": "string", "pattern": f"^{ItemIdConverter.regex}$"}, required=True
    ),
    "Etag": parameter(
        "path", "etag", "The etag that the revision made.", {"type": "integer", "minimum": 1}, required=True
    ),
    "Number": parameter(
        "path", "number", "The number of the change request.", {"type": "integer", "minimum": 1}, required=True
    ),
    "Comment": parameter("path", "comment", "The id of the comment.", {"type": "integer", "minimum": 1}, required=True),
    "Level": parameter(
        *("path", "level", "0 for hashes of entries; `entries` for these themselves."),
        {"type": "string", "pattern": "^([0-7]|entries)$"},
        required=True,
    ),
    "Index": parameter(
        "path", "index", "The place of an entry, from 0.", {"type": "integer", "minimum": 0}, required=True
    ),
    "Size": parameter(
        *("query", "size", "How many entries the log had: for a checkpoint of then. As it is now, unless said."),
        {"type": "integer", "minimum": 1},
    ),
    "Place": parameter(
        "path",
        "place",
        "The tile's number, such as `x001/234`, and its width where it is not full, such as `000.p/17`.",
        {"type": "string", "pattern": r"^(x\d{3}/)*\d{3}(\.p/[1-9]\d{0,2})?$"},
        required=True,
    ),
    "State": parameter(
        "query",
        "state",
        "In any of these states; `conflicted`: open, approved or scheduled, and it cannot be applied as things are now.",
        {
            "type": "array",
            "items": {"anyOf": [{"$ref": "#/components/schemas/State"}, {"type": "string", "enum": ["conflicted"]}]},
        },
    ),
    "Author": parameter("query", "author", "The key of who opened it, such as `client-demo-client`.", TEXT),
    "ApiKey": parameter("header", "x-api-key", "The client id that the token was given to.", TEXT, required=True),
    "Organisation": parameter("header", "x-gw-ims-org-id", "The organisation.", TEXT, required=True),
    "Sandbox": parameter("header", "x-sandbox-name", "The sandbox.", TEXT, required=True),
    "OfferType": parameter("query", "offer-type", "Which type of offers, in any case; without it both.", _OFFER_TYPE),
    "NewOfferType": parameter("query", "offer-type", "Which type of offer, in any case.", _OFFER_TYPE, required=True),
    "IfMatch": parameter(
        "header", "If-Match", 'Change only this version: the etag in quotes, such as `"3"`.', ETAGS, example='"3"'
    ),
    "IfNoneMatch": parameter("header", "If-None-Match", "Answer 304 while this is the version.", ETAGS, example='"3"'),
    "IdempotencyKey": parameter(
        "header",
        "Idempotency-Key",
        "A repeat within 24 hours gets the first answer.",
        {"type": "string", "pattern": "^[!-~]{1,128}$"},
    ),
    "Note": parameter(
        "header",
        "X-Change-Note",
        "Why: recorded with the change. One line, in UTF-8.",
        {"type": "string", "maxLength": bodies.MAX_NOTE, "pattern": r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"},
    ),
    "DryRun": parameter("query", "dryRun", "Only show what would change.", {"type": "boolean", "default": False}),
    "Propose": parameter(
        *("query", "propose", "Ask a second person first: 202 with a change request."),
        {"type": "boolean", "default": False},
    ),
    "Bypass": parameter(
        *(
            "query",
            "bypass",
            "Do not wait for a second person, who looks afterwards. Takes a permission, and X-Change-Note.",
        ),
        {"type": "boolean", "default": False},
    ),
    "AsOf": parameter(
        "query",
        "asOf",
        "As it was recorded at this time. A list then takes no property, and is ordered by `name` or `ends`.",
        INSTANT,
    ),
    "Limit": parameter(
        "query",
        "limit",
        "Items on a page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "Start": parameter("query", "start", "Where a page starts: from a link.", TEXT),
    "Since": parameter(
        *("query", "since", "The index of the first entry wanted: `next` of the answer before."),
        {"type": "integer", "minimum": 0, "default": 0},
    ),
    "Before": parameter(
        "query", "start", "Where a page starts: from a link.", {"type": "string", "pattern": "^[0-9]{1,9}$"}
    ),
    "Property": parameter(
        "query",
        "property",
        "`[!]field[op]value`, op one of `==` `!=` `<=` `>=` `<` `>` and `~` (a regular expression); a bare field asks "
        "whether it is there. All of them must hold.",
        {
            "type": "array",
            "maxItems": MAX_EXPRESSIONS,
            "items": {"type": "string", "maxLength": MAX_EXPRESSION_LENGTH, "pattern": _EXPRESSION},
        },
        example=["status==approved", "rank.priority>=10"],
    ),
    "OrderBy": parameter(
        "query",
        "orderBy",
        "Dot paths, `-` for descending; last modified first unless said.",
        {"type": "array", "maxItems": MAX_TERMS, "items": {"type": "string", "pattern": _PATH}},
        explode=False,
        example=["-modified"],
    ),
}
