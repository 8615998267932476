"""The authenticated PATCH over HTTP, against the very same SQL in pgbench, on the same private database.

The statements are not written down here: they are caught from one PATCH in this code, and played by pgbench.
"""

import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import orjson

from offeradmin.devdb_place import find_place, find_programs
from tests.bench.table import Row
from tests.servers import HOST, PrivateDatabase, private_database, server

# Enough that no worker is left without: each takes the connections that the kernel happens to give it.
CLIENTS = 16
OFFERS = 64

FILL_MORE = f"""
import django; django.setup()
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from offers.access.permissions import Actor
from tests.api.conftest import DOCUMENTED_OFFER
actor = Actor(Sandbox.objects.get(name="prod"), "admin", "Mina Park")
for number in range({OFFERS}):
    writes.create(actor, Kind.PERSONALIZED_OFFER, DOCUMENTED_OFFER, Stamp("import"), id=f"offer{{number}}")
"""
# Prints the statements of one PATCH, as pgbench wants them: values filled in, but for the offer, its key and its etag.
CATCH = """
import django; django.setup()
import re
import psycopg
from django.db import connection
from tests.api.conftest import Caller
caught = []
def catch(execute, sql, params, many, context):
    caught.append((sql, list(params or [])))
    return execute(sql, params, many, context)
with connection.execute_wrapper(catch):
    answer = Caller("editor-client", "token-of-editor-client")(
        "PATCH", "offers/offer0?offer-type=personalized", [{"op": "replace", "path": "/description", "value": "one"}])
assert answer.status_code == 200, answer.content
(auth, read, write) = caught[-3:]  # the first statements of a connection look up types
assert read[1][1] == "offer0" and write[1][1] == 2 and write[1][9] == 1 and write[1][11] == 2, (read, write)
filling = psycopg.ClientCursor(connection.connection)
def filled(sql, params, names):
    # A colon before a letter would be a variable to pgbench; in JSON a space may follow it.
    texts = [names.get(number) or re.sub(":(?=[a-z])", ": ", filling.mogrify("%s", [value]))
             for number, value in enumerate(params)]
    return " ".join((sql.replace("%s", "{}").format(*texts)).split())
print(filled(*auth, {}))
print(filled(*read, {1: "'offer' || :number"}))
print(filled(*write, {1: ":etag + 1", 8: ":key", 9: ":etag", 11: ":etag + 1"}))
"""


def run(seconds: float) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory, private_database(Path(directory) / "local") as database:
        database.fill()
        made = database.python(FILL_MORE)
        assert made.returncode == 0, made.stderr
        caught = database.python(CATCH)
        assert caught.returncode == 0, caught.stderr
        auth, read, write = caught.stdout.splitlines()
        body = [r"\set number random(0, " + str(OFFERS - 1) + ")", f"{read} \\gset", f"{write};"]
        sql = pgbench(database, body, seconds)
        sql_with_auth = pgbench(database, [f"{auth};", *body], seconds)
        served = [(name, *http(database, seconds, wsgi=wsgi)) for name, wsgi in (("door", False), ("WSGI", True))]
    yield Row("pgbench: read the row, write row and revision", sql)
    yield Row("pgbench: the same with the authenticating query", sql_with_auth, "the first", sql_with_auth / sql)
    for name, rate, p50, p99 in served:
        remark = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        yield Row(f"authenticated PATCH (granian, {name}, 2 workers)", rate, "the first", rate / sql, remark)
        yield Row(f"authenticated PATCH (granian, {name}, 2 workers)", rate, "the second", rate / sql_with_auth)


def pgbench(database: PrivateDatabase, lines: list[str], seconds: float) -> float:
    """Transactions per second of this script."""
    place = find_place(database.local)
    programs = find_programs(place)
    script = Path(tempfile.mkstemp(suffix=".sql")[1])
    try:
        script.write_text("\n".join(lines) + "\n")
        script.chmod(0o644)
        arguments = ["-n", "-M", "prepared", "-c", CLIENTS, "-j", 2, "-T", max(1, round(seconds)), "-f", script]
        program = str(programs / "pgbench")
        if not Path(program).exists():
            program = shutil.which("pgbench") or "pgbench"
        done = subprocess.run(
            [program, *map(str, arguments), database.url],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LD_LIBRARY_PATH": str(programs.parent / "lib")},
        )
        assert done.returncode == 0, done.stderr
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        assert found, done.stdout
        return float(found[1])
    finally:
        script.unlink()


def http(database: PrivateDatabase, seconds: float, *, wsgi: bool) -> tuple[float, float, float]:
    """PATCH requests per second, and the median and 99th percentile of their times in ms."""
    with server(database, wsgi=wsgi) as running, ProcessPoolExecutor(CLIENTS) as pool:
        list(pool.map(_client, range(CLIENTS), [running.port] * CLIENTS, [1.0] * CLIENTS))
        started = time.perf_counter()
        times = [
            t
            for found in pool.map(_client, range(CLIENTS), [running.port] * CLIENTS, [seconds] * CLIENTS)
            for t in found
        ]
        elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=100)
    return len(times) / elapsed, cuts[49] * 1000, cuts[98] * 1000


def _client(number: int, port: int, seconds: float) -> list[float]:
    """One caller on one kept-open connection, with as little work of its own as Python can do; gives each call's time."""
    connection = socket.create_connection((HOST, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times: list[float] = []
    deadline, count = time.perf_counter() + seconds, 0
    while (now := time.perf_counter()) < deadline:
        offer = f"offer{(number + count * CLIENTS) % OFFERS}"
        body = orjson.dumps([{"op": "replace", "path": "/description", "value": f"{number} {count} {now}"}])
        head = (
            f"PATCH /data/core/dps/offers/{offer}?offer-type=personalized HTTP/1.1\r\nHost: {HOST}\r\n"
            "Authorization: Bearer token-of-editor-client\r\nx-api-key: editor-client\r\n"
            "x-gw-ims-org-id: DEMO@OfferOrg\r\nx-sandbox-name: prod\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        while b'ClientId":"editor-client"}' not in answer:
            answer += connection.recv(65536)
        times.append(time.perf_counter() - now)
        count += 1
    connection.close()
    return times
