"""A library written down with its whole past, as lines (transfer/lines.py): streamed, and all of it of one moment."""

import hashlib
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.utils import timezone

from offers.ledger.leaf import time_text
from offers.log import checkpoints
from offers.models import Sandbox, reading
from offers.transfer.lines import FORMAT
from offers.transfer.lines import Library as Header


class _Row(NamedTuple):
    """A revision with its item, as they are read."""

    id: str
    kind: str
    revisions: int
    last: str
    etag: int
    patch: str
    label: str
    actor: int | None
    client: str
    door: str
    note: str
    request: str
    refers_to: str
    time: datetime
    digest: str
    patch_salt: bytes | None
    document_salt: bytes | None
    label_salt: bytes | None
    note_salt: bytes | None
    erased: str | None


# In the order in which items were made, so that most of what something refers to stands before it.
_CHAINS = """
SELECT item.id, item.kind, item.etag, item.digest, made.etag, made.patch, made.actor_label, made.actor_id, made.client_id, made.source,
       made.note, made.request_id, made.refers_to, made.created_at, made.digest, made.patch_salt, made.document_salt,
       made.label_salt, made.note_salt, made.erased
  FROM offers_libraryitem AS item JOIN offers_revision AS made ON made.item_id = item.key
 WHERE item.sandbox_id = %s ORDER BY made.item_id, made.etag
"""


def lines(sandbox: Sandbox) -> Generator[bytes, None, None]:
    """The file, a piece at a time."""
    told, items, revisions = hashlib.sha256(), 0, 0
    with reading.one_moment():
        for piece, made in _pieces(sandbox):
            told.update(piece)
            items += made.etag == 1 if made else 0
            revisions += made is not None
            yield piece
    yield _line("end", {"items": items, "revisions": revisions, "sha256": told.hexdigest()})


def _pieces(sandbox: Sandbox) -> Iterator[tuple[bytes, _Row | None]]:
    yield _line("library", header(sandbox)), None
    for row in reading.stream(_CHAINS, [sandbox.pk]):
        made = _Row(*row)
        yield _written(made), made


def header(sandbox: Sandbox) -> Header:
    try:
        checkpoint = checkpoints.checkpoint(sandbox)
    except checkpoints.NoKey:
        checkpoint = ""
    return {
        "format": FORMAT,
        "origin": checkpoints.origin_of(sandbox),
        "exported": time_text(timezone.now()),
        "checkpoint": checkpoint,
    }


def _written(made: _Row) -> bytes:
    """The line of a revision, with that of its item before the first."""
    salts = {name: getattr(made, f"{name}_salt") for name in ("patch", "document", "label", "note")}
    revision: dict[str, Any] = {
        "etag": made.etag,
        # As it is stored: these very bytes are proved.
        "patch": orjson.Fragment(made.patch),
        "label": made.label,
        "actor": made.actor,
        "client": made.client,
        "door": made.door,
        "note": made.note,
        "request": made.request,
        "refers_to": orjson.Fragment(made.refers_to),
        "time": time_text(made.time),
        "salts": {name: salt and bytes(salt).hex() for name, salt in salts.items()},
        "digest": made.digest,
    }
    if made.erased is not None:
        revision["erased"] = orjson.Fragment(made.erased)
    line = _line("revision", revision)
    if made.etag > 1:
        return line
    item = {"id": made.id, "kind": made.kind, "revisions": made.revisions, "digest": made.last}
    return _line("item", item) + line


def _line(what: str, says: object) -> bytes:
    return orjson.dumps({what: says}, option=orjson.OPT_APPEND_NEWLINE)
