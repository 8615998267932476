"""The people and the small library of the core's tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import connection

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.leaf import Salts
from offers.ledger.records import Stamp
from offers.ledger.verify import verify
from offers.models import LibraryItem, Membership, Revision, Sandbox

Role = Membership.Role
FORM = Stamp("form")
WEB = "https://ns.adobe.com/xdm/channel-types/web"
T = TypeVar("T")


def make_sandbox(name: str = "prod", **more: Any) -> Sandbox:
    return Sandbox.objects.create(org_id="DEMO@OfferOrg", name=name, title=name.title(), **more)


def actor(sandbox: Sandbox, role: str = Role.ADMIN, label: str = "Mina Park") -> Actor:
    return Actor(sandbox, role, label)


def offer(**more: Any) -> dict[str, Any]:
    """A small valid offer, with what a test wants different."""
    return {
        "name": "Spring sale",
        "status": "draft",
        "selectionConstraint": {"startDate": "2026-03-01T00:00:00+09:00", "endDate": "2026-04-01T00:00:00+09:00"},
        "rank": {"priority": 1},
        **more,
    }


def shown_in(placement: str, **more: Any) -> dict[str, Any]:
    component = {"type": "html", "format": "text/html", "content": "Hello"}
    return {"channel": WEB, "placement": placement, "components": [component], **more}


def make(by: Actor, document: dict[str, Any], kind: Kind = Kind.PERSONALIZED_OFFER, id: str = "") -> LibraryItem:
    """A stored item, made by the write path."""
    head = writes.create(by, kind, document, FORM, id=id).head
    return LibraryItem.objects.get(key=head.key)


def make_placement(by: Actor, id: str = "home", **more: Any) -> LibraryItem:
    return make(by, {"name": "Home", "componentType": "html", "channel": WEB, **more}, Kind.PLACEMENT, id)


def replace(path: str, value: object) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def patch(by: Actor, item: LibraryItem, patch: list[dict[str, Any]], **more: Any) -> writes.Outcome:
    return writes.change(by, list(Kind), item.id, patch, FORM, **more)


def salts_of(found: Revision) -> Salts:
    salts = (found.patch_salt, found.document_salt, found.label_salt, found.note_salt)
    return Salts(*(bytes(salt or b"") for salt in salts))


def differences() -> list[str]:
    return [difference.message for difference in verify(Sandbox.objects.all())]


@contextmanager
def another_connection() -> Iterator["psycopg.Connection[Any]"]:
    """The database as another process has it."""
    other = connection.copy()
    other.ensure_connection()
    assert other.connection is not None
    try:
        yield other.connection
    finally:
        other.close()


def at_once(count: int, do: Callable[[int], T]) -> list[T | Exception]:
    """What `do` gives, or raises, in threads that start together, each on a connection of its own."""
    together = threading.Barrier(count)
    results: list[T | Exception] = []

    def run(number: int) -> None:
        try:
            together.wait()
            results.append(do(number))
        except Exception as error:  # noqa: BLE001  # what it was is the result
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == count, "a thread did not end"
    return results
