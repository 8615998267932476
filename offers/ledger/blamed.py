"""Who last changed what: found by replaying an item's history once, and kept, so that the next look goes on from there.

What is kept is a cache beside the item (`models/blame`). It is written here, by whoever asks, and never by a change; where
two ask at once either may write, for what each found is true by itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from offers.document.blame import Line, blame, last_changes
from offers.document.identity import Path
from offers.document.values import Document
from offers.ledger.history import NoSuchRevision, versions, versions_from
from offers.ledger.records import SNAPSHOT_EVERY
from offers.models import BlameFound, LibraryItem, Revision

# What the etags that are kept mean: one for each leaf that document/blame.py names, in its order. To be raised with it.
RECIPE = 2
# Versions that removed something, of which so many are kept, the newest.
REMOVING = 50
# Revisions that are replayed in one go: a fifth of a second for a largest document.
LOOKED_BACK = 1_000
# A first look at a long history takes steps of so many until this time is over. The next one goes on from there.
SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Blamed:
    """Who last changed each leaf of `document`. A line whose etag is `since`, if that is not 1, may be older than that.

    `removing` are the etags of versions that removed something, the newest last: of those after `since` at most REMOVING.
    """

    document: Document
    lines: list[Line]
    made: dict[int, Revision]
    since: int
    removing: list[int]

    @property
    def is_whole(self) -> bool:
        """Whether every line is told; else the next look goes on, and `blame_of` this version, `since`, tells what it left."""
        return _is_whole(self.since, self.lines)


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines of a version, whose revision has this digest, as far as the versions from `since` on tell them."""

    digest: str
    document: Document | None
    lines: list[Line]
    since: int
    removing: list[int]


def blame_of(item: LibraryItem, etag: int | None = None) -> Blamed:
    """Which revision last changed each leaf of the document at this etag (by default as it stands), and those by etag.

    What was found is kept, and the work of one look does not grow with history (LOOKED_BACK, SECONDS). Raises NoSuchRevision,
    also for a version that is a deletion.
    """
    last = item.etag if etag is None else etag
    kept = _kept(item, last)
    found = _newest(item, last, kept)
    document = found.document
    if document is None:
        raise NoSuchRevision
    deadline = monotonic() + SECONDS
    while not _is_whole(found.since, found.lines) and monotonic() < deadline:
        found = _further_back(item, found, kept)
    is_news = kept is None or last - kept.etag >= SNAPSHOT_EVERY or found.since < kept.since
    if last == item.etag > SNAPSHOT_EVERY and is_news:
        _keep(item, found)
    made = {one.etag: one for one in Revision.objects.filter(item=item, etag__in={line.etag for line in found.lines})}
    return Blamed(document, found.lines, made, found.since, found.removing)


def changed_since(item: LibraryItem, etag: int, paths: Collection[Path]) -> dict[Path, Revision]:
    """Which revision after this etag was the last to change each of these places, and others: document/blame.py.

    Of changes that lie further back than LOOKED_BACK, it tells those of values that are still there.
    """
    told: dict[Path, Revision] = {}
    if item.etag - etag > SNAPSHOT_EVERY:
        known = blame_of(item)
        told = {line.path: known.made[line.etag] for line in known.lines if line.etag > max(etag, known.since)}
        if all(path in told for path in paths):
            return told
    first = max(etag, item.etag - LOOKED_BACK)
    return {**told, **last_changes(versions_from(item, first, item.etag))}


def _kept(item: LibraryItem, last: int) -> BlameFound | None:
    """What was found of this version or an earlier one of the same history."""
    kept = BlameFound.objects.filter(item=item, recipe=RECIPE, etag__lte=last).first()
    if kept and Revision.objects.filter(item=item, etag=kept.etag, digest=kept.digest).exists():
        return kept
    return None


def _newest(item: LibraryItem, last: int, kept: BlameFound | None) -> _Part:
    """The lines of a version: from what was kept, if that is near, or as far as one step back tells them."""
    if kept and last - kept.etag <= LOOKED_BACK:
        return _from_kept(item, kept, last)
    return _step(item, max(1, last - LOOKED_BACK), last)


def _further_back(item: LibraryItem, found: _Part, kept: BlameFound | None) -> _Part:
    """The same lines, told by what lies one step further back: what nothing changed since then is as it was told there."""
    if kept and kept.since < found.since and 0 <= found.since - kept.etag <= LOOKED_BACK:
        older = _from_kept(item, kept, found.since)
    else:
        older = _step(item, max(1, found.since - max(1, LOOKED_BACK)), found.since)
    told = {line.path: line.etag for line in older.lines}
    lines = [replace(line, etag=told[line.path]) if line.etag == found.since else line for line in found.lines]
    return replace(found, lines=lines, since=older.since, removing=_newest_of([*older.removing, *found.removing]))


def _from_kept(item: LibraryItem, kept: BlameFound, last: int) -> _Part:
    """The lines of a version, from those that were kept of an earlier one."""
    return _told(versions_from(item, kept.etag, last), last, kept)


def _step(item: LibraryItem, first: int, last: int) -> _Part:
    return _told(versions(item, first, last), last)


def _told(replayed: Iterator[tuple[Revision, Document | None]], last: int, kept: BlameFound | None = None) -> _Part:
    """The lines of the last of these versions. Raises NoSuchRevision where that is not `last`."""
    made: Revision | None = None
    document: Document | None = None
    since, etags, removing = (kept.since, kept.etags, list(kept.removing)) if kept else (0, None, [])

    def noted() -> Iterator[tuple[int, Document | None]]:
        nonlocal made, document, since
        for made, document in replayed:
            since = since or made.etag
            yield made.etag, document

    lines = blame(noted(), etags, removing)
    if made is None or made.etag != last:
        raise NoSuchRevision
    return _Part(made.digest, document, lines, since, _newest_of(removing))


def _newest_of(removing: list[int]) -> list[int]:
    return sorted(set(removing))[-REMOVING:]


def _keep(item: LibraryItem, found: _Part) -> None:
    etags = [line.etag for line in found.lines]
    row = BlameFound(item=item, etag=item.etag, digest=found.digest, recipe=RECIPE, since=found.since, etags=etags)
    row.removing = found.removing
    columns = ["etag", "digest", "recipe", "since", "etags", "removing"]
    BlameFound.objects.bulk_create([row], update_conflicts=True, unique_fields=["item"], update_fields=columns)


def _is_whole(since: int, lines: list[Line]) -> bool:
    return since == 1 or all(line.etag != since for line in lines)
