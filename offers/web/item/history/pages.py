"""An item's history: timeline, one revision, who last changed each field."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from offers import asked
from offers.document.kinds.reading import position
from offers.document.kinds.registry import Kind
from offers.document.words.naming import Place, place_at, value_text
from offers.erasure import told
from offers.ledger import history as past
from offers.ledger.blamed import blame_of
from offers.lists.names import names_in
from offers.log.following import brought_by
from offers.models import LibraryItem, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame.moment import item_then
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import change_context, entries, item_context
from offers.web.item.history.values import plain

PAGE_SIZE = 25
BLAME_SHOWN = 2_000


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
    return answer(request, "item/history/revision.html", context, fragment="item/_changes.html")


@dataclass(frozen=True, slots=True)
class BlameRow:
    """A field of the document, its value, and the revision that gave it. `first` where that differs from the row above."""

    place: Place
    value: str
    how: str
    made: Revision
    first: bool
    # Where every value that it had is told; "" for what stands in a list.
    pointer: str = ""


def blame(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Who last changed each field, of the present version, of the moment `?at=`, or of a `?version=` before: for what is older than it looks back."""
    then = item_then(request, sandbox, id, kinds=section.kinds)
    version = asked.number(request.GET.get("version"))
    if version and version > then.item.etag:
        raise past.NoSuchRevision
    rows = _blame_rows(then.now, version or then.item.etag)
    context = item_context(then.item, "blame", version=version, moment=then.moment, **rows)
    context["erased"] = told.of_item(then.item)
    return answer(request, "item/history/blame.html", context)


def _blame_rows(item: LibraryItem, at: int) -> dict[str, Any]:
    """The rows, as many as a page can hold, and how many more there are."""
    found = blame_of(item, at)
    names = names_in(item.sandbox_id, Kind(item.kind), [found.document])
    rows: list[BlameRow] = []
    for line in sorted(found.lines, key=lambda line: position(line.path))[:BLAME_SHOWN]:
        place = place_at(found.document, line.pointer, names)
        text, how = value_text(place.member, line.value, names)
        first = not rows or rows[-1].made.etag != line.etag
        pointer = line.pointer if plain(line.pointer) else ""
        rows.append(BlameRow(place, text, how, found.made[line.etag], first, pointer))
    since = 0 if found.is_whole else found.since
    return {
        "rows": rows,
        "approvals": approvals_of(item.sandbox_id, found.made.values()),
        "more": max(0, len(found.lines) - BLAME_SHOWN),
        "since": since,
    }
