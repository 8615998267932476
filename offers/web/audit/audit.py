"""What happened in a sandbox: every change, review and change of access, with filters; and as files of exactly that."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from offers import asked
from offers.log import audit, sequencer
from offers.web.audit import strip
from offers.web.audit.filters import asked_of, chips_of, filters_of
from offers.web.audit.folding import folded
from offers.web.audit.lines import approvals_for, lines_of
from offers.web.frame.access import actor_for
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import answer
from offers.web.lists.filters import address, links

MAX_CURSOR = 400


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The newest first; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    wanted, item = asked_of(request.GET, actor, zone_of(request))
    coming = sequencer.coming(actor.sandbox.pk, audit.PAGE_SIZE)
    found = audit.page(actor.sandbox.pk, wanted, asked.text(request.GET.get("cursor"), MAX_CURSOR), coming)
    lines = lines_of(found.page.items)
    for line in lines:
        line.theirs = address(request, by=line.entry.actor_key, client="", cursor="")
        if line.revision:
            line.its = address(request, item=line.revision.item.id, cursor="")
    filters = filters_of(actor, wanted)
    context = {
        "lines": lines,
        "folds": folded(lines),
        "approvals": approvals_for(actor.sandbox.pk, lines),
        "page": found.page,
        "exactly": found.exactly,
        "strip": strip.strip_of(request, wanted, found),
        "wanted": wanted,
        "item": item,
        "filters": filters,
        "chips": chips_of(request, filters, wanted, item),
        "links": links(request, found.page.next, found.page.previous),
        # Nobody works on it, or a large import is new.
        "behind": len(coming) == audit.PAGE_SIZE,
        "query": _query(request),
        # Whether there are receipts.
        "signed": bool(settings.LOG_KEY),
    }
    return answer(request, "audit/audit.html", context, fragment="audit/_found.html")


def _query(request: HttpRequest) -> str:
    """What the files are asked for: the filters of the page, and not where it is."""
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()
