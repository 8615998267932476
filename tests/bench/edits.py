"""What an edit costs, and what it costs others who do the same: `make bench`, or `python -m tests.bench.edits`.

One run, contenders interleaved: the least SQL that would do, the product's own SQL, a PATCH by each way to serve, a form's save, and
a fair peer (tests/bench/peer). Nothing is tuned but what docs/operator.md recommends (library.RECOMMENDED): fsync and synchronous commit are on.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import orjson
import psutil
import psycopg

from offeradmin.devdb_place import find_place
from tests.bench import library, load, peers, report, sql
from tests.bench.load import Sample
from tests.servers import HOST, ROOT, PrivateDatabase, server

FORMS = 120
# Seconds after which the worker has done what is to be done for an edit (the list of new search text comes last).
SETTLE = 2.5
HEADERS = {
    "Authorization": "Bearer token-of-the-bench",
    "x-api-key": "demo-client",
    "x-gw-ims-org-id": "DEMO@OfferOrg",
    "x-sandbox-name": "prod",
    "Content-Type": "application/json",
}
# Forms as a browser would send them back: opened by a person who is signed in, with marks where an edit differs.
OPEN = """
import django; django.setup()
import sys
from urllib.parse import urlencode
from django.contrib.auth.models import User
from django.test import Client
from tests.web.form_reader import form_in
browser = Client(HTTP_HOST="127.0.0.1")
browser.force_login(User.objects.get(username="admin"))
for id in sys.argv[1].split(","):
    html = browser.get(f"/s/prod/offers/{id}/edit/").content.decode()
    sent = form_in(html)
    for edit in (
        {"/name": "@NAME@", "/rank/priority": "@PRIORITY@"},
        {"/selectionConstraint/startDate": "@START@", "/selectionConstraint/endDate": "@END@"},
    ):
        assert sent.keys() > edit.keys(), sent
        fields = {**sent, "etag": "@ETAG@", "action": "save", **edit}
        print(id, urlencode(fields, doseq=True, safe="@"), sep="\\t")
print("COOKIE", "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items() if name in ("sessionid", "csrftoken")))
"""


@dataclass(frozen=True)
class Contender:
    """`measure` gives what so many clients get in so many seconds, for one of MIXES. Its edits are rows of `stored`."""

    name: str
    measure: Callable[[str, int, float], Sample]
    stored: str = "offers_revision"
    database: str | None = None


MIXES = ("name", "dates")


def main(arguments: Sequence[str]) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.edits", description=__doc__)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument(
        "--keep", type=Path, help="where the database stays, for the next run, which then need not load it"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--mixes", nargs="+", choices=MIXES, default=MIXES)
    parser.add_argument("--hot-seconds", type=float, default=5, help="how long 32 clients edit one offer")
    parser.add_argument("--minute", action="store_true", help="also the longest request of a minute at 8 clients")
    parser.add_argument("--without-peer", action="store_true")
    wanted = parser.parse_args(arguments)
    if not load.find_or_install():
        sys.exit("wrk is not installed (Debian: apt-get install wrk).")
    with ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory()))
        database = held.enter_context(library.opened(directory / "local", wanted.keep, wanted.offers))
        contenders = list(_contenders(held, directory, database, peer=not wanted.without_peer))
        generator = contenders.pop(0).measure("", max(wanted.clients), 2)
        machine = _machine(database, generator)
        found: dict[tuple[str, int, str], list[Sample]] = {}
        for _round in range(wanted.rounds):
            for mix in wanted.mixes:
                for clients in wanted.clients:
                    for one in contenders:
                        sample = _sample(database, one, mix, clients, wanted.seconds)
                        found.setdefault((mix, clients, one.name), []).append(sample)
        machine |= {"offers": wanted.offers, "seconds": wanted.seconds, "rounds": wanted.rounds}
        hot = _hot(directory, database, contenders, wanted.hot_seconds)
        served = [one for one in contenders if wanted.minute and "SQL" not in one.name]
        minute = [(one.name, _sample(database, one, "name", 8, 60)) for one in served]
        report.show(found, {**machine, **_sizes(database)}, hot, minute)


def _sample(database: PrivateDatabase, one: Contender, mix: str, clients: int, seconds: float) -> Sample:
    """What was measured, without the edits that were answered, but of which nothing was stored: those failed."""
    before, spent = _stored(database, one), _processor_seconds(database)
    sample = one.measure(mix, clients, seconds)
    # What the worker still does for these edits is theirs, and no other contender's.
    time.sleep(SETTLE)
    spent = _processor_seconds(database) - spent
    missing = max(0, sample.edits - (_stored(database, one) - before))
    kept, edits = 1 - missing / sample.edits if sample.edits else 0.0, sample.edits - missing
    processor = spent * 1_000 / edits if edits else 0.0
    return replace(sample, rate=sample.rate * kept, edits=edits, failed=sample.failed + missing, processor=processor)


def _processor_seconds(database: PrivateDatabase) -> float:
    """What servers, worker and PostgreSQL have taken so far; what makes the load is not among them."""
    file = find_place(database.local).data / "postmaster.pid"
    postmaster = psutil.Process(int(file.read_text().split("\n", 1)[0]))
    running = {postmaster, *postmaster.children(recursive=True), *psutil.Process().children(recursive=True)}
    ended = postmaster.cpu_times()
    found = float(ended.children_user + ended.children_system)
    for process in running:
        with suppress(psutil.NoSuchProcess):
            found += sum(process.cpu_times()[:2])
    return found


def _stored(database: PrivateDatabase, one: Contender) -> int:
    name = one.database or psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
    with psycopg.connect(database.url, dbname=name) as connection:
        row = connection.execute(f"SELECT count(*) FROM {one.stored}").fetchone()
    assert row
    return int(row[0])


def _contenders(held: ExitStack, directory: Path, database: PrivateDatabase, *, peer: bool) -> Iterator[Contender]:
    """The first one shows what wrk can ask of something that does next to nothing; the others edit."""
    ids = library.chosen(database)
    patched, forms = directory / "offers", directory / "forms"
    patched.write_text("\n".join(ids[:-FORMS]) + "\n")
    *bodies, cookie = library.run(database, "-c", OPEN, ",".join(ids[-FORMS:])).splitlines()
    caught = orjson.loads(library.run(database, "-c", sql.CATCH, ids[0], orjson.dumps(HEADERS).decode()))
    count = len(ids) - FORMS

    def in_sql(script: Callable[[str], str]) -> Callable[[str, int, float], Sample]:
        return lambda mix, clients, seconds: sql.pgbench(
            database, f"{sql.BEGIN.format(count=count)}\n{script(mix)}", clients, seconds
        )

    def by(address: str, headers: dict[str, str]) -> Callable[[str, int, float], Sample]:
        return lambda mix, clients, seconds: load.requests(address, "patch", mix, patched, headers, clients, seconds)

    def saved(address: str, headers: dict[str, str]) -> Callable[[str, int, float], Sample]:
        def measure(mix: str, clients: int, seconds: float) -> Sample:
            forms.write_text("\n".join(_opened_now(database, bodies[MIXES.index(mix) :: len(MIXES)])) + "\n")
            return load.requests(address, "form", mix, forms, headers, clients, seconds)

        return measure

    held.enter_context(_worker(database))
    ports = {wsgi: held.enter_context(server(database, wsgi=wsgi)).port for wsgi in (True, False)}
    health = f"http://{HOST}:{ports[True]}/healthz"
    yield Contender("the generator", lambda mix, *how: load.requests(health, "get", mix, patched, {}, *how))
    yield Contender(
        "bare SQL",
        in_sql(lambda mix: sql.BARE.replace("{new}", sql.NEW[mix]).replace("{patch}", sql.PATCH[mix])),
        "bare_revision",
    )
    yield Contender("our SQL", in_sql(lambda mix: sql.own(caught, mix)))
    for name, wsgi in (("PATCH, WSGI", True), ("PATCH, door", False)):
        port = ports[wsgi]
        yield Contender(name, by(f"http://{HOST}:{port}/data/core/dps/offers/OFFER", HEADERS))
        if not wsgi:
            headers = {
                "Cookie": cookie.removeprefix("COOKIE "),
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://{HOST}:{port}",
            }
            yield Contender("form, door", saved(f"http://{HOST}:{port}/s/prod/offers/OFFER/edit/", headers))
    if peer and peers.is_installed():
        port = held.enter_context(peers.served(database))
        own = {**HEADERS, "Authorization": "Bearer token-of-editor-client"}
        yield Contender("the peer", by(f"http://{HOST}:{port}/offers/OFFER", own), "peer_historicaloffer", "peer")


def _opened_now(database: PrivateDatabase, bodies: Sequence[str]) -> Iterator[str]:
    """The forms, opened at the etags that their offers have now."""
    lines = dict(line.split("\t") for line in bodies)
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT id, etag FROM offers_libraryitem WHERE sandbox_id = 1 AND id = ANY(%s)", [list(lines)]
        )
        yield from (f"{id}\t{etag}\t{lines[id]}" for id, etag in found)


@contextmanager
def _worker(database: PrivateDatabase) -> Iterator[None]:
    """The product's worker, as in every installation: it keeps the index of searchable text in order."""
    environment = {**database.environment, "LOG_LEVEL": "CRITICAL"}
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _hot(
    directory: Path, database: PrivateDatabase, contenders: Sequence[Contender], seconds: float
) -> dict[str, object]:
    """32 clients on one offer: how many edits, failures, and etags that are missing."""
    (served,) = [one for one in contenders if one.name == "PATCH, door"]
    file = directory / "offers"
    kept = file.read_text()
    id = kept.split("\n", 1)[0]
    file.write_text(f"{id}\n")
    try:
        sample = served.measure("name", 32, seconds)
    finally:
        file.write_text(kept)
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            """SELECT max(revision.etag) - count(*) FROM offers_revision AS revision
                 JOIN offers_libraryitem AS item ON item.key = revision.item_id WHERE item.id = %s AND item.sandbox_id = 1""",
            [id],
        ).fetchone()
    return {"rate": sample.rate, "longest": sample.longest, "failed": sample.failed, "missing": row and row[0]}


def _machine(database: PrivateDatabase, generator: Sample) -> dict[str, object]:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), avg(octet_length(document::text))::int FROM bare_item"
        ).fetchone()
        changed = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN "
            "('fsync', 'synchronous_commit', 'shared_buffers', 'max_wal_size', 'checkpoint_timeout')"
        )
        settings: dict[str, str] = dict(changed.fetchall())
    assert row
    pinned = (peers.HERE / "requirements.txt").read_text().splitlines()
    return {
        "processors": os.cpu_count(),
        "machine": platform.platform(),
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in ("django", "granian", "psycopg", "jsonpatch")),
        "peer": " ".join(line.split()[0] for line in pinned if line[0].isalpha()),
        "load_before": f"{os.getloadavg()[0]:.1f}",
        "postgresql": row[0],
        "wrk_asks_healthz_a_second": round(generator.rate),
        "bytes_a_document": row[1],
        **settings,
    }


def _sizes(database: PrivateDatabase) -> dict[str, object]:
    """What is stored after all of these edits, with indexes, in bytes: an item with what lists and search know, a revision."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            """SELECT (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name)
                      / (SELECT count(*) FROM offers_libraryitem),
                      pg_total_relation_size('offers_revision') / count(*), count(*) FROM offers_revision""",
            [["offers_libraryitem", "offers_listing", "offers_listingpast", "offers_searchtext"]],
        ).fetchone()
    assert row
    return {"bytes_an_item": int(row[0]), "bytes_a_revision": int(row[1]), "revisions": row[2]}


if __name__ == "__main__":
    main(sys.argv[1:])
