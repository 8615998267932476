"""The inbox: what a person was told of change requests in a sandbox, and what of it they have read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.lists.names import names
from offers.models import ChangeRequest, Notice, RequestedChange
from offers.review import notices
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.times import long_day

MAX_CURSOR = 400
COUNTED = ("request", "first", "count")


@dataclass(frozen=True, slots=True)
class Told:
    """A request, the names of what it changes, and what a person was told of it on one day, the newest first, each with its words."""

    request: ChangeRequest
    changes: str
    notices: list[tuple[Notice, str]]

    @property
    def is_unread(self) -> bool:
        return any(notice.read_at is None for notice, _happened in self.notices)


def by_day(found: Iterable[Notice], changed: Mapping[int, str]) -> list[tuple[str, list[Told]]]:
    """What was told, by day and, within each, by request: the one that something happened to last first.

    `changed` names what each request changes, by its key.
    """
    days = []
    for day, of_day in groupby(found, lambda notice: long_day(notice.created_at)):
        told: dict[int, Told] = {}
        for notice in of_day:
            entry = told.setdefault(notice.request.number, Told(notice.request, changed.get(notice.request_id, ""), []))
            entry.notices.append((notice, notices.happened(notice)))
        days.append((day, list(told.values())))
    return days


def changed_by(sandbox_id: int, found: Iterable[Notice]) -> dict[int, str]:
    """What each of their requests changes, by its key: the name of one item and how many more. Two queries."""
    changes = RequestedChange.objects.filter(request__in={one.request_id for one in found}).order_by()
    counted = list(changes.values("request").annotate(first=Min("id"), count=Count("key")).values_list(*COUNTED))
    known = names(sandbox_id, (first for _key, first, _count in counted))
    return {key: _named(known.get(first, ""), count - 1) for key, first, count in counted}


def _named(name: str, more: int) -> str:
    return _("{name} and {n} more").format(name=name, n=more) if name and more else name


def inbox(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What the person was told, the newest first."""
    actor = actor_for(request, sandbox)
    found = notices.page(actor, asked.text(request.GET.get("cursor"), MAX_CURSOR))
    links = {"next": _to(found.next), "previous": _to(found.previous)}
    days = by_day(found.items, changed_by(actor.sandbox.pk, found.items))
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
