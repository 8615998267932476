"""The error table, row by row, and bodies that mean harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import RequestFactory

from offers.api.wire import problems
from offers.models import LibraryItem, Revision
from tests.api.conftest import OFFER, Caller
from tests.measure import least

RENAME = [{"op": "replace", "path": "/name", "value": "Renamed"}]


def told(response: Any) -> tuple[int, str]:
    """The status and the kind of problem, after checking that it has the shape that every problem has."""
    assert response["Content-Type"] == "application/problem+json"
    content = response.json()
    assert {"type", "title", "status", "detail", "errors", "requestId"} <= set(content)
    assert content["status"] == response.status_code
    assert content["requestId"] == response["X-Request-Id"]
    assert all({"pointer", "code", "message"} <= set(error) for error in content["errors"])
    return response.status_code, content["type"].removeprefix("urn:offers:problem:")


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = list(LibraryItem.objects.order_by("key").values()), Revision.objects.count()
    yield
    assert (list(LibraryItem.objects.order_by("key").values()), Revision.objects.count()) == before


def doubling(times: int) -> bytes:
    copies = ",".join(f'{{"op":"copy","from":"/characteristics","path":"/characteristics/a{n}"}}' for n in range(times))
    return f'[{{"op":"add","path":"/characteristics","value":{{"a":"{"x" * 1000}"}}}},{copies}]'.encode()


HOSTILE = {
    "duplicate keys": (b'[{"op":"replace","path":"/name","path":"/status","value":"x"}]', 400, "duplicate-key"),
    "NaN": (b'[{"op":"replace","path":"/rank/priority","value":NaN}]', 400, "not-a-number"),
    "infinity": (b'[{"op":"replace","path":"/rank/priority","value":1e999}]', 400, "number-out-of-range"),
    "NUL in a value": (b'[{"op":"replace","path":"/name","value":"a\\u0000b"}]', 400, "nul-character"),
    "NUL in a key": (b'[{"op":"add","path":"/characteristics","value":{"a\\u0000":"b"}}]', 400, "nul-character"),
    "NUL in a pointer": (b'[{"op":"add","path":"/characteristics/a\\u0000","value":"b"}]', 400, "nul-character"),
    "lone surrogate": (b'[{"op":"replace","path":"/name","value":"\\ud800"}]', 400, "lone-surrogate"),
    "10,000 levels": (b'[{"op":"add","path":"/name","value":' + b"[" * 10_000 + b"]" * 10_000 + b"}]", 400, "too-deep"),
    "30 doubling copies": (doubling(30), 422, "copy-budget"),
    "a 5,000-digit integer": (
        b'[{"op":"replace","path":"/rank/priority","value":' + b"9" * 5_000 + b"}]",
        400,
        "number-out-of-range",
    ),
    "a patch that is a string": (b'"[]"', 400, "patch-not-a-list"),
    "a patch that is an object": (b"{}", 400, "patch-not-a-list"),
    "an operation that is a list": (b'[["op","replace"]]', 400, "operation-not-an-object"),
    "no operations": (b"[]", 400, "patch-empty"),
    "an unknown operation": (b'[{"op":"merge","path":"/name","value":1}]', 400, "unknown-operation"),
    "a missing value": (b'[{"op":"replace","path":"/name"}]', 400, "missing-member"),
    "a bad escape": (b'[{"op":"remove","path":"/na~2me"}]', 400, "malformed-pointer"),
    "a later malformed operation": (
        b'[{"op":"remove","path":"/nothing"},{"op":"remove","path":3}]',
        400,
        "pointer-not-text",
    ),
    "no JSON": (b"name=x", 400, "invalid-json"),
    "white space": (b" ", 400, "invalid-json"),
    "not UTF-8": (b'"\xff"', 400, "not-utf8"),
    "more than 1 MB": (b'"' + b"x" * 1_000_001 + b'"', 413, "too-large"),
    "far more than 1 MB": (b'"' + b"x" * 3_000_000 + b'"', 413, "too-large"),
    "201 operations": (b"[" + b",".join([b'{"op":"remove","path":"/name"}'] * 201) + b"]", 413, "too-many-operations"),
    "a place that is not there": (b'[{"op":"replace","path":"/nothing","value":1}]', 409, "not-found"),
    "a list position that is not there": (b'[{"op":"remove","path":"/representations/7"}]', 409, "not-found"),
    "a step into a text": (b'[{"op":"add","path":"/name/x","value":1}]', 409, "not-found"),
    "a failed test": (b'[{"op":"test","path":"/name","value":"x"}]', 409, "test-failed"),
    "a member of the server": (b'[{"op":"add","path":"/etag","value":7}]', 422, "server-owned"),
    "a copy of one": (b'[{"op":"copy","from":"/createdBy","path":"/name"}]', 422, "server-owned"),
    "the whole document": (b'[{"op":"replace","path":"","value":[]}]', 422, "root-not-object"),
    "an unknown member": (b'[{"op":"add","path":"/colour","value":"red"}]', 422, "unknown-member"),
    "a wrong type": (b'[{"op":"replace","path":"/rank/priority","value":"high"}]', 422, "not-an-integer"),
    "a window that ends before it starts": (
        b'[{"op":"replace","path":"/selectionConstraint/endDate","value":"2020-01-01T00:00:00Z"}]',
        422,
        "end-before-start",
    ),
    "an unknown placement": (
        b'[{"op":"replace","path":"/representations/0/placement","value":"nowhere"}]',
        422,
        "unknown-reference",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_body_is_refused_at_once_and_changes_nothing(editor: Caller, name: str) -> None:
    body, status, code = HOSTILE[name]
    editor("GET", OFFER)
    with nothing_changes():
        answers = []
        taken = least(lambda: answers.append(editor("PATCH", OFFER, body)), 0.5)
    assert {told(response) for response in answers} == {(status, code)}
    assert taken < 0.5


@pytest.mark.parametrize("body", [HOSTILE[name][0] for name in HOSTILE if HOSTILE[name][1] == 400])
def test_a_bad_body_makes_no_document_either(editor: Caller, body: bytes) -> None:
    with nothing_changes():
        status, _ = told(editor("POST", "tags", body))
    assert status in (400, 422)


def test_a_problem_says_where_which_operation_and_what(editor: Caller) -> None:
    patch = [*RENAME, {"op": "replace", "path": "/labels", "value": []}]
    (error,) = editor("PATCH", OFFER, patch).json()["errors"]
    assert (error["pointer"], error["operation"], error["code"]) == ("/labels", 1, "not-found")


def test_a_conflict_carries_the_current_etag_and_who_made_it(editor: Caller) -> None:
    editor("PATCH", OFFER, RENAME)
    for response in (
        editor("PATCH", OFFER, [{"op": "remove", "path": "/nothing"}]),
        editor("PATCH", OFFER, RENAME, If_Match='"1"'),
    ):
        assert told(response)[0] in (409, 412)
        assert response["ETag"] == '"2"'
        content = response.json()
        assert (content["etag"], content["modifiedBy"]) == (2, "Editor-Client")
        assert content["modified"] == editor("GET", OFFER).json()["modified"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_another_content_type_is_refused_with_the_accepted_ones(editor: Caller, content_type: str) -> None:
    response = editor("PATCH", OFFER, RENAME, Content_Type=content_type)
    assert told(response) == (415, "unsupported-media-type")
    assert response["Accept-Patch"] == "application/json-patch+json, application/json"
    assert editor("POST", "tags", {"name": "x"}, Content_Type="application/json-patch+json").status_code == 415


@pytest.mark.parametrize("coding", ["gzip", "deflate, gzip", "identity, br", "x-unknown"])
def test_a_body_with_a_content_encoding_is_refused_for_that(editor: Caller, coding: str) -> None:
    for method, path, body in (("PATCH", OFFER, RENAME), ("POST", "tags", {"name": "x"})):
        response = editor(method, path, body, Content_Encoding=coding)
        assert told(response) == (415, "unsupported-content-encoding")
        assert "Content-Encoding" in response.json()["detail"]
        assert response["Accept-Encoding"] == "identity"
    assert editor("PATCH", OFFER, RENAME, Content_Encoding="Identity").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["", "nothing", "offers/personalizedOffer1234/nothing", "offers/.hidden", "offers/a%00b", "offers/" + "x" * 65],
)
def test_an_unknown_address_is_a_problem_too(editor: Caller, path: str) -> None:
    assert told(editor("GET", path)) == (404, "not-found")


def test_another_method_is_refused_with_the_right_ones(editor: Caller) -> None:
    response = editor("PUT", OFFER, {})
    assert told(response) == (405, "method-not-allowed")
    assert response["Allow"] == "DELETE, GET, PATCH"
    assert editor("PATCH", "tags", [])["Allow"] == "GET, POST"


def test_a_head_is_a_get_without_its_body(editor: Caller) -> None:
    response = editor("HEAD", OFFER)
    assert (response.status_code, response["ETag"], response.content) == (200, '"1"', b"")


def test_a_problem_speaks_the_callers_language_where_it_can(editor: Caller) -> None:
    response = editor("GET", "offers/nothing", Accept_Language="ko")
    assert response["Content-Language"] == "ko"
    assert told(response)[0] == 404


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_database_that_is_away_is_503_with_retry_after(error: Exception) -> None:
    response = problems.answer(RequestFactory().get("/"), error)
    assert (response.status_code, response["Retry-After"]) == (503, "5")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_is_503_and_the_next_request_works(editor: Caller) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    another = connection.copy()
    with another.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    another.close()
    broken = editor("PATCH", OFFER, RENAME)
    assert told(broken) == (503, "unavailable")
    assert "Retry-After" in broken
    connection.close()
    assert editor("PATCH", OFFER, RENAME).json()["etag"] == 2


def test_what_nobody_foresaw_is_a_problem_without_details(editor: Caller, caplog: pytest.LogCaptureFixture) -> None:
    response = problems.answer(RequestFactory().get("/"), ZeroDivisionError("a secret of ours"))
    content: Any = response.content
    assert (response.status_code, b"secret" in content) == (500, False)
    assert "a secret of ours" in caplog.text
