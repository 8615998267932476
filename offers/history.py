"""What was: revisions of an item, its document at any etag or instant, who last changed what, and whether it is intact."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.models import QuerySet

from offers.document.blame import Line, blame
from offers.document.diff import equal
from offers.document.merge import Merged, merge
from offers.document.patch import replay
from offers.models import LibraryItem, Revision, Sandbox
from offers.writes import revision_digest

Document = dict[str, Any]


class NoSuchRevision(Exception):
    """The item never had this etag, or did not exist at this time (404)."""


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
    """The etag that the item had at this time (a change counts from its own instant on). Raises NoSuchRevision."""
    found = Revision.objects.filter(item=item, created_at__lte=instant).order_by("-etag").values_list("etag").first()
    if found is None:
        raise NoSuchRevision
    return int(found[0])


def blame_of(item: LibraryItem) -> tuple[list[Line], dict[int, Revision]]:
    """Which revision last changed each leaf of the document, and those revisions by etag."""
    lines = blame((found.etag, document) for found, document in _replayed(item, 1, item.etag, whole=True))
    wanted = {line.etag for line in lines}
    return lines, {found.etag: found for found in Revision.objects.filter(item=item, etag__in=wanted)}


def undone(item: LibraryItem, etag: int) -> Merged:
    """The head with one earlier change taken back: a merge, so that later changes stay. Raises NoSuchRevision.

    Undoing the creation has no document to go back to: that is a deletion, and not for here (NoSuchRevision).
    """
    if etag < 2:
        raise NoSuchRevision
    around = documents(item, etag - 1, etag)
    before, after = around.get(etag - 1), around.get(etag)
    if before is None or after is None:
        raise NoSuchRevision
    return merge(after, item.document, before)


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
    for found in chain.iterator(chunk_size=500):
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
    """Replay every chain and recompute every digest, item by item; yields what differs."""
    for sandbox in sandboxes:
        for item in LibraryItem.objects.filter(sandbox=sandbox).order_by("key").iterator(chunk_size=200):
            for etag, message in _verify_item(sandbox, item):
                yield Difference(sandbox.name, item.id, etag, message)


def _verify_item(sandbox: Sandbox, item: LibraryItem) -> Iterator[tuple[int, str]]:
    document: Document | None = None
    kept: Document | None = None
    previous, etag = "", 0
    for found in Revision.objects.filter(item=item).order_by("etag").iterator(chunk_size=500):
        etag += 1
        if found.etag != etag:
            yield found.etag, f"expected etag {etag}: a revision is missing"
            return
        if found.digest != _digest_of(previous, sandbox, item, found):
            yield etag, "the digest does not match what the revision says"
        previous = found.digest
        try:
            kept, document = document, replay(document, orjson.loads(found.patch))
        except Exception as error:  # a tampered patch may fail in any way; that is the finding
            yield etag, f"the patch cannot be replayed ({type(error).__name__})"
            return
        if found.snapshot is not None and not equal(orjson.loads(found.snapshot), document):
            yield etag, "the snapshot differs from the replayed document"
    if etag != item.etag:
        yield item.etag, f"the item is at etag {item.etag}, its history ends at {etag}"
    elif item.digest != previous:
        yield etag, "the item's digest is not the last revision's"
    elif (document is None) != (item.deleted_at is not None):
        yield etag, "the item and its history disagree on whether it is deleted"
    elif not equal(item.document, kept if document is None else document):
        yield etag, "the item's document differs from the replayed one"


def _digest_of(previous: str, sandbox: Sandbox, item: LibraryItem, found: Revision) -> str:
    return revision_digest(
        previous,
        sandbox=sandbox.name,
        id=item.id,
        etag=found.etag,
        patch=found.patch,
        actor=found.actor_id,
        label=found.actor_label,
        client=found.client_id,
        source=found.source,
        source_ref=found.source_ref,
        note=found.note,
        request=found.request_id,
        time=found.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
    )

