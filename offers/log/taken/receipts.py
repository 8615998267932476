"""A receipt: what proves to a stranger that something is in the log (C2SP tlog-proof).

It has the leaf, the texts that its commitments are of with their salts, the proof that the leaf is in the tree, and the signed
checkpoint of that tree. `docs/verify_receipt.py` checks all of it with nothing of ours.
"""

import base64
from typing import cast

import orjson

from offers.access.permissions import NotFound
from offers.document.values import canonical_text
from offers.ledger.history import document_at
from offers.ledger.records import StoredRevision, leaf_of
from offers.log import sequencer
from offers.log.checkpoints import checkpoint, size_of
from offers.log.events import leaf
from offers.log.taken import leaves
from offers.log.tree import Tree
from offers.models import ErasedText, LibraryItem, LogEntry, Revision, Sandbox

HEAD = "c2sp.org/tlog-proof@v1"


class NotYet(Exception):
    """The change is not in the log yet: the worker puts it there about half a second after it was stored."""


class NoSuchEntry(NotFound):
    """The log has no such entry, or has none of it yet."""


def of_entry(sandbox: Sandbox, index: int, size: int | None = None) -> str:
    """The receipt of whatever an entry is about: a change of an item, a step of a request, a change of access, ...

    Of the log as it was when it had `size` entries, for a checkpoint of then that somebody else has signed. Raises NoSuchEntry and NoKey.
    """
    entry = LogEntry.objects.filter(sandbox=sandbox, index=index).first()
    size = size_of(sandbox) if size is None else size
    if entry is None or not index < size <= size_of(sandbox):
        raise NoSuchEntry
    if entry.event == LogEntry.Event.REVISION:
        made = Revision.objects.select_related("item").get(pk=entry.row)
        return _proved(sandbox, index, size, _extra(sandbox, made.item, made))
    (step,) = sequencer.steps([(entry.event, entry.row)]).values()
    missing = _missing(entry.event, entry.row)
    return _proved(sandbox, index, size, _told(leaf(sandbox, step), leaves.texts_of(step), missing))


def receipt(sandbox: Sandbox, item: LibraryItem, made: Revision, size: int | None = None) -> str:
    """The receipt of one change, by the newest checkpoint or that of a `size` that the log had.

    Raises NotYet, and NoKey where nothing is signed here.
    """
    entries = LogEntry.objects.filter(sandbox=sandbox, item_id=item.pk, row=made.pk, event=LogEntry.Event.REVISION)
    index = entries.values_list("index", flat=True).first()
    size = size_of(sandbox) if size is None else size
    if index is None or index >= size:
        raise NotYet
    return _proved(sandbox, index, size, _extra(sandbox, item, made))


def _proved(sandbox: Sandbox, index: int, size: int, extra: bytes) -> str:
    path = Tree(sandbox.pk).inclusion(index, size)
    lines = [HEAD, f"extra {_b64(extra)}", f"index {index}", *map(_b64, path)]
    return "\n".join(lines) + f"\n\n{checkpoint(sandbox, size)}"


def _extra(sandbox: Sandbox, item: LibraryItem, made: Revision) -> bytes:
    """The leaf, and what its commitments are of: all but what was erased."""
    document = canonical_text(document_at(item, made.etag))
    before = Revision.objects.filter(item=item, etag=made.etag - 1).values_list("digest", flat=True).first() or ""
    # A model's instance has the members that a leaf is made of, by the same names.
    proved = leaf_of(before, sandbox, item.id, item.kind, cast(StoredRevision, made), document)
    texts = {"patch": made.patch, "document": document, "label": made.actor_label, "note": made.note}
    salts = {name: getattr(made, f"{name}_salt") for name in texts}
    missing = _missing(LogEntry.Event.REVISION, made.key) if made.erased else {}
    return _told(proved.text(), leaves.opened(texts, salts), missing)


Missing = dict[str, dict[str, int | None]]


def _told(leaf: bytes, opened: dict[str, dict[str, str]], missing: Missing) -> bytes:
    return orjson.dumps({"leaf": leaf.decode(), "opened": opened} | ({"erased": missing} if missing else {}))


def _missing(event: int, row: int) -> Missing:
    """Of each text that is missing, the erasure that took it, and the entry of the log that names it: none yet, for half a second."""
    gone = ErasedText.objects.filter(event=event, row=row).order_by("key").select_related("step")
    steps = {text.name: text.step for text in gone}
    entries = LogEntry.objects.filter(event=LogEntry.Event.ERASURE, row__in=[step.key for step in steps.values()])
    places = dict(entries.values_list("row", "index"))
    return {name: {"erasure": step.erasure_id, "entry": places.get(step.key)} for name, step in steps.items()}


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
