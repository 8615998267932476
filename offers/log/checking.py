"""Whether the log says what happened, and is what it was when checkpoints of it were kept elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from offers.access.permissions import author_key
from offers.ledger.records import StoredRevision
from offers.ledger.verify import Difference, Step
from offers.log import beside, erasures, sequencer
from offers.log.checkpoints import Checkpoint
from offers.log.events import Found, said_by
from offers.log.found import counting
from offers.log.tree import HASH, WIDTH, of_children, root_of, split
from offers.models import LibraryItem, LogEntry, LogHead, LogTile, Sandbox, reading

Event = LogEntry.Event
_WORDS = {
    Event.ACCESS: "a change of access",
    Event.REQUEST: "a step of a request",
    Event.REVISION: "a revision",
    Event.ERASURE: "a step of an erasure",
    Event.IMPORT: "an import",
}
# What an entry says of what it is about, in words: audit pages filter by it. All of it is made from that, so all of it is compared.
SAYS = {
    "created_at": "time",
    "actor_key": "person or program",
    "door": "door",
    "what": "step",
    "item_id": "object",
    "kind": "type",
    "fields": "fields",
    "status": "status",
    "request": "request",
    "bypass": "bypass",
    "approved_by": "approver",
}
# What a patch says besides is read while it is replayed (Listed).
_OF_A_REVISION = {
    "created_at": "made.created_at",
    "actor_key": author_key("made"),
    "door": "made.source",
    "what": "''",
    "item_id": "made.item_id",
    "kind": "item.kind",
    "bypass": "COALESCE(made.refers_to -> 'bypass' = 'true', false)",
}
_APART = [
    *(f"CASE WHEN entry.{name} IS DISTINCT FROM {of} THEN '{SAYS[name]}' END" for name, of in _OF_A_REVISION.items()),
    "CASE WHEN to_jsonb(entry.request) IS DISTINCT FROM NULLIF(made.refers_to -> 'request', 'null') THEN 'request' END",
    f"""CASE WHEN made.refers_to ? 'request' OR entry.approved_by <> '{{}}'
         THEN CASE WHEN NOT (entry.approved_by @> {sequencer.APPROVED_BY} AND entry.approved_by <@ {sequencer.MAY_HAVE_APPROVED}) THEN 'approver' END END""",
]
_HASHES = (
    "SELECT index, leaf_hash FROM offers_logentry WHERE sandbox_id = %(sandbox)s AND index < %(size)s ORDER BY index"
)
# The places of revisions that are not found as the log has them. A revision's digest is its leaf's hash; `ledger/verify` recomputes it.
_WRONG = f"""
SELECT * FROM (
  SELECT entry.index, item.id, made.etag, made.digest <> encode(entry.leaf_hash, 'hex') AS is_another, concat_ws(', ', {", ".join(_APART)}) AS apart
    FROM offers_logentry AS entry
         LEFT JOIN offers_revision AS made ON made.key = entry.row
         LEFT JOIN offers_libraryitem AS item ON item.key = made.item_id
   WHERE entry.sandbox_id = %(sandbox)s AND entry.event = 2) AS found
 WHERE id IS NULL OR is_another OR apart <> ''
 ORDER BY index
"""
_STEPS = f"""
SELECT index, event, row, leaf_hash, {", ".join(SAYS)} FROM offers_logentry
 WHERE sandbox_id = %(sandbox)s AND event <> 2 ORDER BY index
"""
_LISTED = "SELECT row, index, fields, status FROM offers_logentry WHERE sandbox_id = %s AND event = 2 AND row = ANY(%s)"
# What happened and is not in the log, though something later is; or that has a number which this server never gave.
_MISSING = """
SELECT {event}, made.key FROM {stored}
 WHERE {sandbox} = %(sandbox)s AND {unknown}
   AND ((made.xid, {event}, made.key) <= (%(xid)s::text::xid8, %(event)s, %(row)s)
        OR made.xid >= pg_snapshot_xmax(pg_current_snapshot()) AND EXISTS (
          SELECT FROM pg_control_system() WHERE system_identifier::text = %(server)s))
"""
# Steps of requests that say by their keys that they came before one which a kept checkpoint covers, and which it does not cover.
_PUT_BEFORE = """
SELECT DISTINCT later.index FROM offers_logentry AS later
  JOIN offers_logentry AS earlier ON earlier.sandbox_id = later.sandbox_id AND earlier.request = later.request
   AND earlier.event = later.event AND earlier.index < %(size)s AND earlier.row > later.row
 WHERE later.sandbox_id = %(sandbox)s AND later.event = 1 AND later.index >= %(size)s
"""
AT_ONCE = 1_000


def check(sandbox: Sandbox, kept: Sequence[Checkpoint] = ()) -> Iterator[Difference]:
    """What is wrong with the sandbox's log, each at its place. `kept` are checkpoints from elsewhere, of this log."""

    def at(message: str) -> Difference:
        return Difference(sandbox.name, "the log", 0, message)

    head = LogHead.objects.filter(sandbox=sandbox).first() or LogHead(sandbox=sandbox)
    roots = _Roots(sandbox.pk, {one.size for one in kept})
    for index, hash in reading.stream(_HASHES, {"sandbox": sandbox.pk, "size": head.size}, binary=True):
        if index != roots.count:
            break
        if roots.add(hash):
            yield from map(at, roots.filled())
    yield from map(at, roots.end())
    if roots.count != head.size:
        yield at(f"the log has {roots.count} entries without a gap and says that there are {head.size}")
    if _goes_on(sandbox):
        yield at("there are entries behind those that the log says it has")
    for index, id, etag, is_another, apart in reading.stream(_WRONG, {"sandbox": sandbox.pk}):
        if id is None:
            yield at(f"entry {index} is of a revision that is not there")
            continue
        if is_another:
            message = f"the log has it at entry {index} as it was, and it has been changed since"
            yield Difference(sandbox.name, id, etag, message)
        if apart:
            yield Difference(sandbox.name, id, etag, _found_by(index, apart))
    yield from map(at, counting.miscounted(sandbox.pk))
    yield from map(at, counting.notes_apart(sandbox.pk))
    for batch in _batches(reading.stream(_STEPS, {"sandbox": sandbox.pk})):
        yield from map(at, _steps_apart(sandbox, batch))
    yield from _missing(sandbox, head)
    yield from map(at, erasures.unnamed(sandbox))
    yield from (Difference(sandbox.name, what, 0, message) for what, message in beside.apart(sandbox))
    for one in kept:
        if one.size > head.size:
            yield at(f"a checkpoint is over {one.size} entries, and there are {head.size}: the last ones are gone")
        elif roots.found.get(one.size) != one.root:
            yield at(f"the first {one.size} entries are not those that a checkpoint was made of")
        for (index,) in reading.rows(_PUT_BEFORE, {"sandbox": sandbox.pk, "size": one.size}):
            yield at(f"entry {index} is put before what a checkpoint over {one.size} entries has already")


def _steps_apart(sandbox: Sandbox, batch: list[Any]) -> Iterator[str]:
    """Which of these entries about requests and access are not what happened makes them."""
    made = sequencer.recorded(sandbox, ((event, row) for _index, event, row, *_more in batch))
    for index, event, row, hash, *says in batch:
        found = made.get((event, row))
        if found is None:
            yield f"entry {index} is of {_WORDS[event]} that is not there"
        elif bytes(hash) != found.leaf_hash:
            yield f"entry {index} is of {_WORDS[event]} that has been changed since"
        else:
            yield from _listed_apart(index, says, found)


def _listed_apart(index: int, says: list[Any], found: Found) -> Iterator[str]:
    said = [tuple(value) if isinstance(value, list) else value for value in says]
    names = [word for word, was, now in zip(SAYS.values(), said, _SAID(found), strict=True) if was != now]
    if names:
        yield _found_by(index, ", ".join(names))


def _found_by(index: int, names: str) -> str:
    return f"audit pages find entry {index} by another {names} than was recorded"


_SAID = attrgetter(*SAYS)


class Listed:
    """Looks at each revision: whether audit pages find it in the log by what its patch says."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._entries: dict[int, tuple[int, int, list[str], str]] = {}

    def ahead(self, revisions: Sequence[StoredRevision]) -> None:
        keys = [made.key for made in revisions]
        self._entries = {entry[0]: entry for entry in reading.rows(_LISTED, [self.sandbox.pk, keys])}

    def __call__(self, step: Step) -> str:
        entry = self._entries.get(step.revision.key)
        if entry is None:
            return ""
        _row, index, *listed = entry
        fields, status = said_by(step.patch)
        if listed == [list(fields), status]:
            return ""
        return _found_by(index, "status" if listed[1] != status else "fields")


def _missing(sandbox: Sandbox, head: LogHead) -> Iterator[Difference]:
    where = {"sandbox": sandbox.pk, "xid": str(head.xid), "event": head.event, "row": head.row, "server": head.server}
    pieces = [_MISSING.format(**names) for names in sequencer.STORED_BY]
    for batch in _batches(reading.stream(" UNION ALL ".join(pieces), where)):
        made = sequencer.recorded(sandbox, batch)
        for event, key in batch:
            found = made[event, key]
            message = "it is not in the log, though something later is"
            if found.item_id is None:
                yield Difference(sandbox.name, f"{_WORDS[event]} (row {key})", 0, message)
            else:
                id = LibraryItem.objects.values_list("id", flat=True).get(key=found.item_id)
                yield Difference(sandbox.name, id, found.etag, message)


def _goes_on(sandbox: Sandbox) -> bool:
    """Whether there are more entries than the log says, which is asked last: a worker that adds some says so together."""
    last = LogEntry.objects.filter(sandbox=sandbox).order_by("-index").values_list("index", flat=True).first()
    return last is not None and not LogHead.objects.filter(sandbox=sandbox, size__gt=last).exists()


class _Roots:
    """The tree made again from the entries alone, compared tile by tile with the one that is kept."""

    def __init__(self, sandbox_id: int, sizes: set[int]) -> None:
        self.sandbox_id, self.sizes, self.count = sandbox_id, sizes, 0
        self.found = {0: root_of([])}
        # The hashes of the last tile of each level, so far.
        self._open: list[list[bytes]] = [[]]

    def add(self, hash: bytes) -> bool:
        """The next entry; whether it fills a tile."""
        self._open[0].append(hash)
        self.count += 1
        if self.count in self.sizes:
            self.found[self.count] = self._root()
        return len(self._open[0]) == WIDTH

    def filled(self, level: int = 0) -> Iterator[str]:
        """What is wrong with the tile that was filled, and with those that it fills."""
        hashes = self._open[level]
        yield from self._wrong(level, hashes)
        if level + 1 == len(self._open):
            self._open.append([])
        self._open[level + 1].append(root_of(hashes))
        self._open[level] = []
        if len(self._open[level + 1]) == WIDTH:
            yield from self.filled(level + 1)

    def end(self) -> Iterator[str]:
        """What is wrong with the last tile of each level."""
        for level, hashes in enumerate(self._open):
            if hashes:
                yield from self._wrong(level, hashes)

    def _wrong(self, level: int, hashes: list[bytes]) -> Iterator[str]:
        index = self.count // WIDTH ** (level + 1) - (len(hashes) == WIDTH)
        kept = LogTile.objects.filter(sandbox=self.sandbox_id, level=level, index=index).values_list(
            "hashes", flat=True
        )
        every = bytes(kept.first() or b"")
        told = every[: len(hashes) * HASH]
        if told == b"".join(hashes):
            # The log may have gone on meanwhile, and the tile with it.
            if told != every and not LogHead.objects.filter(sandbox=self.sandbox_id, size__gt=self.count).exists():
                yield f"tile {level}/{index} of the tree has more than there are entries for"
            return
        if level:
            yield f"tile {level}/{index} of the tree is not over those below it"
            return
        for place, (was, now) in enumerate(zip(split(told.ljust(len(hashes) * HASH)), hashes, strict=True)):
            if was != now:
                yield f"entry {index * WIDTH + place} is not the one that the tree was made of"

    def _root(self) -> bytes:
        """Of whole subtrees from left to right, the smallest last."""
        nodes = []
        for hashes in reversed(self._open):
            start = 0
            for size in (1 << bit for bit in reversed(range(WIDTH.bit_length()))):
                if len(hashes) & size:
                    nodes.append(root_of(hashes[start : start + size]))
                    start += size
        found = nodes[-1]
        for node in reversed(nodes[:-1]):
            found = of_children(node, found)
        return found


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while batch := list(islice(source, AT_ONCE)):
        yield batch
