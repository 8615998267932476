"""Where the sample library's people sit: what they change, propose, and see of a change request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from django.utils import timezone

from offers.access.permissions import Actor
from offers.demo.people import Cast
from offers.demo.representations import Json
from offers.demo.times import clock_at
from offers.document.diff import diff
from offers.ledger.heads import Head, read_each
from offers.models import ChangeRequest
from offers.review import requests, verdicts
from offers.review.comments import About
from offers.review.requests import Proposal, When
from offers.review.standing import standing

# What happens to a request: whenever it yields, how long before the library's present the next step is.
Story = Iterator[timedelta]
Edit = Callable[[Json], Json]
AT_ONCE = When()


class NothingLeft(Exception):
    """A small library has too few offers for all that could be told."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`live` and `drafts` are the offers that a story may take, the one that rested longest first."""

    seed: int
    cast: Cast
    now: datetime
    live: list[Head]
    drafts: list[Head]

    def take(self, *, korean: bool = False) -> Head:
        """What customers see, no other story is about, and nobody has changed since it begins. Raises NothingLeft."""
        fit = [head for head in self.live if is_korean(head) is korean]
        # It begins with what was changed last of all that rests: later stories have less to choose from.
        rests = [head for head in fit if head.modified_at < timezone.now()]
        return _taken(self.live, rests[-1:] or fit)

    def take_draft(self) -> Head:
        """The same of a draft, a Korean one where there is one."""
        return _taken(self.drafts, [*filter(is_korean, self.drafts), *self.drafts])

    def again(self, id: str) -> Head:
        """An item as it is now. Raises NothingLeft."""
        found = read_each(self.cast.sandbox.pk, [id])
        if id not in found:
            raise NothingLeft
        return found[id]


def _taken(of: list[Head], fit: list[Head]) -> Head:
    if not fit:
        raise NothingLeft
    of.remove(fit[0])
    return fit[0]


def is_korean(head: Head) -> bool:
    """Whether an offer speaks Korean before English."""
    return bool(head.document["representations"][0]["components"][0]["language"] == ["ko-kr"])


def edited(head: Head, edit: Edit, source: str = "form") -> Proposal:
    return requests.proposal(head, diff(head.document, edit(head.document)), source)


def propose(by: Actor, head: Head, edit: Edit, title: str, reason: str = "", when: When = AT_ONCE) -> ChangeRequest:
    source = "api" if by.client_id else "form"
    return requests.propose(by, [edited(head, edit, source)], title, reason, when=when)


def approve(by: Actor, request: ChangeRequest, text: str = "", *, apply: bool = True) -> ChangeRequest:
    """Agree to the request as it stands."""
    return verdicts.approve(by, request, standing(request).digest, text, apply=apply)


def field_of(request: ChangeRequest) -> About:
    """The first field that the request changes."""
    place = standing(request).places[0]
    return About(place.change.id, place.touched[0])


def play(stories: list[Story], now: datetime) -> None:
    """Let all of it happen, in the order of its times: so requests are numbered, and people told, as it would have been."""
    waiting = [(now - next(story), number, story) for number, story in enumerate(stories)]
    heapify(waiting)
    for step in count():
        if not waiting:
            return
        at, number, story = heappop(waiting)
        # No two steps at once: what comes later is later, too.
        with clock_at(at + timedelta(milliseconds=step)):
            before = _further(story)
        if before is not None:
            heappush(waiting, (max(at, now - before), number, story))


def _further(story: Story) -> timedelta | None:
    """The next step of a story; when the one after it comes, if it does."""
    try:
        return next(story)
    except (StopIteration, NothingLeft):
        return None
