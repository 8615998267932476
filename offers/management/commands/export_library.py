"""`manage.py export_library`: a sandbox's library with its whole history, as a file that another installation can import."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from offers.models import Sandbox
from offers.transfer import exporting


class Command(BaseCommand):
    help = "Write every item of a sandbox with every revision, as NDJSON. It is of one moment, and people can work meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox", required=True)
        parser.add_argument("--out", type=Path, required=True, help="the file; it has this name only once it is whole")

    def handle(self, *, sandbox: str, out: Path, **options: object) -> None:
        found = Sandbox.objects.filter(name=sandbox).first()
        if found is None:
            raise CommandError(f"There is no sandbox {sandbox}.")
        part = out.with_name(f"{out.name}.part")
        try:
            with part.open("wb") as file:
                file.writelines(exporting.lines(found))
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{out}: {out.stat().st_size:,} bytes.")
