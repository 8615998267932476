"""What was: revisions of an item, its document at any etag or instant, who last changed what, and whether it is intact."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection
from django.db.models import Case, F, QuerySet, When

from offers.access.permissions import NotFound, actor_key
from offers.document.blame import Line, blame, last_changes
from offers.document.diff import equal
from offers.document.identity import Path
from offers.document.merge import Merged, merge
from offers.document.patch import replay
from offers.ledger.leaf import Leaf, commitment, time_text
from offers.ledger.records import SNAPSHOT_EVERY, canonical
from offers.models import LibraryItem, Revision, Sandbox

Document = dict[str, Any]


class NoSuchRevision(NotFound):
    """The item never had this etag, or did not exist at this time."""


def revisions(item: LibraryItem, *, before: int | None = None, limit: int = 25) -> list[Revision]:
    """The item's revisions, newest first, from below the etag `before`: a page of a timeline, at most `limit` long."""
    found = Revision.objects.filter(item=item).order_by("-etag")
    return list((found.filter(etag__lt=before) if before else found)[:limit])


def revision(item: LibraryItem, etag: int) -> Revision:
    """The revision that made this etag. Raises NoSuchRevision."""
    found = Revision.objects.filter(item=item, etag=etag).first()
    if found is None:
        raise NoSuchRevision
    return found


def document_at(item: LibraryItem, etag: int) -> Document | None:
    """The document at this etag; None where that etag deleted the item. Raises NoSuchRevision.

    Replays at most SNAPSHOT_EVERY patches, from the nearest snapshot below.
    """
    for found, document in _replayed(item, etag, etag):
        if found.etag == etag:
            return document
    raise NoSuchRevision


def documents(item: LibraryItem, first: int, last: int) -> dict[int, Document | None]:
    """The documents at the etags from `first` to `last`, in one query (None where deleted)."""
    return {found.etag: document for found, document in _replayed(item, first, last) if found.etag >= first}


def etag_at(item: LibraryItem, instant: datetime) -> int:
    """The etag that the item had at this time. Raises NoSuchRevision.

    Times are kept to the microsecond and shown to the millisecond. So a time means its whole millisecond: given back as
    it was shown, it names the change that it was shown with, the last one where several share it.
    """
    last = instant.replace(microsecond=instant.microsecond // 1_000 * 1_000 + 999)
    found = Revision.objects.filter(item=item, created_at__lte=last).order_by("-etag").values_list("etag").first()
    if found is None:
        raise NoSuchRevision
    return int(found[0])


def blame_of(item: LibraryItem) -> tuple[list[Line], dict[int, Revision]]:
    """Which revision last changed each leaf of the document, and those revisions by etag."""
    lines = blame((found.etag, document) for found, document in _replayed(item, 1, item.etag, whole=True))
    wanted = {line.etag for line in lines}
    return lines, {found.etag: found for found in Revision.objects.filter(item=item, etag__in=wanted)}


def changed_since(item: LibraryItem, etag: int) -> dict[Path, Revision]:
    """Which revision after this etag was the last to change each place that was changed: document/blame.py."""
    chain = _replayed(item, etag, item.etag)
    return last_changes((found, document) for found, document in chain if found.etag >= etag)


def undone(item: LibraryItem, etag: int) -> Merged:
    """The head with one earlier change taken back: a merge, so that later changes stay. Raises NoSuchRevision.

    Undoing the creation has no document to go back to: that is a deletion, and not for here (NoSuchRevision).
    """
    (merged,) = undone_each([(item, etag)])
    if merged is None:
        raise NoSuchRevision
    return merged


def undone_each(wanted: Sequence[tuple[LibraryItem, int]]) -> list[Merged | None]:
    """What `undone` gives for each of these items and etags, in one query; None where it raises NoSuchRevision.

    For each item it reads and replays at most SNAPSHOT_EVERY patches.
    """
    etags = {item.key: etag for item, etag in wanted if 2 <= etag <= item.etag}
    around: defaultdict[int, dict[int, Document | None]] = defaultdict(dict)
    document: Document | None = None
    key = 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT wanted.item, near.etag, near.patch, near.snapshot
                 FROM unnest(%s::bigint[], %s::int[]) AS wanted(item, etag)
                CROSS JOIN LATERAL (
                  SELECT coalesce(max(etag), 1) AS etag FROM offers_revision
                   WHERE item_id = wanted.item AND etag < wanted.etag AND snapshot IS NOT NULL) AS start
                 JOIN offers_revision AS near
                   ON near.item_id = wanted.item AND near.etag BETWEEN start.etag AND wanted.etag
                ORDER BY wanted.item, near.etag""",
            [list(etags), list(etags.values())],
        )
        for item_key, etag, patch, snapshot in cursor.fetchall():
            if item_key != key:
                key, document = item_key, orjson.loads(snapshot) if snapshot else replay(None, orjson.loads(patch))
            else:
                document = replay(document, orjson.loads(patch))
            if etag >= etags[key] - 1:
                around[key][etag] = document
    return [_undone(item, around[item.key].get(etag - 1), around[item.key].get(etag)) for item, etag in wanted]


def _undone(item: LibraryItem, before: Document | None, after: Document | None) -> Merged | None:
    return None if before is None or after is None else merge(after, item.document, before)


def _replayed(
    item: LibraryItem, first: int, last: int, *, whole: bool = False
) -> Iterator[tuple[Revision, Document | None]]:
    """Revisions up to `last` with their documents, from the nearest snapshot at or below `first` (or from the start)."""
    chain = Revision.objects.filter(item=item, etag__lte=last).order_by("etag")
    start: Revision | None = None
    if not whole:
        start = Revision.objects.filter(item=item, etag__lte=first, snapshot__isnull=False).order_by("-etag").first()
    document: Document | None = None
    if start is not None and start.snapshot is not None:
        document = orjson.loads(start.snapshot)
        yield start, document
        chain = chain.filter(etag__gt=start.etag)
    # A short chain is read at once: a cursor on the server costs several round trips.
    long = whole or last - first > SNAPSHOT_EVERY
    for found in chain.iterator(chunk_size=500) if long else chain:
        document = replay(document, orjson.loads(found.patch))
        yield found, document


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where history is not what it should be."""

    sandbox: str
    id: str
    etag: int
    message: str


def verify(sandboxes: QuerySet[Sandbox]) -> Iterator[Difference]:
    """Replay every chain and recompute every digest; yields what differs, item by item.

    One streaming statement for each sandbox, which therefore reads one state of the library: it can run while people
    work. Memory grows with neither the number of items nor the length of their histories.
    """
    for sandbox in sandboxes:
        for item in LibraryItem.objects.filter(sandbox=sandbox, revisions=None).iterator():
            yield Difference(sandbox.name, item.id, item.etag, "the item has no history")
        for _, chain in groupby(_with_items(sandbox).iterator(chunk_size=1_000), attrgetter("item_id")):
            for found, message in _verify_chain(sandbox, chain):
                yield Difference(sandbox.name, found.item.id, found.etag, message)


def _with_items(sandbox: Sandbox) -> QuerySet[Revision]:
    """Every revision with its item; the item's document only where it is needed, as `head` of its last revision."""
    columns = ("kind", "id", "etag", "digest", "deleted_at", "sandbox_id")
    created = ("created_at", "created_by", "created_by_client")
    modified = ("modified_at", "modified_by", "modified_by_client", "modified_by_key")
    own = [field.attname for field in Revision._meta.concrete_fields]
    return (
        Revision.objects.filter(item__sandbox=sandbox)
        .select_related("item")
        .only(*own, *(f"item__{name}" for name in (*columns, *created, *modified)))
        .annotate(head=Case(When(etag=F("item__etag"), then=F("item__document"))))
        .order_by("item_id", "etag")
    )


def _verify_chain(sandbox: Sandbox, chain: Iterator[Revision]) -> Iterator[tuple[Revision, str]]:
    """What is wrong with one item, and at which revision. A chain that is broken is not followed further."""
    document: Document | None = None
    last_shown: Document | None = None
    previous = ""
    for expected, found in enumerate(chain, start=1):
        item = found.item
        if found.etag != expected:
            yield found, f"the revision of etag {expected} is missing"
            return
        try:
            document = replay(document, orjson.loads(found.patch))
            intact = found.snapshot is None or equal(orjson.loads(found.snapshot), document)
        except Exception as error:  # noqa: BLE001  # a tampered patch may fail in any way; that is the finding
            yield found, f"the patch cannot be replayed ({type(error).__name__})"
            return
        if found.digest != _leaf_of(previous, sandbox, found, document).digest():
            yield found, "the digest does not match what the revision says"
        previous = found.digest
        for name in sorted(found.erased or {}):
            yield found, f"the {name} was erased, and nothing says by whom"
        last_shown = last_shown if document is None else document
        if not intact:
            yield found, "the snapshot differs from the replayed document"
        if found.sandbox_id != item.sandbox_id:
            yield found, "the revision is filed under another sandbox than its item"
        if expected == 1 and not _stamped_by(found, item.created_at, item.created_by, item.created_by_client):
            yield found, "the item and its first revision disagree on who created it, or when"
    yield from ((found, message) for message in _head_problems(found, document, last_shown))


def _head_problems(last: Revision, document: Document | None, last_shown: Document | None) -> Iterator[str]:
    """Where the item itself is not what its history, which ends at `last`, makes it."""
    item = last.item
    if item.etag != last.etag:
        yield f"the item is at etag {item.etag}, its history ends at {last.etag}"
        return
    if item.digest != last.digest:
        yield "the item's digest is not its last revision's"
    key = actor_key(last.actor_id, last.client_id, last.actor_label)
    stamped = _stamped_by(last, item.modified_at, item.modified_by, item.modified_by_client)
    if not stamped or item.modified_by_key != key:
        yield "the item and its last revision disagree on who modified it, or when"
    if item.deleted_at != (last.created_at if document is None else None):
        yield "the item and its history disagree on whether it is deleted"
    if not equal(last.head, last_shown):  # type: ignore[attr-defined]  # annotated by _with_items
        yield "the item's document differs from the replayed one"


def _stamped_by(found: Revision, at: datetime, label: str, client_id: str) -> bool:
    return (found.created_at, found.actor_label, found.client_id) == (at, label, client_id)


def _leaf_of(before: str, sandbox: Sandbox, found: Revision, document: Document | None) -> Leaf:
    """What a revision proves, made of what is stored; `document` is what its patch makes."""
    texts = {
        "patch": found.patch,
        "document": canonical(document),
        "label": found.actor_label,
        "note": found.note,
    }
    return Leaf(
        sandbox=sandbox.name,
        item=found.item.id,
        kind=found.item.kind,
        etag=found.etag,
        before=before,
        **{name: _commitment(found, name, text) for name, text in texts.items()},
        actor=found.actor_id,
        client=found.client_id,
        door=found.source,
        refers_to=found.refers_to,
        request=found.request_id,
        time=time_text(found.created_at),
    )


def _commitment(found: Revision, name: str, text: str) -> str:
    """The commitment to a text of a revision: made of it or, where it was erased, the one that was kept instead."""
    kept = (found.erased or {}).get(name)
    return str(kept) if kept is not None else commitment(bytes(getattr(found, f"{name}_salt") or b""), text)
