"""`make bench`: every benchmark, and a table of ratios at the end (a ratio says more than a number of this machine)."""

import sys
from collections.abc import Callable, Iterator

from tests.bench import bench_attack, bench_patch
from tests.bench.table import Row, show

BENCHMARKS: tuple[Callable[[float], Iterator[Row]], ...] = (bench_patch.run, bench_attack.run)


def main(arguments: list[str]) -> None:
    seconds = float(arguments[0]) if arguments else 8
    show([row for benchmark in BENCHMARKS for row in benchmark(seconds)])


if __name__ == "__main__":
    main(sys.argv[1:])
