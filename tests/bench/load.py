"""The load: so many clients who each wait for their answer. By wrk, so that the generator is not what is measured."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests import debian

LUA = Path(__file__).parent / "edits.lua"
THREADS = 2


@dataclass(frozen=True)
class Sample:
    """Edits a second, how many there were, and times of answers in ms. `failed` is how many did not succeed, `processor` the ms of processor
    time that each took of servers, worker and PostgreSQL.
    """

    rate: float
    edits: int
    p50: float
    p99: float
    longest: float
    failed: int = 0
    processor: float = 0.0


def find_or_install() -> str | None:
    """wrk; else, as root, Debian's package. None where neither works."""
    if not shutil.which("wrk"):
        debian.install("wrk")
    return shutil.which("wrk")


def requests(
    url: str, kind: str, mix: str, offers: Path, headers: Mapping[str, str], clients: int, seconds: float
) -> Sample:
    """What so many clients get in this time. Raises AssertionError where wrk fails."""
    threads = min(THREADS, clients)
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", *named]
    done = subprocess.run(
        [*command, "-s", str(LUA), url, "--", kind, mix, str(offers)], capture_output=True, text=True, check=False
    )
    _, found, text = done.stdout.rpartition("RESULT ")
    assert done.returncode == 0, done.stdout + done.stderr
    assert found, done.stdout + done.stderr
    said = json.loads(text)
    good = said["requests"] - said["failed"]
    return Sample(good / said["seconds"], good, said["p50"], said["p99"], said["longest"], said["failed"])


def wait_for(port: int, path: str, seconds: float = 30) -> None:
    """Until a server at this port answers. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers at port {port}")


if __name__ == "__main__":
    sys.exit(
        0
        if find_or_install()
        else "wrk was not found, and cannot be installed here: the test of the benchmark is skipped."
    )
