"""How a page learns who is asking: the access check is the lookup."""

from django.http import Http404, HttpRequest

from offers.access.permissions import Actor, NotFound, actor_for_user, get_item_for
from offers.document.validate import OFFER_KINDS, Kind
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.models import LibraryItem


class Deleted(Http404):
    """The item is deleted: web/item/deleted.py shows its page instead of a 404."""

    def __init__(self, actor: Actor, item: LibraryItem) -> None:
        super().__init__(f"{item.id} is deleted")
        self.actor, self.item = actor, item


def actor_for(request: HttpRequest, sandbox: str) -> Actor:
    """The signed-in person in this sandbox; a stranger to it gets a 404. Kept on the request for the page's frame."""
    try:
        actor = actor_for_user(request.user, sandbox)
    except NotFound:
        raise Http404 from None
    request.META["offers.actor"] = actor
    return actor


def item_for(
    request: HttpRequest, sandbox: str, id: str, *, kinds: tuple[Kind, ...] = OFFER_KINDS, deleted: bool = False
) -> tuple[Actor, LibraryItem]:
    """The signed-in person and the item they ask for; a 404 where either is not to be had.

    An item that is deleted has a page of its own (Deleted), except for those who ask for it with `deleted`.
    """
    actor = actor_for(request, sandbox)
    try:
        item = get_item_for(actor, id, kinds=kinds, deleted=True)
    except NotFound:
        raise Http404 from None
    if item.deleted_at is not None and not deleted:
        raise Deleted(actor, item)
    return actor, item


def stamp_of(request: HttpRequest, source: str, *, note: str = "", refers_to: RefersTo | None = None) -> Stamp:
    """How this page's change is recorded."""
    return Stamp(source, note=note, refers_to=refers_to or {}, request_id=request.META.get("offers.request_id", ""))
