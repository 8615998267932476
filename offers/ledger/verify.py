"""Whether history is intact: every chain replayed, every digest recomputed, every item compared with what its history makes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain as chain_of
from itertools import groupby, islice
from typing import NamedTuple, Protocol

import orjson
from django.db.models import QuerySet

from offers.access.permissions import author_key
from offers.document.patch import replay_on
from offers.document.values import Document, Patch, canonical
from offers.ledger.intact import listed
from offers.ledger.leaf import text_hash
from offers.ledger.records import StoredRevision, leaf_of
from offers.models import LibraryItem, Sandbox, reading


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where history is not what it should be."""

    sandbox: str
    id: str
    etag: int
    message: str


@dataclass(slots=True)
class Step:
    """A revision with its patch, and the texts of the documents before and after it, with the status that each has."""

    id: str
    kind: str
    revision: StoredRevision
    patch: Patch
    was: bytes
    became: bytes
    status_was: object
    status: object

    @property
    def before(self) -> Document | None:
        """None for what is not there."""
        found: Document | None = orjson.loads(self.was)
        return found

    @property
    def after(self) -> Document | None:
        found: Document | None = orjson.loads(self.became)
        return found


class Look(Protocol):
    """What else is looked at, in the same pass."""

    def ahead(self, revisions: Sequence[StoredRevision]) -> None:
        """Revisions that come next, up to AHEAD of them: what is needed of other tables can be read at once."""

    def __call__(self, step: Step) -> str:
        """What is wrong with a revision; "" for nothing."""


AHEAD = 1_000


def verify(sandboxes: QuerySet[Sandbox], *looking: Callable[[Sandbox], Look]) -> Iterator[Difference]:
    """Replay every chain and recompute every digest; yields what differs, item by item. `looking` gives what else looks at them.

    Chains and items are read by one streaming statement for each sandbox, which therefore reads one state of them; so is, by
    another, what lists know. It can run while people work. Memory grows with neither the number of items nor the length of
    their histories.
    """
    for sandbox in sandboxes:
        for item in LibraryItem.objects.filter(sandbox=sandbox, revisions=None).iterator():
            yield Difference(sandbox.name, item.id, item.etag, "the item has no history")
        looks, past = [begin(sandbox) for begin in looking], listed.Past()
        for _, chain in groupby(_ahead(_with_items(sandbox), looks), lambda row: row.revision.item_id):
            for found, message in _verify_chain(sandbox, chain, looks, past):
                yield Difference(sandbox.name, found.item.id, found.revision.etag, message)
            yield from (Difference(sandbox.name, *apart) for apart in past.found())
        past.compare()
        yield from (Difference(sandbox.name, *apart) for apart in chain_of(past.found(), listed.now(sandbox)))


class _Item(NamedTuple):
    """An item beside one of its revisions; how it stands is read with the last one only."""

    id: str
    kind: str
    etag: int
    # Where it disagrees with the revision in what needs no replaying, in words, a line each.
    apart: str
    deleted_at: datetime | None
    document: bytes | None
    # What erasures say of the revision: by the text's name, the commitment that stays, what stands in its place, and what is wrong with that.
    gone: str | None


class _Row(NamedTuple):
    revision: StoredRevision
    item: _Item


# Of the erasure that took a text last: the log has its step, or will have it, and two people stand behind it.
GONE = """
(SELECT jsonb_object_agg(gone.name, jsonb_build_array(gone.kept, gone.instead, CASE
          WHEN NOT EXISTS (SELECT FROM offers_erasurestep AS asked JOIN offers_erasurestep AS said USING (erasure_id)
                            WHERE erasure_id = step.erasure_id AND asked.what = 'asked' AND said.what = 'confirmed'
                              AND asked.actor_key <> said.actor_key) THEN 'no second person confirmed that'
          WHEN NOT EXISTS (SELECT FROM offers_logentry AS entry
                            WHERE entry.sandbox_id = step.sandbox_id AND entry.event = 3 AND entry.row = step.key)
           AND (step.xid, 3, step.key) <= (SELECT head.xid::text::xid8, head.event, head.row FROM offers_loghead AS head
                                            WHERE head.sandbox_id = step.sandbox_id) THEN 'the log does not have that'
          ELSE '' END) ORDER BY gone.key)
   FROM offers_erasedtext AS gone JOIN offers_erasurestep AS step ON step.key = gone.step_id
  WHERE gone.event = 2 AND gone.row = revision.key AND step.what = 'erased')"""
# Both are columns of the same row, so PostgreSQL compares them where it reads them.
APART = f"""
concat_ws(E'\\n',
  CASE WHEN revision.sandbox_id <> item.sandbox_id THEN 'the revision is filed under another sandbox than its item' END,
  CASE WHEN revision.etag = 1 AND (item.created_at, item.created_by, item.created_by_client)
            IS DISTINCT FROM (revision.created_at, revision.actor_label, revision.client_id)
       THEN 'the item and its first revision disagree on who created it, or when' END,
  CASE WHEN revision.etag = item.etag AND item.digest <> revision.digest THEN 'the item''s digest is not its last revision''s' END,
  CASE WHEN revision.etag = item.etag AND (item.modified_at, item.modified_by, item.modified_by_client, item.modified_by_key)
            IS DISTINCT FROM (revision.created_at, revision.actor_label, revision.client_id, {author_key("revision")})
       THEN 'the item and its last revision disagree on who modified it, or when' END)"""
# Long texts as the bytes that digests are made of; the rest of what the driver would not read in its binary form.
_READ_AS = {
    **dict.fromkeys(("patch", "snapshot"), "convert_to(revision.{}, 'UTF8')"),
    **dict.fromkeys(("refers_to", "erased", "xid"), "revision.{}::text"),
}
CHAINS = f"""
SELECT {", ".join(_READ_AS.get(name, "revision.{}").format(name) for name in StoredRevision._fields)},
       item.id, item.kind, item.etag, {APART},
       CASE WHEN revision.etag = item.etag THEN item.deleted_at END,
       CASE WHEN revision.etag = item.etag THEN convert_to(item.document::text, 'UTF8') END,
       CASE WHEN revision.erased IS NOT NULL THEN {GONE}::text END
  FROM offers_libraryitem AS item JOIN offers_revision AS revision ON revision.item_id = item.key
 WHERE item.sandbox_id = %s ORDER BY revision.item_id, revision.etag
"""
REVISION_WIDTH = len(StoredRevision._fields)


def _with_items(sandbox: Sandbox) -> Iterator[_Row]:
    """Every revision with its item, in the order in which they were made."""
    for row in reading.stream(CHAINS, [sandbox.pk], binary=True):
        yield _Row(StoredRevision.of(row[:REVISION_WIDTH]), _Item(*row[REVISION_WIDTH:]))


def _ahead(rows: Iterator[_Row], looks: Sequence[Look]) -> Iterator[_Row]:
    """The same rows, each after all who look were told of it."""
    while looks and (batch := list(islice(rows, AHEAD))):
        for look in looks:
            look.ahead([row.revision for row in batch])
        yield from batch
    yield from rows


def _verify_chain(
    sandbox: Sandbox, chain: Iterator[_Row], looks: Sequence[Look], past: listed.Past
) -> Iterator[tuple[_Row, str]]:
    """What is wrong with one item, and at which revision. A chain that is broken is not followed further."""
    document: Document | None = None
    text, previous, shown, status = canonical(None), "", b"", None
    for expected, row in enumerate(chain, start=1):
        found, item = row
        if found.etag != expected:
            yield row, f"the revision of etag {expected} is missing"
            return
        try:
            patch = orjson.loads(found.patch)
            if expected > 1:
                past.changes(found, patch, document)
            document = replay_on(document, patch)
        except Exception as error:  # noqa: BLE001  # a tampered patch may fail in any way; that is the finding
            yield row, f"the patch cannot be replayed ({type(error).__name__})"
            return
        was, text = text, canonical(document)
        if found.digest != leaf_of(previous, sandbox, item.id, item.kind, found, text).digest():
            yield row, "the digest does not match what the revision says"
        previous = found.digest
        if found.erased:
            yield from ((row, problem) for problem in _unnamed(found, item.gone, text))
        before, status = status, document.get("status") if document else None
        shown = shown if document is None else text
        step = Step(item.id, item.kind, found, patch, was, text, before, status)
        for look in looks:
            if problem := look(step):
                yield row, problem
        if found.snapshot not in (None, text):
            yield row, "the snapshot differs from the replayed document"
        if item.apart:
            yield from ((row, problem) for problem in item.apart.split("\n"))
    yield from ((row, message) for message in _head_problems(row, document, shown))
    past.ends(found, document)


def _unnamed(found: StoredRevision, gone: str | None, document: bytes) -> Iterator[str]:
    """Where a text was taken out of a revision, or another put in its place, and no erasure says so."""
    # What had been erased where it was imported from: its leaf here says so, and what stands in the place of it.
    there = found.refers_to.get("origin", {}).get("erased", {})
    erased = found.erased or {}
    named = {name: (erased[name], instead, "") for name, instead in there.items() if name in erased}
    named |= orjson.loads(gone or "{}")
    texts = {"patch": found.patch, "document": document, "label": found.actor_label, "note": found.note}
    for name, kept in sorted(erased.items()):
        said, instead, problem = named.get(name) or ("", "", "")
        if said != kept:
            yield f"the {name} was erased, and nothing says by whom"
        elif problem:
            yield f"the {name} was erased, and {problem}"
        elif instead != text_hash(texts[name]):
            yield f"in the place of the erased {name} stands something else than the erasure put there"


def _head_problems(row: _Row, document: Document | None, shown: bytes) -> Iterator[str]:
    """Where the item itself is not what its history, which ends at this row with this document and last showed `shown`, makes it."""
    last, item = row
    if item.etag != last.etag:
        yield f"the item is at etag {item.etag}, its history ends at {last.etag}"
        return
    if item.deleted_at != (last.created_at if document is None else None):
        yield "the item and its history disagree on whether it is deleted"
    if canonical(orjson.loads(item.document or b"null")) != shown:
        yield "the item's document differs from the replayed one"
