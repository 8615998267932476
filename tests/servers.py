"""A private database and a real server (granian) of a test's own: to be killed, or to be measured."""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from offeradmin import devdb, serve
from offeradmin.devdb_place import find_place

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"

# Tables, the cast of the API tests and the documentation's offer, made by the application itself.
FILL = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from tests.api.conftest import fill, make_caller, make_sandbox
sandbox = make_sandbox()
fill(sandbox)
make_caller("editor-client", (sandbox, "editor"))
"""
VERIFY = """
import django; django.setup()

from offers.ledger.verify import verify
from offers.models import Sandbox
found = list(verify(Sandbox.objects.all()))
print(*found, sep="\\n")
raise SystemExit(1 if found else 0)
"""


@dataclass
class PrivateDatabase:
    """A throwaway cluster, and processes of the application that use it."""

    local: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "ALLOWED_HOSTS": f"{HOST},testserver",
            "DJANGO_SETTINGS_MODULE": "offeradmin.settings",
            "SECRET_KEY": "for-the-tests-only-" + "x" * 40,
            "PYTHONPATH": str(ROOT),
        }

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def fill(self) -> None:
        done = self.python(FILL)
        assert done.returncode == 0, done.stderr

    def kill(self) -> None:
        """kill -9 of the server and every process of it."""
        postmaster = psutil.Process(int((find_place(self.local).data / "postmaster.pid").read_text().split("\n", 1)[0]))
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def start_again(self) -> None:
        assert devdb.ensure_running(self.local) == self.url


@contextlib.contextmanager
def private_database(local: Path, settings: Mapping[str, str] = devdb.SETTINGS) -> Iterator[PrivateDatabase]:
    """A new cluster under `local`, gone with the block."""
    local.mkdir(parents=True, exist_ok=True)
    try:
        yield PrivateDatabase(local, devdb.ensure_running(local, settings))
    finally:
        devdb.remove(local)


# Whoever is still connected to a database that is about to be dropped. Not PostgreSQL's own processes, which nobody else may end.
SEND_AWAY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = %(database)s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@contextlib.contextmanager
def empty_database() -> Iterator[str]:
    """The URL of an empty database on the server of the tests, gone with the block."""
    address = os.environ.get("DATABASE_URL") or devdb.url()
    name = f"empty_{secrets.token_hex(4)}"
    base, mark, query = address.partition("?")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield base.rpartition("/")[0] + "/" + name + mark + query
        finally:
            connection.execute(SEND_AWAY, {"database": name})
            # It ends a vacuum of PostgreSQL's own by itself, which WITH (FORCE) is not allowed to.
            connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


@dataclass
class Server:
    """The server as in production."""

    port: int
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """kill -9 of the server and its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def server(database: PrivateDatabase, port: int = 0, *, wsgi: bool = False) -> Iterator[Server]:
    """A running server, on a free port unless one is named, without the door if `wsgi`; killed with the block."""
    port = port or free_port()
    process = subprocess.Popen(
        [*serve.COMMAND, *(["--wsgi"] if wsgi else []), "--host", HOST, "--port", str(port), "--log-level", "error"],
        cwd=ROOT,
        env={**database.environment, "LOG_LEVEL": "CRITICAL"},
        start_new_session=True,
    )
    running = Server(port, process)
    try:
        wait_until_ready(running)
        yield running
    finally:
        running.kill()


@contextlib.contextmanager
def worker(database: str, change: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A worker on the test database of this name, killed with the block. `change` is code that it runs first."""
    code = f"""
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
import django; django.setup()
{change}
from django.core.management import call_command
call_command("worker")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_ready(running: Server, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_ready(running.port):
        assert running.process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server did not come up"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_ready(port: int, name: str = HOST) -> bool:
    """Whether a server at this port, asked for by this name, answers that it is ready."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
