"""The tree as tiles, against RFC 6962's definition."""

import hashlib
import random

import pytest

from offers.log import tree
from offers.log.tree import Tree
from offers.models import LogTile, Sandbox
from tests.cast import make_sandbox


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, of hashes of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + defined(leaves[:split]) + defined(leaves[split:])).digest()


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


def test_the_root_is_the_one_of_the_rfc_for_any_number_of_leaves(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "WIDTH", 4)
    monkeypatch.setattr(tree, "TILE_HEIGHT", 2)
    leaves = [tree.of_leaf(b"%d" % number) for number in range(150)]
    dice, size = random.Random(5), 0
    while size < len(leaves):
        count = dice.randint(1, 25)
        tree.append(sandbox.pk, size, leaves[size : size + count])
        size = min(size + count, len(leaves))
        assert Tree(sandbox.pk).root(size) == defined(leaves[:size]) == tree.root_of(leaves[:size])
    assert Tree(sandbox.pk).root(0) == tree.EMPTY_ROOT
    widths = LogTile.objects.filter(sandbox=sandbox).order_by("level", "index").values_list("level", "hashes")
    assert [(level, len(bytes(hashes)) // 32) for level, hashes in widths][-5:] == [
        (1, 1),
        (2, 4),
        (2, 4),
        (2, 1),
        (3, 2),
    ]


def test_a_tile_is_as_wide_as_the_specification_says(sandbox: Sandbox) -> None:
    leaves = [tree.of_leaf(b"%d" % number) for number in range(600)]
    tree.append(sandbox.pk, 0, leaves[:300])
    tree.append(sandbox.pk, 300, leaves[300:])
    assert Tree(sandbox.pk).root(600) == defined(leaves)
    tiles = {(one.level, one.index): bytes(one.hashes) for one in LogTile.objects.filter(sandbox=sandbox)}
    assert {place: len(hashes) // 32 for place, hashes in tiles.items()} == {
        (0, 0): 256,
        (0, 1): 256,
        (0, 2): 88,
        (1, 0): 2,
    }
    assert tiles[1, 0] == defined(leaves[:256]) + defined(leaves[256:512])


def proved(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to, as RFC 9162 section 2.1.3.2 checks it."""
    here, last, found = index, size - 1, leaf
    for sibling in path:
        if here & 1 or here == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        here, last = here >> 1, last >> 1
    assert last == 0
    return found


def both_roots(old: int, size: int, path: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """The roots that a consistency proof leads to, as RFC 9162 section 2.1.4.2 checks it."""
    path = [old_root, *path] if old & (old - 1) == 0 else path
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for hash in path[1:]:
        if here & 1 or here == last:
            first = hashlib.sha256(b"\1" + hash + first).digest()
            second = hashlib.sha256(b"\1" + hash + second).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = hashlib.sha256(b"\1" + second + hash).digest()
        here, last = here >> 1, last >> 1
    assert last == 0
    return first, second


def test_proofs_lead_to_the_roots_for_every_leaf_and_every_size_before(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "WIDTH", 4)
    monkeypatch.setattr(tree, "TILE_HEIGHT", 2)
    leaves = [tree.of_leaf(b"%d" % number) for number in range(70)]
    tree.append(sandbox.pk, 0, leaves)
    known = Tree(sandbox.pk)
    for size in (1, 2, 3, 4, 7, 16, 17, 33, 64, 69, 70):
        root = known.root(size)
        for index in range(size):
            assert proved(index, size, leaves[index], known.inclusion(index, size)) == root
        for old in range(1, size):
            old_root = known.root(old)
            assert both_roots(old, size, known.consistency(old, size), old_root) == (old_root, root)
    assert known.consistency(70, 70) == []
    with pytest.raises(ValueError, match="not in a tree"):
        known.inclusion(70, 70)
