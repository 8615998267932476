"""`manage.py demo`: what `make demo` runs. Database, sample data, server, worker; all of it ends with this process."""

import base64
import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from offeradmin import devdb, serve

HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 10
WATCH_SECONDS = 2
# From the checkout, where the children run.
MAIL = ".local/mail"
WORKER = (sys.executable, "manage.py", "worker")
Child = subprocess.Popen[bytes]
Start = Callable[[Sequence[str]], Child]

WELCOME = """
Ready: {address}

Log in as   marketer, reviewer, admin or auditor   (password: offers)
Sandboxes   prod (what is live changes only with a second person), dev (no review)

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
Mail goes nowhere: it is written to {mail}/
Ctrl-C stops the server, its worker and its database; the data stays for the next time.
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
            # Of a version of its files that was collected already nothing is left to do.
            if not settings.STATIC_ROOT.is_dir():
                call_command("collectstatic", verbosity=0, interactive=False)
            private = not os.environ.get("DATABASE_URL")
            os.environ.update(mail_to_a_folder(port), LOG_KEY=log_key())
            if private:
                os.environ["DATABASE_URL"] = of_the_application()
            with children() as start:
                server = start([*serve.COMMAND, "--host", HOST, "--port", str(port)])
                worker = start(WORKER)
                wait_until_ready(server, port)
                self.stdout.write(WELCOME.format(address=f"http://{HOST}:{port}", mail=MAIL))
                self.stdout.flush()
                watch(server, worker, start, private=private)
        except Stopped:
            self.stdout.write("\nStopping.")


def mail_to_a_folder(port: int) -> dict[str, str]:
    """Whatever this machine's environment says of mail: the sample library's people have no mailboxes."""
    return {
        "EMAIL_URL": f"filemail:///{MAIL}",
        "MAIL_FROM": "Offer library <demo@offers.example>",
        "PUBLIC_URL": f"http://{HOST}:{port}",
    }


def of_the_application() -> str:
    """The private database's URL for a role that owns none of its tables, which therefore cannot change history."""
    call_command("grant", devdb.APPLICATION, verbosity=0)
    return devdb.url(user=devdb.APPLICATION)


def log_key() -> str:
    """What signs the sample library's logs: made once, and kept beside its data."""
    file = settings.BASE_DIR / ".local" / "log.key"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.touch(0o600)
        file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()


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
def children() -> Iterator[Start]:
    """What starts a child. All of them have ended after the block, the last one first."""
    with contextlib.ExitStack() as ending:

        def start(command: Sequence[str]) -> Child:
            # A group of its own: Ctrl-C reaches this process only, which then stops the children in order.
            child = subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)
            ending.callback(stop, child)
            return child

        yield start


def stop(child: Child) -> None:
    """End a child and its own: politely, then for certain."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def wait_until_ready(server: Child, port: int) -> None:
    """Wait for /readyz to answer 200. Raises CommandError when the server ends, or does not come up in time."""
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(port):
        if server.poll() is not None:
            raise CommandError(f"The server ended with exit code {server.returncode}.")
        if time.monotonic() > deadline:
            raise CommandError(f"The server was not ready after {READY_SECONDS} seconds.")
        time.sleep(0.05)


def watch(server: Child, worker: Child, start: Start, *, private: bool) -> NoReturn:
    """Stay with the server, and bring back its private database and the worker should they crash.

    Raises CommandError at the server's end.
    """
    while server.poll() is None:
        if private:
            devdb.ensure_running()
        if worker.poll() is not None:
            worker = start(WORKER)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(WATCH_SECONDS)
    raise CommandError(f"The server ended with exit code {server.returncode}.")


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
