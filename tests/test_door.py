"""The door by itself: what it hands on for which request, and what it refuses."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.test import Client

from offeradmin import door
from offeradmin.door import Door, Environ, Message, Scope

LIMIT = 200_000


class Application:
    """A WSGI application that keeps what it was called with, and answers with the length of the body."""

    def __init__(self) -> None:
        self.calls: list[tuple[Environ, bytes]] = []
        self.threads: set[str] = set()
        self.closed = False

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        self.calls.append((environ, body))
        self.threads.add(threading.current_thread().name)
        start_response("201 Created", [("X-Length", str(len(body))), ("Set-Cookie", " a=b")])
        return Parts(self)


class Parts:
    """A WSGI response in two parts, which must be closed."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one ", b"two"])

    def close(self) -> None:
        self.application.closed = True


def scope(*headers: tuple[str, str], method: str = "POST", path: str = "/ims/token/v3", **more: Any) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"a=%C3%A9",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.1", 4711),
        **more,
    }


def length(number: int) -> tuple[str, str]:
    return ("content-length", str(number))


CHUNKED = ("transfer-encoding", "chunked")
CUT_OFF = {"type": "http.disconnect"}


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def ask(at: Door, request: Scope, *messages: Message) -> tuple[Message, bytes]:
    """The start of the answer and its content. Reading on after the last message takes for ever."""
    waiting, sent = list(messages), []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await at(request, receive, send)
    start, content = sent
    return start, content["body"]


def enter(application: Application, request: Scope, *messages: Message, **options: Any) -> tuple[int, bytes]:
    start, content = asyncio.run(ask(Door(application, limit=LIMIT, **options), request, *messages))
    return start["status"], content


@pytest.fixture
def application() -> Application:
    return Application()


def test_a_whole_request_is_handed_on_and_its_answer_is_sent(application: Application) -> None:
    at = Door(application, limit=LIMIT)
    start, content = asyncio.run(ask(at, scope(length(6)), part(b"abc", more=True), part(b"def")))
    assert start["status"] == 201
    assert start["headers"] == [(b"x-length", b"6"), (b"set-cookie", b"a=b")]
    assert (content, application.calls[0][1], application.closed) == (b"one two", b"abcdef", True)


def test_a_request_without_a_body_waits_for_none(application: Application) -> None:
    assert enter(application, scope(method="GET"))[0] == 201
    assert enter(application, scope(length(0)))[0] == 201
    assert [body for _, body in application.calls] == [b"", b""]


def test_a_chunked_body_is_read_to_its_end_whatever_length_was_announced(application: Application) -> None:
    enter(application, scope(CHUNKED, length(3)), part(b"abc", more=True), part(b"def", more=True), part(b""))
    environ, body = application.calls[0]
    assert (environ["CONTENT_LENGTH"], body) == ("6", b"abcdef")


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([length(6)], [part(b"abc", more=True), CUT_OFF]),
        ([CHUNKED], [part(b"abc", more=True), CUT_OFF]),
        ([length(6)], [part(b"abc")]),
        ([length(6)], [part(b"abcdefg")]),
        ([length(6)], [CUT_OFF]),
    ],
)
def test_a_body_that_is_not_whole_is_never_processed(
    application: Application, headers: list[tuple[str, str]], messages: list[Message]
) -> None:
    assert enter(application, scope(*headers), *messages)[0] == 400
    assert application.calls == []


def test_a_body_that_takes_too_long_is_refused_and_the_connection_closed(application: Application) -> None:
    at = Door(application, limit=LIMIT, seconds=0.05)
    start, content = asyncio.run(ask(at, scope(length(6)), part(b"abc", more=True)))
    assert (start["status"], application.calls) == (408, [])
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(content)["status"] == 408


# What an answer has because of what it answers.
OF_ITS_OWN = {"Content-Type", "Content-Length", "Content-Language", "Vary", "X-Request-Id", "WWW-Authenticate"}


@pytest.mark.parametrize("path", ["/data/core/dps/tags", "/accounts/login/"])
def test_what_the_door_refuses_has_the_headers_of_every_answer(client: Client, path: str) -> None:
    """As the application's answer to a call without a token has them, whatever they will be."""
    from offeradmin.asgi import application as real

    at = Door(Application(), limit=LIMIT, headers=real.headers)
    start, content = asyncio.run(ask(at, scope(length(6), ("x-request-id", "mine-0815"), path=path), part(b"abc")))
    given = {name.decode(): value.decode() for name, value in start["headers"]}
    answered = client.get("/data/core/dps/tags", headers={"X-Request-Id": "mine-0815"})
    expected = {name.lower(): value for name, value in answered.items() if name not in OF_ITS_OWN}
    assert {"x-content-type-options", "referrer-policy", "content-security-policy", "cache-control"} <= set(expected)
    assert expected.items() <= given.items()
    assert given["x-request-id"] == "mine-0815"
    assert path == "/accounts/login/" or json.loads(content)["requestId"] == "mine-0815"


def test_a_refusal_without_a_name_gets_one(application: Application) -> None:
    for sent in ([], [("x-request-id", "no\nline")]):
        start, content = asyncio.run(ask(Door(application, limit=LIMIT), scope(length(6), *sent), part(b"abc")))
        name = dict(start["headers"])[b"x-request-id"].decode()
        assert len(name) == 32
        assert json.loads(content)["requestId"] == name


def test_people_are_refused_with_a_sentence(application: Application) -> None:
    status, content = enter(application, scope(length(6), path="/accounts/login/"), part(b"abc"))
    assert (status, content) == (400, b"The body was cut off, or is not as long as announced.\n")


@pytest.mark.parametrize(
    ("header", "messages", "announced"),
    [
        (length(LIMIT + 1), [], LIMIT + 1),
        (CHUNKED, [part(b"x" * LIMIT, more=True), part(b"xx", more=True)], LIMIT + 2),
    ],
)
def test_of_a_body_that_is_too_large_the_length_is_handed_on_and_the_rest_not_read(
    application: Application, header: tuple[str, str], messages: list[Message], announced: int
) -> None:
    enter(application, scope(header), *messages)
    environ, body = application.calls[0]
    assert (environ["CONTENT_LENGTH"], body) == (str(announced), b"")


def test_large_bodies_that_arrive_slowly_make_room_for_the_next(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LARGE_BODIES", 2)
    large, request = b"x" * (door.LARGE_BODY + 1), scope(CHUNKED)

    async def attack() -> list[int]:
        at = Door(application, limit=LIMIT, seconds=5)
        slow = [asyncio.create_task(ask(at, request, part(large, more=True))) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert [task.done() for task in slow] == [True, True, True, False, False]
        start, _ = await ask(at, request, part(large))
        for task in slow:
            task.cancel()
        return [start["status"], *(task.result()[0]["status"] for task in slow[:3])]

    assert asyncio.run(attack()) == [201, 408, 408, 408]
    assert len(application.calls) == 1


def test_only_so_many_large_bodies_wait_for_their_answers(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LARGE_BODIES", 2)
    large, request, go = b"x" * (door.LARGE_BODY + 1), scope(CHUNKED), threading.Event()

    def waiting(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        go.wait(5)
        return application(environ, start_response)

    async def crowd() -> list[int]:
        at = Door(waiting, limit=LIMIT)
        first = [asyncio.create_task(ask(at, request, part(large))) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused, _ = await ask(at, request, part(large))
        go.set()
        # Their places are free again.
        answers = [*(await asyncio.gather(*first)), await ask(at, request, part(large))]
        return [refused["status"], *(start["status"] for start, _ in answers)]

    assert asyncio.run(crowd()) == [503, 201, 201, 201]


def test_requests_run_in_so_many_threads_and_not_in_the_event_loop(application: Application) -> None:
    async def many() -> None:
        at = Door(application, limit=LIMIT, threads=2)
        await asyncio.gather(*(ask(at, scope(method="GET")) for _ in range(20)))

    asyncio.run(many())
    assert application.threads <= {"request_0", "request_1"}
    assert len(application.calls) == 20


def test_headers_arrive_as_latin_1_joined_and_without_underscored_names(application: Application) -> None:
    pairs = [
        ("x-change-note", "설날"),
        ("x_forwarded_proto", "https"),
        ("if-none-match", '"1"'),
        ("if-none-match", '"2"'),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("content-type", "text/plain"),
    ]
    enter(application, scope(*pairs, method="GET"))
    environ, _ = application.calls[0]
    assert environ["HTTP_X_CHANGE_NOTE"].encode("latin-1").decode() == "설날"
    assert "HTTP_X_FORWARDED_PROTO" not in environ
    assert (environ["HTTP_IF_NONE_MATCH"], environ["HTTP_COOKIE"]) == ('"1","2"', "a=1; b=2")
    assert (environ["CONTENT_TYPE"], environ["REMOTE_ADDR"]) == ("text/plain", "192.0.2.1")


def test_the_path_is_made_of_the_very_bytes_that_came(application: Application) -> None:
    enter(application, scope(method="GET", path="/a%2Fb%0A%EC%84%A4%FF", client=None, server=None))
    environ, _ = application.calls[0]
    assert environ["PATH_INFO"] == "/a/b\n" + "설".encode().decode("latin-1") + "\xff"
    assert (environ["QUERY_STRING"], environ["REMOTE_ADDR"]) == ("a=%C3%A9", "")


def timed(answer: str, method: str, path: str) -> tuple[float, str]:
    """How long the door keeps an answer with this status, and in which thread it was made."""
    names: list[str] = []

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        names.append(threading.current_thread().name)
        start_response(answer, [])
        return [b""]

    began = time.monotonic()
    asyncio.run(ask(Door(application, limit=LIMIT, pause=0.3), scope(method=method, path=path)))
    return time.monotonic() - began, names[0].partition("_")[0]


@pytest.mark.parametrize(
    ("answer", "method", "path", "thread", "waits"),
    [
        ("200 OK", "POST", "/accounts/login/", "sign-in", True),
        ("302 Found", "POST", "/accounts/login/", "sign-in", False),
        ("429 Too Many Requests", "POST", "/accounts/password/reset/", "sign-in", True),
        ("405 Method Not Allowed", "POST", "/admin/login/", "sign-in", True),
        ("200 OK", "GET", "/accounts/login/", "request", False),
        ("429 Too Many Requests", "POST", "/ims/token/v3", "request", True),
        ("401 Unauthorized", "POST", "/ims/token/v3", "request", False),
    ],
)
def test_whoever_does_not_get_in_waits_and_signs_in_apart_from_the_others(
    answer: str, method: str, path: str, thread: str, waits: bool
) -> None:
    taken, name = timed(answer, method, path)
    assert (name, taken >= 0.3) == (thread, waits)


def test_others_are_answered_while_passwords_are_hashed() -> None:
    hashing, done = threading.Event(), threading.Event()

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/accounts/login/":
            hashing.set()
            assert done.wait(5)
        start_response("302 Found", [])
        return [b""]

    async def both() -> None:
        at = Door(application, limit=LIMIT)
        signing_in = [asyncio.create_task(ask(at, scope(path="/accounts/login/"))) for _ in range(5)]
        await asyncio.to_thread(hashing.wait, 5)
        for _ in range(3):
            await asyncio.wait_for(ask(at, scope(path="/healthz")), 2)
        done.set()
        await asyncio.gather(*signing_in)

    asyncio.run(both())
