"""Undo and restore: what was becomes what is, by a change of its own."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers.access.permissions import Actor, check_edit
from offers.access.policy import ReviewRequired, ruling
from offers.document.diff import diff
from offers.document.errors import JSON, DocumentError, Problem
from offers.document.kinds.registry import Kind
from offers.document.merge import Merged, resolve
from offers.document.values import Document, equal
from offers.document.words.describe import describe
from offers.document.words.naming import Places, place_at
from offers.ledger import history as past
from offers.ledger import writes
from offers.ledger.blamed import changed_since
from offers.ledger.heads import head_of_item
from offers.ledger.leaf import RefersTo
from offers.ledger.references import InUse
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.review.requests import PROPOSED, proposal
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.curl import patch_curl
from offers.web.frame.middleware import zone_named, zone_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context
from offers.web.item.history.contested import ALL, YOURS, Pick, Titles, fields_of, picks_for, settled
from offers.web.item.proposals.requested import requested_of
from offers.web.item.proposals.when import NotSent
from offers.web.item.said import ask_for, in_use, note_of, say_changed

# Fields that later changes touched, too, as many as people decide about one by one.
FIELDS_SHOWN = 100
# The button that leads back from the confirmation to the choices.
AGAIN = "again"
# What of the choices is sent again with the confirmation.
CARRIED = re.compile(r"(?:pick|other):[0-9a-f]{32}$|zone$")


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """Take one change back, keeping what came after it. GET shows what that changes, POST does it.

    Where later changes touched the same fields, each of those is decided first: 409 until then.
    """
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    check_edit(actor)
    merged = past.undone(item, etag)
    document, carried = merged.document, []
    if merged.conflicts:
        zone = zone_named(request.POST.get("zone", "")) or zone_of(request)
        picks = picks_for(request.POST, merged.conflicts)
        asked_for, left = merged.conflicts[:FIELDS_SHOWN], merged.conflicts[FIELDS_SHOWN:]
        values = settled(asked_for, picks, zone)
        is_decided = len(values) == len(asked_for)
        # What nobody was asked about stays as it is; the page says so.
        document = _with(merged, values | {conflict.key: conflict.ours for conflict in left}) if is_decided else None
        nothing = is_decided and equal(document, item.document)
        if not is_decided or nothing or {ALL, AGAIN} & request.POST.keys():
            return _asked(request, actor, item, merged, etag, picks, zone, nothing)
        carried = [(name, str(request.POST[name])) for name in request.POST if CARRIED.match(name)]
    assert isinstance(document, dict), "an undo that deletes is refused by history.undone"
    return _confirmed(request, actor, item, document, Revision.Source.UNDO, etag, carried)


def _with(merged: Merged, values: Mapping[str, JSON]) -> JSON:
    ours, theirs, base = merged.versions
    return resolve(base, ours, theirs, values).document


def _asked(
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    merged: Merged,
    etag: int,
    picks: Mapping[str, Pick],
    zone: ZoneInfo,
    nothing: bool,
) -> HttpResponse:
    """The fields that later changes touched, too: as before, as now, or otherwise; and what is taken back by itself.

    `nothing`: with what was chosen nothing would change.
    """
    asked_for, left = merged.conflicts[:FIELDS_SHOWN], merged.conflicts[FIELDS_SHOWN:]
    now, before, after = merged.versions
    names = names_in(item.sandbox_id, Kind(item.kind), merged.versions)
    changed = changed_since(item, etag, [conflict.path for conflict in asked_for])
    titles = Titles(
        _("After version {etag}").format(etag=etag), _("Before version {etag}").format(etag=etag), _("Now"), YOURS
    )
    fields = fields_of(asked_for, Places([now, after, before], names), picks, zone, changed, titles)
    taken_back = _with(merged, {conflict.key: conflict.theirs for conflict in merged.conflicts})
    found = ruling(actor, Kind(item.kind), item.id, item.document, taken_back)
    context = item_context(
        item,
        "history",
        etag=etag,
        made=past.revision(item, etag),
        zone=zone.key,
        fields=fields,
        undecided=sum(not field.is_decided for field in fields),
        nothing=nothing,
        tried=request.method == "POST" and not {ALL, AGAIN} & request.POST.keys(),
        more=len(left),
        # The merge has what stands now wherever it has to be asked.
        by_itself=describe(item.document, merged.document, names=names),
        refusal=found.refusal,
        proposes=found.review,
    )
    return answer(request, "item/history/undo_conflict.html", context, status=409)


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
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    document: Document,
    source: str,
    etag: int,
    carried: Sequence[tuple[str, str]] = (),
    not_sent: NotSent | None = None,
) -> HttpResponse:
    """Show the change to `document` in words (GET), or write it (POST) if the item is still what was shown.

    `carried` is what was decided on the way here, to be sent again.
    """
    patch = diff(item.document, document)
    # What was not sent is shown again, with what was typed.
    posted = request.method == "POST" and not_sent is None
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
        again = partial(_confirmed, request, actor, item, document, source, etag, carried)
        return ask_for(request, actor, wanted, again)
    except writes.StaleEtag:
        return HttpResponseRedirect(request.path)
    except DocumentError as error:
        done, problems = None, error.problems
    except InUse as use:
        done, problems = None, (in_use(use),)
    if posted and not stale and done is not None:
        said = _("Version {etag} undone.") if source == Revision.Source.UNDO else _("Version {etag} restored.")
        say_changed(request, actor, done, said.format(etag=etag))
        return HttpResponseRedirect(f"{address_of(actor.sandbox.name, item, 'history')}#version-{done.head.etag}")
    names = names_in(item.sandbox_id, Kind(item.kind), [item.document, document])
    context = item_context(
        item,
        "history",
        etag=etag,
        made=past.revision(item, etag),
        source=source,
        stale=stale,
        problems=[(problem, place_at(document, problem.pointer, names)) for problem in problems],
        proposes=found.review,
        requested=requested_of(actor, item) if patch else [],
        not_sent=not_sent,
        carried=carried,
        changes=describe(item.document, document, names=names),
        # What an undo makes is no version yet.
        compared=(item.etag, etag if source == Revision.Source.RESTORE else 0),
        patch=patch,
        curl=patch_curl(request, actor.sandbox, item.kind, item.id, patch, item.etag),
    )
    status = _status(stale, problems if posted else (), not_sent)
    return answer(request, "item/history/confirm.html", context, status=status)


def _status(stale: bool, problems: tuple[Problem, ...], not_sent: NotSent | None) -> int:
    return 409 if stale else 422 if problems or not_sent else 200


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
    stamp = stamp_of(request, source, note=note_of(request), refers_to=_refers_to(source, etag))
    # On the item as it was read before the past that this is made of: what was erased meanwhile does not come back.
    head = head_of_item(item)
    if dry_run:
        return writes.judge(actor, head, patch, stamp)
    outcome = writes.change_head(actor, head, patch, stamp)
    if outcome is None:
        raise writes.StaleEtag(head)
    return outcome


def _refers_to(source: str, etag: int) -> RefersTo:
    return RefersTo(undoes=etag) if source == Revision.Source.UNDO else RefersTo(restores=etag)
