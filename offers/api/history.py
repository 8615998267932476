"""History over HTTP: revisions, one revision, who last changed each value, the document as of a time."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor, NotFound, get_item_for
from offers.api.auth import ApiRequest
from offers.api.resources import Resource, kinds_of
from offers.api.wire import answers, shapes
from offers.api.wire.dates import shown
from offers.api.wire.problems import ApiError
from offers.document.kinds.registry import Kind
from offers.ledger import history
from offers.ledger.blamed import blame_of
from offers.lists import programs
from offers.lists.expressions import parse_instant
from offers.models import LibraryItem


def revisions(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """A page of an item's revisions, newest first; a deleted item's stay readable."""
    item = _item(request, resource, id)
    limit, before = programs.limit(request.GET.get("limit")), etag_before(request)
    found = history.revisions(item, before=before, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    next_page = str(found[-1].etag) if more else ""
    content: shapes.RevisionPage = {
        "results": answers.revision_entries(item, found),
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
        **answers.revision_entries(item, [found])[0],
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
    """The document as it was at a time, with its members of then. Raises ApiError (400), NotFound, NoSuchRevision."""
    instant = parse_instant(text)
    if instant is None:
        detail = _("asOf is a date-time with its offset, such as 2026-11-01T00:00:00Z.")
        raise ApiError(400, "bad-parameter", _("A parameter could not be read"), detail)
    item = get_item_for(actor, id, kinds=tuple(kinds), deleted=True)
    etag = history.etag_at(item, instant)
    document, made = history.document_at(item, etag), history.revision(item, etag)
    if document is None:
        raise NotFound
    return answers.with_members(
        Kind(item.kind),
        item.id,
        document,
        etag=etag,
        created=item.created_at,
        created_by=item.created_by,
        modified=made.created_at,
        modified_by=made.actor_label,
    )


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
