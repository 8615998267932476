"""Items as they stand: read one by one, in one plain statement, and what a new one is called."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson
from django.db import connection

from offers.access.permissions import Actor, NotFound
from offers.document.validate import Kind
from offers.document.values import Document

# FOR UPDATE also keeps out those who are about to refer to the item (they take FOR KEY SHARE).
Lock = Literal["", "FOR NO KEY UPDATE", "FOR UPDATE"]

ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Head:
    """An item as it stands: its document at its etag, and who made and last changed it (times in UTC)."""

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
    deleted_at: datetime | None


def read(actor: Actor, kinds: Collection[Kind], id: str, *, lock: Lock = "", deleted: bool = False) -> Head:
    """The item as it stands now, in the actor's sandbox. Raises NotFound.

    One plain statement rather than a model instance: this is the hot half of every PATCH.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT key, kind, id, document, etag, digest, created_at, created_by, created_by_client,
                       modified_at, modified_by, modified_by_client, deleted_at
                  FROM offers_libraryitem WHERE sandbox_id = %s AND id = %s {lock}""",
            [actor.sandbox.pk, id],
        )
        row = cursor.fetchone()
    if row is None or row[1] not in kinds or (row[12] is not None and not deleted):
        raise NotFound
    return Head(row[0], Kind(row[1]), row[2], orjson.loads(row[3]), *row[4:])


def new_id() -> str:
    """A new opaque item id; letters and digits, so that it reads well in addresses and needs no escaping in pointers."""
    return secrets.token_hex(ID_BYTES)
