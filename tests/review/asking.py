"""How tests ask for changes, and look at what became of them."""

from typing import Any

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem, RequestEvent
from offers.review import requests, verdicts
from offers.review.requests import Proposal, proposal
from offers.review.standing import standing


def now(item: LibraryItem) -> LibraryItem:
    return LibraryItem.objects.get(key=item.key)


def wanted(item: LibraryItem, patch: list[dict[str, Any]]) -> Proposal:
    return proposal(head_of_item(now(item)), patch, "form")


def new(kind: Kind, id: str, document: dict[str, Any]) -> Proposal:
    return Proposal(kind, id, [{"op": "add", "path": "", "value": document}], "form")


def ask(by: Actor, item: LibraryItem, patch: list[dict[str, Any]], **more: Any) -> ChangeRequest:
    return requests.propose(by, [wanted(item, patch)], "Another name", "Legal asked for it", **more)


def digest(request: ChangeRequest) -> str:
    return standing(ChangeRequest.objects.select_related("sandbox").get(key=request.key)).digest


def agree(by: Actor, request: ChangeRequest, **more: Any) -> ChangeRequest:
    return verdicts.approve(by, request, digest(request), **more)


def said(request: ChangeRequest) -> list[str]:
    return list(RequestEvent.objects.filter(request=request).order_by("key").values_list("what", flat=True))
