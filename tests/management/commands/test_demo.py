"""The demo as a user runs it: a process that is started, looked at, and told to stop. On a database of its own."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.db import connection

from offeradmin import devdb
from offers.management.commands.demo import of_the_application
from tests.servers import empty_database

CHECKOUT = Path(__file__).resolve().parents[3]
OFFERS = 12


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with empty_database() as url:
        yield url


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextlib.contextmanager
def started(database: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """The demo as a child that has ended after the block, whatever happened in it."""
    arguments = ["manage.py", "demo", "--port", str(port), "--offers", str(OFFERS)]
    environment = {**os.environ, "DATABASE_URL": database}
    # The demo brings its own settings, and so it must not meet those of this test run.
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("SECRET_KEY", None)
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        try:
            yield demo
        finally:
            demo.terminate()


def read_welcome(demo: subprocess.Popen[str]) -> str:
    """All that the demo prints up to its last line of advice."""
    assert demo.stdout
    printed = ""
    for line in demo.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return printed
    raise AssertionError(f"The demo ended:\n{printed}")


def get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_sample_offers_until_it_is_told_to_stop(database: str, port: int, stop: signal.Signals) -> None:
    with started(database, port) as demo:
        assert f"\nReady: http://127.0.0.1:{port}\n" in read_welcome(demo)
        assert get(port, "/readyz").status == 200
        assert get(port, "/accounts/login/").status == 200
        processes = psutil.Process(demo.pid).children(recursive=True)
        assert len(processes) >= 4, "a server and its two workers, and the background worker"
        assert len([process for process in processes if process.cmdline()[-1] == "worker"]) == 1
        demo.send_signal(stop)
        rest, _ = demo.communicate(timeout=20)
    assert demo.returncode == 0, rest
    _, left = psutil.wait_procs(processes, timeout=5)
    assert not left
    with psycopg.connect(database) as connection:
        counted = connection.execute(
            """SELECT count(*) FROM offers_libraryitem JOIN offers_sandbox sandbox ON sandbox.id = sandbox_id
                WHERE kind IN ('personalized-offer', 'fallback-offer') AND sandbox.name = 'prod'"""
        ).fetchone()
    # The second start finds the data of the first one and adds none.
    assert counted == (OFFERS,)


def test_the_curl_it_prints_changes_the_offer(database: str, port: int) -> None:
    with started(database, port) as demo:
        pasted = re.search(r"^TOKEN=.*?^  \]'$", read_welcome(demo), re.DOTALL | re.MULTILINE)
        assert pasted
        answer = subprocess.run(["sh", "-c", pasted[0]], check=True, capture_output=True, text=True, timeout=30).stdout
    assert json.loads(answer)["etag"] == 2


def test_it_has_a_worker_that_tidies_up_and_is_replaced_when_it_dies(database: str, port: int) -> None:
    with psycopg.connect(database, autocommit=True) as connection:

        def leave_something() -> None:
            connection.execute("INSERT INTO offers_attempt VALUES ('old', 1, now() - interval '1 hour')")

        def is_tidy() -> bool:
            return connection.execute("SELECT count(*) FROM offers_attempt").fetchone() == (0,)

        leave_something()
        with started(database, port) as demo:
            read_welcome(demo)
            wait_until(is_tidy)
            leave_something()
            worker = worker_of(demo)
            assert worker
            worker.kill()
            wait_until(is_tidy)


def worker_of(demo: subprocess.Popen[str]) -> psutil.Process | None:
    """The background worker of the demo, while it lives."""
    for process in psutil.Process(demo.pid).children():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-1] == "worker":
                return process
    return None


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_refuses_a_port_that_somebody_else_uses(database: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with started(database, taken) as demo:
            printed, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert f"Port {taken} cannot be used" in printed
    assert "Traceback" not in printed


@pytest.mark.django_db
@pytest.mark.skipif(
    os.environ.get("DATABASE_URL", devdb.url()) != devdb.url(), reason="the tests' database is another server's"
)
def test_in_a_database_of_its_own_it_serves_as_a_role_that_cannot_change_history() -> None:
    with psycopg.connect(of_the_application()) as connected:
        assert connected.execute("SELECT current_user").fetchone() == (devdb.APPLICATION,)
    may = "SELECT has_table_privilege(%s, 'offers_revision', 'INSERT'), has_table_privilege(%s, 'offers_revision', 'UPDATE')"
    with connection.cursor() as cursor:
        cursor.execute(may, [devdb.APPLICATION, devdb.APPLICATION])
        assert cursor.fetchone() == (True, False)
