"""How a text is taken out of history: the third module that may change what is stored of items and revisions.

Nothing here decides whether it may be (offers/erasure). PostgreSQL looks at every row: it lets go what a step of a confirmed erasure
names, of this transaction, keeps its commitment, and nothing else (migrations/0003_append_only.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from offers.document.erased import mark
from offers.document.values import Document, canonical_text
from offers.ledger.leaf import commitment, text_hash
from offers.models import BlameFound, ErasedText, ErasureStep, LibraryItem, LogEntry, Revision

_KEPT = ("patch", "patch_salt", "document_salt", "snapshot", "actor_label", "label_salt", "note", "note_salt")
_COLUMN = {"label": "actor_label", "note": "note", "patch": "patch"}


class Gone(NamedTuple):
    """A text that goes: of which event, under which name, the commitment that stays, and what stands in its place."""

    event: int
    row: int
    name: str
    kept: str
    instead: str

    def listed(self, step: ErasureStep) -> ErasedText:
        return ErasedText(
            step=step, event=self.event, row=self.row, name=self.name, kept=self.kept, instead=text_hash(self.instead)
        )


def of_revision(made: Revision, texts: Mapping[str, str], documents: tuple[str, str] | None = None) -> list[Gone]:
    """Take these texts (by their names in the leaf) out of a revision that is not stored yet, and its `documents` (as it was, and
    as it is to be replayed).
    """
    erased = dict(made.erased or {})
    gone = []
    for name, instead in texts.items():
        column = _COLUMN[name]
        kept = erased.setdefault(name, commitment(bytes(getattr(made, f"{name}_salt") or b""), getattr(made, column)))
        gone.append(Gone(LogEntry.Event.REVISION, made.key, name, kept, instead))
        setattr(made, column, instead)
        setattr(made, f"{name}_salt", None)
    if documents is not None:
        was, becomes = documents
        kept = erased.setdefault("document", commitment(bytes(made.document_salt or b""), was))
        gone.append(Gone(LogEntry.Event.REVISION, made.key, "document", kept, becomes))
        made.document_salt = None
        made.snapshot = becomes if made.snapshot is not None else None
    made.erased = erased
    return gone


def let_go(step: ErasureStep, which: str, rows: Sequence[Mapping[str, Any]], gone: Sequence[Gone]) -> int:
    """Store that the step erased these, and the rows (with their keys) without them; how many texts that were."""
    ErasedText.objects.bulk_create([one.listed(step) for one in gone], batch_size=1_000)
    if rows:
        text = orjson.dumps([dict(row) for row in rows], default=_as_text).decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT offers_erase(%s, %s::jsonb)", [which, text])
            assert cursor.fetchone() == (len(rows),), "each row is there once"
            notes = [one for one in gone if one.name in ("note", "text")]
            cursor.execute(_NOTES, [[one.event for one in notes], [one.row for one in notes], step.sandbox_id])
    return len(gone)


# What these said is not searched any more.
_NOTES = """
DELETE FROM offers_lognote AS note USING offers_logentry AS entry, unnest(%s::int[], %s::bigint[]) AS gone(event, row)
 WHERE note.sandbox_id = %s AND entry.sandbox_id = note.sandbox_id AND entry.index = note.index
   AND entry.event = gone.event AND entry.row = gone.row
"""


def revision_row(made: Revision) -> dict[str, Any]:
    """What is stored of a revision anew."""
    return {"key": made.key, "erased": made.erased, **{name: getattr(made, name) for name in _KEPT}}


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError


def lock(key: int) -> LibraryItem:
    """The item, with nobody else changing it or starting to refer to it until the transaction ends."""
    return LibraryItem.objects.select_for_update(of=("self",)).select_related("sandbox").get(key=key)


def looked_at_before(key: int, number: int) -> None:
    """Whoever looked at the item before this erasure stores nothing that they made of it (writes, review/changes/stored.py)."""
    LibraryItem.objects.filter(key=key).update(last_erasure=number)


def forget_deleted(item: LibraryItem, document: Document) -> None:
    """Put this in the place of the last document of a deleted item. Lists and search follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE offers_libraryitem SET document = %s WHERE key = %s AND deleted_at IS NOT NULL",
            [canonical_text(document), item.key],
        )


def rename_past(item: LibraryItem, number: int, texts: Sequence[str]) -> int:
    """What lists knew of the item, with the mark in the place of names that have one of these texts; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT offers_erase('listingpast', coalesce(jsonb_agg(jsonb_build_object('key', key, 'name', %s::text)), '[]'))
                 FROM offers_listingpast
                WHERE item_id = %s AND EXISTS (SELECT FROM unnest(%s::text[]) AS part WHERE strpos(name, part) > 0)""",
            [mark(number), item.key, list(texts)],
        )
        BlameFound.objects.filter(item=item).delete()
        return int(cursor.fetchone()[0])


def rename_authors(made: Sequence[Revision], number: int, key: str) -> None:
    """Items say who made them, and who changed them last, as these revisions of theirs now do. `key` is the author's from now on."""
    keys, etags = [one.item_id for one in made], [one.etag for one in made]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE offers_libraryitem AS item SET modified_by = %s, modified_by_key = %s, last_erasure = %s
                 FROM unnest(%s::bigint[], %s::int[]) AS made(item, etag)
                WHERE item.key = made.item AND item.etag = made.etag""",
            [mark(number), key, number, keys, etags],
        )
        cursor.execute(
            """UPDATE offers_libraryitem AS item SET created_by = %s, last_erasure = %s
                 FROM unnest(%s::bigint[], %s::int[]) AS made(item, etag)
                WHERE item.key = made.item AND made.etag = 1""",
            [mark(number), number, keys, etags],
        )


def rename_entries(sandbox_id: int, keys: Sequence[int], actor_key: str) -> None:
    """Entries of the log about these revisions are somebody's by this key: that of an author without account is made of the name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT offers_erase('logentry', coalesce(jsonb_agg(jsonb_build_object(
                        'sandbox_id', sandbox_id, 'event', event, 'row', row, 'actor_key', %s::text)), '[]'))
                 FROM offers_logentry WHERE sandbox_id = %s AND event = %s AND row = ANY(%s)""",
            [actor_key, sandbox_id, int(LogEntry.Event.REVISION), list(keys)],
        )
