"""Whether lists and search know of items what their documents say, now and at every version before."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import orjson
from django.db import DataError, transaction
from django.db.models import Max, Min

from offers import asked
from offers.document.values import Document, Patch, canonical
from offers.models import LibraryItem, Sandbox, reading


class Made(Protocol):
    """A revision."""

    @property
    def item_id(self) -> int: ...
    @property
    def etag(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...


class Apart(NamedTuple):
    """Where lists or search say something else than an item does: its id and etag, and what, in words."""

    id: str
    etag: int
    message: str


# What lists and search know of the items with these keys, read out of the documents again.
LISTS = """
SELECT item.id, item.etag, 'lists show it differently than its document says'
  FROM offers_libraryitem AS item CROSS JOIN LATERAL offers_listed(item, item.document || '{}') AS expected
       LEFT JOIN offers_listing AS listing ON listing.key = item.key
 WHERE item.sandbox_id = %(sandbox)s AND item.key BETWEEN %(first)s AND %(last)s
   AND (to_jsonb(listing) - 'since') IS DISTINCT FROM (to_jsonb(expected) - 'since')
UNION ALL
SELECT item.id, item.etag, 'search knows another text than its document has'
  FROM offers_libraryitem AS item
       LEFT JOIN offers_searchtext AS named ON named.item_key = item.key AND named.part = 'name'
       LEFT JOIN offers_searchtext AS about ON about.item_key = item.key AND about.part = 'about'
       LEFT JOIN offers_searchtext AS content ON content.item_key = item.key AND content.part = 'content'
 WHERE item.sandbox_id = %(sandbox)s AND item.key BETWEEN %(first)s AND %(last)s
   AND (named.text IS DISTINCT FROM offers_searched_name(item.document || '{}')
        OR about.text IS DISTINCT FROM offers_searched_about(item.id, item.document || '{}')
        OR content.text IS DISTINCT FROM offers_searched_content(item.document || '{}'))
"""
# What they know besides: what lists knew before, each row from where the one before it ended, from the item's creation on until
# the present one; and what is of nothing that is there.
BESIDES = """
SELECT item.id, item.etag, 'what lists knew of it before has a gap or is there twice'
  FROM (SELECT item_id, since, lag(until) OVER (PARTITION BY item_id ORDER BY since, until) AS expected
          FROM (SELECT item_id, since, until FROM offers_listingpast WHERE sandbox_id = %(sandbox)s
                UNION ALL SELECT key, since, 'infinity' FROM offers_listing WHERE sandbox_id = %(sandbox)s) AS known) AS row
       JOIN offers_libraryitem AS item ON item.key = row.item_id
 WHERE row.since <> COALESCE(row.expected, item.created_at)
UNION ALL
SELECT DISTINCT item.id, item.etag, 'lists knew something before of what has one version'
  FROM offers_listingpast AS past JOIN offers_libraryitem AS item ON item.key = past.item_id
 WHERE past.sandbox_id = %(sandbox)s AND item.etag = 1
UNION ALL
SELECT listing.id, 0, 'lists show it, and there is no such item'
  FROM offers_listing AS listing WHERE listing.sandbox_id = %(sandbox)s
   AND NOT EXISTS (SELECT FROM offers_libraryitem AS item WHERE item.key = listing.key)
UNION ALL
SELECT past.name, 0, 'lists showed it before, and there never was such an item'
  FROM offers_listingpast AS past WHERE past.sandbox_id = %(sandbox)s
   AND NOT EXISTS (SELECT FROM offers_libraryitem AS item WHERE item.key = past.item_id)
UNION ALL
SELECT item.id, item.etag, 'search knows more of it than its document has'
  FROM offers_searchtext AS more JOIN offers_libraryitem AS item ON item.key = more.item_key
 WHERE item.sandbox_id = %(sandbox)s AND more.part NOT IN ('name', 'about', 'content')
"""


def now(sandbox: Sandbox) -> Iterator[Apart]:
    """Where lists and search are not what the documents make them, and where what lists knew before has gaps."""
    yield from _now(sandbox, 0, asked.MAX_KEY)
    for found in reading.stream(BESIDES, {"sandbox": sandbox.pk}):
        yield Apart(*found)


def _now(sandbox: Sandbox, first: int, last: int) -> Iterator[Apart]:
    try:
        found = list(reading.stream(LISTS, {"sandbox": sandbox.pk, "first": first, "last": last}))
    except DataError:
        # There is a document that PostgreSQL cannot read as lists do: in which half of the items?
        keys = LibraryItem.objects.filter(sandbox=sandbox, key__range=(first, last)).aggregate(Min("key"), Max("key"))
        first, last = keys["key__min"], keys["key__max"]
        if first == last:
            item = LibraryItem.objects.get(key=first)
            yield Apart(item.id, item.etag, "lists cannot show what its document says")
            return
        middle = (first + last) // 2
        yield from _now(sandbox, first, middle)
        yield from _now(sandbox, middle + 1, last)
        return
    yield from (Apart(*one) for one in found)


# Of each stretch of versions that lists show alike: what they knew at any time in it, and what the document says. The last one's
# present row is compared above; and of an item that is being edited meanwhile, what was known after it is another version's.
# MATERIALIZED: a document is read as lists do only where they knew something, which is most of the time.
PAST = """
WITH known AS MATERIALIZED (
  SELECT item, given.*, known AS showed
    FROM jsonb_to_recordset(%(stretches)s::jsonb)
           AS given(key bigint, etag int, last int, document jsonb, deleted bool, since timestamptz, until timestamptz)
    JOIN offers_libraryitem AS item ON item.key = given.key AND (given.until < 'infinity' OR item.etag = given.last)
   CROSS JOIN LATERAL (
     SELECT sandbox_id, kind, name, status, starts_at, ends_at, priority, "references", channels, deleted
       FROM offers_listingpast WHERE item_id = given.key AND since < given.until AND until > given.since
     UNION ALL
     SELECT sandbox_id, kind, name, status, starts_at, ends_at, priority, "references", channels, deleted_at IS NOT NULL
       FROM offers_listing WHERE key = given.key AND since < given.until AND given.until < 'infinity') AS known
   WHERE given.since < given.until)
SELECT DISTINCT (item).id, etag, 'lists showed it differently at this version than its document says'
  FROM known CROSS JOIN LATERAL offers_listed(item, document) AS expected
 WHERE showed IS DISTINCT FROM (expected.sandbox_id, expected.kind, expected.name, expected.status, expected.starts_at, expected.ends_at,
         expected.priority, expected."references", expected.channels, known.deleted)
"""
# Stretches that are compared at once.
AT_ONCE = 1_000


class Past:
    """Compares what lists knew of items with each version of them, while they are replayed."""

    def __init__(self) -> None:
        self._stretches: list[dict[str, Any]] = []
        self._found: list[Apart] = []
        self._etag, self._since, self._shown = 1, "-infinity", b"null"

    def changes(self, made: Made, patch: Patch, document: Document | None) -> None:
        """A revision after the first, which is about to change the document (None: deleted)."""
        if made.etag == 2:
            self._etag, self._since, self._shown = 1, "-infinity", b"null"
        if any(map(_may_show, patch)):
            self._end(made, document, made.created_at.isoformat())
            self._etag, self._since = made.etag, made.created_at.isoformat()

    def ends(self, made: Made, document: Document | None) -> None:
        """An item has been replayed to its last revision."""
        if made.etag > 1:
            self._end(made, document, "infinity")

    def found(self) -> list[Apart]:
        """What was wrong with those that were compared so far."""
        found, self._found = self._found, []
        return found

    def compare(self) -> None:
        """Compare those that wait for it."""
        stretches, self._stretches = self._stretches, []
        self._found += _apart(stretches) if stretches else ()

    def _end(self, made: Made, document: Document | None, until: str) -> None:
        if document is not None:
            self._shown = _part(document)
        self._stretches.append(
            {
                "key": made.item_id,
                "etag": self._etag,
                "last": made.etag,
                "document": orjson.Fragment(self._shown),
                "deleted": document is None,
                "since": self._since,
                "until": until,
            }
        )
        if len(self._stretches) == AT_ONCE:
            self.compare()


def _apart(stretches: list[dict[str, Any]]) -> Iterator[Apart]:
    try:
        # What PostgreSQL cannot read as lists do takes nothing else along.
        with transaction.atomic(using=reading.source().alias):
            found = reading.rows(PAST, {"stretches": orjson.dumps(stretches).decode()})
    except DataError:
        if len(stretches) == 1:
            (one,) = stretches
            yield Apart(f"item {one['key']}", one["etag"], "lists cannot show what this version says")
            return
        middle = len(stretches) // 2
        yield from _apart(stretches[:middle])
        yield from _apart(stretches[middle:])
        return
    yield from (Apart(*one) for one in found)


def listed_part(document: Document) -> Document:
    """A document without what is not read for lists, which is most of it."""
    shown = [{name: one[name] for name in ("channel", "placement")} for one in document.get("representations", ())]
    return {**document, "description": "", "representations": shown}


def _part(document: Document) -> bytes:
    try:
        return canonical(listed_part(document))
    except (AttributeError, KeyError, TypeError):
        # No document that the application stored; what PostgreSQL makes of it is compared all the same.
        return canonical(document)


def _may_show(operation: dict[str, Any]) -> bool:
    """Whether it may change what lists show: not where it is in texts alone."""
    path: str = operation["path"]
    return not (path == "/description" or "/components" in path) or "from" in operation
