"""`manage.py verify_history`: prove that no history was changed behind the application's back, and nothing live by one person alone."""

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from offers import proof
from offers.ledger.intact import guards
from offers.log import checking, checkpoints
from offers.log.checkpoints import Checkpoint
from offers.log.notes import BadNote
from offers.models import LibraryItem, LogCheck, Revision, Sandbox


class Command(BaseCommand):
    help = (
        "Replay every item's revisions and recompute their digests. Prints what differs; exit code 1 if anything does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox", help="only this sandbox (by default, all of them)")
        parser.add_argument(
            "--checkpoint", type=Path, action="append", default=[], help="a checkpoint that was kept elsewhere (repeat)"
        )
        parser.add_argument("--key", help="the log's key, as it was kept elsewhere (by default, LOG_KEY's)")

    def handle(
        self,
        *,
        sandbox: str | None = None,
        checkpoint: Sequence[Path] = (),
        key: str | None = None,
        **options: object,
    ) -> None:
        sandboxes = Sandbox.objects.filter(name=sandbox) if sandbox else Sandbox.objects.all()
        if sandbox and not sandboxes:
            raise CommandError(f"There is no sandbox {sandbox}.")
        began = time.monotonic()
        found = 0
        kept = {one: list(self._kept(one, checkpoint, key)) for one in sandboxes}
        if sum(map(len, kept.values())) < len(checkpoint):
            names = ", ".join(checkpoints.origin_of(one) for one in kept)
            raise CommandError(f"A checkpoint is of none of these sandboxes' logs (of PUBLIC_URL): {names}")
        sizes = {one: checkpoints.size_of(one) for one in sandboxes}
        counted = Counter[str]()
        for problem in guards.problems():
            # What is off guards the histories of all sandboxes.
            found += 1
            counted.update(one.name for one in sandboxes)
            self.stdout.write(f"the database: {problem}")
        logs = (difference for one in sandboxes for difference in checking.check(one, kept[one]))
        for difference in chain(proof.verify(sandboxes), logs):
            found += 1
            counted[difference.sandbox] += 1
            self.stdout.write(f"{difference.sandbox} {difference.id} etag {difference.etag}: {difference.message}")
        seconds = time.monotonic() - began
        for one in sandboxes:
            self._record(LogCheck(sandbox=one, size=sizes[one], differences=counted[one.name]), kept[one], key)
        items = LibraryItem.objects.filter(sandbox__in=sandboxes).count()
        revisions = Revision.objects.filter(sandbox__in=sandboxes).count()
        summary = (
            f"{items:,} items with {revisions:,} revisions in {len(sandboxes)} {'sandbox' if len(sandboxes) == 1 else 'sandboxes'}, "
            f"in {seconds:.1f} s ({revisions / max(seconds, 0.001):,.0f} revisions/s)"
        )
        if found:
            raise CommandError(f"{found} {'difference' if found == 1 else 'differences'} found. Checked {summary}.")
        self.stdout.write(f"Every digest and every document is as it should be: {summary}.")

    def _record(self, made: LogCheck, kept: Sequence[Checkpoint], key: str | None) -> None:
        """For the page that says when it last passed. A copy of the database that is only read is verified all the same."""
        made.at = timezone.now()
        if kept:
            made.kept, made.vkey = max(one.size for one in kept), key or checkpoints.signer_of(made.sandbox).vkey
        try:
            made.save()
        except DatabaseError as error:
            self.stderr.write(f"That it ran was not recorded: {error}")

    def _kept(self, sandbox: Sandbox, files: Sequence[Path], key: str | None) -> Iterator[Checkpoint]:
        """Those of these checkpoints that are of this sandbox's log."""
        for file in files:
            note = file.read_text(encoding="utf-8")
            if note.split("\n", 1)[0] != checkpoints.origin_of(sandbox):
                continue
            try:
                yield checkpoints.read(note, key or checkpoints.signer_of(sandbox).vkey)
            except (BadNote, checkpoints.NoKey) as error:
                raise CommandError(f"{file}: {str(error) or 'LOG_KEY is not set: say --key'}") from None
