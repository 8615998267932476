"""Real answers of every call are what the document says, to the last member."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from offers.api.describing.document import openapi_document
from offers.document.kinds.registry import API_BASE as BASE
from tests.api.conftest import SECRET, Caller
from tests.api.describing.test_document import resolved

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

CHANNEL = "https://ns.adobe.com/xdm/channel-types/web"
WINDOW = {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-02-01T00:00:00Z"}
OFFER = {"name": "New", "status": "draft", "selectionConstraint": WINDOW, "rank": {"priority": 1}}
DOCUMENTS = {
    "offers?offer-type=personalized": OFFER,
    "offers?offer-type=fallback": OFFER,
    "placements": {"name": "New", "componentType": "html", "channel": CHANNEL},
    "offer-rules": {"name": "New", "condition": {"type": "PQL", "format": "pql/text", "value": "true"}},
    "tags": {"name": "New"},
    "offer-collections": {"name": "New", "filterType": "offers", "ids": ["personalizedOffer1234"]},
    "offer-decisions": {"name": "New", "status": "draft"},
}
RENAME = [{"op": "replace", "path": "/name", "value": "Renamed"}]


def closed(schema: Any) -> Any:
    """The schema, with no member allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **made} if isinstance(made.get("properties"), dict) else made


def check(answer: "Answer", method: str, template: str) -> "Answer":
    """The answer, after checking status, type, headers and content."""
    response = resolved(openapi_document()["paths"][template][method.lower()]["responses"][str(answer.status_code)])
    for name in response.get("headers", {}):
        assert answer[name], f"{method} {template} {answer.status_code}: no {name}"
    if "content" not in response:
        assert answer.content == b""
        return answer
    ((media, content),) = response["content"].items()
    assert answer["Content-Type"] == media
    components = {"components": closed(openapi_document()["components"])}
    jsonschema_rs.validator_for({**content["schema"], **components}, validate_formats=True).validate(answer.json())
    return answer


@pytest.fixture(params=DOCUMENTS)
def collection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def history_of(collection: str, caller: Caller) -> Iterator[tuple[int, str, str]]:
    """Status, method and address of everything that can be asked of an item of the collection, from birth to death."""
    path, _, query = collection.partition("?")
    asked, base = f"?{query}" if query else "", f"{BASE}/{path}"

    def ask(method: str, place: str, body: object = None, more: str = "", **headers: str) -> "Answer":
        address = f"{path}{place}{asked}{'&' if asked and more else '?' if more else ''}{more}"
        template = base + re.sub(r"/revisions/\d+$", "/revisions/{etag}", re.sub("^/[^/]+", "/{id}", place))
        return check(caller(method, address, body, **headers), method, template)

    def told(answer: "Answer", call: str) -> tuple[int, str, str]:
        return answer.status_code, call, answer.headers.get("Location", "")

    document = DOCUMENTS[collection]
    yield told(ask("POST", "", document, "dryRun=true"), "preview a creation")
    made = ask("POST", "", document)
    yield told(made, "create")
    item = f"/{made.json()['id']}"
    yield told(ask("GET", item), "read")
    yield told(ask("GET", item, If_None_Match='"1"'), "read again")
    yield told(ask("PATCH", item, RENAME, "dryRun=true"), "preview a change")
    yield told(ask("PATCH", item, RENAME, If_Match='"1"', X_Change_Note="why"), "change")
    yield told(ask("PATCH", item, RENAME, If_Match='"1"'), "change what was changed")
    yield told(ask("PATCH", item, [{"op": "remove", "path": "/nothing"}]), "change what is not there")
    yield told(ask("PATCH", item, [{"op": "add", "path": "/colour", "value": "red"}]), "break it")
    yield told(ask("PATCH", item, b"{}", Content_Type="text/plain"), "send no JSON")
    yield told(ask("PATCH", item, b"{"), "send broken JSON")
    yield told(ask("GET", "", more="limit=2&orderBy=name&property=name~.*"), "list")
    yield told(ask("GET", f"{item}/revisions", more="limit=1"), "history")
    yield told(ask("GET", f"{item}/revisions/2"), "revision")
    yield told(ask("GET", f"{item}/blame"), "blame")
    yield told(ask("DELETE", item), "delete")
    yield told(ask("GET", f"{item}/revisions/3"), "revision that deleted it")
    yield told(ask("GET", item), "read what is gone")
    yield told(ask("GET", item, Authorization="Bearer nothing"), "ask without a token")
    yield told(ask("GET", item, x_api_key="other"), "ask with another's key")


def test_every_answer_about_an_item_is_what_the_document_says(collection: str, editor: Caller) -> None:
    told = list(history_of(collection, editor))
    statuses = [status for status, _, _ in told]
    assert statuses == [
        200,
        201,
        200,
        304,
        200,
        200,
        412,
        409,
        422,
        415,
        400,
        200,
        200,
        200,
        200,
        200,
        200,
        404,
        401,
        403,
    ]


def test_an_item_that_is_used_is_in_the_way_of_its_deletion_as_the_document_says(editor: Caller) -> None:
    check(editor("DELETE", "placements/offerPlacement1234"), "DELETE", f"{BASE}/placements/{{id}}")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET.replace(' ', '+')}", 200),
        ("grant_type=client_credentials&client_id=editor-client&client_secret=wrong", 401),
        ("grant_type=password", 400),
    ],
)
def test_the_token_address_answers_what_the_document_says(editor: Caller, form: str, status: int) -> None:
    address, media = "/ims/token/v3", "application/x-www-form-urlencoded"
    answer = check(editor("POST", address, form.encode(), Content_Type=media, Authorization=""), "POST", address)
    assert answer.status_code == status
