"""The exact text of the leaf of any entry, made again from what happened, and the texts that its commitments are of.

A revision's leaf has a commitment to the document after it, which is stored nowhere: it takes at most SNAPSHOT_EVERY patches of the
item to make that document again. So the write path pays nothing for those who recompute a log.
"""

from collections.abc import Iterator, Mapping, Sequence

import orjson

from offers.document.patch import replay_on
from offers.document.values import Document, canonical_text
from offers.ledger.records import StoredRevision, leaf_of
from offers.log import sequencer
from offers.log.events import Step, leaf, salt_for
from offers.models import LogEntry, Sandbox, reading

Event = LogEntry.Event
# From the nearest snapshot below the first of an item's revisions that are wanted, or from its start, to the last.
_CHAINS = f"""
SELECT item.id, item.kind, made.key = ANY(%(rows)s), {", ".join(f"made.{name}" for name in StoredRevision._fields)}
  FROM (SELECT item_id, min(etag) AS first, max(etag) AS last FROM offers_revision WHERE key = ANY(%(rows)s) GROUP BY item_id) AS wanted
  JOIN offers_libraryitem AS item ON item.key = wanted.item_id
  CROSS JOIN LATERAL (SELECT coalesce(max(etag), 1) AS etag FROM offers_revision AS kept
    WHERE kept.item_id = wanted.item_id AND kept.etag < wanted.first AND kept.snapshot IS NOT NULL) AS start
  JOIN offers_revision AS made ON made.item_id = wanted.item_id AND made.etag BETWEEN start.etag AND wanted.last
 ORDER BY made.item_id, made.etag
"""


def leaves_of(sandbox: Sandbox, entries: Sequence[LogEntry]) -> list[bytes]:
    """The leaves of these entries. An entry whose event is gone has none (b"")."""
    rows = [(entry.event, entry.row) for entry in entries]
    made = {
        row: leaf(sandbox, step)
        for row, step in sequencer.steps(row for row in rows if row[0] != Event.REVISION).items()
    }
    made |= _of_revisions(sandbox, [key for event, key in rows if event == Event.REVISION])
    return [made.get((entry.event, entry.row), b"") for entry in entries]


def _of_revisions(sandbox: Sandbox, keys: Sequence[int]) -> Iterator[tuple[sequencer.Row, bytes]]:
    document: Document | None = None
    before = ""
    for id, kind, is_wanted, *values in reading.stream(_CHAINS, {"rows": list(keys)}) if keys else ():
        found = StoredRevision.of(values)
        if found.etag == 1:
            document, before = None, ""
        if found.snapshot is not None:
            document = orjson.loads(found.snapshot)
        else:
            document = replay_on(document, orjson.loads(found.patch))
        if is_wanted:
            proved = leaf_of(before, sandbox, id, kind, found, canonical_text(document))
            yield (Event.REVISION, found.key), proved.text()
        before = found.digest


def texts_of(step: Step) -> dict[str, dict[str, str]]:
    """What its commitments are of, each with its salt: all but what was erased."""
    return opened(step.texts, {name: salt_for(step, name) for name in step.texts})


def opened(texts: Mapping[str, str], salts: Mapping[str, bytes | None]) -> dict[str, dict[str, str]]:
    return {name: {"salt": bytes(salt).hex(), "text": texts[name]} for name, salt in salts.items() if salt is not None}


def bundle(sandbox: Sandbox, first: int, count: int) -> bytes | None:
    """So many entries from the index `first` on, each behind its length in two bytes (C2SP tlog-tiles); None where there are fewer."""
    found = LogEntry.objects.filter(sandbox=sandbox, index__gte=first, index__lt=first + count).order_by("index")
    leaves = leaves_of(sandbox, list(found))
    return b"".join(len(one).to_bytes(2) + one for one in leaves) if len(leaves) == count else None
