"""`manage.py checkpoint`: the newest signed checkpoint of a log, to be kept where whoever runs this installation cannot change it."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from offers.log import checkpoints
from offers.models import Sandbox


class Command(BaseCommand):
    help = "Write the newest signed checkpoint of each sandbox's log. `verify_history --checkpoint` checks the log against it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox", help="only this sandbox (by default, all of them)")
        parser.add_argument("--out", type=Path, help="a directory for them (by default, they are printed)")

    def handle(self, *, sandbox: str | None = None, out: Path | None = None, **options: object) -> None:
        sandboxes = Sandbox.objects.filter(name=sandbox) if sandbox else Sandbox.objects.all()
        if sandbox and not sandboxes:
            raise CommandError(f"There is no sandbox {sandbox}.")
        for one in sandboxes:
            try:
                note = checkpoints.checkpoint(one)
            except checkpoints.NoKey:
                raise CommandError("LOG_KEY is not set: there is nothing to sign with.") from None
            if out is None:
                self.stdout.write(note)
                continue
            out.mkdir(parents=True, exist_ok=True)
            file = out / f"{one.name}-{checkpoints.size_of(one)}.checkpoint"
            file.write_text(note, encoding="utf-8")
            self.stdout.write(str(file))
