"""`manage.py run_bulk <number>`: go on with a bulk edit whose server died, from the command line."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from offers.bulk import runs, worker
from offers.models import BulkRun


class Command(BaseCommand):
    help = (
        "Work on a bulk edit that was interrupted, until it is done. It goes on in the name of the person who ran it, "
        "and does nothing twice. Starting one takes that person and their note, on its page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, help="the number of the bulk edit, as its page says it")

    def handle(self, *, number: int, **options: object) -> None:
        run = BulkRun.objects.filter(number=number).first()
        if run is None:
            raise CommandError(f"There is no bulk edit {number}.")
        if run.state not in (BulkRun.State.PLANNING, BulkRun.State.RUNNING):
            raise CommandError(f"Bulk edit {number} does not wait for a worker: it is {run.state}.")
        done = 0

        def told(rows: int) -> None:
            nonlocal done
            done += rows
            self.stdout.write(f"{done:,} offers done")

        if not worker.work(number, told):
            raise CommandError(f"Bulk edit {number} is being worked on by another process, or waits for its turn.")
        run.refresh_from_db()
        tabs = runs.counts(run).tabs
        self.stdout.write(
            f"Bulk edit {number} is {run.state}: {tabs['changed']:,} changed, {tabs['skipped']:,} skipped, "
            f"{tabs['failed']:,} failed."
        )
