"""`manage.py import_library`: a library with its history, from the file that `export_library` wrote here or elsewhere."""

import getpass
import time
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from offers.access.permissions import MAX_LABEL
from offers.models import Sandbox
from offers.transfer import importing


class Command(BaseCommand):
    help = (
        "Store the items of a file, with their history: all or nothing. Every change is replayed and every digest made again "
        "before anything counts. The log of the sandbox says that it was imported, from where, by whom and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sandbox", required=True, help="where it goes; ids that are taken there refuse all of it")
        parser.add_argument("--note", required=True, help="why")
        parser.add_argument("--by", help="the name of who does it (by default, that of the account of the machine)")
        parser.add_argument("--key", default="", help="the key of the log that it comes from, to check its signature")

    def handle(
        self, *, file: Path, sandbox: str, note: str, key: str, by: str | None = None, **options: object
    ) -> None:
        found = Sandbox.objects.filter(name=sandbox).first()
        if found is None:
            raise CommandError(f"There is no sandbox {sandbox}.")
        who = (by or f"manage.py import_library ({getpass.getuser()})").strip()
        if not note.strip() or not who.isprintable() or len(who) > MAX_LABEL:
            raise CommandError(f"Say why by --note, and by --by a name of at most {MAX_LABEL} characters.")
        began = time.monotonic()
        try:
            with file.open("rb") as opened:
                made = importing.bring(found, opened, by=who, note=note.strip(), vkey=key)
        except (importing.Refused, OSError) as error:
            raise CommandError(f"Nothing was imported. {error}") from None
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{made.items:,} items with {made.revisions:,} revisions from {made.origin}, in {seconds:.1f} s. "
            f"Prove them: manage.py verify_history --sandbox {found.name}"
        )
