"""Headers, bodies, addresses and status lines as they travel: curl and sockets against the real server."""

import shutil
import socket

import pytest

from tests.servers import HOST, Server
from tests.transport.curl import api, curl

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
OFFER = "offers/personalizedOffer1234?offer-type=personalized"
JSON = ("-H", "Content-Type: application/json")


def patch(running: Server, text: str, *options: str) -> int:
    body = f'[{{"op": "replace", "path": "/description", "value": "{text}"}}]'
    return api(running.port, OFFER, "-X", "PATCH", *JSON, "-d", body, *options).status


def last_note(running: Server) -> str:
    note: str = api(running.port, "offers/personalizedOffer1234/revisions?limit=1").json()["results"][0]["note"]
    return note


# The last byte of 할 is a space in Latin-1.
@pytest.mark.parametrize("note", ["설날 행사 <가격>", "가격 확인할", "할 일"])
def test_a_note_in_korean_arrives(running: Server, note: str) -> None:
    assert patch(running, f"changed: {note}", "-H", f"X-Change-Note: {note}") == 200
    assert last_note(running) == note


def test_a_chunked_body_is_read(running: Server) -> None:
    assert patch(running, "in chunks", "-H", "Transfer-Encoding: chunked") == 200
    assert api(running.port, OFFER).json()["description"] == "in chunks"


def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_hyphen(running: Server) -> None:
    assert patch(running, "with an underscore", "-H", "X_Change_Note: forged") == 200
    assert last_note(running) == ""
    assert api(running.port, OFFER, "-H", "x_sandbox_name: elsewhere").status == 200


def test_a_repeated_header_means_all_its_values(running: Server) -> None:
    etag = api(running.port, OFFER).headers["etag"]
    answer = api(running.port, OFFER, "-H", 'If-None-Match: "999999"', "-H", f"If-None-Match: {etag}")
    assert answer.status == 304


@pytest.mark.parametrize(
    "path", [f"/data/core/dps/{OFFER}", "/data/core/dps/openapi.json", "/accounts/login/", "/healthz"]
)
def test_a_head_has_the_headers_of_the_get_and_no_content(running: Server, path: str) -> None:
    got, headed = (
        api(running.port, path.removeprefix("/data/core/dps/"), *options)
        if path.startswith("/data/")
        else curl(running.port, path, *options)
        for options in ((), ("--head",))
    )
    passing = {"x-request-id", "date", "set-cookie", "expires"}
    assert {name: value for name, value in headed.headers.items() if name not in passing} == {
        name: value for name, value in got.headers.items() if name not in passing
    }
    assert headed.headers["content-length"] == str(len(got.content))
    assert (got.status, headed.status, headed.content) == (200, 200, b"")


def test_a_304_says_nothing_about_content_that_it_does_not_have(running: Server) -> None:
    etag = api(running.port, OFFER).headers["etag"]
    answer = api(running.port, OFFER, "-H", f"If-None-Match: {etag}")
    assert (answer.status, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert {"content-type", "content-length"}.isdisjoint(answer.headers)


@pytest.mark.parametrize("address", ["offers/a%0Ab", "offers/a%0A", "%0A", "offers%2Fa", "offers/%FF", "offers/%00"])
def test_strange_addresses_below_the_base_are_the_apis_own_problem(running: Server, address: str) -> None:
    answer = api(running.port, address)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("address", ["/%0A", "/healthz%0A", "/accounts/login/%0Ab", "/s/prod/%0Aoffers", "/%FF"])
def test_strange_addresses_of_pages_are_not_found(running: Server, address: str) -> None:
    answer = curl(running.port, address)
    assert answer.status in (302, 404)
    assert "\n" not in answer.headers.get("location", "")


@pytest.mark.parametrize("character", ["<", ">", '"'])
def test_what_is_no_character_of_a_url_is_refused_and_works_encoded(running: Server, character: str) -> None:
    assert api(running.port, f"offers?property=name!={character}").status == 400
    assert api(running.port, "offers", "--get", "--data-urlencode", f"property=name!={character}").status == 200


def test_a_long_header_is_read_and_an_endless_one_refused(running: Server) -> None:
    assert curl(running.port, "/healthz", "-H", f"X-Long: {'a' * 60_000}").status == 200
    with socket.create_connection((HOST, running.port), timeout=5) as client:
        # More than it will read is sent, so that the end of the connection may come before its answer.
        try:
            client.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nX-Long: {'a' * 2_000_000}".encode())
            answer = client.recv(100)
        except ConnectionError:
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


def test_more_headers_than_anybody_needs_are_refused(running: Server) -> None:
    many = [option for number in range(150) for option in ("-H", f"X-{number}: a")]
    assert curl(running.port, "/healthz", *many).status == 431
