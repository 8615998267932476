"""`manage.py verify_history`: prove that no history was changed behind the application's back, and nothing live by one person alone."""

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from offers import proof
from offers.models import LibraryItem, Revision, Sandbox


class Command(BaseCommand):
    help = (
        "Replay every item's revisions and recompute their digests. Prints what differs; exit code 1 if anything does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox", help="only this sandbox (by default, all of them)")

    def handle(self, *, sandbox: str | None = None, **options: object) -> None:
        sandboxes = Sandbox.objects.filter(name=sandbox) if sandbox else Sandbox.objects.all()
        if sandbox and not sandboxes:
            raise CommandError(f"There is no sandbox {sandbox}.")
        began = time.monotonic()
        found = 0
        for difference in proof.verify(sandboxes):
            found += 1
            self.stdout.write(f"{difference.sandbox} {difference.id} etag {difference.etag}: {difference.message}")
        seconds = time.monotonic() - began
        items = LibraryItem.objects.filter(sandbox__in=sandboxes).count()
        revisions = Revision.objects.filter(sandbox__in=sandboxes).count()
        summary = (
            f"{items:,} items with {revisions:,} revisions in {len(sandboxes)} sandboxes, "
            f"in {seconds:.1f} s ({revisions / max(seconds, 0.001):,.0f} revisions/s)"
        )
        if found:
            raise CommandError(f"{found} differences found. Checked {summary}.")
        self.stdout.write(f"Every digest and every document is as it should be: {summary}.")
