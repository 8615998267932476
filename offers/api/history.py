"""History over HTTP: revisions, one revision, who last changed each value, the document as of a time."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor, get_item_for
from offers.api.auth import ApiRequest
from offers.api.resources import Resource, kinds_of
from offers.api.wire import answers, shapes
from offers.api.wire.dates import shown
from offers.api.wire.problems import ApiError, bad_parameter
from offers.document.kinds.registry import Kind
from offers.ledger import history
from offers.ledger.blamed import blame_of
from offers.ledger.heads import head_of_item
from offers.lists import as_of, programs
from offers.lists.expressions import parse_instant
from offers.lists.filters import Wanted
from offers.models import LibraryItem


def revisions(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """A page of an item's revisions, newest first; a deleted item's stay readable."""
    item = _item(request, resource, id)
    limit, before = programs.limit(request.GET.get("limit")), etag_before(request)
    found = history.revisions(item, before=before, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    next_page = str(found[-1].etag) if more else ""
    content: shapes.RevisionPage = {
        "results": answers.revision_entries(item.sandbox_id, found),
        "count": len(found),
        "total": item.etag,
        "_links": answers.links(f"{resource.path}/{id}/revisions", request.GET, next=next_page),
    }
    return answers.json_response(content)


def revision(request: ApiRequest, resource: Resource, id: str, etag: int) -> HttpResponse:
    """One revision, with the document that it made (null where it deleted the item)."""
    item = _item(request, resource, id)
    found = history.revision(item, etag)
    content: shapes.Version = {
        **answers.revision_entries(item.sandbox_id, [found])[0],
        "document": history.document_at(item, etag),
    }
    return answers.json_response(content)


def blame(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """Every value of the document, with the revision that last changed it; `start` goes on from an older version."""
    found = blame_of(_item(request, resource, id, deleted=False), etag_before(request))
    results: list[shapes.BlameLine] = [
        {
            "pointer": line.pointer,
            "value": line.value,
            "etag": line.etag,
            "modifiedBy": found.made[line.etag].actor_label,
            "modified": shown(found.made[line.etag].created_at),
        }
        for line in found.lines
    ]
    next_page = "" if found.is_whole else str(found.since)
    content: shapes.Blame = {
        "results": results,
        "count": len(results),
        "since": found.since,
        "_links": answers.links(f"{resource.path}/{id}/blame", request.GET, next=next_page),
    }
    return answers.json_response(content)


def document_as_of(actor: Actor, kinds: Collection[Kind], id: str, text: str) -> dict[str, Any]:
    """The document as it was at a time, with its members of then. Raises ApiError (400), NoSuchRevision."""
    instant = _instant(text)
    return _as_it_was(history.was_at(get_item_for(actor, id, kinds=tuple(kinds), deleted=True), instant))


def listing_as_of(request: ApiRequest, resource: Resource, text: str) -> HttpResponse:
    """A page of the collection as it was recorded at a time: by name, or by its end. Raises ApiError (400), QueryError (422)."""
    actor, kinds, instant = request.actor, kinds_of(request, resource), _instant(text)
    order = request.GET.get("orderBy", as_of.DEFAULT_ORDER)
    if "property" in request.GET or order not in as_of.ORDERS:
        detail = _("With asOf, a list has no property, and orderBy is one of {orders}.")
        raise bad_parameter(detail.format(orders=", ".join(as_of.ORDERS)))
    size, start = programs.limit(request.GET.get("limit")), request.GET.get("start", "")
    # Of a moment to come it may still become another number.
    listed = [text, *sorted(kinds)] if instant < timezone.now() else []
    cursor, total = _counted_before(start, listed)
    page = as_of.page(actor.sandbox.pk, kinds, Wanted(), instant, order, cursor, size, whole=True)
    if not page.more:
        total = page.total
    elif not total:
        # What there was at a moment stays so many: who goes through a large library has it counted once.
        total = as_of.count(actor.sandbox.pk, kinds, Wanted(), instant)
    links = {"next": page.next, "prev": page.previous}
    content: shapes.Page = {
        "results": [_as_it_was(item) for item in page.items],
        "count": len(page.items),
        "total": total,
        "_links": answers.links(
            resource.path,
            request.GET,
            **{name: _with_count(cursor, listed, total) if cursor else "" for name, cursor in links.items()},
        ),
    }
    return answers.json_response(content)


_SIGNER = Signer(salt="offers.api.history")


def _with_count(cursor: str, listed: list[str], total: int) -> str:
    """A cursor that remembers how many items its list has."""
    return f"{cursor}~{_SIGNER.sign_object([cursor, listed, total])}" if listed else cursor


def _counted_before(start: str, listed: list[str]) -> tuple[str, int]:
    """The cursor, and how many items were counted when it was given for this very list; 0 where nobody has counted."""
    cursor, _mark, counted = start.partition("~")
    try:
        given, asked_for, total = _SIGNER.unsign_object(counted)
    except (BadSignature, ValueError):
        return cursor, 0
    return cursor, total if listed and (given, asked_for) == (cursor, listed) else 0


def _instant(text: str) -> datetime:
    """What `asOf` says. Raises ApiError (400)."""
    instant = parse_instant(text)
    if instant is None:
        raise bad_parameter(_("asOf is a date-time with its offset, such as 2026-11-01T00:00:00Z."))
    return instant


def _as_it_was(item: LibraryItem) -> dict[str, Any]:
    return answers.document_with(head_of_item(item))


def _item(request: ApiRequest, resource: Resource, id: str, *, deleted: bool = True) -> LibraryItem:
    return get_item_for(request.actor, id, kinds=kinds_of(request, resource), deleted=deleted)


def etag_before(request: HttpRequest) -> int | None:
    """Where the page begins that `start` asks for, in a list that counts down; None for its beginning. Raises ApiError (400)."""
    start = request.GET.get("start")
    if start is None:
        return None
    before = asked.number(start)
    if before is None:
        raise ApiError(400, "bad-cursor", _("A parameter could not be read"), _("start was not given for this list."))
    return before
