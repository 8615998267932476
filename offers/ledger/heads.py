"""Items as they stand: read one by one, in one plain statement, and what a new one is called."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

import orjson
from django.db import connection

from offers.access.permissions import Actor, NotFound
from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.models import LibraryItem, reading

# FOR UPDATE also keeps out those who are about to refer to the item (they take FOR KEY SHARE).
Lock = Literal["", "FOR NO KEY UPDATE", "FOR UPDATE"]

# At random, because processes that know nothing of each other make ids at once; 96 bits are enough for none to meet.
ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Head:
    """An item as it stands: its document at its etag, and who made and last changed it (times in UTC).

    These are its columns, but for the sandbox's and what PostgreSQL generates from the document.
    """

    key: int
    kind: Kind
    id: str
    document: Document
    etag: int
    digest: str
    created_at: datetime
    created_by: str
    created_by_client: str
    modified_at: datetime
    modified_by: str
    modified_by_client: str
    modified_by_key: str
    deleted_at: datetime | None
    # What is made of this head is stored only so long as nothing was erased from the item since (LibraryItem.last_erasure).
    last_erasure: int = 0


HEAD_COLUMNS = tuple(field.name for field in fields(Head))
# For a SELECT whose rows `head_of` reads.
SELECT_HEAD = ", ".join(HEAD_COLUMNS)


def head_of(row: Sequence[Any]) -> Head:
    """The item that a row of SELECT_HEAD is."""
    key, kind, id, document, *others = row
    return Head(key, Kind(kind), id, orjson.loads(document), *others)


def head_of_item(item: LibraryItem) -> Head:
    """The item that was read by its model."""
    values = {name: getattr(item, name) for name in HEAD_COLUMNS}
    return Head(**{**values, "kind": Kind(item.kind)})


def first_head(actor: Actor, kind: Kind, id: str, document: Document, at: datetime, *, key: int = 0) -> Head:
    """A new item as this actor makes it, at etag 1. Its digest is its revision's, and its key what the database gives it."""
    return Head(
        key=key,
        kind=kind,
        id=id,
        document=document,
        etag=1,
        digest="",
        created_at=at,
        created_by=actor.label,
        created_by_client=actor.client_id,
        modified_at=at,
        modified_by=actor.label,
        modified_by_client=actor.client_id,
        modified_by_key=actor.key,
        deleted_at=None,
    )


def next_head(head: Head, actor: Actor, document: Document, at: datetime, *, deleted: bool = False) -> Head:
    """The item after a change by this actor: a deleted one keeps its last document. Its digest is still the one before."""
    return replace(
        head,
        document=document,
        etag=head.etag + 1,
        modified_at=at,
        modified_by=actor.label,
        modified_by_client=actor.client_id,
        modified_by_key=actor.key,
        deleted_at=at if deleted else None,
    )


def read(actor: Actor, kinds: Collection[Kind], id: str) -> Head:
    """The item as it stands, in the actor's sandbox, for showing it. Raises NotFound.

    One plain statement: a model instance costs more than all the rest of a GET.
    """
    found = reading.rows(_READ, [actor.sandbox.pk, id])
    return _visible(found[0] if found else None, kinds, deleted=False)


def read_to_write(actor: Actor, kinds: Collection[Kind], id: str, *, lock: Lock = "", deleted: bool = False) -> Head:
    """The item as it stands now in the database that is written to: the hot half of every PATCH. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} {lock}", [actor.sandbox.pk, id])
        return _visible(cursor.fetchone(), kinds, deleted=deleted)


def read_each(sandbox_id: int, ids: Collection[str]) -> dict[str, Head]:
    """The items with these ids as they stand, deleted or not, for showing them; ids that are no item's are left out."""
    return {head.id: head for head in map(head_of, reading.rows(_READ_EACH, [sandbox_id, list(ids)]))}


def lock_each(sandbox_id: int, ids: Collection[str], lock: Lock) -> dict[str, Head]:
    """The same, in the database that is written to, held until the transaction ends: in the order of their keys, so that
    two who need the same items never wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ_EACH} ORDER BY key {lock}", [sandbox_id, list(ids)])
        return {head.id: head for head in map(head_of, cursor.fetchall())}


def erased_since(seen: Mapping[int, int]) -> set[int]:
    """Of these items (by key, with their `last_erasure` as it was seen) those of which something was erased since. All are held until
    the transaction ends: nobody waits for that but who deletes or erases, and who does sees what was stored.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, last_erasure FROM offers_libraryitem WHERE key = ANY(%s) ORDER BY key FOR KEY SHARE",
            [list(seen)],
        )
        return {key for key, last in cursor.fetchall() if last != seen[key]}


def _visible(row: Sequence[Any] | None, kinds: Collection[Kind], *, deleted: bool) -> Head:
    head = head_of(row) if row else None
    # One answer for all three: it says nothing about what there is elsewhere.
    if head is None or head.kind not in kinds or (head.deleted_at is not None and not deleted):
        raise NotFound
    return head


_READ_EACH = f"SELECT {SELECT_HEAD} FROM offers_libraryitem WHERE sandbox_id = %s AND id = ANY(%s)"
_READ = f"SELECT {SELECT_HEAD} FROM offers_libraryitem WHERE sandbox_id = %s AND id = %s"


def new_id() -> str:
    """A new opaque item id; letters and digits, so that it reads well in addresses and needs no escaping in pointers."""
    return secrets.token_hex(ID_BYTES)
