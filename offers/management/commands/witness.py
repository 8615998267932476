"""`manage.py witness`: docs/witness.py, which needs none of this and can be taken elsewhere by itself."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers.log.taken.scripts import script

SCRIPT = "witness"


class Command(BaseCommand):
    help = "See that a log's newest checkpoint only adds to the last one, and cosign it. Asks no database of ours."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        script(SCRIPT).arguments(parser)

    def handle(self, **options: Any) -> None:
        try:
            self.stdout.write(script(SCRIPT).run(Namespace(**options)), ending="")
        except (script(SCRIPT).Refused, OSError, ValueError) as error:
            raise CommandError(f"NOT SIGNED: {error}") from None
