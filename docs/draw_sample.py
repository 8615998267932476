"""Draw a sample pack again: python draw_sample.py index.json [POPULATION]

Needs Python 3.11 and nothing of ours. It draws the ranks anew from what the pack says it was drawn by, takes the places that have
these ranks in POPULATION (population.txt of the pack, or places that you listed yourself, one a line), and compares them with the
pack. Exit 0: these are the changes that had to be drawn.

A rank is SHA-256 over the draw's text and a counter, modulo the size of the population; one that was drawn already is passed over.
The text names the seed, the log, its size and its root, the period and the filters, so whoever chose the seed before the log
had that root could not know what would be drawn.
"""

import hashlib
import json
import sys
from pathlib import Path

MEMBERS = ("seed", "origin", "size", "root", "from", "to", "kind", "bypass", "population", "wanted")


def text_of(draw: dict) -> str:
    """What the draw is made by, a line each."""
    return "".join(f"{name} {draw[name]}\n" for name in MEMBERS)


def ranks(draw: dict) -> list[int]:
    """The ranks from 0 below the population's size, in the order in which they were drawn."""
    found: dict[int, None] = {}
    text, counter, population = text_of(draw), 0, int(draw["population"])
    while len(found) < min(int(draw["wanted"]), population):
        digest = hashlib.sha256(f"{text}{counter}".encode()).digest()
        found.setdefault(int.from_bytes(digest, "big") % population)
        counter += 1
    return list(found)


def main() -> int:
    index = Path(sys.argv[1])
    pack = json.loads(index.read_text(encoding="utf-8"))
    population = Path(sys.argv[2]) if len(sys.argv) > 2 else index.parent / "population.txt"
    places = [int(line) for line in population.read_text().split()]
    if len(places) != pack["draw"]["population"]:
        print(f"DIFFERENT: {len(places)} places, and the pack says {pack['draw']['population']}", file=sys.stderr)
        return 1
    drawn = [places[rank] for rank in ranks(pack["draw"])]
    told = [change["index"] for change in pack["changes"]]
    if drawn != told:
        print("DIFFERENT: other changes had to be drawn than are in the pack", file=sys.stderr)
        return 1
    print(f"The same: {len(told)} of {len(places)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
