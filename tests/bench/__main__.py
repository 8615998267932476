"""`make bench`: what an edit costs (tests/bench/edits.py has its options), and what an attack costs others."""

import sys

from tests.bench import bench_attack, edits
from tests.bench.table import show


def main(arguments: list[str]) -> None:
    edits.main(arguments)
    show(list(bench_attack.run(8)))


if __name__ == "__main__":
    main(sys.argv[1:])
