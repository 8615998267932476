"""What a bulk edit takes, and what others notice of it: `python -m tests.bench.bulk [offers] [rounds]`.

A server and a worker as in production, on a library of its own. One person looks at the list of offers again and again, without
and with a bulk edit of all offers going on, in turns, which is asked for as people do. (What is archived does not change.)
Whoever has other things running at the same time measures those: look at the processor seconds then.
"""

import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psutil

from offeradmin.devdb_place import find_place
from tests.servers import HOST, ROOT, PrivateDatabase, private_database, server

FILL = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
call_command("demo_data", offers={offers}, verbosity=0)
# A second person is not waited for.
from offers.models import Sandbox
Sandbox.objects.update(review_policy="none")
"""
LIST = "/s/prod/offers/"
SECONDS = 5
PAUSE = 0.02
# Between two looks at the page of the bulk edit.
LOOKS = 5
LONGEST = 300


class Browser:
    """Somebody who is signed in."""

    def __init__(self, port: int, name: str) -> None:
        self.address = f"http://{HOST}:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.token = _found(r'csrfmiddlewaretoken" value="([^"]+)"', self.get("/accounts/login/")[1])
        self.send("/accounts/login/", login=name, password="offers")
        self.token = _found(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(LIST)[1])

    def get(self, path: str) -> tuple[str, str]:
        """Where it led, and the page."""
        return self._open(self.address + path)

    def send(self, path: str, **form: str) -> tuple[str, str]:
        return self._open(self.address + path, urlencode({"csrfmiddlewaretoken": self.token, **form}).encode())

    def _open(self, address: str, data: bytes | None = None) -> tuple[str, str]:
        with self.opener.open(address, data) as answer:
            return answer.url.removeprefix(self.address), answer.read().decode()

    def look(self) -> float:
        """How long the list takes, in milliseconds."""
        began = time.perf_counter()
        self.get(LIST)
        taken = time.perf_counter() - began
        time.sleep(PAUSE)
        return taken * 1000


def main(offers: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as directory, private_database(Path(directory) / "local") as database:
        done = database.python(FILL.format(offers=offers))
        assert done.returncode == 0, done.stderr
        command = [sys.executable, "manage.py", "worker"]
        with server(database) as running, subprocess.Popen(command, cwd=ROOT, env=database.environment) as worker:
            try:
                measure(database, Browser(running.port, "admin"), psutil.Process(worker.pid), rounds)
            finally:
                worker.terminate()


def measure(database: PrivateDatabase, browser: Browser, worker: psutil.Process, rounds: int) -> None:
    for number in range(rounds):
        quiet, busy = list[float](), list[float]()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            quiet.append(browser.look())
        edit(database, browser, worker, 100 + number, busy)
        for what, times in (("without", quiet), ("with", busy)):
            print(
                f"  list {what:8} p50 {_at(times, 0.5):6.1f} ms   p95 {_at(times, 0.95):6.1f} ms   {len(times)} times"
            )
        print(f"  p95 with a bulk edit is {_at(busy, 0.95) / _at(quiet, 0.95):.2f} of what it is without", flush=True)
    print(f"the worker has {worker.memory_full_info().pss / 1e6:.0f} MB")


def edit(
    database: PrivateDatabase, browser: Browser, worker: psutil.Process, priority: int, times: list[float]
) -> None:
    """Give all offers this priority, and look at the list meanwhile."""
    before, began = _processor(database, worker), time.monotonic()
    path, _page = browser.send("/s/prod/bulk/new/", all="1", filter="", do="priority", priority=str(priority))
    offers = _number(r'All\s*<span class="count">([\d,]+)', watch(browser, path, times))
    planned = time.monotonic() - began
    browser.send(f"{path}start/", note="Prices rise")
    changed = _number(r"([\d,]+) offers changed", watch(browser, path, times))
    run = time.monotonic() - began - planned
    ours, theirs = (now - then for now, then in zip(_processor(database, worker), before, strict=True))
    print(
        f"10,000 planned in {planned / offers * 10_000:.1f} s ({offers} were), run in {run / changed * 10_000:.1f} s "
        f"({changed} were); processor seconds: worker {ours:.1f}, database {theirs:.1f}",
        flush=True,
    )


def watch(browser: Browser, path: str, times: list[float]) -> str:
    """Look at the list until the bulk edit has got somewhere; its page then."""
    until = time.monotonic() + LONGEST
    while "progress-panel" in (page := browser.get(path)[1]):
        assert time.monotonic() < until, "it takes too long"
        assert "not running" not in page, "the worker has ended"
        times += [browser.look() for _look in range(LOOKS)]
    return page


def _processor(database: PrivateDatabase, worker: psutil.Process) -> tuple[float, float]:
    """The processor seconds that the worker and the database have had until now."""
    postmaster = psutil.Process(int((find_place(database.local).data / "postmaster.pid").read_text().split("\n", 1)[0]))
    return sum(worker.cpu_times()[:2]), sum(sum(child.cpu_times()[:2]) for child in postmaster.children())


def _number(pattern: str, page: str) -> int:
    return int(_found(pattern, page).replace(",", ""))


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, page[:2000]
    return next(group for group in found.groups() if group)


def _at(times: list[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)]


if __name__ == "__main__":
    main(*[int(given) for given in sys.argv[1:]] or (12_000, 3))
