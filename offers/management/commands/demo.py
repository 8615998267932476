"""`manage.py demo`: what `make demo` runs. Database, sample data, server; all of it ends with this process."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from offeradmin import devdb, serve

HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 10
WATCH_SECONDS = 2
TIDY_SECONDS = 3600

WELCOME = """
Ready: {address}

Log in as   marketer, reviewer, admin or auditor   (password: offers)
Sandboxes   prod (live offers change through review), dev

The documented PATCH, ready to paste into another terminal:

TOKEN=$(curl -s {address}/ims/token/v3 -d grant_type=client_credentials \\
  -d client_id=demo-client -d client_secret=demo-secret | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')

curl -X PATCH '{address}/data/core/dps/offers/personalizedOffer1234?offer-type=personalized' \\
  -H 'Content-Type: application/json' \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'x-api-key: demo-client' \\
  -H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
  -H 'x-sandbox-name: prod' \\
  -d '[
    {{"op": "replace", "path": "/name", "value": "Updated personalized offer"}},
    {{"op": "replace", "path": "/description", "value": "Updated personalized offer description"}}
  ]'

See it at   {address}/s/prod/offers/personalizedOffer1234/history/
Ctrl-C stops the server and its database; the data stays for the next time.
"""


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class Command(BaseCommand):
    help = "Serve a library of sample offers on this machine, for trying the product."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--offers", type=int, default=200, help="how many sample offers to make the first time")

    def handle(self, *, port: int, offers: int, **options: object) -> None:
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGTERM, _stop)
        try:
            check_port_is_free(port)
            call_command("migrate", verbosity=0, interactive=False)
            call_command("demo_data", offers=offers)
            with serving(port) as server:
                wait_until_ready(server, port)
                self.stdout.write(WELCOME.format(address=f"http://{HOST}:{port}"))
                self.stdout.flush()
                watch(server)
        except Stopped:
            self.stdout.write("\nStopping.")


def check_port_is_free(port: int) -> None:
    """Raises CommandError. The server itself would share a port with another server of its own kind."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make demo PORT=8001"
            ) from error


@contextlib.contextmanager
def serving(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The web server as a child that ends with the block."""
    server = subprocess.Popen(
        [*serve.COMMAND, "--host", HOST, "--port", str(port)],
        # A group of its own: Ctrl-C reaches this process only, which then stops the server in order.
        start_new_session=True,
    )
    try:
        yield server
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its workers: politely, then for certain."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait for /readyz to answer 200. Raises CommandError when the server ends, or does not come up in time."""
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(port):
        if server.poll() is not None:
            raise CommandError(f"The server ended with exit code {server.returncode}.")
        if time.monotonic() > deadline:
            raise CommandError(f"The server was not ready after {READY_SECONDS} seconds.")
        time.sleep(0.05)


def watch(server: subprocess.Popen[bytes]) -> NoReturn:
    """Stay with the server, and bring its private database back should that crash. Raises CommandError at its end."""
    private = not os.environ.get("DATABASE_URL")
    tidied = time.monotonic() - TIDY_SECONDS
    while server.poll() is None:
        if time.monotonic() - tidied >= TIDY_SECONDS:
            tidied = time.monotonic()
            tidy()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(WATCH_SECONDS)
        if private:
            devdb.ensure_running()
    raise CommandError(f"The server ended with exit code {server.returncode}.")


def tidy() -> None:
    """What a timer does elsewhere. While the database is away there is nothing to tidy; the next hour sees to it."""
    with contextlib.suppress(DatabaseError):
        call_command("tidy", verbosity=0)
    connection.close()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _stop(number: int, frame: FrameType | None) -> None:
    # Once is enough: a second signal must not interrupt the orderly end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped
