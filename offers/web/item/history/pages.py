"""An item's history: timeline, one revision, two versions compared, who last changed each field, undo and restore."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers import asked
from offers.access.permissions import Actor, check_edit
from offers.access.policy import ReviewRequired, ruling
from offers.document.diff import diff
from offers.document.errors import DocumentError, Problem
from offers.document.kinds.reading import position
from offers.document.kinds.registry import Kind
from offers.document.merge import Conflict
from offers.document.values import Document
from offers.document.words.clips import clipped
from offers.document.words.describe import describe
from offers.document.words.naming import Place, Places, place_at, value_text
from offers.ledger import history as past
from offers.ledger import writes
from offers.ledger.blamed import blame_of, changed_since
from offers.ledger.heads import head_of_item
from offers.ledger.leaf import RefersTo
from offers.ledger.references import InUse
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.review.approvals import approvals_of
from offers.review.requests import PROPOSED, proposal
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.curl import patch_curl
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.frame.words import shown
from offers.web.item.entries import change_context, entries, item_context
from offers.web.item.history.sides import side_of
from offers.web.item.said import ask_for, in_use, next_steps

PAGE_SIZE = 25
CONFLICTS_SHOWN = 50
BLAME_SHOWN = 2_000


def timeline(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """The item's revisions, newest first; `?before=` an etag goes on from there."""
    _actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    before = asked.number(request.GET.get("before"))
    revisions = past.revisions(item, before=before, limit=PAGE_SIZE)
    older = revisions[-1].etag if revisions and revisions[-1].etag > 1 else 0
    context = item_context(
        item,
        "history",
        entries=entries(item, revisions),
        approvals=approvals_of(item.sandbox_id, revisions),
        older=older,
        before=before,
    )
    return answer(request, "item/history/timeline.html", context, fragment="item/history/_entries.html")


def revision(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """One change, all of it; htmx gets only the change, to expand it in the timeline."""
    _actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    entry = entries(item, [past.revision(item, etag)])[0]
    approvals = approvals_of(item.sandbox_id, [entry.revision])
    context = item_context(item, "history", entry=entry, approvals=approvals, **change_context(request, item, entry))
    return answer(request, "item/history/revision.html", context, fragment="item/_changes.html")


def compare(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Any two versions: `?from=1&to=5`; without, the last two."""
    _actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    to = asked.number(request.GET.get("to")) or item.etag
    source = asked.number(request.GET.get("from")) or max(1, to - 1)
    made_from, made_to = past.revision(item, source), past.revision(item, to)
    before, after = past.document_at(item, source), past.document_at(item, to)
    names = names_in(item.sandbox_id, Kind(item.kind), [before, after])
    context = item_context(
        item,
        "history",
        made_from=made_from,
        made_to=made_to,
        approvals=approvals_of(item.sandbox_id, [made_from, made_to]),
        changes=describe(before, after, names=names),
        compared=(source, to),
        patch=diff(before, after) if before is not None and after is not None else [],
    )
    return answer(request, "item/history/compare.html", context)


@dataclass(frozen=True, slots=True)
class BlameRow:
    """A field of the document, its value, and the revision that gave it. `first` where that differs from the row above."""

    place: Place
    value: str
    how: str
    made: Revision
    first: bool


def blame(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Who last changed each field, of the present version or of `?at=` an etag, for what is older than it looks back."""
    _actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    at = asked.number(request.GET.get("at"))
    return answer(request, "item/history/blame.html", item_context(item, "blame", at=at, **_blame_rows(item, at)))


def _blame_rows(item: LibraryItem, at: int | None) -> dict[str, Any]:
    """The rows, as many as a page can hold, and how many more there are."""
    found = blame_of(item, at)
    names = names_in(item.sandbox_id, Kind(item.kind), [found.document])
    rows: list[BlameRow] = []
    for line in sorted(found.lines, key=lambda line: position(line.path))[:BLAME_SHOWN]:
        place = place_at(found.document, line.pointer, names)
        text, how = value_text(place.member, line.value, names)
        first = not rows or rows[-1].made.etag != line.etag
        rows.append(BlameRow(place, text, how, found.made[line.etag], first))
    since = 0 if found.is_whole else found.since
    return {
        "rows": rows,
        "approvals": approvals_of(item.sandbox_id, found.made.values()),
        "more": max(0, len(found.lines) - BLAME_SHOWN),
        "since": since,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """Take one change back, keeping what came after it. GET shows what that changes, POST does it.

    Where later changes touched the same fields there is nothing to do by itself: 409, with those fields and versions.
    """
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    check_edit(actor)
    merged = past.undone(item, etag)
    if merged.conflicts:
        context = item_context(item, "history", etag=etag, **_explained_first(item, etag, merged.conflicts))
        return answer(request, "item/history/undo_conflict.html", context, status=409)
    assert isinstance(merged.document, dict), "an undo that deletes is refused by history.undone"
    return _confirmed(request, actor, item, merged.document, Revision.Source.UNDO, etag)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """Make an earlier version the current one again. GET shows what that changes, POST does it."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    check_edit(actor)
    document = past.document_at(item, etag)
    if document is None:
        raise Http404
    return _confirmed(request, actor, item, document, Revision.Source.RESTORE, etag)


def _confirmed(
    request: HttpRequest, actor: Actor, item: LibraryItem, document: Document, source: str, etag: int
) -> HttpResponse:
    """Show the change to `document` in words (GET), or write it (POST) if the item is still what was shown."""
    patch = diff(item.document, document)
    posted = request.method == "POST"
    stale = posted and request.POST.get("etag") != str(item.etag)
    problems: tuple[Problem, ...] = ()
    found = ruling(actor, Kind(item.kind), item.id, item.document, document)
    try:
        # A GET asks the write path what it would say, so that nobody confirms in vain.
        dry_run = not posted or stale
        if found.review and patch and dry_run:
            done: writes.Outcome | None = writes.judge(actor, head_of_item(item), patch, PROPOSED)
        else:
            done = _write(request, actor, item, patch, source, etag, dry_run=dry_run) if patch else None
    except ReviewRequired:
        wanted = proposal(head_of_item(item), patch, source, _refers_to(source, etag))
        return ask_for(request, actor, wanted)
    except writes.StaleEtag:
        return HttpResponseRedirect(request.path)
    except DocumentError as error:
        done, problems = None, error.problems
    except InUse as use:
        done, problems = None, (in_use(use),)
    if posted and not stale and done is not None:
        _say_done(request, actor, item, done, source, etag)
        return HttpResponseRedirect(address_of(actor.sandbox.name, item))
    names = names_in(item.sandbox_id, Kind(item.kind), [item.document, document])
    context = item_context(
        item,
        "history",
        etag=etag,
        source=source,
        stale=stale,
        problems=[(problem, place_at(document, problem.pointer, names)) for problem in problems],
        proposes=found.review,
        note=request.POST.get("note", ""),
        changes=describe(item.document, document, names=names),
        # What an undo makes is no version yet.
        compared=(item.etag, etag if source == Revision.Source.RESTORE else 0),
        patch=patch,
        curl=patch_curl(request, actor.sandbox, item.kind, item.id, patch, item.etag),
    )
    return answer(request, "item/history/confirm.html", context, status=_status(stale, problems if posted else ()))


def _status(stale: bool, problems: tuple[Problem, ...]) -> int:
    return 409 if stale else 422 if problems else 200


def _write(
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    patch: list[dict[str, Any]],
    source: str,
    etag: int,
    *,
    dry_run: bool,
) -> writes.Outcome:
    stamp = stamp_of(request, source, note=asked.note(request.POST.get("note")), refers_to=_refers_to(source, etag))
    return writes.change(actor, [Kind(item.kind)], item.id, patch, stamp, if_match=item.etag, dry_run=dry_run)


def _refers_to(source: str, etag: int) -> RefersTo:
    return RefersTo(undoes=etag) if source == Revision.Source.UNDO else RefersTo(restores=etag)


def _say_done(
    request: HttpRequest, actor: Actor, item: LibraryItem, done: writes.Outcome, source: str, etag: int
) -> None:
    said = _("Version {etag} undone.") if source == Revision.Source.UNDO else _("Version {etag} restored.")
    messages.success(
        request,
        format_html(
            "{} {} {}",
            said.format(etag=etag),
            _("This is now version {etag}.").format(etag=done.head.etag),
            next_steps(actor, done),
        ),
    )


@dataclass(frozen=True, slots=True)
class Explained:
    """A field that cannot be taken back by itself: what it was, what the change made of it, what it is now and by whom."""

    place: Place
    is_order: bool
    before: str
    after: str
    now: str
    made: Revision | None


def _explained_first(item: LibraryItem, etag: int, conflicts: tuple[Conflict, ...]) -> dict[str, Any]:
    """As many of them as people read."""
    return {
        "conflicts": _explained(item, etag, conflicts[:CONFLICTS_SHOWN]),
        "more": max(0, len(conflicts) - CONFLICTS_SHOWN),
    }


def _explained(item: LibraryItem, etag: int, conflicts: tuple[Conflict, ...]) -> list[Explained]:
    around = past.documents(item, etag - 1, etag)
    versions = [item.document, around[etag], around[etag - 1]]
    places = Places(versions, names_in(item.sandbox_id, Kind(item.kind), versions))
    changed = changed_since(item, etag, [conflict.path for conflict in conflicts])
    found = []
    for conflict in conflicts:
        sides = [side_of(conflict, side, places) for side in (conflict.theirs, conflict.base, conflict.ours)]
        texts = [shown(side.text, side.how) for side in sides]
        before, after, now = texts if conflict.is_order else map(clipped, texts)
        found.append(
            Explained(places.place(conflict.place), conflict.is_order, before, after, now, changed.get(conflict.path))
        )
    return found
