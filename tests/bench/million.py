"""Make a library of a million offers and ten million revisions, to be measured: `python -m tests.bench.million DIRECTORY`.

`--offers`, `--revisions` and `--sample` say how many, and of how many of the sample library's offers the others are copies. A private
PostgreSQL in DIRECTORY, outside of the checkout, holds it (25 GB, and as much again while it is made); it is left stopped, with fsync
on again. `--keep-running` prints its address and keeps it running for those who measure, until it is ended.

The sample library is made by `demo_data` and its log by the sequencer; the rest are copies of it, in SQL: the same documents under
other ids, with their histories at other times, and each with more edits (priority, end, description, status) that take each other back
by twos, so that the document stays. Who made them, by which door, with which note and whose yes is drawn from the sample. What lists
knew, the log, its counts and its tree are what they would be. Digests are not: they look like some, and `verify_history` says so.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from offeradmin import devdb
from tests.bench import copies, library
from tests.servers import ROOT, PrivateDatabase

# For loading alone: nothing of it would be lost that is not made again.
LOADING = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
}
SESSION = (
    "SET statement_timeout = 0; SET work_mem = '512MB'; SET maintenance_work_mem = '1GB'; SET enable_nestloop = off; "
    "SET enable_mergejoin = off; SET max_parallel_workers_per_gather = 0; SET synchronous_commit = off"
)
AT_ONCE = 256_000
GROWN = ("libraryitem", "listing", "searchtext", "revision", "listingpast", "logentry")
# A statement, or several.
Run = Callable[..., object]
RunAll = Callable[[Iterable[Sequence[str]]], object]


def main(directory: Path, offers: int, revisions: int, sample: int) -> None:
    assert not directory.resolve().is_relative_to(ROOT), "a folder outside of the checkout"
    directory.mkdir(parents=True, exist_ok=True)
    usual = dict(devdb.SETTINGS)
    devdb.SETTINGS.update(LOADING)
    database = PrivateDatabase(directory, devdb.ensure_running(directory))
    try:
        make(database, offers, revisions, sample)
    finally:
        devdb.release(directory)
        devdb.SETTINGS.update(usual)
    os.sync()


def make(database: PrivateDatabase, offers: int, revisions: int, sample: int) -> None:
    """The sample library, its log, and the copies, in an empty database."""
    library.run(database, "manage.py", "migrate", "-v", "0")
    library.run(database, "manage.py", "demo_data", "--offers", str(sample))
    # The sequencer finds what comes next by its statistics, and nobody else makes them here.
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    library.run(database, "-c", library.LOG)
    said("the sample library and its log")
    filled = f"from tests.bench import million; million.fill({database.url!r}, {offers}, {revisions})"
    print(library.run(database, "-c", filled))


def fill(url: str, offers: int, revisions: int) -> None:
    """Fill the library of this address, of Django's settings too, by three connections at once."""
    import django

    django.setup()

    def run(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SESSION)
            for statement in statements:
                connection.execute(statement)

    def run_all(jobs: Iterable[Sequence[str]]) -> None:
        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(run, *job) for job in jobs]:
                done.result()

    grow(run, run_all, offers, revisions)
    run("DROP SCHEMA bench CASCADE")
    run_all([[f"VACUUM (ANALYZE) offers_{name}"] for name in (*GROWN, "lognote", "logday", "logtile")])
    said("vacuumed")


def grow(run: Run, run_all: RunAll, offers: int, revisions: int) -> None:
    """Make of a small library, with its log, one of so many offers and revisions. `run_all` runs each job's statements in their order."""
    tables = f"{{{','.join(f'offers_{name}' for name in GROWN)}}}"
    asked = copies.ASKED.format(offers=offers, revisions=revisions)
    first = {
        "sample": asked + copies.SAMPLE,
        "copies": copies.COPIED,
        "edits": copies.MADE,
        "entries": copies.ENTRIES,
        "indexes dropped": copies.TAKEN_DOWN,
    }
    for what, statement in first.items():
        run(statement.replace("{tables}", tables))
        said(what)
    jobs = {"logentry": [copies.LOG], "revision": [copies.REVISIONS], "listingpast": [copies.COPIED_PAST, copies.MADE_PAST], "searchtext": [copies.TEXTS],
            "listing": [copies.LISTINGS], "libraryitem": [copies.ITEMS]}  # fmt: skip
    run_all([*statements, copies.PUT_UP.replace("{name}", name)] for name, statements in jobs.items())
    said("stored")
    run(copies.REFERRING.replace("{tables}", tables), copies.NUMBERED, copies.LOGGED, copies.FORGOTTEN)
    count_and_prove()
    said("counted, and the tree")


def count_and_prove() -> None:
    """Days, notes and tiles of the log, by the product's own functions."""
    from django.db import transaction

    from offers.log import tree
    from offers.log.found import counting
    from offers.models import LogEntry, LogHead, Sandbox, reading

    sandbox = Sandbox.objects.get(name="prod")
    size = LogHead.objects.get(sandbox=sandbox).size
    entries = LogEntry.objects.filter(sandbox=sandbox).order_by("index")
    for first in range(0, size, AT_ONCE):
        last = min(first + AT_ONCE, size)
        with transaction.atomic(), reading.under("statement_timeout", 0):
            counting.count(sandbox.pk, first, last)
            hashes = entries.filter(index__gte=first, index__lt=last).values_list("leaf_hash", flat=True)
            tree.append(sandbox.pk, first, [bytes(one) for one in hashes.iterator(10_000)])


def said(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def kept_running(directory: Path) -> None:
    """The server as installations have it, for those who measure."""
    print(devdb.ensure_running(directory), flush=True)
    signal.pause()


def _asked(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.million", description=str(__doc__).split(":")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--offers", type=int, default=1_000_000)
    parser.add_argument("--revisions", type=int, default=10_000_000)
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument(
        "--keep-running", action="store_true", help="only start its server, print its address, and wait"
    )
    given = parser.parse_args(words)
    if given.keep_running:
        kept_running(given.directory)
    else:
        main(given.directory, given.offers, given.revisions, given.sample)


if __name__ == "__main__":
    _asked(sys.argv[1:])
