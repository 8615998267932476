"""What a change is recorded as: the item as it stands after it, and the values of its revision.

The write path and the import make revisions with the same function, so that one verification holds for both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_type_hints

import orjson

from offers.access.permissions import Actor
from offers.document.values import Patch, canonical_text
from offers.ledger.heads import Head
from offers.ledger.leaf import Leaf, RefersTo, Salts, commitment, new_salts, time_text
from offers.models import Sandbox

# A version is rebuilt from this many patches at most; each snapshot costs a whole document.
SNAPSHOT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Stamp:
    """How and why a change is made, recorded with it.

    `reviewed` says that it is not one person's alone: somebody else said yes to it or is asked to, or it goes ahead by a permission
    to do without, and `refers_to` then names the change request. Only offers/review makes such stamps.
    """

    source: str
    note: str = ""
    request_id: str = ""
    refers_to: RefersTo = field(default_factory=RefersTo)
    reviewed: bool = False


@dataclass(slots=True)
class NewRevision:
    """A revision that is about to be stored: its columns, with their types in SQL. `Revision` has members of the same names."""

    sandbox_id: Annotated[int, "bigint"]
    etag: Annotated[int, "int"]
    patch: Annotated[str, "text"]
    actor_id: Annotated[int | None, "bigint"]
    actor_label: Annotated[str, "text"]
    client_id: Annotated[str, "text"]
    source: Annotated[str, "text"]
    refers_to: Annotated[RefersTo, "jsonb"]
    note: Annotated[str, "text"]
    request_id: Annotated[str, "text"]
    created_at: Annotated[datetime, "timestamptz"]
    snapshot: Annotated[str | None, "text"]
    patch_salt: Annotated[bytes, "bytea"]
    document_salt: Annotated[bytes, "bytea"]
    label_salt: Annotated[bytes, "bytea"]
    note_salt: Annotated[bytes, "bytea"]
    digest: Annotated[str, "text"] = ""

    def values(self) -> list[Any]:
        """What is stored, in the order of REVISION_COLUMNS."""
        values = [getattr(self, name) for name in REVISION_COLUMNS]
        return [canonical_text(value) if isinstance(value, dict) else value for value in values]


@dataclass(slots=True)
class BroughtRevision(NewRevision):
    """One that comes from elsewhere, and of which texts had been erased there: their commitments, by name."""

    erased: dict[str, str] = field(default_factory=dict)


class StoredRevision(NamedTuple):
    """A revision that was stored, with what is proved of it: a plain row, because a model's instance costs more than proving it.

    Long texts are as they were read: of many, bytes in UTF-8 are read and proved in half the time.
    """

    refers_to: RefersTo
    erased: dict[str, str] | None
    item_id: int
    sandbox_id: int
    etag: int
    patch: str | bytes
    actor_id: int | None
    actor_label: str
    client_id: str
    source: str
    note: str
    request_id: str
    created_at: datetime
    snapshot: str | bytes | None
    patch_salt: bytes | None
    document_salt: bytes | None
    label_salt: bytes | None
    note_salt: bytes | None
    digest: str
    xid: str
    key: int

    @classmethod
    def of(cls, values: Sequence[Any]) -> "StoredRevision":
        """From these columns, in this order, as a statement of our own gives them: JSON as text."""
        refers_to, erased, *plain = values
        return cls(orjson.loads(refers_to), erased and orjson.loads(erased), *plain)


REVISION_COLUMNS = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(NewRevision, include_extras=True).items()
}
# Types are named because in a SELECT a parameter does not take that of the column it ends up in, as it would in VALUES.
INSERT_REVISION = f"""
INSERT INTO offers_revision (item_id, {", ".join(REVISION_COLUMNS)})
SELECT key, {", ".join(f"%s::{type}" for type in REVISION_COLUMNS.values())}"""
# What a change writes anew of an item; everything else stays as its creation made it.
REWRITTEN = (
    *("document", "etag", "digest"),
    *("modified_at", "modified_by", "modified_by_client", "modified_by_key", "deleted_at"),
)


class Recorded(NamedTuple):
    """A change as it is to be stored: the item after it with its digest, and the values of its revision (REVISION_COLUMNS).

    `document` is the text of the item's document, written once for the digest and for the item.
    """

    head: Head
    document: str
    revision: list[Any]

    def item(self, columns: Iterable[str]) -> list[Any]:
        """What is stored of the item in these columns (HEAD_COLUMNS or some of them)."""
        stored = {"kind": self.head.kind.value, "document": self.document}
        return [stored[name] if name in stored else getattr(self.head, name) for name in columns]


def record(
    actor: Actor,
    before: str,
    after: Head,
    patch: Patch,
    stamp: Stamp,
    salts: Salts | None = None,
    erased: Mapping[str, str] | None = None,
) -> Recorded:
    """What is stored of a change. `before` is the digest of the revision before, "" for the first. New salts are made unless they are
    given. `erased` has the commitments of texts that had been erased already, where the change comes from.
    """
    salts = salts or new_salts()
    text = canonical_text(after.document)
    # What is deleted has no document, says its digest; its row keeps the last one, to be brought back.
    document = text if after.deleted_at is None else canonical_text(None)
    revision = NewRevision(
        sandbox_id=actor.sandbox.pk,
        etag=after.etag,
        patch=canonical_text(patch),
        actor_id=actor.user_id,
        actor_label=actor.label,
        client_id=actor.client_id,
        source=stamp.source,
        refers_to=stamp.refers_to,
        note=stamp.note,
        request_id=stamp.request_id,
        created_at=after.modified_at,
        snapshot=document if after.etag % SNAPSHOT_EVERY == 0 and after.deleted_at is None else None,
        patch_salt=salts.patch,
        document_salt=salts.document,
        label_salt=salts.label,
        note_salt=salts.note,
    )
    if erased:
        revision = _brought(revision, erased)
    revision.digest = leaf_of(before, actor.sandbox, after.id, after.kind.value, revision, document).digest()
    return Recorded(replace(after, digest=revision.digest), text, revision.values())


def _brought(made: NewRevision, erased: Mapping[str, str]) -> BroughtRevision:
    values = {one.name: getattr(made, one.name) for one in fields(made)}
    return BroughtRevision(**values | {f"{name}_salt": None for name in erased}, erased=dict(erased))


def leaf_of(
    before: str, sandbox: Sandbox, id: str, kind: str, revision: NewRevision | StoredRevision, document: str | bytes
) -> Leaf:
    """What a revision proves, one that is about to be stored or one that was.

    `before` is the digest of the item's revision before; `document` the text of the document after it (`null` once deleted).
    A commitment is made of its text or, where that was erased, the one that was kept instead.
    """
    # One that is about to be stored has nothing erased; a model's instance, which receipts are made of, may have.
    kept: dict[str, str] = getattr(revision, "erased", None) or {}
    return Leaf(
        sandbox=sandbox.name,
        item=id,
        kind=kind,
        etag=revision.etag,
        before=before,
        patch=kept.get("patch") or commitment(revision.patch_salt or b"", revision.patch),
        document=kept.get("document") or commitment(revision.document_salt or b"", document),
        label=kept.get("label") or commitment(revision.label_salt or b"", revision.actor_label),
        note=kept.get("note") or commitment(revision.note_salt or b"", revision.note),
        actor=revision.actor_id,
        client=revision.client_id,
        door=revision.source,
        refers_to=revision.refers_to,
        request=revision.request_id,
        time=time_text(revision.created_at),
    )
