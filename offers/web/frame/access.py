"""How a page learns who is asking: the access check is the lookup."""

from collections.abc import Generator
from contextlib import closing
from time import monotonic
from typing import TypeVar

from django.db import connection
from django.http import Http404, HttpRequest

from offers.access.asking import asking
from offers.access.permissions import Actor, actor_for_user, get_item_for
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.models import LibraryItem, Sandbox

Part = TypeVar("Part", str, bytes)
# A file can take minutes. How often it is asked whether it may still be sent, in seconds.
ASKED_EVERY = 5.0


class Ended(ConnectionAbortedError):
    """Whoever takes a file signed out, or is not any more what they were: the answer ends in the middle."""


class Deleted(Http404):
    """The item is deleted: web/item/deleted.py shows its page instead of a 404."""

    def __init__(self, actor: Actor, item: LibraryItem) -> None:
        super().__init__(f"{item.id} is deleted")
        self.actor, self.item = actor, item


def actor_for(request: HttpRequest, sandbox: str) -> Actor:
    """The signed-in person in this sandbox; a stranger to it gets a 404 (NotFound). Kept on the request for the page's frame."""
    actor = actor_for_user(request.user, sandbox)
    asking(request).actor = actor
    return actor


def while_allowed(
    request: HttpRequest, actor: Actor, parts: Generator[Part, None, None]
) -> Generator[Part, None, None]:
    """The parts of a file, for as long as the session goes on and its person has the same role. Raises Ended."""
    key, looked = request.session.session_key, monotonic()
    with closing(parts):
        for part in parts:
            if monotonic() - looked >= ASKED_EVERY:
                looked = monotonic()
                if not _still_is(key, actor):
                    raise Ended
            yield part


def _still_is(session: str | None, actor: Actor) -> bool:
    # By a connection of its own: what makes a file may read all of it as of one moment.
    now = connection.copy()
    try:
        with now.cursor() as cursor:
            cursor.execute(_STILL, [session, actor.user_id, actor.sandbox.pk, actor.role])
            return cursor.fetchone() is not None
    finally:
        now.close()


_STILL = """
SELECT 1
  FROM offers_session AS session
  JOIN auth_user AS person ON person.id = session.user_id
  JOIN offers_membership AS membership ON membership.user_id = person.id
 WHERE session.session_key = %s AND session.expire_date > now() AND person.id = %s AND person.is_active
   AND membership.sandbox_id = %s AND membership.role = %s
"""


def sandboxes_of(request: HttpRequest) -> list[Sandbox]:
    """Every sandbox of the signed-in person, production first; none for nobody."""
    person = request.user.pk
    # What customers see comes first ("production" after "development").
    return [] if person is None else list(Sandbox.objects.filter(membership__user_id=person).order_by("-type", "name"))


def actor_of_last(request: HttpRequest) -> Actor | None:
    """For a page that is in no sandbox: the signed-in person in the one that they used last, so that the frame stays around them."""
    names = [sandbox.name for sandbox in sandboxes_of(request)]
    if not names:
        return None
    last = request.COOKIES.get("sandbox", "")
    return actor_for(request, last if last in names else names[0])


def item_for(
    request: HttpRequest, sandbox: str, id: str, *, kinds: tuple[Kind, ...] = OFFER_KINDS, deleted: bool = False
) -> tuple[Actor, LibraryItem]:
    """The signed-in person and the item they ask for; a 404 where either is not to be had.

    An item that is deleted has a page of its own (Deleted), except for those who ask for it with `deleted`.
    """
    actor = actor_for(request, sandbox)
    item = get_item_for(actor, id, kinds=kinds, deleted=True)
    if item.deleted_at is not None and not deleted:
        raise Deleted(actor, item)
    return actor, item


def stamp_of(request: HttpRequest, source: str, *, note: str = "", refers_to: RefersTo | None = None) -> Stamp:
    """How this page's change is recorded."""
    return Stamp(source, note=note, refers_to=refers_to or {}, request_id=asking(request).request_id)
