"""What long histories cost: who changed what, first and again, a conflicting undo's question, and how fast they are verified.

    python -m tests.bench.history [revisions]

It makes one offer with so many revisions (20,000 unless said) in a database of its own beside the one of `DATABASE_URL`, which
it drops in the end.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

if TYPE_CHECKING:
    from offers.models import LibraryItem


def main() -> None:
    revisions = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure(revisions)
    finally:
        teardown_databases(databases, verbosity=0)


def measure(revisions: int) -> None:
    from offers.ledger import blamed, history
    from offers.ledger.verify import verify
    from offers.models import Sandbox

    item = made(revisions)
    looks = 0
    while True:
        began, looks = perf_counter(), looks + 1
        found = blamed.blame_of(item)
        print(f"look {looks}: {1_000 * (perf_counter() - began):.0f} ms, back to version {found.since}")
        if found.is_whole:
            break
    said("once seen", lambda: blamed.blame_of(item))
    path = ("rank", "priority")
    said("undo of version 2 that conflicts, who changed it", lambda: blamed.changed_since(item, 2, [path]))
    said("the same for a place that is gone", lambda: blamed.changed_since(item, 2, [("gone",)]))
    said("undo of version 2", lambda: history.undone(item, 2))
    said("a version in the middle", lambda: history.document_at(item, revisions // 2 - 1))
    said("a page of the timeline", lambda: history.revisions(item))
    began = perf_counter()
    differences = list(verify(Sandbox.objects.filter(pk=item.sandbox_id)))
    print(f"verified {revisions / (perf_counter() - began):,.0f} revisions a second, {len(differences)} differences")
    print(f"{bytes_a_revision():.0f} bytes a revision with its indexes and toast")


def made(revisions: int) -> "LibraryItem":
    from offers.document.kinds.registry import Kind
    from offers.ledger.imports import Past, Version, import_history
    from offers.models import LibraryItem
    from tests.cast import FORM, actor, make_sandbox, offer

    admin = actor(make_sandbox("bench-history"))
    at = datetime(2020, 1, 1, tzinfo=UTC)
    versions = [
        Version(
            admin, at + timedelta(minutes=number), offer(name=f"Sale {number // 3}", rank={"priority": number}), FORM
        )
        for number in range(1, revisions + 1)
    ]
    import_history(admin.sandbox, [Past(Kind.PERSONALIZED_OFFER, "long", versions)])
    return LibraryItem.objects.get(sandbox=admin.sandbox, id="long")


def said(what: str, ask: Callable[[], object]) -> None:
    times = []
    for _ in range(40):
        began = perf_counter()
        ask()
        times.append(1_000 * (perf_counter() - began))
    times.sort()
    print(f"{what}: p50 {times[20]:.1f} ms, p95 {times[37]:.1f} ms")


def bytes_a_revision() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('offers_revision')::float / count(*) FROM offers_revision")
        return float(cursor.fetchone()[0])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
