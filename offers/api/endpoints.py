"""The documented calls, the same for every kind of library item: create, list, read, change, delete."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.http import HttpResponse

from offers.access.permissions import Actor
from offers.api import proposing
from offers.api.auth import ApiRequest
from offers.api.history import document_as_of, listing_as_of
from offers.api.resources import Resource, kind_to_create, kinds_of
from offers.api.wire import answers, bodies, etags, shapes
from offers.api.wire.idempotency import key_of, once
from offers.api.wire.problems import Conflict
from offers.document.errors import DocumentError, PatchError
from offers.document.kinds.registry import Kind, api_address
from offers.ledger import heads, writes
from offers.ledger.heads import Head, new_id
from offers.ledger.references import InUse
from offers.lists import expressions, programs
from offers.review.requests import Proposal


def create(request: ApiRequest, resource: Resource) -> HttpResponse:
    """POST: 201 with the receipt; a dry run answers 200 with what would be stored, a proposal 202."""
    actor, kind = request.actor, kind_to_create(request, resource)
    document, stamp, way = bodies.sent_document(request), bodies.stamp_of(request), bodies.way_of(request)
    if way == "dryRun":
        # Nothing happens, so that no key is kept for it; but one that is malformed is told as it would be later.
        key_of(request)
        return answers.preview(actor, writes.create(actor, kind, document, stamp, dry_run=True))
    id = new_id()

    def wanted() -> Proposal:
        return proposing.creation(kind, document, id)

    def at_once() -> writes.Outcome:
        return writes.create(actor, kind, document, stamp, id=id)

    def perform() -> HttpResponse:
        if way == "propose":
            return answers.proposed(proposing.propose(request, wanted))
        made = proposing.without_waiting(request, at_once, wanted)
        head = made if isinstance(made, Head) else heads.read_to_write(actor, [kind], id)
        return answers.receipt(actor, head, status=201, headers={"Location": api_address(kind, id)})

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
    patch, stamp, way = bodies.sent_patch(request), bodies.stamp_of(request), bodies.way_of(request)
    condition = etags.if_match(request)

    def wanted() -> Proposal:
        return proposing.change(actor, kinds, id, patch, _wanted_etag(actor, kinds, id, condition))

    def apply() -> writes.Outcome:
        etag = _wanted_etag(actor, kinds, id, condition)
        return writes.change(actor, kinds, id, patch, stamp, if_match=etag, dry_run=way == "dryRun")

    def perform() -> HttpResponse:
        if way == "propose":
            return answers.proposed(proposing.propose(request, wanted))
        made = proposing.without_waiting(request, apply, wanted)
        if isinstance(made, Head):
            return answers.receipt(actor, made)
        return answers.receipt(actor, heads.read_to_write(actor, kinds, id), headers=answers.location(made))

    with _telling_the_head(actor, kinds, id):
        if way == "dryRun":
            key_of(request)
            return answers.preview(actor, apply())
        return once(request, actor, perform)


def delete(request: ApiRequest, resource: Resource, id: str) -> HttpResponse:
    """DELETE: 200 with an empty body; 409 while other items use it."""
    actor, kinds = request.actor, kinds_of(request, resource)
    stamp, way, condition = bodies.stamp_of(request), bodies.way_of(request), etags.if_match(request)

    def wanted() -> Proposal:
        return proposing.deletion(actor, kinds, id, _wanted_etag(actor, kinds, id, condition))

    def at_once() -> writes.Outcome:
        return writes.delete(actor, kinds, id, stamp, if_match=_wanted_etag(actor, kinds, id, condition))

    def perform() -> HttpResponse:
        if way == "propose":
            return answers.proposed(proposing.propose(request, wanted))
        made = proposing.without_waiting(request, at_once, wanted)
        headers = {} if isinstance(made, Head) else answers.location(made)
        return HttpResponse(status=200, content_type=answers.JSON, headers=headers)

    with _telling_the_head(actor, kinds, id):
        return once(request, actor, perform)


def listing(request: ApiRequest, resource: Resource) -> HttpResponse:
    """GET of a collection: a page of documents, now or `asOf` a time, with links to itself and its neighbours."""
    if (time := request.GET.get("asOf")) is not None:
        return listing_as_of(request, resource, time)
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


@contextmanager
def _telling_the_head(actor: Actor, kinds: Collection[Kind], id: str) -> Iterator[None]:
    """A refusal that depends on how the item stands is told with that."""
    try:
        yield
    except (DocumentError, InUse) as error:
        if isinstance(error, InUse) or (isinstance(error, PatchError) and error.status == 409):
            raise Conflict(error, heads.read_to_write(actor, kinds, id)) from None
        raise
