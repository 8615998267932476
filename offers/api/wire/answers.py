"""What goes out: receipts, documents with their server-owned members, and the preview of a change."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson
from django.http import HttpResponse, QueryDict

from offers.access.permissions import Actor
from offers.api.wire import request_shapes, shapes
from offers.api.wire.dates import receipted, shown
from offers.api.wire.etags import tag
from offers.document.kinds.registry import API_BASE, KINDS
from offers.document.words.describe import Change, describe
from offers.ledger.heads import Head
from offers.ledger.writes import Outcome
from offers.lists.names import names_in
from offers.models import ChangeRequest, Revision
from offers.review.changes.approvals import Approval, approvals_of

JSON = "application/json"


def json_response(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), status=status, content_type=JSON, headers=dict(headers or {}))


def not_modified(headers: Mapping[str, str]) -> HttpResponse:
    """304, which has no content and so says nothing about its type (RFC 9110 section 15.4.5)."""
    response = HttpResponse(status=304, headers=dict(headers))
    del response["Content-Type"]
    return response


def receipt(actor: Actor, head: Head, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The documented answer to POST and PATCH: nine members, and not the document."""
    content: shapes.Receipt = {
        "etag": head.etag,
        "createdBy": head.created_by,
        "lastModifiedBy": head.modified_by,
        "id": head.id,
        "sandboxId": actor.sandbox.name,
        "createdDate": receipted(head.created_at),
        "lastModifiedDate": receipted(head.modified_at),
        "createdByClientId": head.created_by_client,
        "lastModifiedByClientId": head.modified_by_client,
    }
    return json_response(content, status=status, headers={"ETag": tag(head.etag), **(headers or {})})


def proposed(request: ChangeRequest) -> HttpResponse:
    """202: nothing has changed yet; the change request says what becomes of it."""
    content: request_shapes.Proposed = {
        "changeRequest": request.number,
        "state": cast(request_shapes.State, request.state),
    }
    return json_response(content, status=202, headers=location(request))


def location(request: ChangeRequest) -> dict[str, str]:
    """Where the change request is that a call made."""
    return {"Location": f"{API_BASE}/change-requests/{request.number}"}


def document_with(head: Head) -> dict[str, Any]:
    """A document as GET and lists show it, with the members that are the server's: no document of ours has one of those names itself."""
    members: shapes.ServerMembers = {
        "created": shown(head.created_at),
        "modified": shown(head.modified_at),
        "etag": head.etag,
        "schemas": [KINDS[head.kind].uri],
        "createdBy": head.created_by,
        "lastModifiedBy": head.modified_by,
    }
    return {"id": head.id, **head.document, **members}


def preview(actor: Actor, outcome: Outcome) -> HttpResponse:
    """The answer to a dry run: the document and etag that the change would make, and the change in words."""
    before, head = outcome.before, outcome.head
    names = names_in(actor.sandbox.pk, head.kind, (before, head.document))
    changes = describe(before, head.document, names=names, by_field=True)
    content: shapes.Preview = {
        "etag": head.etag,
        "document": head.document,
        "changes": [_change(change) for change in changes],
    }
    return json_response(content)


def link(path: str, query: QueryDict, start: str = "") -> shapes.Link:
    """A link to a page of the list that `query` asked for, relative to the API's base; to another page with `start`."""
    changed = query.copy()
    if start:
        changed["start"] = start
    asked = changed.urlencode()
    return {"href": f"/{path}?{asked}" if asked else f"/{path}", "type": JSON}


def links(path: str, query: QueryDict, *, next: str = "", prev: str = "") -> shapes.Links:
    """Links to this page and, where there are any, to its neighbours."""
    found: shapes.Links = {"self": link(path, query)}
    if next:
        found["next"] = link(path, query, next)
    if prev:
        found["prev"] = link(path, query, prev)
    return found


def revision_entries(sandbox_id: int, revisions: Sequence[Revision]) -> list[shapes.Revision]:
    """Revisions of a sandbox as the history endpoints show them; the patch is the very text that was recorded."""
    approvals = approvals_of(sandbox_id, revisions)
    return [{**_revision(made), **_approval(approvals.get(made.refers_to.get("request", 0)))} for made in revisions]


def _approval(found: Approval | None) -> shapes.Approval:
    if found is None:
        return {}
    said: shapes.Approval = {"request": found.number, "approvedBy": list(found.approved_by)}
    if found.bypass:
        looked_by = found.bypass.looked_by or None
        said["bypass"] = {"by": found.bypass.by, "reason": found.bypass.reason, "lookedAtBy": looked_by}
    return said


def _revision(revision: Revision) -> shapes.Recorded:
    return {
        "etag": revision.etag,
        "patch": cast(list[shapes.Operation], orjson.Fragment(revision.patch)),
        "modifiedBy": revision.actor_label,
        "clientId": revision.client_id,
        "modified": shown(revision.created_at),
        "source": cast(shapes.Source, revision.source),
        "note": revision.note,
        "digest": revision.digest,
    }


def _change(change: Change) -> shapes.Change:
    return {
        "action": change.action,
        "label": change.title,
        "pointer": change.pointer,
        "old": change.old,
        "new": change.new,
    }
