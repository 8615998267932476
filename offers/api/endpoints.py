"""The documented calls, the same for every kind of library item: create, list, read, change, delete."""

from collections.abc import Collection

from django.http import HttpResponse

from offers.access.permissions import Actor
from offers.api.auth import ApiRequest
from offers.api.history import document_as_of
from offers.api.resources import Resource, kind_to_create, kinds_of
from offers.api.wire import answers, bodies, etags, shapes
from offers.api.wire.idempotency import key_of, once
from offers.api.wire.problems import Conflict
from offers.document.errors import DocumentError, PatchError
from offers.document.kinds.registry import Kind, api_address
from offers.ledger import heads, writes
from offers.ledger.references import InUse
from offers.lists import expressions, programs


def create(request: ApiRequest, resource: Resource) -> HttpResponse:
    """POST: 201 with the receipt; a dry run answers 200 with what would be stored."""
    actor, kind = request.actor, kind_to_create(request, resource)
    document, stamp = bodies.sent_document(request), bodies.stamp_of(request)
    if bodies.is_dry_run(request):
        # Nothing happens, so that no key is kept for it; but one that is malformed is told as it would be later.
        key_of(request)
        return answers.preview(actor, writes.create(actor, kind, document, stamp, dry_run=True))

    def perform() -> HttpResponse:
        head = writes.create(actor, kind, document, stamp).head
        location = api_address(kind, head.id)
        return answers.receipt(actor, head, status=201, headers={"Location": location})

    return once(request, actor, perform)


def read(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """GET: the document with its server-owned members, now or `asOf` a time; 304 when the caller has it."""
    actor, kinds = request.actor, kinds_of(request, resource)
    as_of = request.GET.get("asOf")
    if as_of is None:
        content = answers.document_with(heads.read(actor, kinds, id))
    else:
        content = document_as_of(actor, kinds, id, as_of)
    headers = {"ETag": etags.tag(content["etag"])}
    known = etags.if_none_match(request)
    if known is not None and (known.any or content["etag"] in known.etags):
        return answers.not_modified(headers)
    return answers.json_response(content, headers=headers)


def change(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """PATCH: apply a JSON Patch (RFC 6902) and answer with the receipt."""
    actor, kinds = request.actor, kinds_of(request, resource)
    patch, stamp = bodies.sent_patch(request), bodies.stamp_of(request)
    condition = etags.if_match(request)

    def apply(*, dry_run: bool) -> writes.Outcome:
        wanted = _wanted_etag(actor, kinds, id, condition)
        try:
            return writes.change(actor, kinds, id, patch, stamp, if_match=wanted, dry_run=dry_run)
        except (PatchError, InUse) as error:
            raise _with_head(actor, kinds, id, error) from None

    if bodies.is_dry_run(request):
        key_of(request)
        return answers.preview(actor, apply(dry_run=True))
    return once(request, actor, lambda: answers.receipt(actor, apply(dry_run=False).head))


def delete(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """DELETE: 200 with an empty body; 409 while other items use it."""
    actor, kinds = request.actor, kinds_of(request, resource)
    stamp, condition = bodies.stamp_of(request), etags.if_match(request)
    wanted = _wanted_etag(actor, kinds, id, condition)
    try:
        writes.delete(actor, kinds, id, stamp, if_match=wanted)
    except InUse as error:
        raise _with_head(actor, kinds, id, error) from None
    return HttpResponse(status=200, content_type=answers.JSON)


def listing(request: ApiRequest, resource: Resource) -> HttpResponse:
    """GET of a collection: a page of documents, with links to itself and its neighbours."""
    actor, kinds = request.actor, kinds_of(request, resource)
    page = programs.page(
        actor.sandbox.pk,
        kinds,
        expressions.conditions(request.GET.getlist("property")),
        programs.order([*request.GET.getlist("orderBy"), *request.GET.getlist("orderby")]),
        programs.limit(request.GET.get("limit")),
        request.GET.get("start", ""),
    )
    content: shapes.Page = {
        "results": [answers.document_with(head) for head in page.items],
        "count": len(page.items),
        "total": page.total,
        "_links": answers.links(resource.path, request.GET, next=page.next, prev=page.previous),
    }
    return answers.json_response(content)


def _wanted_etag(actor: Actor, kinds: Collection[Kind], id: str, condition: etags.Condition | None) -> int | None:
    """The one etag at which the change may be made; None for any. Raises StaleEtag when none of several is current."""
    if condition is None or condition.any:
        return None
    if len(condition.etags) == 1:
        return next(iter(condition.etags))
    head = heads.read_to_write(actor, kinds, id)
    # Of several the current one is the condition from here on: when somebody is first after all, that is a 412 as well.
    if head.etag not in condition.etags:
        raise writes.StaleEtag(head)
    return head.etag


def _with_head(actor: Actor, kinds: Collection[Kind], id: str, error: DocumentError | InUse) -> Exception:
    """A refusal that depends on how the item stands, told with that; any other as it is."""
    if isinstance(error, DocumentError) and error.status != 409:
        return error
    return Conflict(error, heads.read_to_write(actor, kinds, id))
