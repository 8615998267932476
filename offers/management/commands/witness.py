"""`manage.py witness`: docs/witness.py, which needs none of this and can be taken elsewhere by itself."""

import importlib.util
from argparse import ArgumentParser, Namespace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "See that a log's newest checkpoint only adds to the last one, and cosign it. Asks no database of ours."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        script().arguments(parser)

    def handle(self, **options: Any) -> None:
        try:
            self.stdout.write(script().run(Namespace(**options)), ending="")
        except (script().Refused, OSError, ValueError) as error:
            raise CommandError(f"NOT SIGNED: {error}") from None


@lru_cache(maxsize=1)
def script() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("witness", settings.BASE_DIR / "docs" / "witness.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
