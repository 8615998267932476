"""What was: revisions of an item, its document at any etag or instant, and what an undo makes of it."""

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import datetime, timedelta

import orjson

from offers.access.permissions import NotFound, actor_key
from offers.document.merge import Merged, merge
from offers.document.patch import replay
from offers.document.values import Document
from offers.ledger.around import around
from offers.ledger.records import SNAPSHOT_EVERY
from offers.models import LibraryItem, Revision


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
    for found, document in versions(item, etag, etag):
        if found.etag == etag:
            return document
    raise NoSuchRevision


def documents(item: LibraryItem, first: int, last: int) -> dict[int, Document | None]:
    """The documents at the etags from `first` to `last`, in one query (None where deleted)."""
    return {found.etag: document for found, document in versions_from(item, first, last)}


def last_instant(instant: datetime) -> datetime:
    """Times are kept to the microsecond and shown to the millisecond. So a time means its whole millisecond: given back as
    it was shown, it names the change that it was shown with, the last one where several share it.
    """
    return instant.replace(microsecond=instant.microsecond // 1_000 * 1_000 + 999)


def instant_before(instant: datetime) -> datetime:
    """The last instant of the millisecond before."""
    return last_instant(instant - timedelta(milliseconds=1))


def were_at(keys: Sequence[int], instant: datetime) -> list[LibraryItem]:
    """These items as they were at this time, in the same order, in one query besides their rows.

    What had been deleted by then or was not there yet is left out. For each item at most SNAPSHOT_EVERY patches are replayed.
    """
    chains = _chains_until(keys, last_instant(instant))
    now = LibraryItem.objects.in_bulk(chains)
    return [was for key in keys if key in chains and (was := _was(now[key], chains[key])) is not None]


def was_at(item: LibraryItem, instant: datetime) -> LibraryItem:
    """The item as it was at this time. Raises NoSuchRevision where it was not there yet, or deleted."""
    chain = _chains_until([item.key], last_instant(instant)).get(item.key)
    was = _was(item, chain) if chain else None
    if was is None:
        raise NoSuchRevision
    return was


def revision_at(item: LibraryItem, instant: datetime) -> Revision:
    """The revision that the item was at at this time, a deletion too. Raises NoSuchRevision where it was not there yet."""
    found = Revision.objects.filter(item=item, created_at__lte=last_instant(instant)).order_by("-etag").first()
    if found is None:
        raise NoSuchRevision
    return found


def changes_around(item: LibraryItem, instant: datetime) -> tuple[datetime | None, datetime | None]:
    """When the item had last been changed before what it was at this time, and when it was changed next; None for never.

    What stands in one millisecond is one change, for no time that is shown tells it apart.
    """
    made = Revision.objects.filter(item=item).values_list("created_at", flat=True)

    def latest(until: datetime) -> datetime | None:
        return made.filter(created_at__lte=until).order_by("-etag").first()

    last = last_instant(instant)
    current = latest(last)
    return current and latest(instant_before(current)), made.filter(created_at__gt=last).order_by("etag").first()


def _chains_until(keys: Sequence[int], last: datetime) -> dict[int, list[Revision]]:
    """The revisions that make each item's document of then: from the nearest snapshot, or from the start."""
    found: dict[int, list[Revision]] = {}
    chains = Revision.objects.raw(
        """SELECT near.* FROM unnest(%s::bigint[]) AS wanted(item)
            CROSS JOIN LATERAL (SELECT etag FROM offers_revision
              WHERE item_id = wanted.item AND created_at <= %s ORDER BY etag DESC LIMIT 1) AS last
            CROSS JOIN LATERAL (SELECT coalesce(max(etag), 1) AS etag FROM offers_revision
              WHERE item_id = wanted.item AND etag <= last.etag AND snapshot IS NOT NULL) AS start
             JOIN offers_revision AS near
               ON near.item_id = wanted.item AND near.etag BETWEEN start.etag AND last.etag
            ORDER BY near.item_id, near.etag""",
        [list(keys), last],
    )
    for made in chains:
        found.setdefault(made.item_id, []).append(made)
    return found


def _was(now: LibraryItem, chain: list[Revision]) -> LibraryItem | None:
    """The item as the last revision of the chain left it; None where that deleted it. It is not to be stored."""
    document: Document | None = None
    for made in chain:
        document = orjson.loads(made.snapshot) if made.snapshot else replay(document, orjson.loads(made.patch))
    if document is None:
        return None
    last, was = chain[-1], copy(now)
    was.document, was.etag, was.digest, was.deleted_at = document, last.etag, last.digest, None
    was.modified_at, was.modified_by, was.modified_by_client = last.created_at, last.actor_label, last.client_id
    was.modified_by_key = actor_key(last.actor_id, last.client_id, last.actor_label)
    return was


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
    documents = around((item.key, etag) for item, etag in wanted if 2 <= etag <= item.etag)
    return [_undone(item, *documents.get((item.key, etag), (None, None))) for item, etag in wanted]


def _undone(item: LibraryItem, before: Document | None, after: Document | None) -> Merged | None:
    if before is None or after is None:
        return None
    # The version that is taken back is what both sides began with: one went on from it, the other returns to what was before.
    return merge(after, item.document, before)


def versions(item: LibraryItem, first: int, last: int) -> Iterator[tuple[Revision, Document | None]]:
    """Revisions up to `last` with their documents, from the nearest snapshot at or below `first` (or from the start)."""
    chain = Revision.objects.filter(item=item, etag__lte=last).order_by("etag")
    start = Revision.objects.filter(item=item, etag__lte=first, snapshot__isnull=False).order_by("-etag").first()
    document: Document | None = None
    if start is not None and start.snapshot is not None:
        document = orjson.loads(start.snapshot)
        yield start, document
        chain = chain.filter(etag__gt=start.etag)
    # A short chain is read at once: a cursor on the server costs several round trips.
    long = last - first > SNAPSHOT_EVERY
    for found in chain.iterator(chunk_size=500) if long else chain:
        document = replay(document, orjson.loads(found.patch))
        yield found, document


def versions_from(item: LibraryItem, first: int, last: int) -> Iterator[tuple[Revision, Document | None]]:
    """The same without those below `first`, which are only replayed."""
    return ((found, document) for found, document in versions(item, first, last) if found.etag >= first)
