"""The Merkle tree over a log (RFC 6962 section 2), kept as tiles of 256 hashes (C2SP tlog-tiles).

A tile at level 0 has hashes of leaves; one above has hashes of full tiles of the level below. The last tile of a level may be
part-filled; only it is ever written again.
"""

import hashlib
from collections.abc import Iterable, Sequence

from offers.models import LogTile

HASH = 32
TILE_HEIGHT = 8
WIDTH = 1 << TILE_HEIGHT
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


class Tree:
    """The tree of a log as its tiles have it, each read once."""

    def __init__(self, sandbox_id: int) -> None:
        self.sandbox_id = sandbox_id
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves."""
        return self._over(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that the leaf at `index` is in the tree of this size (RFC 6962 section 2.1.1), its neighbour first."""
        if not 0 <= index < size:
            raise ValueError(f"{index} is not in a tree of {size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, size: int) -> list[bytes]:
        """The proof that the tree of this size begins with the one of the `old` size (RFC 6962 section 2.1.2)."""
        if not 0 < old <= size:
            raise ValueError(f"no tree of {size} begins with one of {old}")
        return self._begins(old, 0, size, known=True)

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._over(middle, end)]
        return [*self._path(index, middle, end), self._over(start, middle)]

    def _begins(self, old: int, start: int, end: int, *, known: bool) -> list[bytes]:
        """`known` says that whoever asks has the root over these leaves already."""
        if old == end:
            return [] if known else [self._over(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._begins(old, start, middle, known=known), self._over(middle, end)]
        return [*self._begins(old, middle, end, known=False), self._over(start, middle)]

    def _over(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start` on, before `end`: a subtree of the tree."""
        count = end - start
        if count & (count - 1):
            middle = start + _split(count)
            return of_children(self._over(start, middle), self._over(middle, end))
        # A whole one of 2^n leaves: its root is over some neighbours in one tile.
        level = (count.bit_length() - 1) // TILE_HEIGHT
        place, width = start // WIDTH**level, count // WIDTH**level
        return root_of(self._tile(level, place // WIDTH)[place % WIDTH : place % WIDTH + width])

    def _tile(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._tiles:
            self._tiles[level, index] = split(_tile(self.sandbox_id, level, index))
        return self._tiles[level, index]


def _split(count: int) -> int:
    """How many of more than one leaves are on the left: the largest power of two below."""
    return 1 << (count - 1).bit_length() - 1


def split(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def _tile(sandbox_id: int, level: int, index: int) -> bytes:
    return bytes(LogTile.objects.values_list("hashes", flat=True).get(sandbox_id=sandbox_id, level=level, index=index))
