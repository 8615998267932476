"""The library that edits are measured in: made anew, or kept from one run to the next."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from offeradmin import devdb
from tests.bench import sql
from tests.servers import ROOT, PrivateDatabase, private_database

# PostgreSQL as docs/operator.md recommends it: a quarter of the machine's memory, here 2 GB of it at most.
RECOMMENDED = {"shared_buffers": "25 %", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}
QUARTER = min(psutil.virtual_memory().total // 4, 2 * 1024**3) // 1024**2
SETTINGS = {**devdb.SETTINGS, **RECOMMENDED, "shared_buffers": f"{QUARTER}MB"}
# Nobody is asked for review, and one client has a token that is known here.
PREPARE = """
import django; django.setup()
from datetime import timedelta
from allauth.idp.oidc.models import Token
from django.utils import timezone
from offers.models import Sandbox
Sandbox.objects.update(review_policy="none")
Token.objects.filter(client_id="demo-client").delete()
token = Token(client_id="demo-client", type=Token.Type.ACCESS_TOKEN, expires_at=timezone.now() + timedelta(days=1))
token.set_value("token-of-the-bench")
token.save()
"""
# The log begins with what the library came with: what the worker does for that is no part of an edit.
LOG = """
import django; django.setup()
from offers.log.sequencer import advance
from offers.models import Sandbox
for sandbox in Sandbox.objects.all():
    while advance(sandbox):
        pass
"""


@contextmanager
def opened(directory: Path, keep: Path | None, offers: int) -> Iterator[PrivateDatabase]:
    """A server of its own with so many offers, gone with the block; one that is to be kept is left where it is, and found there again."""
    if keep is None:
        with private_database(directory, SETTINGS) as database:
            _fill(database, offers)
            yield database
        return
    keep.mkdir(parents=True, exist_ok=True)
    database = PrivateDatabase(keep, devdb.ensure_running(keep, SETTINGS))
    try:
        _fill(database, offers)
        yield database
    finally:
        devdb.release(keep)


def _fill(database: PrivateDatabase, offers: int) -> None:
    run(database, "manage.py", "migrate", "-v", "0")
    # Does nothing where there are offers.
    run(database, "manage.py", "demo_data", "--long-texts", "--offers", str(offers))
    run(database, "-c", PREPARE)
    run(database, "-c", LOG)


def chosen(database: PrivateDatabase) -> list[str]:
    """Offers that can be edited, in the order of their numbers in the scripts."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            """CREATE TABLE IF NOT EXISTS bench_offer AS SELECT row_number() OVER (ORDER BY md5(id)) AS number, id FROM offers_listing
                WHERE sandbox_id = (SELECT id FROM offers_sandbox WHERE name = 'prod') AND kind = 'personalized-offer'
                  AND status IN ('draft', 'approved') AND deleted_at IS NULL"""
        )
        connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS bench_offer_number ON bench_offer (number)")
        for statement in filter(str.strip, sql.BARE_TABLES.split(";")):
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
        return [id for (id,) in connection.execute("SELECT id FROM bench_offer ORDER BY number")]


def run(database: PrivateDatabase, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=database.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.rstrip("\n")
