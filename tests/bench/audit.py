"""How long audit pages take on any library: `python -m tests.bench.audit [sandbox] [times] [words of an address]`.

On the library of DATABASE_URL, whose log a worker has kept; it needs nothing else. Every single filter, with the value that most
entries have and with one that few have, and every pair of filters, with the same. Whole requests in this process, as the first
member of the sandbox: middleware, queries, template. Each address is asked for once to warm up, then `times` times; milliseconds,
and how many of them the processor worked for this process (the rest is the database).
"""

import os
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from urllib.parse import urlencode

import django

from tests.bench.lists import p95

FILTERS = {"by": "by=", "field": "field=", "door": "door=", "kind": "kind=", "status": "status=", "approver": "yes="}
TERMS = """
SELECT also, sum(entries) AS entries FROM offers_logday JOIN offers_sandbox AS sandbox ON sandbox.id = sandbox_id
 WHERE sandbox.name = %s AND term = '' AND also LIKE %s AND also <> 'by=' GROUP BY also ORDER BY entries DESC
"""
PARTICULAR = """
SELECT item.id, split_part(listing.name, ' ', 1) FROM offers_libraryitem AS item JOIN offers_listing AS listing USING (key)
  JOIN offers_sandbox AS sandbox ON sandbox.id = item.sandbox_id
 WHERE sandbox.name = %s AND item.kind = 'personalized-offer' ORDER BY item.etag DESC, item.key LIMIT 1
"""
NOTE = """
SELECT split_part(note.text, ' ', 1) FROM offers_lognote AS note JOIN offers_sandbox AS sandbox ON sandbox.id = note.sandbox_id
 WHERE sandbox.name = %s ORDER BY index DESC LIMIT 1
"""


def main(sandbox: str, times: int, only: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "offeradmin.settings"
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    from django.conf import settings
    from django.test import Client

    from offers.models import Membership

    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    member = Membership.objects.filter(sandbox__name=sandbox, user__isnull=False).order_by("pk")[0]
    assert member.user
    browser.force_login(member.user)
    print(f"{'address':72}{'':>24}{'p50':>7}{'p95':>7}{'own':>7}")
    everything: list[float] = []
    for parameters in addresses(sandbox):
        address = urlencode(parameters)
        if only in address:
            everything += measured(browser, f"/s/{sandbox}/audit/", address, times)
    print(f"{'all':72}{'':24}{statistics.median(everything):7.1f}{p95(everything):7.1f}")


def measured(browser: "django.test.Client", page: str, address: str, times: int) -> list[float]:
    taken: list[float] = []
    own: list[float] = []
    for _time in range(times + 1):
        began, worked = time.perf_counter(), time.process_time()
        answer = browser.get(f"{page}?{address}")
        taken.append((time.perf_counter() - began) * 1_000)
        own.append((time.process_time() - worked) * 1_000)
        assert answer.status_code == 200, address
    line = re.search(r'id="result-line"[^>]*>\s*(.*?)\s*</p>', answer.content.decode(), re.DOTALL)
    number = " ".join(line[1].split()[:4]) if line else ""
    times_of = f"{statistics.median(taken[1:]):7.1f}{p95(taken[1:]):7.1f}{statistics.median(own[1:]):7.1f}"
    print(f"{address:72}{number:>24}{times_of}", flush=True)
    return taken[1:]


def addresses(sandbox: str) -> Iterator[dict[str, str]]:
    """No filter; each with a common and a rare value; two of each other with all of their values."""
    choices = list(values(sandbox))
    yield {}
    for one in choices:
        yield from ({name: value} if name != "month" else _month(value) for name, value in one)
    for one, other in combinations(choices, 2):
        for pair in product(one, other):
            found: dict[str, str] = {}
            for name, value in pair:
                found |= {name: value} if name != "month" else _month(value)
            yield found


def _month(last: str) -> dict[str, str]:
    return {"from": f"{last[:8]}01", "to": last}


def values(sandbox: str) -> Iterator[Sequence[tuple[str, str]]]:
    """The values of each filter that are asked for."""
    from offers.document.kinds.reading import DECLARED
    from offers.models import LogEntry, reading

    yield [("event", "request"), ("event", "access")]
    for name, prefix in FILTERS.items():
        found = [str(term).removeprefix(prefix) for term, _entries in reading.rows(TERMS, [sandbox, f"{prefix}%"])]
        if name == "field":
            found = ["any-date", *(DECLARED[path] for path in found)]
        yield [(name, value) for value in dict.fromkeys([*found[:2], *found[len(found) // 2 :][:1], *found[-1:]])]
    yield [("bypass", "yes")]
    ((item, word),) = reading.rows(PARTICULAR, [sandbox])
    yield [("item", item)]
    yield [("q", word.lower()), ("q", "no-such-thing")]
    yield [("note", word) for (word,) in reading.rows(NOTE, [sandbox])]
    times = LogEntry.objects.filter(sandbox__name=sandbox).order_by("created_at").values_list("created_at", flat=True)
    yield [("month", f"{times[times.count() // 2]:%Y-%m-28}")]


if __name__ == "__main__":
    given = [*sys.argv[1:], *["prod", "20", ""][len(sys.argv) - 1 :]]
    main(given[0], int(given[1]), given[2])
