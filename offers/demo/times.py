"""When people work, and what the clock says to what they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.utils import timezone

MINUTE = timedelta(minutes=1)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """What is done meanwhile is recorded as done then: so a library gets a past through the doors that have no time of their own.

    It goes on by a microsecond whenever somebody looks at it. For the whole process, so only for a command that does nothing else.
    """
    now, looks = timezone.now, count()
    timezone.now = lambda: moment + timedelta(microseconds=next(looks))  # the one clock that everything asks
    try:
        yield
    finally:
        timezone.now = now


def moments(rng: Random, after: datetime, until: datetime, how_many: int) -> list[datetime]:
    """So many moments between the two, in order, within office hours where there is room for that."""
    room = until - after
    found = [after + room * rng.random() for _ in range(how_many)]
    if room > timedelta(days=3):
        found = [_in_office_hours(rng, at) for at in found]
    return in_order(sorted(found), after, until)


def in_order(found: list[datetime], after: datetime, until: datetime) -> list[datetime]:
    """The same moments, each later than the one before and the first later than `after`, all before `until`."""
    ordered = []
    for at in found:
        if at <= after:
            at = after + MINUTE * 7
        if at >= until:
            at = after + (until - after) / 2
        ordered.append(at)
        after = at
    return ordered


def _in_office_hours(rng: Random, at: datetime) -> datetime:
    if at.weekday() >= 5:
        at -= timedelta(days=2)
    return at.replace(hour=rng.randrange(7, 17), minute=rng.randrange(60), second=rng.randrange(60))
