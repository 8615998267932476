"""kill -9 in the middle of a stream of patches: whatever was acknowledged is there, and history is intact."""

import http.client
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Self

import orjson
import psycopg
import pytest

from tests.servers import HOST, VERIFY, PrivateDatabase, private_database, server, wait_until_ready

OFFER = "/data/core/dps/offers/personalizedOffer1234?offer-type=personalized"
HEADERS = {
    "Authorization": "Bearer token-of-editor-client",
    "x-api-key": "editor-client",
    "x-gw-ims-org-id": "DEMO@OfferOrg",
    "x-sandbox-name": "prod",
    "Content-Type": "application/json",
}
WRITERS = 3


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDatabase]:
    with private_database(tmp_path_factory.mktemp("crash")) as made:
        made.fill()
        yield made


class Stream:
    """Writers who patch the offer until they are told to stop, and keep what was acknowledged: the etag and the text."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: list[tuple[int, str]] = []
        self.refused: list[tuple[int, str]] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def write(self, writer: int) -> None:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        for count in itertools.count():
            if self.stopping.is_set():
                break
            text = f"port {self.port} writer {writer} patch {count}"
            body = orjson.dumps([{"op": "replace", "path": "/description", "value": text}])
            try:
                connection.request("PATCH", OFFER, body, HEADERS)
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.05)
                continue
            if response.status == 200:
                self.acknowledged.append((orjson.loads(content)["etag"], text))
            else:
                self.refused.append((response.status, response.headers["Content-Type"]))
                time.sleep(0.05)
        connection.close()

    def wait_for(self, more: int) -> None:
        """Until so many more patches have been acknowledged."""
        goal, deadline = len(self.acknowledged) + more, time.monotonic() + 60
        while len(self.acknowledged) < goal:
            assert time.monotonic() < deadline, (len(self.acknowledged), self.refused[-3:])
            time.sleep(0.01)


def everything_acknowledged_is_there(database: PrivateDatabase, acknowledged: list[tuple[int, str]]) -> None:
    assert len({etag for etag, _ in acknowledged}) == len(acknowledged)
    with psycopg.connect(database.url) as connection:
        patches: dict[int, str] = dict(
            connection.execute(
                """SELECT revision.etag, revision.patch FROM offers_revision AS revision
                     JOIN offers_libraryitem AS item ON item.key = revision.item_id
                    WHERE item.id = 'personalizedOffer1234'"""
            ).fetchall()
        )
    lost = [(etag, text) for etag, text in acknowledged if etag not in patches or text not in patches[etag]]
    assert lost == []
    assert sorted(patches) == list(range(1, len(patches) + 1))
    verified = database.python(VERIFY)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_killed_application_loses_nothing_that_it_acknowledged(database: PrivateDatabase) -> None:
    with server(database) as running, Stream(running.port) as stream:
        stream.wait_for(100)
        running.kill()
        acknowledged = list(stream.acknowledged)
    assert len(acknowledged) >= 100
    everything_acknowledged_is_there(database, stream.acknowledged)
    with server(database) as running, Stream(running.port) as stream:
        stream.wait_for(10)
    everything_acknowledged_is_there(database, [*acknowledged, *stream.acknowledged])


def test_a_killed_database_loses_nothing_and_the_application_goes_on(database: PrivateDatabase) -> None:
    with server(database) as running, Stream(running.port) as stream:
        stream.wait_for(100)
        database.kill()
        wait_for_refusal(stream)
        database.start_again()
        wait_until_ready(running)
        stream.wait_for(50)
    everything_acknowledged_is_there(database, stream.acknowledged)
    assert set(stream.refused) == {(503, "application/problem+json")}


def wait_for_refusal(stream: Stream) -> None:
    deadline = time.monotonic() + 30
    while not stream.refused:
        assert time.monotonic() < deadline
        time.sleep(0.01)
