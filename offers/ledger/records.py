"""What a change is recorded as: the item as it stands after it, and the values of its revision.

The write path and the import make revisions with the same function, so that one verification holds for both.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from offers.access.permissions import Actor
from offers.document import values
from offers.document.values import Patch
from offers.ledger.heads import Head
from offers.ledger.leaf import Leaf, RefersTo, Salts, commitment, new_salts, time_text

SNAPSHOT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Stamp:
    """How and why a change is made, recorded with it."""

    source: str
    note: str = ""
    request_id: str = ""
    refers_to: RefersTo = field(default_factory=RefersTo)


# The columns of a revision, with their types, in the order in which `record` gives their values.
REVISION_COLUMNS = {
    "sandbox_id": "bigint",
    "etag": "int",
    "patch": "text",
    "actor_id": "bigint",
    "actor_label": "text",
    "client_id": "text",
    "source": "text",
    "refers_to": "jsonb",
    "note": "text",
    "request_id": "text",
    "created_at": "timestamptz",
    "digest": "text",
    "snapshot": "text",
    "patch_salt": "bytea",
    "document_salt": "bytea",
    "label_salt": "bytea",
    "note_salt": "bytea",
}
INSERT_REVISION = f"""
                INSERT INTO offers_revision (item_id, {", ".join(REVISION_COLUMNS)})
                SELECT key, {", ".join(f"%s::{type}" for type in REVISION_COLUMNS.values())}"""


def record(
    actor: Actor, before: str, after: Head, patch: Patch, stamp: Stamp, salts: Salts | None = None
) -> tuple[Head, list[Any]]:
    """The item after a change, with its digest, and the values of the change's revision (REVISION_COLUMNS).

    `before` is the digest of the revision before, "" for the first. New salts are made unless they are given.
    """
    salts = salts or new_salts()
    text = canonical(patch)
    document = canonical(after.document if after.deleted_at is None else None)
    leaf = leaf_of(actor, before, after, text, document, stamp, salts)
    after = replace(after, digest=leaf.digest())
    snapshot = document if after.etag % SNAPSHOT_EVERY == 0 and after.deleted_at is None else None
    return after, [
        *(actor.sandbox.pk, after.etag, text, actor.user_id, actor.label, actor.client_id),
        *(stamp.source, canonical(stamp.refers_to), stamp.note, stamp.request_id, after.modified_at),
        *(after.digest, snapshot, *salts),
    ]


def leaf_of(actor: Actor, before: str, after: Head, patch: str, document: str, stamp: Stamp, salts: Salts) -> Leaf:
    """What the revision that makes `after` proves; `patch` and `document` are canonical texts."""
    return Leaf(
        sandbox=actor.sandbox.name,
        item=after.id,
        kind=after.kind.value,
        etag=after.etag,
        before=before,
        patch=commitment(salts.patch, patch),
        document=commitment(salts.document, document),
        label=commitment(salts.label, actor.label),
        note=commitment(salts.note, stamp.note),
        actor=actor.user_id,
        client=actor.client_id,
        door=stamp.source,
        refers_to=stamp.refers_to,
        request=stamp.request_id,
        time=time_text(after.modified_at),
    )


def canonical(value: Any) -> str:
    """The one text of a JSON value that is stored and digested: sorted keys, no spaces, UTF-8."""
    return values.canonical(value).decode()
