"""The Merkle tree over a log (RFC 6962 section 2), kept as tiles of 256 hashes (C2SP tlog-tiles).

A tile at level 0 has hashes of leaves; one above has hashes of full tiles of the level below. The last tile of a level may be
part-filled; only it is ever written again.
"""

import hashlib
from collections.abc import Iterable, Sequence

from offers.models import LogTile

HASH = 32
WIDTH = 256
EMPTY_ROOT = hashlib.sha256(b"").digest()


def of_leaf(text: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + text).digest()


def of_children(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over these hashes of leaves, or of whole subtrees of one size: RFC 6962 section 2.1's MTH.

    Neighbours are paired, level by level, and one that is left over goes up as it is: that is the same tree.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [of_children(*pair) for pair in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


def append(sandbox_id: int, size: int, hashes: Iterable[bytes]) -> None:
    """Add hashes of leaves to the tree of a log that has `size` of them. The caller holds the log."""
    level, start, added = 0, size, list(hashes)
    while added:
        first = start // WIDTH
        held = _tile(sandbox_id, level, first) if start % WIDTH else b""
        every = held + b"".join(added)
        tiles = [every[at : at + WIDTH * HASH] for at in range(0, len(every), WIDTH * HASH)]
        LogTile.objects.bulk_create(
            [LogTile(sandbox_id=sandbox_id, level=level, index=first + n, hashes=tile) for n, tile in enumerate(tiles)],
            update_conflicts=True,
            update_fields=["hashes"],
            unique_fields=["sandbox_id", "level", "index"],
        )
        added = [root_of(split(tile)) for tile in tiles if len(tile) == WIDTH * HASH]
        # One that was full before is not among them: a log goes on in its last tile, or in a new one.
        level, start = level + 1, first


def root(sandbox_id: int, size: int) -> bytes:
    """The root over the first `size` leaves, from the last tile of each level."""
    level, count = 0, size
    # The root over what is right of the last full tile of the level below.
    rest: list[bytes] = []
    while count >= WIDTH:
        here = (_first(sandbox_id, level, count) if count % WIDTH else []) + rest
        rest = [root_of(here)] if here else []
        level, count = level + 1, count // WIDTH
    return root_of((_first(sandbox_id, level, count) if count else []) + rest)


def _first(sandbox_id: int, level: int, count: int) -> list[bytes]:
    """What the last of so many hashes' tiles has of them."""
    return split(_tile(sandbox_id, level, count // WIDTH))[: count % WIDTH]


def split(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def _tile(sandbox_id: int, level: int, index: int) -> bytes:
    return bytes(LogTile.objects.values_list("hashes", flat=True).get(sandbox_id=sandbox_id, level=level, index=index))
