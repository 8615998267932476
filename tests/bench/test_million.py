"""The large library, as a small one: what is copied is as consistent as what it is copied from, but for its digests."""

from pathlib import Path

import orjson

from tests.bench import library, million
from tests.servers import PrivateDatabase, empty_database

# What is in it, what `verify_history` finds but digests, and whether days count what the log has.
LOOK = """
import django; django.setup()
import orjson
from django.db.models import Sum
from offers.ledger.verify import verify
from offers.log.tree import Tree, root_of
from offers.models import LibraryItem, LogDay, LogEntry, LogHead, Revision, Sandbox
prod = Sandbox.objects.get(name="prod")
entries = LogEntry.objects.filter(sandbox=prod)
print(orjson.dumps({
    "offers": LibraryItem.objects.filter(sandbox=prod, kind__endswith="offer").count(),
    "revisions": Revision.objects.count(),
    "found": sorted({one.message for one in verify([prod])}),
    "logged": entries.count() == LogHead.objects.get(sandbox=prod).size
    and entries.filter(event=2).count() == Revision.objects.filter(sandbox=prod).count(),
    "counted": LogDay.objects.filter(sandbox=prod, term="", also="").aggregate(all=Sum("entries"))["all"] == entries.count(),
    "proved": Tree(prod.pk).root(entries.count()) == root_of([bytes(e.leaf_hash) for e in entries.order_by("index")]),
}).decode())
"""


def test_a_small_one_is_what_it_says_it_is(tmp_path: Path) -> None:
    with empty_database() as url:
        database = PrivateDatabase(tmp_path, url)
        million.make(database, offers=150, revisions=1_500, sample=40)
        said = orjson.loads(library.run(database, "-c", LOOK).splitlines()[-1])
    assert said["offers"] == 150
    assert 1_200 < said["revisions"] < 1_800
    assert said["found"] == ["the digest does not match what the revision says"]
    assert (said["logged"], said["counted"], said["proved"]) == (True, True, True)
