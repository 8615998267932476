"""The door: an ASGI application that receives requests, and hands each one, once it is whole, to a WSGI application.

A WSGI server reads a body while a thread waits for it, so a handful of clients who send slowly keep every thread waiting.
Here bodies are received in the event loop, where a slow one costs a little memory and nobody's time, and end at a deadline.
A request is handed on only when its whole body has arrived; one that was cut off is never processed.

Written for granian, but nothing in it is granian's own: ASGI 3 (https://asgi.readthedocs.io), PEP 3333.
"""

import asyncio
import io
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import unquote_to_bytes

from offers import asked

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, Headers, bytes]

# Each thread keeps one connection to the database. The second is for what the first would keep waiting.
THREADS = 2
# Whoever did not get in hears so after this long. Waiting costs nothing here, and halts a client who would ask again at once.
PAUSE_SECONDS = 1.0
# From the first byte of a body to its last, however it trickles.
BODY_SECONDS = 8.0
# So many bodies of more than so many bytes are in memory at once, in each worker. The one that has been arriving for the longest
# makes room for the next: whoever sends slowly would keep the places of those who do not.
LARGE_BODY, LARGE_BODIES = 64_000, 32

# Files that are made while they are sent: so many at once, in each worker, each in a thread of its own, for one takes minutes. The
# next one waits. A piece is sent when it has so many bytes or is so many seconds old; who does not take one for so long gets no more.
FILES = 2
PIECE, PIECE_SECONDS = 64_000, 0.5
TAKEN_SECONDS = 60.0

REASONS = {
    400: "The body was cut off, or is not as long as announced.",
    408: "The body took too long to arrive.",
    503: "Too many large requests are arriving at once. Try again in a moment.",
}
# Their addresses get problem documents (RFC 9457), as from the API itself.
PROGRAMS = ("/data/", "/ims/")
SIGN_INS = ("/accounts/", "/admin/login/")


class Refused(Exception):
    """A request that ends at the door."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is made while it is sent."""

    status: int
    headers: Headers
    parts: Iterable[bytes]


class Door:
    """`application` behind the door. `limit` is the size in bytes beyond which it will refuse a body unread; `headers` are
    what every answer has, for those that the door gives itself."""

    def __init__(
        self,
        application: WsgiApplication,
        *,
        limit: int,
        headers: Headers | None = None,
        threads: int = THREADS,
        seconds: float = BODY_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.application, self.headers = application, headers or []
        self.limit, self.seconds, self.pause = limit, seconds, pause
        self.pool = ThreadPoolExecutor(threads, "request")
        self.sign_ins = ThreadPoolExecutor(1, "sign-in", initializer=step_back)
        # One thread each: what a file is read from, a cursor say, stays with the thread that began it.
        self.free = [ThreadPoolExecutor(1, "file") for _number in range(FILES)]
        self.filing = asyncio.Semaphore(FILES)
        self.places = LARGE_BODIES
        # The deadlines of the large bodies that are not whole yet, the oldest first.
        self.arriving: dict[asyncio.Timeout, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        with ExitStack() as held:
            try:
                length, body = await self._body(environ, receive, held)
            except Refused as refused:
                answer = refusal(refused.status, environ, self.headers)
            else:
                environ.update({"CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(body)})
                loop, signs_in = asyncio.get_running_loop(), is_sign_in(environ)
                pool = self.sign_ins if signs_in else self.pool
                answered = await loop.run_in_executor(pool, respond, self.application, environ)
                if isinstance(answered, File):
                    await self._send_file(answered, receive, send)
                    return
                answer = answered
                if answer[0] == HTTPStatus.TOO_MANY_REQUESTS or (signs_in and answer[0] != HTTPStatus.FOUND):
                    await asyncio.sleep(self.pause)
        await send_answer(answer, send)

    async def _send_file(self, file: File, receive: Receive, send: Send) -> None:
        """Piece by piece: the next one is made when the last one was taken, so a file of any length takes the memory of one.

        The answer ends in the middle for whoever takes nothing any more, and where making it raises ConnectionAbortedError, which says
        that it is to. Raises whatever else making it raises.
        """
        loop, parts = asyncio.get_running_loop(), iter(file.parts)
        left = asyncio.create_task(has_left(receive))
        async with self.filing:
            thread = self.free.pop()
            try:
                await send(start_of(file.status, file.headers))
                while not left.done():
                    piece = await loop.run_in_executor(thread, piece_of, parts)
                    message = {"type": "http.response.body", "body": piece, "more_body": bool(piece)}
                    if not await is_taken(send, message) or not piece:
                        break
            except ConnectionAbortedError:
                # The server breaks off what was not told its end.
                pass
            finally:
                left.cancel()
                self.free.append(thread)
                await loop.run_in_executor(thread, close, file.parts)

    async def _body(self, environ: Environ, receive: Receive, held: ExitStack) -> tuple[int, bytes | bytearray]:
        """The body and its length. One beyond the limit is not read on: its length comes with nothing.

        Raises Refused: 400 (cut off), 408 (too slow), 503 (no place for another large one; `held` gives it back).
        """
        # RFC 9112 section 6.3: with a Transfer-Encoding, Content-Length means nothing; with neither, there is no body.
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        announced = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        if announced == 0:
            return 0, b""
        if announced is not None and announced > self.limit:
            return announced, b""
        try:
            async with asyncio.timeout(self.seconds) as deadline:
                body = await self._receive(receive, held, deadline)
        except TimeoutError:
            raise Refused(408) from None
        finally:
            self.arriving.pop(deadline, None)
        if len(body) > self.limit:
            return len(body), b""
        if announced is not None and len(body) != announced:
            raise Refused(400)
        return len(body), body

    async def _receive(self, receive: Receive, held: ExitStack, deadline: asyncio.Timeout) -> bytearray:
        # One bytearray: a list of what may be a million chunks of a byte would take a hundred times the memory.
        body, more = bytearray(), True
        while more and len(body) <= self.limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400)
            small = len(body) <= LARGE_BODY
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if small and len(body) > LARGE_BODY:
                self._take_place(held, deadline)
        return body

    def _take_place(self, held: ExitStack, deadline: asyncio.Timeout) -> None:
        if self.places <= 0:
            self._end_the_slowest()
        self.arriving[deadline] = None
        self.places -= 1
        held.callback(self._give_place_back)

    def _end_the_slowest(self) -> None:
        """Its place is free a moment later. Raises Refused (503) when all bodies are whole and wait for their answers."""
        oldest = next(iter(self.arriving), None)
        if oldest is None:
            raise Refused(503)
        del self.arriving[oldest]
        oldest.reschedule(asyncio.get_running_loop().time())

    def _give_place_back(self) -> None:
        self.places += 1


def is_sign_in(environ: Environ) -> bool:
    """Whether a password may have to be hashed: a quarter of a second of CPU that anybody may ask for. A thread of its own does
    that, one after the other, while the others go on, for hashing holds no lock of Python's."""
    return environ["REQUEST_METHOD"] == "POST" and str(environ["PATH_INFO"]).startswith(SIGN_INS)


def step_back() -> None:
    """Let all others have the processor first. Only Linux gives a thread a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def environ_of(scope: Scope) -> Environ:
    """The request as PEP 3333 has it, without its body: texts are Latin-1 of the bytes that came."""
    path = scope.get("raw_path") or scope["path"].encode()
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    return {
        **headers_of(scope["headers"]),
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # Not scope["path"]: that has lost what is not UTF-8.
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header fields under their names in an environ; repeated ones joined (RFC 9110 section 5.3; cookies: RFC 9113)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        # `X_Forwarded_Proto` would be taken for `X-Forwarded-Proto`, which only a proxy may set.
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        if name in found:
            value = f"{found[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        found[name] = value
    return found


def respond(application: WsgiApplication, environ: Environ) -> Answer | File:
    """Call the application in this thread: status, headers and the whole content; or what makes it while it is sent."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
        started.append((status, headers))

    parts = application(environ, start_response)
    status, headers = int(started[-1][0][:3]), started[-1][1]
    # Django says of an answer that it is made so; a file that lies there has a length, too.
    if getattr(parts, "streaming", False) and not any(name.lower() == "content-length" for name, _value in headers):
        if environ["REQUEST_METHOD"] != "HEAD":
            return File(status, headers, parts)
        close(parts)
        return status, headers, b""
    try:
        content = b"".join(parts)
    finally:
        close(parts)
    return status, headers, content


def close(parts: Iterable[bytes]) -> None:
    if ends := getattr(parts, "close", None):
        ends()


def piece_of(parts: Iterator[bytes]) -> bytes:
    """The next parts, as many as are to be sent together; b"" at their end."""
    piece, until = bytearray(), monotonic() + PIECE_SECONDS
    for part in parts:
        piece += part
        if piece and (len(piece) >= PIECE or monotonic() >= until):
            break
    return bytes(piece)


async def is_taken(send: Send, message: Message) -> bool:
    try:
        async with asyncio.timeout(TAKEN_SECONDS):
            await send(message)
    except TimeoutError:
        return False
    return True


async def has_left(receive: Receive) -> None:
    """Ends when whoever asked is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def refusal(status: int, environ: Environ, more: Headers) -> Answer:
    """The door's own answer: a problem document for programs, a sentence for people."""
    name = asked.request_id(environ.get("HTTP_X_REQUEST_ID"))
    # The rest of the body is not read, so the connection has no use any more.
    headers = [*more, ("X-Request-Id", name), ("Connection", "close"), ("Retry-After", "2")]
    if not environ["PATH_INFO"].startswith(PROGRAMS):
        return status, [("Content-Type", "text/plain; charset=utf-8"), *headers], f"{REASONS[status]}\n".encode()
    title, detail = HTTPStatus(status).phrase, REASONS[status]
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": [], "requestId": name}
    return status, [("Content-Type", "application/problem+json"), *headers], json.dumps(told).encode()


async def send_answer(answer: Answer, send: Send) -> None:
    status, headers, content = answer
    await send(start_of(status, headers))
    await send({"type": "http.response.body", "body": content})


def start_of(status: int, headers: Headers) -> Message:
    # Stripped: Django writes a space before each cookie.
    raw = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": status, "headers": raw}
