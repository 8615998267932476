"""What of an offer customers could get, and when: each wording with its times on air, as it was recorded then. Reads only.

On air is an approved offer within its window. A version is true until the next one, so what was shown follows from versions alone.
Versions are looked at from the newest back, so many a page: of a long history the rest is said to be there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from time import thread_time
from typing import Any, NamedTuple

import orjson

from offers.document.kinds.registry import KINDS, Kind
from offers.document.live import end_of_window, is_live
from offers.document.values import Document, canonical_text
from offers.ledger.history import versions_from
from offers.ledger.records import SNAPSHOT_EVERY
from offers.models import LibraryItem, Revision, reading

# Versions of one page, and seconds of the processor for them: documents may be large.
MOST, ENOUGH = 500, 0.5
LIMITS = ("selectionConstraint", "rank", "cappingConstraint", "frequencyCappingConstraints")
# What a piece of an offer is known by: which part, and of a representation its placement and channel.
Key = tuple[str, ...]
CONTENT, LIMIT, ATTRIBUTES = "content", "limits", "attributes"


@dataclass(slots=True)
class Aired:
    """A time in which customers could get it; `until` is None while they still can.

    `made` is the version with which it was live, whatever its window: whose approval that has is who approved it. None: an older one.
    """

    since: datetime
    until: datetime | None
    made: Revision | None = None


@dataclass(slots=True)
class Piece:
    """One value that a part of the offer had on air, and when; `brought` is the version that gave it, None for an older one.

    `etag` is a version that has it, and `position` where it stands there, of a content: that of its representation.
    """

    key: Key
    value: Any
    brought: Revision | None
    etag: int
    position: int
    times: list[Aired] = field(default_factory=list)

    @property
    def placement(self) -> str:
        return self.key[1] if self.key[0] == CONTENT else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The pieces of a page, those in front that were on air last; `older` is the version that the next page goes back from, 0 for none."""

    pieces: list[Piece]
    first: int
    last: int
    older: int


class _Version(NamedTuple):
    made: Revision
    live: bool
    starts: datetime | None
    ends: datetime | None
    parts: Mapping[Key, str]
    # Where in the document each content stands: the position of its representation.
    positions: Mapping[Key, int]


def first_and_last(item: LibraryItem, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When customers could get it first and last, over its whole history; None for never. The last is `now` while they can."""
    asked = {"item": item.pk, "now": now, "live": KINDS[Kind(item.kind)].live}
    ((first, last),) = reading.rows(_FIRST_AND_LAST, asked)
    return first, last


def evidence(item: LibraryItem, now: datetime, before: int | None = None) -> Evidence:
    """What was on air by the versions below `before`, or by the last ones."""
    last = min(item.etag, before - 1) if before else item.etag
    found = _back_from(item, last)
    until = _made_at(item, last + 1) if last < item.etag else None
    pieces: dict[tuple[Key, str], Piece] = {}
    brought, live = _Since(), _Since()
    for version, following in zip(found, [*found[1:], None], strict=True):
        # What the first version of a page has may be older than it.
        came = version.made if version is not found[0] or version.made.etag == 1 else None
        brought.goes_on(version.parts, came)
        live.goes_on(version.parts if version.live else {}, came)
        aired = _aired(version, following.made.created_at if following else until, now)
        if aired is None:
            continue
        for key, text in version.parts.items():
            if (key, text) not in pieces:
                at = version.made.etag, version.positions.get(key, 0)
                pieces[key, text] = Piece(key, orjson.loads(text), brought.found[key][1], *at)
            _add(pieces[key, text], aired, live.found[key][1])
    first = found[0].made.etag if found else 1
    shown = sorted(pieces.values(), key=lambda piece: piece.times[-1].since, reverse=True)
    return Evidence(shown, first, last, first if first > 1 else 0)


class _Since:
    """Since which version each part has been what it is, in versions that are told one after the other."""

    def __init__(self) -> None:
        self.found: dict[Key, tuple[str, Revision | None]] = {}

    def goes_on(self, parts: Mapping[Key, str], made: Revision | None) -> None:
        before = self.found
        self.found = {
            key: before[key] if key in before and before[key][0] == text else (text, made)
            for key, text in parts.items()
        }


def _add(piece: Piece, aired: tuple[datetime, datetime | None], made: Revision | None) -> None:
    since, until = aired
    if piece.times and piece.times[-1].until == since:
        piece.times[-1].until = until
    else:
        piece.times.append(Aired(since, until, made))


def _aired(version: _Version, ends: datetime | None, now: datetime) -> tuple[datetime, datetime | None] | None:
    """From when until when customers could get this version; None for never."""
    if not version.live:
        return None
    since = max(version.made.created_at, version.starts) if version.starts else version.made.created_at
    until = min(filter(None, (ends, version.ends, now)))
    if since >= until:
        return None
    return since, None if until == now else until


def _back_from(item: LibraryItem, last: int) -> list[_Version]:
    """Versions up to `last`, the oldest first: as many as there is time for, from the snapshots back."""
    found: list[_Version] = []
    end, stop = thread_time() + ENOUGH, max(0, last - MOST)
    while last > stop and (not found or thread_time() < end):
        # From a snapshot on, so that each is replayed once.
        first = max(1, (last - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY)
        found = [*_versions(item, first, last), *found]
        last = first - 1
    return found


def _versions(item: LibraryItem, first: int, last: int) -> Iterator[_Version]:
    for made, document in versions_from(item, first, last):
        made.patch, made.snapshot = "", None
        yield _version(item.kind, made, document)


def _version(kind: str, made: Revision, document: Document | None) -> _Version:
    if document is None:
        return _Version(made, False, None, None, {}, {})
    starts, ends = (end_of_window(document, "startDate"), end_of_window(document, "endDate"))
    positions = {_content_key(one): number for number, one in enumerate(document.get("representations", ()))}
    return _Version(made, is_live(kind, document), starts, ends, dict(_parts(document)), positions)


def _content_key(representation: Document) -> Key:
    return CONTENT, str(representation.get("placement", "")), str(representation.get("channel", ""))


def _parts(document: Document) -> Iterator[tuple[Key, str]]:
    """What customers see of it, and who gets it when: each as the one text that it has, shared by the versions that have it."""
    for found in document.get("representations", ()):
        yield _content_key(found), intern(canonical_text(found.get("components", [])))
    limits = {name: document[name] for name in LIMITS if name in document}
    if limits:
        yield (LIMIT,), intern(canonical_text(limits))
    if document.get("characteristics"):
        yield (ATTRIBUTES,), intern(canonical_text(document["characteristics"]))


def _made_at(item: LibraryItem, etag: int) -> datetime | None:
    return Revision.objects.filter(item=item, etag=etag).values_list("created_at", flat=True).first()


# What lists knew of it, in the order of time: the first and the last row in which customers could get it.
_KNOWN = """
SELECT greatest(since, starts_at) AS since, least({until}, ends_at) AS until FROM {table}
 WHERE {item} = %(item)s AND status = %(live)s AND {there} AND greatest(since, starts_at) < least({until}, ends_at)
"""
_PAST = _KNOWN.format(table="offers_listingpast", item="item_id", there="NOT deleted", until="until")
_NOW = _KNOWN.format(table="offers_listing", item="key", there="deleted_at IS NULL", until="%(now)s::timestamptz")
_FIRST_AND_LAST = f"""
SELECT min(since), max(until) FROM (
  ({_PAST} ORDER BY offers_listingpast.since LIMIT 1) UNION ALL
  ({_PAST} ORDER BY offers_listingpast.since DESC LIMIT 1) UNION ALL {_NOW}) AS known
"""
