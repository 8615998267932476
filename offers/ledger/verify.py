"""Whether history is intact: every chain replayed, every digest recomputed, every item compared with what its history makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import orjson
from django.db.models import Case, F, QuerySet, When

from offers.access.permissions import actor_key
from offers.document.patch import replay
from offers.document.values import Document, canonical_text, equal
from offers.ledger.heads import HEAD_COLUMNS
from offers.ledger.records import leaf_of
from offers.models import LibraryItem, Revision, Sandbox, reading


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where history is not what it should be."""

    sandbox: str
    id: str
    etag: int
    message: str


def verify(sandboxes: QuerySet[Sandbox]) -> Iterator[Difference]:
    """Replay every chain and recompute every digest; yields what differs, item by item.

    Chains and items are read by one streaming statement for each sandbox, which therefore reads one state of them; so is, by
    another, what lists know. It can run while people work. Memory grows with neither the number of items nor the length of
    their histories.
    """
    for sandbox in sandboxes:
        for item in LibraryItem.objects.filter(sandbox=sandbox, revisions=None).iterator():
            yield Difference(sandbox.name, item.id, item.etag, "the item has no history")
        for _, chain in groupby(_with_items(sandbox).iterator(chunk_size=1_000), attrgetter("item_id")):
            for found, message in _verify_chain(sandbox, chain):
                yield Difference(sandbox.name, found.item.id, found.etag, message)
        yield from _verify_lists(sandbox)


# What lists and search know of items, read out of the documents again; and what lists knew before, each row from where the one
# before it ended, from the item's creation on until the present one.
LISTS = """
SELECT item.id, item.etag, 'lists show it differently than its document says'
  FROM offers_libraryitem AS item CROSS JOIN LATERAL offers_listed(item, item.document || '{}') AS expected
       LEFT JOIN offers_listing AS listing ON listing.key = item.key
 WHERE item.sandbox_id = %(sandbox)s
   AND (to_jsonb(listing) - 'since') IS DISTINCT FROM (to_jsonb(expected) - 'since')
UNION ALL
SELECT item.id, item.etag, 'search knows another text than its document has'
  FROM offers_libraryitem AS item
       LEFT JOIN offers_searchtext AS named ON named.item_key = item.key AND named.part = 'name'
       LEFT JOIN offers_searchtext AS content ON content.item_key = item.key AND content.part = 'content'
 WHERE item.sandbox_id = %(sandbox)s
   AND (named.text IS DISTINCT FROM offers_searched_name(item.id, item.document || '{}')
        OR content.text IS DISTINCT FROM offers_searched_content(item.document || '{}'))
UNION ALL
SELECT item.id, item.etag, 'what lists knew of it before has a gap or is there twice'
  FROM (SELECT item_id, since, lag(until) OVER (PARTITION BY item_id ORDER BY since) AS expected
          FROM (SELECT item_id, since, until FROM offers_listingpast WHERE sandbox_id = %(sandbox)s
                UNION ALL SELECT key, since, 'infinity' FROM offers_listing WHERE sandbox_id = %(sandbox)s) AS known) AS row
       JOIN offers_libraryitem AS item ON item.key = row.item_id
 WHERE row.since <> COALESCE(row.expected, item.created_at)
"""


def _verify_lists(sandbox: Sandbox) -> Iterator[Difference]:
    """Where lists and search are not what the documents make them."""
    for id, etag, message in reading.stream(LISTS, {"sandbox": sandbox.pk}):
        yield Difference(sandbox.name, id, etag, message)


def _with_items(sandbox: Sandbox) -> QuerySet[Revision]:
    """Every revision with its item; the item's document only where it is needed, as `head` of its last revision."""
    own = [field.attname for field in Revision._meta.concrete_fields]
    return (
        Revision.objects.filter(item__sandbox=sandbox)
        .select_related("item")
        .only(*own, *(f"item__{name}" for name in ("sandbox_id", *HEAD_COLUMNS) if name != "document"))
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
        if found.digest != leaf_of(previous, sandbox, item, found, canonical_text(document)).digest():
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
