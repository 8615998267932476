"""Bring in items with the history that they already have, in bulk: the other module that inserts items and revisions.

The write path records a change as it happens, one at a time; this records what happened elsewhere or earlier, by COPY.
Both make a revision with the same functions, so that `verify` holds for both. It is an operator's door, from the
command line only: documents are validated and references must exist, but whether each author was allowed to do what
they did is not asked again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from offers.access.permissions import Actor
from offers.document.diff import diff
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.validate import references, validate
from offers.document.values import Document, Patch, canonical_text
from offers.ledger.heads import HEAD_COLUMNS, SELECT_HEAD, Head, first_head, next_head
from offers.ledger.intact.listed import listed_part
from offers.ledger.leaf import Salts
from offers.ledger.records import REVISION_COLUMNS, Recorded, Stamp, record
from offers.models import Sandbox

# Items and bytes of patches in one round: what is held in memory (an item is never divided), and within which revisions are
# stored in the order of their times.
BATCH = 10_000
BATCH_BYTES = 10_000_000
KEYS_AT_ONCE = 1_000

COPY_ITEMS = f"COPY offers_libraryitem (sandbox_id, {SELECT_HEAD}) FROM STDIN"
# What lists knew of an item from one of its versions on, until another that they show differently.
IMPORTED = """
CREATE TEMPORARY TABLE IF NOT EXISTS offers_imported (
  key bigint, kind text, document jsonb, deleted boolean, since timestamptz, until timestamptz) ON COMMIT DROP
"""
COPY_IMPORTED = "COPY offers_imported FROM STDIN"
KEEP_PAST = """
INSERT INTO offers_listingpast (item_id, sandbox_id, kind, name, status, starts_at, ends_at, priority, "references",
                                channels, deleted, since, until)
SELECT listed.key, listed.sandbox_id, listed.kind, listed.name, listed.status, listed.starts_at, listed.ends_at,
       listed.priority, listed."references", listed.channels, past.deleted, past.since, past.until
  FROM offers_imported AS past
       CROSS JOIN LATERAL jsonb_populate_record(
         NULL::offers_libraryitem, jsonb_build_object('key', past.key, 'sandbox_id', %s::bigint, 'kind', past.kind)) AS item
       CROSS JOIN LATERAL offers_listed(item, past.document) AS listed
 ORDER BY past.since
"""
COPY_REVISIONS = f"COPY offers_revision (item_id, {', '.join(REVISION_COLUMNS)}, erased) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item: its document (None: the item is deleted), who made it, when (aware), how and why.

    Where it was recorded before, `patch` is the one that made it, of which the caller has seen that it does, and `salts` are those
    of its commitments; else the patch is the difference to the version before. `erased` has the commitments of texts that had been
    erased there, by name: of such a document it is not asked whether it is valid.
    """

    actor: Actor
    at: datetime
    document: Document | None
    stamp: Stamp
    patch: Patch | None = None
    salts: Salts | None = None
    erased: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """An item as it is to be stored: its versions from the first on, each later than the one before, which are read once.

    `place` says where it was read, for messages: "line 17: ".
    """

    kind: Kind
    id: str
    versions: Iterable[Version]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """How much was stored."""

    items: int
    revisions: int


class DanglingReference(Exception):
    """An imported item refers to one that is not there."""


def import_history(sandbox: Sandbox, items: Iterable[Past]) -> Imported:
    """Store these items with their histories in one transaction: all of them, or none.

    Raises InvalidDocument, DanglingReference, ValueError (versions out of order, or one that changes nothing) and
    django.db.IntegrityError (an id that is taken). `items` is read as it is stored, a batch at a time.
    """
    item_count = revision_count = 0
    wanted: dict[tuple[Kind, str], str] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Foreign keys are checked batch by batch, rather than all of them remembered until the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(IMPORTED)
        for batch in _batches(items):
            _refuse_taken(sandbox, batch)
            batch.store(sandbox)
            item_count += len(batch.items)
            revision_count += len(batch.revisions)
            # What is found so far need not be remembered: most of it stands before what refers to it.
            wanted |= batch.wanted
            for found in _found(sandbox, wanted):
                del wanted[found]
        for (kind, id), by in wanted.items():
            raise DanglingReference(f"{by}: there is no {kind.value} with the id {id} in {sandbox.name}")
    return Imported(item_count, revision_count)


@dataclass(slots=True)
class _Batch:
    """Items that are stored together, with their revisions, and what lists knew of them."""

    # Each at its last version, with where it was read.
    items: list[tuple[str, Recorded]] = field(default_factory=list)
    revisions: list[tuple[datetime, list[object]]] = field(default_factory=list)
    listed: list[list[object]] = field(default_factory=list)
    # What they refer to as they stand, and who does.
    wanted: dict[tuple[Kind, str], str] = field(default_factory=dict)
    size: int = 0

    def take(self, key: int, past: Past) -> None:
        recorded: Recorded | None = None
        stretches = _Stretches(key, past.kind)
        for version in past.versions:
            recorded = _recorded(key, past, recorded, version)
            erased = canonical_text(dict(version.erased)) if version.erased else None
            self.revisions.append((version.at, [key, *recorded.revision, erased]))
            self.size += len(recorded.document)
            stretches.add(version)
        if recorded is None:
            raise ValueError(f"{past.id} has no version")
        self.items.append((past.place, recorded))
        self.listed += stretches.rows()
        if recorded.head.deleted_at is None:
            by = f"{past.place}{past.id}"
            for reference in references(past.kind, recorded.head.document):
                self.wanted.setdefault((reference.kind, reference.id), by)

    def store(self, sandbox: Sandbox) -> None:
        with connection.cursor() as cursor:
            # What lists knew before comes first: the trigger, which knows the last version only, finds there since when it is so.
            _copy(cursor, COPY_IMPORTED, self.listed)
            cursor.execute(KEEP_PAST, [sandbox.pk])
            cursor.execute("TRUNCATE offers_imported")
            _copy(cursor, COPY_ITEMS, ([sandbox.pk, *recorded.item(HEAD_COLUMNS)] for _place, recorded in self.items))
            self.revisions.sort(key=lambda revision: revision[0])
            _copy(cursor, COPY_REVISIONS, (values for _at, values in self.revisions))


def _copy(cursor: CursorWrapper, statement: str, rows: Iterable[list[object]]) -> None:
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _batches(items: Iterable[Past]) -> Iterator[_Batch]:
    batch, keys = _Batch(), _keys()
    for past in items:
        batch.take(next(keys), past)
        if len(batch.items) >= BATCH or batch.size >= BATCH_BYTES:
            yield batch
            batch = _Batch()
    if batch.items:
        yield batch


def _refuse_taken(sandbox: Sandbox, batch: _Batch) -> None:
    """An id that is there twice, or in the sandbox already. The database would see it too, and not say where it was read."""
    places: dict[str, str] = {}
    for place, recorded in batch.items:
        id = recorded.head.id
        if id in places:
            raise IntegrityError(f"{place}the id {id} is there twice")
        places[id] = place
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM offers_libraryitem WHERE sandbox_id = %s AND id = ANY(%s) ORDER BY 1 LIMIT 1",
            [sandbox.pk, list(places)],
        )
        for (id,) in cursor.fetchall():
            raise IntegrityError(f"{places[id]}the id {id} is taken in {sandbox.name}")


class _Stretches:
    """Since when, with which document and whether deleted, lists knew an item: a row for each version that they showed differently."""

    def __init__(self, key: int, kind: Kind) -> None:
        self.key = key
        self.kind = kind
        self._found: list[tuple[datetime, str, bool]] = []
        self._document: Document = {}
        self._shown: object = None

    def add(self, version: Version) -> None:
        if version.document is not None:
            self._document = listed_part(version.document)
        shown = self._document, version.document is None
        if shown != self._shown:
            self._shown = shown
            self._found.append((version.at, canonical_text(self._document), version.document is None))

    def rows(self) -> Iterator[list[object]]:
        for (since, document, deleted), (until, _document, _deleted) in pairwise(self._found):
            yield [self.key, self.kind.value, document, deleted, since, until]


@contextmanager
def text_index_at_the_end() -> Iterator[None]:
    """Build the index of searchable text once, after the import, which for very many items takes half the time.

    For an empty library only: until the end of the transaction, which the caller opens, nobody else can read it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('search_by_trigram'::regclass)")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX search_by_trigram")
        yield
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(definition)


def _keys() -> Iterator[int]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('offers_libraryitem', 'key')) FROM generate_series(1, %s)",
                [KEYS_AT_ONCE],
            )
            found = cursor.fetchall()
        yield from (key for (key,) in found)


def _recorded(key: int, past: Past, before: Recorded | None, version: Version) -> Recorded:
    """The item at this version."""
    head = before.head if before else None
    patch, document = _step(past, head, version)
    if head is None:
        after = first_head(version.actor, past.kind, past.id, document, version.at, key=key)
    else:
        after = next_head(head, version.actor, document, version.at, deleted=version.document is None)
    return record(
        version.actor, head.digest if head else "", after, patch, version.stamp, version.salts, version.erased
    )


def _step(past: Past, head: Head | None, version: Version) -> tuple[Patch, Document]:
    """The patch that makes this version, and the document that the item shows after it (a deleted one its last)."""
    before = head.document if head and head.deleted_at is None else None
    if head and version.at <= head.modified_at:
        raise ValueError(f"version {head.etag + 1} of {past.id} is not later than the one before")
    if version.document is None:
        if head is None or before is None:
            raise ValueError(f"{past.id} is deleted when it is not there")
        return [{"op": "remove", "path": ""}], head.document
    problems = () if "document" in version.erased else validate(past.kind, version.document)
    if problems:
        raise InvalidDocument(problems)
    if version.patch is not None:
        return version.patch, version.document
    if before is None:
        return [{"op": "add", "path": "", "value": version.document}], version.document
    patch = diff(before, version.document)
    if not patch:
        raise ValueError(f"a version of {past.id} changes nothing")
    return patch, version.document


def _found(sandbox: Sandbox, wanted: Collection[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """Those of these that are there, and stay until this is stored: whoever deletes one waits, and then sees the use."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kind, id FROM offers_libraryitem
                WHERE sandbox_id = %s AND id = ANY(%s) AND deleted_at IS NULL ORDER BY key FOR KEY SHARE""",
            [sandbox.pk, [id for _kind, id in wanted]],
        )
        found = [(Kind(kind), id) for kind, id in cursor.fetchall()]
    return [one for one in found if one in wanted]
