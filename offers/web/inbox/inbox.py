"""The inbox: what a person was told of change requests in a sandbox, and what of it they have read."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from offers import asked
from offers.review import notices
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer

MAX_CURSOR = 400


def inbox(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What the person was told, the newest first."""
    actor = actor_for(request, sandbox)
    found = notices.page(actor, asked.text(request.GET.get("cursor"), MAX_CURSOR))
    links = {"next": _to(found.next), "previous": _to(found.previous)}
    told = [(notice, notices.happened(notice)) for notice in found.items]
    context = {"told": told, "links": links, "unread": notices.unread(actor), "sends_mail": settings.SENDS_MAIL}
    return answer(request, "inbox/inbox.html", context)


@require_POST
def read(request: HttpRequest, sandbox: str) -> HttpResponse:
    """POST `key`: that one was read; without, all were."""
    actor, key = actor_for(request, sandbox), request.POST.get("key")
    number = asked.number(key)
    if key is None or number is not None:
        notices.read(actor, number)
    return HttpResponseRedirect(reverse("inbox", args=[sandbox]))


def _to(cursor: str) -> str:
    return f"?cursor={cursor}" if cursor else ""
