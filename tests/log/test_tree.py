"""The tree as tiles, against RFC 6962's definition."""

import hashlib
import random

import pytest

from offers.log import tree
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
    leaves = [tree.of_leaf(b"%d" % number) for number in range(150)]
    dice, size = random.Random(5), 0
    while size < len(leaves):
        count = dice.randint(1, 25)
        tree.append(sandbox.pk, size, leaves[size : size + count])
        size = min(size + count, len(leaves))
        assert tree.root(sandbox.pk, size) == defined(leaves[:size]) == tree.root_of(leaves[:size])
    assert tree.root(sandbox.pk, 0) == tree.EMPTY_ROOT
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
    assert tree.root(sandbox.pk, 600) == defined(leaves)
    tiles = {(one.level, one.index): bytes(one.hashes) for one in LogTile.objects.filter(sandbox=sandbox)}
    assert {place: len(hashes) // 32 for place, hashes in tiles.items()} == {
        (0, 0): 256,
        (0, 1): 256,
        (0, 2): 88,
        (1, 0): 2,
    }
    assert tiles[1, 0] == defined(leaves[:256]) + defined(leaves[256:512])
