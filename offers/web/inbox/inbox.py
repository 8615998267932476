"""The inbox: what a person was told of change requests in a sandbox, and what of it they have read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from offers import asked
from offers.models import ChangeRequest, Notice, RequestEvent
from offers.review import notices, queue
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.times import exact_text, long_day

MAX_CURSOR = 400
# So soon after something happened comes what it led to by itself.
AT_ONCE = timedelta(seconds=5)
What = RequestEvent.What
State = ChangeRequest.State
# What is told with the time that it is about, and the state in which that is still so.
TIMED = {(What.SCHEDULED, State.SCHEDULED), (What.EXPIRED, State.EXPIRED)}


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
            _add(entry.notices, notice)
        days.append((day, list(told.values())))
    return days


def _add(told: list[tuple[Notice, str]], notice: Notice) -> None:
    """Tell of it below what came after it; that an approval scheduled the request is told with that approval."""
    said, after = _told_of(notice), told[-1] if told else None
    if after and _led_to(notice, after[0]):
        told.pop()
        said = format_html("{} · {}", said, after[1])
    told.append((notice, said))


def _led_to(approval: Notice, other: Notice) -> bool:
    steps = (approval.what, other.what) == (What.APPROVED, What.SCHEDULED)
    return steps and not other.actor_label and other.created_at - approval.created_at < AT_ONCE


def _told_of(notice: Notice) -> str:
    """What happened, with the time that it is about: for when it is scheduled, or when it was to be applied."""
    if notice.what == What.APPLIED and notice.actor_label and notice.text:
        # What is said with it was said to approve it (review/verdicts.py).
        return pgettext("request", "approved and applied this request")
    request, at = notice.request, notice.request.apply_at
    # Since anything else happened to it, it may have been given another time.
    is_last = (notice.what, request.state) in TIMED and request.updated_at - notice.created_at < AT_ONCE
    if at is None or not is_last or notice.actor_label:
        return notices.briefly(notice)
    late = _("Not applied. The scheduled time ({when}) passed before it could run.")
    said = _("scheduled for {when}") if notice.what == What.SCHEDULED else late
    return format_html(said, when=format_html('<span class="in-one">{}</span>', exact_text(at)))


def inbox(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What the person was told, the newest first."""
    actor = actor_for(request, sandbox)
    found = notices.page(actor, asked.text(request.GET.get("cursor"), MAX_CURSOR))
    links = {"next": _to(found.next), "previous": _to(found.previous)}
    days = by_day(found.items, queue.named(one.request_id for one in found.items))
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
