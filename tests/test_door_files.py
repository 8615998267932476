"""The door and answers that are made while they are sent."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from offeradmin import door
from offeradmin.door import Door, Environ, Message
from tests.test_door import CUT_OFF, LIMIT, part, scope


class Making:
    """An answer of three parts that are made while they are sent, as Django's is; the third cannot be made. `done` is what was done."""

    streaming = True

    def __init__(self, problem: type[OSError] = OSError) -> None:
        self.problem = problem
        self.done: list[str] = []
        self.threads: set[str] = set()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        for number in range(3):
            self.threads.add(threading.current_thread().name)
            self.done.append(f"made {number}")
            if number == 2:
                raise self.problem("cannot be made")
            yield bytes(door.PIECE)

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.done.append("closed")


def take(application: Making, *, method: str = "GET", leaves: bool = False, waits: bool = False) -> list[Message]:
    """What is sent. Whoever `leaves` does so with the first piece; who `waits` never takes it."""
    sent: list[Message] = []

    async def talk() -> None:
        gone, asked = asyncio.Event(), [part(b"")]

        async def receive() -> Message:
            if not asked:
                await gone.wait()
            return asked.pop() if asked else CUT_OFF

        async def send(message: Message) -> None:
            sent.append(message)
            application.done.append(f"sent {len(message.get('body', b''))}")
            if waits and message.get("body"):
                await gone.wait()
            if leaves and message.get("body"):
                gone.set()
                await asyncio.sleep(0)

        await Door(application, limit=LIMIT)(scope(method=method), receive, send)

    asyncio.run(talk())
    return sent


def test_a_file_is_sent_while_it_is_made_and_broken_off_where_it_cannot_be() -> None:
    making = Making()
    with pytest.raises(OSError, match="cannot be made"):
        take(making)
    size = door.PIECE
    made = [f"made {number}" for number in range(3)]
    assert making.done == ["sent 0", made[0], f"sent {size}", made[1], f"sent {size}", made[2], "closed"]
    assert len(making.threads) == 1, "what it is read from stays with the thread that began it"
    assert making.threads.isdisjoint({threading.current_thread().name, "request_0"}), "others are answered meanwhile"


def test_a_file_that_is_not_to_be_sent_on_is_broken_off_and_nothing_is_at_fault() -> None:
    making = Making(ConnectionAbortedError)
    assert all(message.get("more_body", True) for message in take(making)), "it is not whole, and says so"
    assert making.done[-2:] == ["made 2", "closed"]


def test_whoever_takes_nothing_gets_no_more_and_nothing_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "TAKEN_SECONDS", 0.01)
    making = Making()
    take(making, waits=True)
    assert making.done == ["sent 0", "made 0", f"sent {door.PIECE}", "closed"]


def test_of_a_file_no_more_is_made_for_whoever_left_or_asks_for_its_headers_alone() -> None:
    making = Making()
    assert all(message.get("more_body", True) for message in take(making, leaves=True)), "it is not whole, and says so"
    assert making.done == ["sent 0", "made 0", f"sent {door.PIECE}", "closed"]
    making = Making()
    assert [message.get("status", message.get("body")) for message in take(making, method="HEAD")] == [200, b""]
    assert making.done == ["closed", "sent 0", "sent 0"]
