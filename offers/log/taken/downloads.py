"""How far a file of the log has come that somebody takes home: told by the server that sends it, to whoever asked for it."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import TypeVar

from django.utils import timezone

from offers.models import Download

T = TypeVar("T")
State = Download.State
# How often it is written down, in seconds; what was not for so long was broken off together with its server.
EVERY = 1.0
GONE_AFTER = timedelta(seconds=60)
# What has ended is told for so long.
KEPT = timedelta(hours=1)


class Cancelled(ConnectionAbortedError):
    """Whoever asked for the file wants no more of it: the answer ends in the middle, which browsers show as what it is."""


def begin(token: str, person: int, sandbox_id: int, expected: int, *, exactly: bool) -> Download | None:
    """`expected` is how many entries it will have (0: nobody knows), or at most so many. The same link again begins anew.

    A token that is somebody else's is not taken over: then it is None, and nobody is told.
    """
    Download.objects.filter(token=token, person=person).delete()
    made = Download(
        token=token,
        person=person,
        sandbox_id=sandbox_id,
        expected=expected,
        exactly=exactly,
        updated_at=timezone.now(),
    )
    Download.objects.bulk_create([made], ignore_conflicts=True)
    return made if Download.objects.filter(token=token, person=person).exists() else None


def counted(rows: Iterator[T], download: Download) -> Iterator[T]:
    """The same rows, written down as they are sent. Raises Cancelled."""
    sent, told, whole = 0, monotonic(), False
    try:
        for row in rows:
            yield row
            sent += 1
            if monotonic() - told >= EVERY:
                told = monotonic()
                if not _tell(download, sent, State.RUNNING):
                    raise Cancelled
        whole = True
    finally:
        # Also where the browser went away: then the generator is closed.
        _tell(download, sent, State.DONE if whole else State.BROKEN)


def _tell(download: Download, sent: int, state: str) -> int:
    running = Download.objects.filter(token=download.token, person=download.person, state=State.RUNNING)
    return running.update(entries=sent, state=state, updated_at=timezone.now())


def found(token: str, person: int, sandbox_id: int) -> Download | None:
    """The person's own; one of which nothing was heard for long was broken off. None where it has not begun."""
    one = Download.objects.filter(token=token, person=person, sandbox_id=sandbox_id).first()
    if one and one.state == State.RUNNING and one.updated_at < timezone.now() - GONE_AFTER:
        one.state = State.BROKEN
    return one


def cancel(token: str, person: int, sandbox_id: int) -> None:
    running = Download.objects.filter(token=token, person=person, sandbox_id=sandbox_id, state=State.RUNNING)
    running.update(state=State.CANCELLED, updated_at=timezone.now())
