"""Whether the log says what happened, and is what it was when checkpoints of it were kept elsewhere."""

from collections.abc import Iterator, Sequence

from offers.ledger.verify import Difference
from offers.log import sequencer
from offers.log.checkpoints import Checkpoint
from offers.log.tree import Tree, of_children, root_of
from offers.models import LogEntry, LogHead, Sandbox, reading

# The places of what is in the log and was not found among what happened, and of what happened and is not in the log though
# something later is. A revision's digest is its leaf's hash; verifying history recomputes it.
_WRONG = """
SELECT entry.index, item.id, made.etag
  FROM offers_logentry AS entry
       LEFT JOIN offers_revision AS made ON made.key = entry.row
       LEFT JOIN offers_libraryitem AS item ON item.key = made.item_id
 WHERE entry.sandbox_id = %(sandbox)s AND entry.event = 2
   AND (made.key IS NULL OR made.digest <> encode(entry.leaf_hash, 'hex') OR made.item_id <> entry.item_id)
 ORDER BY entry.index
"""
_MISSING = """
SELECT item.id, made.etag FROM offers_revision AS made JOIN offers_libraryitem AS item ON item.key = made.item_id
 WHERE made.sandbox_id = %(sandbox)s AND (made.xid, 2, made.key) <= (%(xid)s::text::xid8, %(event)s, %(row)s)
   AND NOT EXISTS (SELECT FROM offers_logentry AS entry
                    WHERE entry.sandbox_id = made.sandbox_id AND entry.item_id = made.item_id
                      AND entry.event = 2 AND entry.row = made.key)
"""


def check(sandbox: Sandbox, kept: Sequence[Checkpoint] = ()) -> Iterator[Difference]:
    """What is wrong with the sandbox's log, each at its place. `kept` are checkpoints from elsewhere, of this log."""

    def at(message: str, id: str = "the log", etag: int = 0) -> Difference:
        return Difference(sandbox.name, id, etag, message)

    head = LogHead.objects.filter(sandbox=sandbox).first() or LogHead(sandbox=sandbox)
    for index, id, etag in reading.stream(_WRONG, {"sandbox": sandbox.pk}):
        if id is None:
            yield at(f"entry {index} is of a revision that is not there")
        else:
            yield at(f"the log has it at entry {index} as it was, and it has been changed since", id, etag)
    where = {"sandbox": sandbox.pk, "xid": str(head.xid), "event": head.event, "row": head.row}
    for id, etag in reading.stream(_MISSING, where):
        yield at("it is not in the log, though something later is", id, etag)
    for index, event in sequencer.made_again(sandbox):
        yield at(f"entry {index} is not what is recorded of that {LogEntry.Event(event).label} step")
    roots, count = _roots(sandbox, {one.size for one in kept} | {head.size})
    if count != head.size:
        yield at(f"the log has {count} entries and says that there are {head.size}")
    elif head.size and Tree(sandbox.pk).root(head.size) != roots[head.size]:
        yield at("the tree's tiles are not over the log's entries")
    for one in kept:
        if one.size > head.size:
            yield at(f"a checkpoint is over {one.size} entries, and there are {head.size}: the last ones are gone")
        elif roots.get(one.size) != one.root:
            yield at(f"the first {one.size} entries are not those that a checkpoint was made of")


def _roots(sandbox: Sandbox, sizes: set[int]) -> tuple[dict[int, bytes], int]:
    """The roots at these sizes, from the entries alone, and how many entries there are without a gap."""
    # Of whole subtrees from left to right, each with how many leaves it has.
    whole: list[tuple[int, bytes]] = []
    roots, count = {0: root_of([])}, 0
    entries = reading.stream(
        "SELECT index, leaf_hash FROM offers_logentry WHERE sandbox_id = %(sandbox)s ORDER BY index",
        {"sandbox": sandbox.pk},
    )
    for index, hash in entries:
        if index != count:
            break
        size, node = 1, bytes(hash)
        while whole and whole[-1][0] == size:
            size, node = 2 * size, of_children(whole.pop()[1], node)
        whole.append((size, node))
        count += 1
        if count in sizes:
            roots[count] = _joined([node for _size, node in whole])
    return roots, count


def _joined(nodes: list[bytes]) -> bytes:
    found = nodes[-1]
    for node in reversed(nodes[:-1]):
        found = of_children(node, found)
    return found
