"""What others notice while 200 clients send slowly, and what the door costs: both ways to serve, in one run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.table import Row
from tests.servers import PrivateDatabase, Server, private_database, server
from tests.transport import attackers
from tests.transport.attackers import Ask, Noticed

ATTACKERS = 200
HEALTH = Ask()
PATCH = Ask(
    "PATCH",
    "/data/core/dps/offers/personalizedOffer1234?offer-type=personalized",
    {
        "Authorization": "Bearer token-of-editor-client",
        "x-api-key": "editor-client",
        "x-gw-ims-org-id": "DEMO@OfferOrg",
        "x-sandbox-name": "prod",
        "Content-Type": "application/json",
    },
    '[{"op": "replace", "path": "/description", "value": "Change %d"}]',
)


def run(seconds: float) -> Iterator[Row]:
    """`seconds` is how long each of the ten measurements takes, more or less."""
    count = max(50, round(seconds * 100))
    with tempfile.TemporaryDirectory() as directory, private_database(Path(directory) / "local") as database:
        database.fill()
        yield from _attacked(database, count)
        yield from _cost(database, count)


def _attacked(database: PrivateDatabase, count: int) -> Iterator[Row]:
    with server(database) as running:
        for what, ask in (("/healthz", HEALTH), ("PATCH", PATCH)):
            attackers.others(running.port, ask, count=50)
            quiet = attackers.others(running.port, ask, count=count)
            yield _row(f"{what}, nobody attacks (p95)", quiet, quiet)
            for kind, opening in (("headers", attackers.SLOW_HEADERS), ("bodies", attackers.SLOW_BODY)):
                with attackers.attackers(running.port, ATTACKERS, opening):
                    found = attackers.others(running.port, ask, count=count)
                yield _row(f"{what}, {ATTACKERS} clients drip {kind} (p95)", found, quiet)


def _row(what: str, found: Noticed, quiet: Noticed) -> Row:
    remark = f"p50 {found.p50 * 1000:.1f} ms, p95 {found.p95 * 1000:.1f} ms, {found.failed} failed"
    return Row(what, 1 / found.p95, "nobody attacks", quiet.p95 / found.p95, remark)


def _cost(database: PrivateDatabase, count: int) -> Iterator[Row]:
    """CPU of a request, with the door and without, in turns."""
    with server(database) as door, server(database, wsgi=True) as plain:
        for what, ask in (("/healthz", HEALTH), ("PATCH", PATCH)):
            spent = {door.port: 0.0, plain.port: 0.0}
            for running in (door, plain) * 3:
                attackers.others(running.port, ask, count=50)
                before = _cpu(running)
                attackers.others(running.port, ask, count=count)
                spent[running.port] += (_cpu(running) - before) / (3 * count)
            without, cost = spent[plain.port], spent[door.port]
            remark = f"{cost * 1000:.2f} ms of CPU, {without * 1000:.2f} without"
            yield Row(f"{what} behind the door (by CPU)", 1 / cost, "WSGI without the door", without / cost, remark)


def _cpu(running: Server) -> float:
    """Seconds of CPU that the server's workers have used."""
    workers = psutil.Process(running.process.pid).children(recursive=True)
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)
