"""The fair peer (tests/bench/peer): its packages, and its server with the same offers in a database of its own."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import psycopg

from offeradmin import serve
from tests.bench import load
from tests.servers import HOST, ROOT, PrivateDatabase, free_port

HERE = Path(__file__).parent / "peer"
PLACE = ROOT / ".local" / "bench-peer"


def is_installed() -> bool:
    """Whether its packages are there, or can be had."""
    if not (PLACE / "bin" / "python").exists():
        venv.create(PLACE, with_pip=True)
    pip = f"{PLACE / 'bin' / 'python'} -m pip install -q --disable-pip-version-check --require-hashes -r".split()
    done = subprocess.run([*pip, str(HERE / "requirements.txt")], check=False)
    if done.returncode:
        print("THE PEER IS LEFT OUT: its packages could not be installed.", file=sys.stderr, flush=True)
    return not done.returncode


@contextmanager
def served(database: PrivateDatabase) -> Iterator[int]:
    """The peer with the same offers in a database of its own, and the port that it answers at."""
    python = PLACE / "bin" / "python"
    with psycopg.connect(database.url, autocommit=True) as connection:
        is_there = connection.execute("SELECT FROM pg_database WHERE datname = 'peer'").fetchone() is not None
        if not is_there:
            connection.execute("CREATE DATABASE peer")
        info = connection.info
        settings = {"NAME": "peer", "USER": info.user, "HOST": info.host, "PORT": str(info.port)}
    environment = {
        **os.environ,
        "PEER_DATABASE": orjson.dumps(settings).decode(),
        "DJANGO_SETTINGS_MODULE": "peer.settings",
        "PYTHONPATH": str(HERE.parent),
    }
    if not is_there:
        _fill(python, database, environment)
    port = free_port()
    options = [*serve.WSGI[:-1], "--host", HOST, "--port", str(port), "peer.wsgi:application"]
    process = subprocess.Popen([python, "-m", "granian", *options], env=environment, start_new_session=True)
    try:
        load.wait_for(port, "/healthz")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _fill(python: Path, database: PrivateDatabase, environment: dict[str, str]) -> None:
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            """SELECT jsonb_build_array(item.id, item.document)::text FROM bench_offer AS chosen
                 JOIN offers_libraryitem AS item ON item.id = chosen.id AND item.sandbox_id = 1"""
        )
        lines = "\n".join(text for (text,) in rows)
    subprocess.run([python, "-m", "peer.fill"], input=lines, text=True, env=environment, check=True)
