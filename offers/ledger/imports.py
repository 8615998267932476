"""Bring in items with the history that they already have, in bulk: the other module that inserts items and revisions.

The write path records a change as it happens, one at a time; this records what happened elsewhere or earlier, by COPY.
Both make a revision with the same functions, so that `verify` holds for both. It is an operator's door, from the
command line only: documents are validated and references must exist, but whether each author was allowed to do what
they did is not asked again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from offers.access.permissions import Actor
from offers.document.diff import diff
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.validate import references, validate
from offers.document.values import Document, Patch, canonical_text
from offers.ledger.heads import HEAD_COLUMNS, SELECT_HEAD, Head, first_head, next_head
from offers.ledger.records import REVISION_COLUMNS, Recorded, Stamp, record
from offers.models import Sandbox

# Items in one round: what is held in memory, and within which revisions are stored in the order of their times.
BATCH = 10_000

COPY_ITEMS = f"COPY offers_libraryitem (sandbox_id, {SELECT_HEAD}) FROM STDIN"
# What lists knew of an item from one of its versions on, until another that they show differently; without end, as it stands.
IMPORTED = """
CREATE TEMPORARY TABLE IF NOT EXISTS offers_imported (
  key bigint, document jsonb, deleted boolean, since timestamptz, until timestamptz) ON COMMIT DROP
"""
COPY_IMPORTED = "COPY offers_imported FROM STDIN"
KEEP_PAST = """
INSERT INTO offers_listingpast (item_id, sandbox_id, kind, name, status, starts_at, ends_at, priority, "references",
                                channels, deleted, since, until)
SELECT listed.key, listed.sandbox_id, listed.kind, listed.name, listed.status, listed.starts_at, listed.ends_at,
       listed.priority, listed."references", listed.channels, past.deleted, past.since, past.until
  FROM offers_imported AS past JOIN offers_libraryitem AS item ON item.key = past.key
       CROSS JOIN LATERAL offers_listed(item, past.document) AS listed
 WHERE past.until IS NOT NULL ORDER BY past.since
"""
LIST_SINCE = """
UPDATE offers_listing AS listing SET since = past.since
  FROM offers_imported AS past WHERE past.until IS NULL AND listing.key = past.key
"""
COPY_REVISIONS = f"COPY offers_revision (item_id, {', '.join(REVISION_COLUMNS)}) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item: its document (None: the item is deleted), who made it, when (aware), how and why."""

    actor: Actor
    at: datetime
    document: Document | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Past:
    """An item as it is to be stored: its versions from the first on, each later than the one before."""

    kind: Kind
    id: str
    versions: list[Version]


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
    django.db.IntegrityError (an id that is taken). `items` is read as it is stored, BATCH items at a time.
    """
    source = iter(items)
    item_count = revision_count = 0
    wanted: defaultdict[Kind, set[str]] = defaultdict(set)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Foreign keys are checked batch by batch, rather than all of them remembered until the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(IMPORTED)
        while batch := list(islice(source, BATCH)):
            revisions: list[tuple[datetime, list[object]]] = []
            keys = _reserve_keys(len(batch))
            with connection.wrap_database_errors, cursor.copy(COPY_ITEMS) as copy:
                for key, past in zip(keys, batch, strict=True):
                    last = _recorded(key, past, revisions)
                    head = last.head
                    copy.write_row([sandbox.pk, *last.item(HEAD_COLUMNS)])
                    if head.deleted_at is None:
                        for reference in references(head.kind, head.document):
                            wanted[reference.kind].add(reference.id)
            revisions.sort(key=lambda revision: revision[0])
            with connection.wrap_database_errors, cursor.copy(COPY_REVISIONS) as copy:
                for _, values in revisions:
                    copy.write_row(values)
            _keep_what_lists_knew(zip(keys, batch, strict=True))
            item_count += len(batch)
            revision_count += len(revisions)
        _check_references(sandbox, wanted)
    return Imported(item_count, revision_count)


def _keep_what_lists_knew(items: Iterable[tuple[int, Past]]) -> None:
    """Store the past rows of lists, and since when the present ones are as they are. The trigger knows the last version only."""
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(COPY_IMPORTED) as copy:
            for key, past in items:
                stretches = list(_listed_stretches(past))
                untils = [since for since, _, _ in stretches[1:]]
                for (since, document, deleted), until in zip(stretches, [*untils, None], strict=True):
                    copy.write_row([key, canonical_text(document), deleted, since, until])
        for statement in (KEEP_PAST, LIST_SINCE, "TRUNCATE offers_imported"):
            cursor.execute(statement)


def _listed_stretches(past: Past) -> Iterator[tuple[datetime, Document, bool]]:
    """Since when, with which document and whether deleted: for each version that lists show differently than the one before."""
    document: Document = {}
    shown: object = None
    for version in past.versions:
        document = _listed_part(version.document) if version.document is not None else document
        if (document, version.document is None) != shown:
            shown = document, version.document is None
            yield version.at, document, version.document is None


def _listed_part(document: Document) -> Document:
    """A document without what is not read for lists, which is most of it."""
    shown = [{name: one[name] for name in ("channel", "placement")} for one in document.get("representations", ())]
    return {**document, "description": "", "representations": shown}


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


def _reserve_keys(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('offers_libraryitem', 'key')) FROM generate_series(1, %s)", [count]
        )
        return [key for (key,) in cursor.fetchall()]


def _recorded(key: int, past: Past, revisions: list[tuple[datetime, list[object]]]) -> Recorded:
    """The item at its last version; its revisions are added to the list, each with its time."""
    recorded: Recorded | None = None
    for version in past.versions:
        head = recorded.head if recorded else None
        patch, document = _step(past, head, version)
        if head is None:
            after = first_head(version.actor, past.kind, past.id, document, version.at, key=key)
        else:
            after = next_head(head, version.actor, document, version.at, deleted=version.document is None)
        recorded = record(version.actor, head.digest if head else "", after, patch, version.stamp)
        revisions.append((version.at, [key, *recorded.revision]))
    if recorded is None:
        raise ValueError(f"{past.id} has no version")
    return recorded


def _step(past: Past, head: Head | None, version: Version) -> tuple[Patch, Document]:
    """The patch that makes this version, and the document that the item shows after it (a deleted one its last)."""
    before = head.document if head and head.deleted_at is None else None
    if head and version.at <= head.modified_at:
        raise ValueError(f"version {head.etag + 1} of {past.id} is not later than the one before")
    if version.document is None:
        if head is None or before is None:
            raise ValueError(f"{past.id} is deleted when it is not there")
        return [{"op": "remove", "path": ""}], head.document
    problems = validate(past.kind, version.document)
    if problems:
        raise InvalidDocument(problems)
    if before is None:
        return [{"op": "add", "path": "", "value": version.document}], version.document
    patch = diff(before, version.document)
    if not patch:
        raise ValueError(f"a version of {past.id} changes nothing")
    return patch, version.document


def _check_references(sandbox: Sandbox, wanted: dict[Kind, set[str]]) -> None:
    for kind, ids in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT wanted.id FROM unnest(%s::text[]) AS wanted(id)
                    WHERE NOT EXISTS (SELECT FROM offers_libraryitem AS item WHERE item.sandbox_id = %s
                                         AND item.id = wanted.id AND item.kind = %s AND item.deleted_at IS NULL)
                    ORDER BY 1 LIMIT 1""",
                [list(ids), sandbox.pk, kind.value],
            )
            if row := cursor.fetchone():
                raise DanglingReference(f"there is no {kind.value} with the id {row[0]} in {sandbox.name}")
