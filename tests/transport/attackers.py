"""Clients who mean harm, or only have a bad line: many at once, from one thread; and what others notice of them."""

import contextlib
import http.client
import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.servers import HOST, ROOT

# A header that never ends, and a body of which two bytes have come.
SLOW_HEADERS = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
SLOW_BODY = (
    b"POST /ims/token/v3 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\ngr"
)
# The largest static file, asked for a hundred times and never read.
_LARGEST = max((ROOT / "static").rglob("*.css"), key=lambda path: path.stat().st_size).relative_to(ROOT)
UNREAD_FILES = f"GET /{_LARGEST} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 100
DRIP_SECONDS = 0.5
# Certificates of tests are signed by nobody.
UNCHECKED = ssl._create_unverified_context()  # noqa: S323


@contextlib.contextmanager
def attackers(port: int, count: int, opening: bytes, drip: bytes = b"a", *, tls: bool = False) -> Iterator[None]:
    """So many connections that begin so, then drip, and come back when they are thrown out, until the block ends."""
    ended = threading.Event()
    sockets = [_connect(port, opening, tls) for _ in range(count)]

    def keep_dripping() -> None:
        while not ended.wait(DRIP_SECONDS):
            for number, connection in enumerate(sockets):
                if _is_dropped(connection, drip):
                    connection.close()
                    with contextlib.suppress(OSError):
                        sockets[number] = _connect(port, opening, tls)

    thread = threading.Thread(target=keep_dripping)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for connection in sockets:
            connection.close()


def _connect(port: int, opening: bytes, tls: bool) -> socket.socket:
    connection = socket.create_connection((HOST, port), timeout=5)
    if tls:
        connection = UNCHECKED.wrap_socket(connection)
    connection.setblocking(False)
    # A client who does not read cannot send for ever; what does not fit is not sent.
    with contextlib.suppress(BlockingIOError):
        connection.send(opening)
    return connection


def _is_dropped(connection: socket.socket, drip: bytes) -> bool:
    try:
        connection.send(drip)
    except (BlockingIOError, ssl.SSLWantWriteError):
        return False
    except OSError:
        return True
    return False


@dataclass(frozen=True)
class Noticed:
    """What others noticed: how long their requests took, in seconds, sorted; and how many were not answered with 200."""

    times: list[float]
    failed: int

    @property
    def p50(self) -> float:
        return self.times[len(self.times) // 2]

    @property
    def p95(self) -> float:
        return self.times[math.ceil(len(self.times) * 0.95) - 1]


@dataclass(frozen=True)
class Ask:
    """A request that is made again and again, each time on a connection of its own."""

    method: str = "GET"
    path: str = "/healthz"
    headers: Mapping[str, str] | None = None
    body: str | None = None
    tls: bool = False


def others(port: int, ask: Ask, *, count: int = 100, clients: int = 2) -> Noticed:
    """What a few well-behaved clients notice, who make `count` requests between them."""
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(lambda number: _time(port, ask, number), range(count)))
    return Noticed(sorted(taken for taken, _ in found), sum(not good for _, good in found))


def _time(port: int, ask: Ask, number: int) -> tuple[float, bool]:
    began = time.perf_counter()
    connection = (
        http.client.HTTPSConnection(HOST, port, timeout=10, context=UNCHECKED)
        if ask.tls
        else http.client.HTTPConnection(HOST, port, timeout=10)
    )
    try:
        connection.request(ask.method, ask.path, ask.body and ask.body % number, dict(ask.headers or {}))
        answer = connection.getresponse()
        answer.read()
        good = answer.status == 200
    except (OSError, http.client.HTTPException):
        good = False
    finally:
        connection.close()
    return time.perf_counter() - began, good
