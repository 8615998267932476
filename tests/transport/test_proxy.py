"""The other way to serve: WSGI without the door, behind nginx, which hands over whole requests."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import HOST, PrivateDatabase, free_port, server
from tests.transport import attackers, nginx
from tests.transport.attackers import Ask, others
from tests.transport.curl import Answer, api

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
OFFER = "offers/personalizedOffer1234?offer-type=personalized"
BOUND = 0.5


@pytest.fixture(scope="module")
def tls(database: PrivateDatabase, nginx_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port at which nginx answers for the server."""
    with (
        server(database, wsgi=True) as running,
        nginx.proxy(nginx_program, tmp_path_factory.mktemp("proxy") / "nginx", running.port) as port,
    ):
        yield port


def patch(port: int, text: str, *options: str) -> Answer:
    body = f'[{{"op": "replace", "path": "/description", "value": "{text}"}}]'
    json = ("-H", "Content-Type: application/json")
    return api(port, OFFER, "-X", "PATCH", *json, "-d", body, *options, scheme="https")


@pytest.mark.parametrize("opening", [attackers.SLOW_HEADERS, attackers.SLOW_BODY], ids=["headers", "bodies"])
def test_others_hardly_notice_200_slow_clients(tls: int, opening: bytes) -> None:
    with attackers.attackers(tls, 200, opening, tls=True):
        time.sleep(0.5)
        noticed = others(tls, Ask(tls=True), count=100)
    assert noticed.failed == 0
    assert noticed.p95 < BOUND


def test_a_chunked_body_is_read(tls: int) -> None:
    assert patch(tls, "in chunks", "-H", "Transfer-Encoding: chunked").status == 200


def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_hyphen(tls: int) -> None:
    assert patch(tls, "underscore", "-H", "x_sandbox_name: elsewhere").status == 200


def test_a_note_that_would_be_lost_is_refused(tls: int) -> None:
    assert patch(tls, "with a note", "-H", "X-Change-Note: for Easter").status == 200
    refused = patch(tls, "with another", "-H", "X-Change-Note: 설날 행사")
    assert (refused.status, refused.json()["type"]) == (400, "urn:offers:problem:malformed-header")


def test_while_nobody_answers_behind_it_people_get_a_page_and_programs_a_problem(
    nginx_program: str, tmp_path: Path
) -> None:
    with nginx.proxy(nginx_program, tmp_path / "nginx", free_port()) as port:
        page, problem = (
            subprocess.run(
                ["curl", "-sik", "--resolve", f"{nginx.NAME}:{port}:{HOST}", f"https://{nginx.NAME}:{port}{path}"],
                check=True,
                capture_output=True,
                text=True,
                timeout=20,
            ).stdout
            for path in ("/s/prod/offers/", "/data/core/dps/offers")
        )
    for answer in (page, problem):
        assert answer.splitlines()[0].split()[1] == "502"
        assert "retry-after: 10" in answer.lower()
    assert "Back in a moment" in page
    assert "text/html; charset=utf-8" in page
    assert "application/problem+json" in problem
    assert json.loads(problem.splitlines()[-1])["status"] == 502
