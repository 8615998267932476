"""What an entry of the log proves and says, for each kind of event: a revision, a step of a change request, a change of access, a step
of an erasure or of what has to be kept, an import.

A revision has its leaf already (ledger/leaf.py), and its digest is that leaf's hash. The leaves of the others are made here, in
the same way: canonical JSON, with commitments in the place of names and of what people wrote.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import orjson

from offers.access.permissions import actor_key
from offers.document.values import Patch, canonical, canonical_text
from offers.document.words.touched import fields_of, status_of
from offers.ledger.leaf import SALT_BYTES, VERSION, commitment, time_text
from offers.log.tree import of_leaf
from offers.models import LogEntry, Sandbox

Event = LogEntry.Event


class Found(NamedTuple):
    """Something that happened, as it stands in the log."""

    event: int
    row: int
    xid: int
    leaf_hash: bytes
    created_at: datetime
    actor_key: str
    door: str = ""
    what: str = ""
    item_id: int | None = None
    etag: int = 0
    kind: str = ""
    fields: tuple[str, ...] = ()
    status: str = ""
    request: int | None = None
    bypass: bool = False
    approved_by: tuple[str, ...] = ()


class RequestStep(NamedTuple):
    """A step of a change request, as it is read for the log."""

    row: int
    xid: int
    number: int
    what: str
    version: int
    digest: str
    text: str
    about: dict[str, Any]
    created_at: datetime
    actor_key: str
    actor_label: str
    actor_id: int | None
    client_id: str
    salt: bytes
    erased: dict[str, str] | None = None
    salts: dict[str, str] | None = None


class AccessStep(NamedTuple):
    """A change of access, as it is read for the log."""

    row: int
    xid: int
    what: str
    subject_key: str
    subject_label: str
    before: dict[str, Any]
    after: dict[str, Any]
    actor_id: int | None
    actor_label: str
    source: str
    note: str
    request_id: str
    created_at: datetime
    salt: bytes
    erased: dict[str, str] | None = None
    salts: dict[str, str] | None = None


class ErasureStep(NamedTuple):
    """A step of an erasure, or of what has to be kept, as it is read for the log; `listed` is what `erased_hash` is of."""

    row: int
    xid: int
    number: int | None
    item: str
    what: str
    text: str
    about: dict[str, Any]
    listed: str
    created_at: datetime
    actor_key: str
    actor_label: str
    actor_id: int | None
    client_id: str
    salt: bytes
    erased: dict[str, str] | None = None
    salts: dict[str, str] | None = None


class ImportStep(NamedTuple):
    """An import, as it is read for the log."""

    row: int
    xid: int
    origin: str
    exported_at: datetime
    checkpoint: str
    sha256: str
    items: int
    revisions: int
    actor_id: int | None
    actor_label: str
    note: str
    created_at: datetime
    salt: bytes
    erased: dict[str, str] | None = None
    salts: dict[str, str] | None = None


class Change(NamedTuple):
    """A revision, as it is read for the log."""

    row: int
    xid: int
    item_id: int
    kind: str
    etag: int
    digest: str
    patch: str
    actor_id: int | None
    actor_label: str
    client_id: str
    source: str
    refers_to: dict[str, Any]
    created_at: datetime
    approved_by: Sequence[str] = ()


Step = RequestStep | AccessStep | ErasureStep | ImportStep


class Salted(Protocol):
    """A step with its salt, or what is left of that."""

    @property
    def salt(self) -> Any: ...
    @property
    def erased(self) -> Any: ...
    @property
    def salts(self) -> Any: ...


def request_leaf(sandbox: Sandbox, step: RequestStep) -> bytes:
    """The text of its leaf: `label`, `text` and `about` are commitments, in hex."""
    return canonical(
        {
            "version": VERSION,
            "event": "request",
            "sandbox": sandbox.name,
            "number": step.number,
            "what": step.what,
            "request_version": step.version,
            "digest": step.digest,
            "actor": step.actor_id,
            "client": step.client_id,
            "label": _committed(step, "label", step.actor_label),
            "text": _committed(step, "text", step.text),
            "about": _committed(step, "about", canonical_text(step.about)),
            "time": time_text(step.created_at),
        }
    )


def access_leaf(sandbox: Sandbox, step: AccessStep) -> bytes:
    """The text of its leaf: `label`, `subject_label` and `note` are commitments."""
    return canonical(
        {
            "version": VERSION,
            "event": "access",
            "sandbox": sandbox.name,
            "what": step.what,
            "subject": step.subject_key,
            "subject_label": _committed(step, "subject_label", step.subject_label),
            "before": step.before,
            "after": step.after,
            "actor": step.actor_id,
            "label": _committed(step, "label", step.actor_label),
            "door": step.source,
            "note": _committed(step, "note", step.note),
            "request": step.request_id,
            "time": time_text(step.created_at),
        }
    )


def erasure_leaf(sandbox: Sandbox, step: ErasureStep) -> bytes:
    """The text of its leaf: `label`, `text` and `about` are commitments. `erased` is SHA-256, in hex, of the list of what it erased:
    a line for each text, in the order of its bytes: the commitment that stays, the name that it has in its leaf, and SHA-256 of what
    stands in its place.
    """
    return canonical(
        {
            "version": VERSION,
            "event": "erasure",
            "sandbox": sandbox.name,
            "number": step.number,
            "item": step.item,
            "what": step.what,
            "actor": step.actor_id,
            "client": step.client_id,
            "label": _committed(step, "label", step.actor_label),
            "text": _committed(step, "text", step.text),
            "about": _committed(step, "about", canonical_text(step.about)),
            "erased": hashlib.sha256(step.listed.encode()).hexdigest(),
            "time": time_text(step.created_at),
        }
    )


def import_leaf(sandbox: Sandbox, step: ImportStep) -> bytes:
    """The text of its leaf: `label` and `note` are commitments."""
    return canonical(
        {
            "version": VERSION,
            "event": "import",
            "sandbox": sandbox.name,
            "origin": step.origin,
            "exported": time_text(step.exported_at),
            "checkpoint": step.checkpoint,
            "sha256": step.sha256,
            "items": step.items,
            "revisions": step.revisions,
            "actor": step.actor_id,
            "label": _committed(step, "label", step.actor_label),
            "note": _committed(step, "note", step.note),
            "time": time_text(step.created_at),
        }
    )


def salt_of(salt: bytes, name: str) -> bytes:
    """The salt of one text of a step: made of the step's own, which it does not give away."""
    return hashlib.sha256(salt + name.encode()).digest()[:SALT_BYTES]


def salt_for(step: Salted, name: str) -> bytes | None:
    """The salt of one text of a step; None where that text was erased. Of a step of which something was, the others' are kept by name."""
    if step.erased and name in step.erased:
        return None
    return (
        bytes.fromhex(step.salts[name]) if step.salts and name in step.salts else salt_of(bytes(step.salt or b""), name)
    )


def _committed(step: Step, name: str, text: str) -> str:
    salt = salt_for(step, name)
    return commitment(salt, text) if salt is not None else str((step.erased or {})[name])


def of_request(sandbox: Sandbox, step: RequestStep) -> Found:
    hash = of_leaf(request_leaf(sandbox, step))
    return Found(
        Event.REQUEST,
        step.row,
        step.xid,
        hash,
        step.created_at,
        step.actor_key,
        what=step.what,
        request=step.number,
        bypass=step.what == "bypassed",
    )


def of_access(sandbox: Sandbox, step: AccessStep) -> Found:
    hash, who = of_leaf(access_leaf(sandbox, step)), actor_key(step.actor_id, "", step.actor_label)
    return Found(Event.ACCESS, step.row, step.xid, hash, step.created_at, who, what=step.what)


def of_erasure(sandbox: Sandbox, step: ErasureStep) -> Found:
    hash = of_leaf(erasure_leaf(sandbox, step))
    return Found(Event.ERASURE, step.row, step.xid, hash, step.created_at, step.actor_key, what=step.what)


def of_import(sandbox: Sandbox, step: ImportStep) -> Found:
    hash, who = of_leaf(import_leaf(sandbox, step)), actor_key(step.actor_id, "", step.actor_label)
    return Found(Event.IMPORT, step.row, step.xid, hash, step.created_at, who)


def of_change(change: Change, patch: Patch | None = None) -> Found:
    """Its patch may be given, where it was read already."""
    patch = orjson.loads(change.patch) if patch is None else patch
    return Found(
        Event.REVISION,
        change.row,
        change.xid,
        bytes.fromhex(change.digest),
        change.created_at,
        actor_key(change.actor_id, change.client_id, change.actor_label),
        door=change.source,
        item_id=change.item_id,
        etag=change.etag,
        kind=change.kind,
        fields=tuple(sorted(set(fields_of(patch)))),
        status=status_of(patch),
        request=change.refers_to.get("request"),
        bypass=bool(change.refers_to.get("bypass")),
        approved_by=tuple(change.approved_by),
    )
