"""The tree's tiles as they are served (C2SP tlog-tiles): by level, and a place such as `x001/234` or `000.p/17`.

Beside them, at the level `entries`, bundles of the entries themselves: the text of each leaf, by which anybody makes the tree again.
"""

import re

from offers.log.checkpoints import size_of
from offers.log.taken.leaves import bundle
from offers.log.tree import HASH, WIDTH
from offers.models import LogTile, Sandbox

# A tile's number in groups of three digits, all but the last with an x in front, and its width if that is not full.
_PLACE = re.compile(r"((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)
# More have no room below the largest index.
_LEVELS = [str(level) for level in range(8)]
ENTRIES = "entries"
# What a place is of never changes: more entries only make more tiles, and wider ones at places of their own.
CACHE = "private, max-age=31536000, immutable"


def served(sandbox: Sandbox, level: str, place: str) -> bytes | None:
    """The hashes at a place, side by side, or the entries there; also of a part that is wider by now. None where there are none."""
    found = _PLACE.fullmatch(place)
    if found is None or level not in (*_LEVELS, ENTRIES):
        return None
    index, width = int(found[1].replace("x", "").replace("/", "")), int(found[2] or WIDTH)
    if found[1] != named(index) or found[2] == str(WIDTH):
        return None
    if level == ENTRIES:
        return bundle(sandbox, index * WIDTH, width) if index * WIDTH + width <= size_of(sandbox) else None
    kept = LogTile.objects.filter(sandbox=sandbox, level=int(level), index=index).values_list("hashes", flat=True)
    hashes = bytes(kept.first() or b"")
    return hashes[: width * HASH] if width * HASH <= len(hashes) else None


def named(index: int) -> str:
    """The one place that a tile's number is at."""
    last = f"{index % 1000:03d}"
    while index := index // 1000:
        last = f"x{index % 1000:03d}/{last}"
    return last
