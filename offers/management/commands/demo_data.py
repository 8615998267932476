"""`manage.py demo_data --offers N`: the sample library."""

import time
from argparse import ArgumentParser
from datetime import datetime

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from offers.demo.load import FEWEST_OFFERS, is_loaded, load
from offers.demo.people import PEOPLE


class Command(BaseCommand):
    help = (
        "Fill an empty database with a sample library: accounts, two sandboxes, and N offers with their histories. "
        "Does nothing where there are library items already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offers", type=int, default=200, help="how many offers the production sandbox gets")
        parser.add_argument("--seed", type=int, default=1, help="another number makes another library")
        parser.add_argument(
            "--long-texts",
            action="store_true",
            help="sentences of many words in every offer, whose documents have 3 KB on average then: a library to measure",
        )
        parser.add_argument(
            "--now",
            type=datetime.fromisoformat,
            help="the moment that all dates are relative to, with its offset; the same seed and the same moment make "
            "the same library (by default this hour)",
        )

    def handle(
        self,
        *,
        offers: int = 200,
        seed: int = 1,
        now: datetime | None = None,
        long_texts: bool = False,
        **options: object,
    ) -> None:
        if offers < FEWEST_OFFERS:
            raise CommandError(f"A sample library has at least {FEWEST_OFFERS} offers.")
        if now is not None and now.tzinfo is None:
            raise CommandError("Say --now with its offset, like 2026-11-27T09:00:00+00:00.")
        if is_loaded():
            self.stdout.write("There are library items already: nothing was added.")
            return
        # Everybody knows the sample accounts' password, and one of them is a superuser.
        if User.objects.exclude(username__in=PEOPLE).exists():
            raise CommandError("This database has accounts of its own; sample data is for an empty one.")
        began = time.monotonic()
        moment = now or timezone.now().replace(minute=0, second=0, microsecond=0)
        stored = load(offers, seed, moment, long_texts=long_texts)
        seconds = time.monotonic() - began
        self.stdout.write(
            f"Sample library: {offers:,} offers in prod; {stored.items:,} items and {stored.revisions:,} revisions "
            f"in all, in {seconds:.1f} s ({stored.items / seconds:,.0f} items/s)."
        )
