"""A placement, rule, tag, collection or decision at a glance. And the API page that all items have, offers too."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from offers.document.kinds.fields import MAX_COUNT
from offers.document.values import Document
from offers.promotion import promoted
from offers.web.frame.curl import item_address, json_text, patch_curl, read_curl
from offers.web.frame.moment import item_then, machine_text
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import around, item_context, last_entry, original_of, summarised
from offers.web.item.facts import facts_of
from offers.web.item.proposals.requested import requested_of


def overview(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """One item: its fields, and what uses it. With `?at=`, as it was then."""
    then = item_then(request, sandbox, id, kinds=section.kinds)
    actor, item = then.actor, then.item
    last = last_entry(item)
    context = item_context(
        item,
        "overview",
        requested=None if then.moment else requested_of(actor, item),
        last=last,
        summary=summarised(last),
        original=original_of(item),
        promoted=promoted(item, request.user.pk, then.at),
        **facts_of(actor, item, then.at),
        **around(then),
    )
    return answer(request, f"item/library/{item.kind}.html", context)


def _example(document: Document) -> dict[str, Any]:
    """An operation that changes something: the priority, of what has one; else what it says of itself."""
    if "rank" in document:
        priority = document["rank"]["priority"]
        return {"op": "replace", "path": "/rank/priority", "value": priority + 1 if priority < MAX_COUNT else 1}
    return {"op": "add", "path": "/description", "value": "What it is for"}


def api(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """The item as programs see it: its document, and calls to read and change it, ready to paste."""
    then = item_then(request, sandbox, id, kinds=section.kinds)
    actor, item = then.actor, then.item
    example = [_example(item.document)]
    context = item_context(
        item,
        "api",
        address=item_address(request, item.kind, item.id),
        read=read_curl(request, actor.sandbox, item.kind, item.id, machine_text(then.at) if then.at else ""),
        change=patch_curl(request, actor.sandbox, item.kind, item.id, example, item.etag),
        document=json_text(item.document),
        moment=then.moment,
    )
    return answer(request, "item/api.html", context)
