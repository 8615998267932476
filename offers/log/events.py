"""What an entry of the log proves and says, for each kind of event: a revision, a step of a change request, a change of access, a step
of an erasure or of what has to be kept, an import.

A revision has its leaf already (ledger/leaf.py), and its digest is that leaf's hash. The leaves of the others are made here, in
the same way: canonical JSON, with commitments in the place of names and of what people wrote.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from offers.access.permissions import actor_key
from offers.document.values import Patch, canonical, canonical_text
from offers.document.words.touched import fields_of, status_of
from offers.ledger.leaf import SALT_BYTES, VERSION, commitment, text_hash, time_text
from offers.log.tree import of_leaf
from offers.models import LogEntry, Sandbox

Event = LogEntry.Event


class Found(NamedTuple):
    """Something that happened, as it stands in the log."""

    event: int
    row: int
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
    erased: dict[str, str] | None
    salts: dict[str, str] | None

    @property
    def texts(self) -> dict[str, str]:
        """What its leaf has commitments of."""
        return {"label": self.actor_label, "text": self.text, "about": canonical_text(self.about)}

    @property
    def said(self) -> dict[str, Any]:
        """What its leaf says besides."""
        return {
            "number": self.number,
            "what": self.what,
            "request_version": self.version,
            "digest": self.digest,
            "client": self.client_id,
        }


class AccessStep(NamedTuple):
    """A change of access, as it is read for the log."""

    row: int
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
    erased: dict[str, str] | None
    salts: dict[str, str] | None

    @property
    def actor_key(self) -> str:
        return actor_key(self.actor_id, "", self.actor_label)

    @property
    def texts(self) -> dict[str, str]:
        return {"label": self.actor_label, "subject_label": self.subject_label, "note": self.note}

    @property
    def said(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "subject": self.subject_key,
            "before": self.before,
            "after": self.after,
            "door": self.source,
            "request": self.request_id,
        }


class ErasureStep(NamedTuple):
    """A step of an erasure, or of what has to be kept, as it is read for the log; `listed` is what its leaf has a hash of."""

    row: int
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
    erased: dict[str, str] | None
    salts: dict[str, str] | None

    @property
    def texts(self) -> dict[str, str]:
        return {"label": self.actor_label, "text": self.text, "about": canonical_text(self.about)}

    @property
    def said(self) -> dict[str, Any]:
        """`erased` is SHA-256, in hex, of the list of what it erased: a line for each text, in the order of its bytes: the commitment
        that stays, the name that it has in its leaf, and SHA-256 of what stands in its place.
        """
        return {
            "number": self.number,
            "item": self.item,
            "what": self.what,
            "client": self.client_id,
            "erased": text_hash(self.listed),
        }


class ImportStep(NamedTuple):
    """An import, as it is read for the log."""

    row: int
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
    erased: dict[str, str] | None
    salts: dict[str, str] | None

    @property
    def what(self) -> str:
        return ""

    @property
    def actor_key(self) -> str:
        return actor_key(self.actor_id, "", self.actor_label)

    @property
    def texts(self) -> dict[str, str]:
        return {"label": self.actor_label, "note": self.note}

    @property
    def said(self) -> dict[str, Any]:
        return {
            "origin": self.origin,
            "exported": time_text(self.exported_at),
            "checkpoint": self.checkpoint,
            "sha256": self.sha256,
            "items": self.items,
            "revisions": self.revisions,
        }


class Change(NamedTuple):
    """A revision, as it is read for the log."""

    row: int
    item_id: int
    kind: str
    etag: int
    digest: str
    patch: Patch
    actor_id: int | None
    actor_label: str
    client_id: str
    source: str
    refers_to: dict[str, Any]
    created_at: datetime
    approved_by: Sequence[str] = ()


Step = RequestStep | AccessStep | ErasureStep | ImportStep
EVENTS: dict[type[Step], LogEntry.Event] = {
    RequestStep: Event.REQUEST,
    AccessStep: Event.ACCESS,
    ErasureStep: Event.ERASURE,
    ImportStep: Event.IMPORT,
}


class Salted(Protocol):
    """A step with its salt, or what is left of that."""

    @property
    def salt(self) -> Any: ...
    @property
    def erased(self) -> Any: ...
    @property
    def salts(self) -> Any: ...


def leaf(sandbox: Sandbox, step: Step) -> bytes:
    """The text of its leaf: its texts are commitments, in hex."""
    everywhere = {
        "version": VERSION,
        "event": EVENTS[type(step)].label,
        "sandbox": sandbox.name,
        "actor": step.actor_id,
        "time": time_text(step.created_at),
    }
    committed = {name: _committed(step, name, text) for name, text in step.texts.items()}
    return canonical({**everywhere, **step.said, **committed})


def salt_for(step: Salted, name: str) -> bytes | None:
    """The salt of one text of a step: made of the step's own, which it does not give away. None where that text was erased; of a
    step of which something was, the others' are kept by name.
    """
    if step.erased and name in step.erased:
        return None
    if step.salts and name in step.salts:
        return bytes.fromhex(step.salts[name])
    return hashlib.sha256(bytes(step.salt or b"") + name.encode()).digest()[:SALT_BYTES]


def _committed(step: Step, name: str, text: str) -> str:
    salt = salt_for(step, name)
    return commitment(salt, text) if salt is not None else str((step.erased or {})[name])


def of_step(sandbox: Sandbox, step: Step) -> Found:
    hash = of_leaf(leaf(sandbox, step))
    found = Found(EVENTS[type(step)], step.row, hash, step.created_at, step.actor_key, what=step.what)
    if isinstance(step, RequestStep):
        return found._replace(request=step.number, bypass=step.what == "bypassed")
    return found


def said_by(patch: Patch) -> tuple[tuple[str, ...], str]:
    """What an entry has of a patch: the declared fields that it touches, and the status that it gives."""
    return tuple(sorted(set(fields_of(patch)))), status_of(patch)


def of_change(change: Change) -> Found:
    fields, status = said_by(change.patch)
    return Found(
        Event.REVISION,
        change.row,
        bytes.fromhex(change.digest),
        change.created_at,
        actor_key(change.actor_id, change.client_id, change.actor_label),
        door=change.source,
        item_id=change.item_id,
        etag=change.etag,
        kind=change.kind,
        fields=fields,
        status=status,
        request=change.refers_to.get("request"),
        bypass=bool(change.refers_to.get("bypass")),
        approved_by=tuple(change.approved_by),
    )
