"""The inbox: what a person was told of change requests in a sandbox, and what of it they have read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from offers import asked
from offers.models import ChangeRequest, Notice
from offers.review import notices
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.times import long_day

MAX_CURSOR = 400


@dataclass(frozen=True, slots=True)
class Told:
    """A request, and what a person was told of it on one day, the newest first, each with its words."""

    request: ChangeRequest
    notices: list[tuple[Notice, str]]

    @property
    def is_unread(self) -> bool:
        return any(notice.read_at is None for notice, _happened in self.notices)


def by_day(found: Iterable[Notice]) -> list[tuple[str, list[Told]]]:
    """What was told, by day and, within each, by request: the one that something happened to last first."""
    days = []
    for day, of_day in groupby(found, lambda notice: long_day(notice.created_at)):
        told: dict[int, Told] = {}
        for notice in of_day:
            entry = told.setdefault(notice.request.number, Told(notice.request, []))
            entry.notices.append((notice, notices.happened(notice)))
        days.append((day, list(told.values())))
    return days


def inbox(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What the person was told, the newest first."""
    actor = actor_for(request, sandbox)
    found = notices.page(actor, asked.text(request.GET.get("cursor"), MAX_CURSOR))
    links = {"next": _to(found.next), "previous": _to(found.previous)}
    days = by_day(found.items)
    context = {"days": days, "links": links, "unread": notices.unread(actor), "sends_mail": settings.SENDS_MAIL}
    return answer(request, "inbox/inbox.html", context)


@require_POST
def read(request: HttpRequest, sandbox: str) -> HttpResponse:
    """POST `number`: what was told of that request was read; without, all was."""
    actor, sent = actor_for(request, sandbox), request.POST.get("number")
    number = asked.number(sent)
    if sent is None or number is not None:
        notices.read(actor, number)
    return HttpResponseRedirect(reverse("inbox", args=[sandbox]))


def _to(cursor: str) -> str:
    return f"?cursor={cursor}" if cursor else ""
