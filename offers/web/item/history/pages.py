"""An item's history: timeline, one revision."""

from django.http import HttpRequest, HttpResponse

from offers import asked
from offers.erasure import told
from offers.ledger import history as past
from offers.log.following import brought_by
from offers.promotion import by_digest, promoted
from offers.review.changes.approvals import approvals_of
from offers.web.frame.curl import json_text
from offers.web.frame.moment import item_then
from offers.web.frame.respond import answer, wants_fragment
from offers.web.frame.sections import Section
from offers.web.item.entries import change_context, entries, item_context
from offers.web.item.history.version import version_context

PAGE_SIZE = 25


def timeline(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """The item's revisions, newest first; `?before=` an etag goes on from there. With `?at=`, those that there were then."""
    then = item_then(request, sandbox, id, kinds=section.kinds, deleted=True)
    item, before = then.item, asked.number(request.GET.get("before"))
    revisions = past.revisions(item, before=min(before or item.etag + 1, item.etag + 1), limit=PAGE_SIZE)
    older = revisions[-1].etag if revisions and revisions[-1].etag > 1 else 0
    context = item_context(
        item,
        "history",
        entries=entries(item, revisions),
        approvals=approvals_of(item.sandbox_id, revisions),
        older=older,
        before=before,
        moment=then.moment,
        later=then.later,
        erased=told.of_item(item),
        promoted=by_digest(promoted(item, request.user.pk, then.at)),
    )
    return answer(request, "item/history/timeline.html", context, fragment="item/history/_entries.html")


def revision(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """One change, all of it; htmx gets only the change, to expand it in the timeline. With `?at=`, one of those of then."""
    then = item_then(request, sandbox, id, kinds=section.kinds, deleted=True)
    item = then.item
    if etag > item.etag:
        raise past.NoSuchRevision
    entry = entries(item, [past.revision(item, etag)])[0]
    approvals = approvals_of(item.sandbox_id, [entry.revision])
    shown = {"approvals": approvals, "brought": brought_by(entry.revision), **change_context(request, item, entry)}
    context = item_context(item, "history", entry=entry, erased=told.of_item(item), **shown)
    context["moment"] = then.moment
    context["promoted"] = by_digest(promoted(item, request.user.pk, then.at))
    # Another language of what is shown is a part of the page.
    fragment = "" if "language" in request.GET else "item/_changes.html"
    if not (fragment and wants_fragment(request)):
        context |= version_context(request, item, entry)
        context["document"] = json_text(entry.after) if entry.after else ""
    return answer(request, "item/history/revision.html", context, fragment=fragment)
