"""What happened in a sandbox: every change, review and change of access, with filters; and as files of exactly that."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from offers import asked
from offers.access.permissions import Actor
from offers.log import audit, sequencer
from offers.web.audit import months, strip
from offers.web.audit.filters import asked_of, chips_of, filters_of
from offers.web.audit.shown.cells import drawn
from offers.web.audit.shown.folding import folded, together
from offers.web.audit.shown.lines import Line, approvals_for, lines_of
from offers.web.frame.access import actor_for
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import Frame, answer
from offers.web.lists.filters import links

MAX_CURSOR = 400


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The newest first; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    wanted, item = asked_of(request.GET, actor, zone_of(request))
    coming = sequencer.coming(actor.sandbox.pk, audit.PAGE_SIZE)
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = audit.page(actor.sandbox.pk, wanted, cursor, coming, together)
    lines = lines_of(found.page.items)
    _lead(request, lines)
    filters, folds, frame = filters_of(actor, wanted), folded(lines), Frame(request)
    approvals = approvals_for(actor.sandbox.pk, lines)
    context = {
        "frame": frame,
        "lines": lines,
        "folds": folds,
        "drawn": drawn(frame, folds, approvals, found, signed=bool(settings.LOG_KEY)),
        "page": found.page,
        "exactly": found.exactly,
        "strip": strip.strip_of(request, wanted, found),
        "months": months.picker(request, wanted, found.known),
        "wanted": wanted,
        "item": item,
        "filters": filters,
        "chips": chips_of(request, filters, wanted, item),
        "links": links(request, found.page.next, found.page.previous),
        # Nobody works on it, or a large import is new.
        "behind": len(coming) == audit.PAGE_SIZE,
        "files": _files(actor, _query(request)),
    }
    return answer(request, "audit/audit.html", context, fragment="audit/_found.html")


def _lead(request: HttpRequest, lines: Sequence[Line]) -> None:
    """Where each line leads: to all that they did, and to all that was done to it, by the other filters of the page."""
    theirs, its = (_without(request, *names, "cursor") for names in (("by", "client"), ("item",)))
    for line in lines:
        line.theirs = f"?{theirs}by={quote(line.entry.actor_key)}"
        if line.revision:
            line.its = f"?{its}item={line.revision.item.id}"


def _without(request: HttpRequest, *names: str) -> str:
    """The page's query without these, for another one to follow."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"{query.urlencode()}&" if query else ""


@dataclass(frozen=True, slots=True)
class File:
    """A link to a file (taken/files), which has a `token` of its own: by that the page asks how far the file has come."""

    name: str
    address: str
    token: str


def _files(actor: Actor, query: str) -> list[File]:
    """`query` are the filters of the page."""
    made = []
    for name, url in (("CSV", "audit_csv"), ("NDJSON", "audit_ndjson")):
        token = secrets.token_urlsafe(18)
        more = f"{query}&" if query else ""
        made.append(File(name, f"{reverse(url, args=[actor.sandbox.name])}?{more}download={token}", token))
    return made


def _query(request: HttpRequest) -> str:
    """What the files are asked for: the filters of the page, and not where it is."""
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()
