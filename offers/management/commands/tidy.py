"""`manage.py tidy`: delete what has served its time. The worker does it each hour; it may run while people work, and twice at once."""

from allauth.idp.oidc.models import Token
from django.core.management.base import BaseCommand
from django.db.models import Model, QuerySet
from django.utils import timezone

from offers.api.wire.idempotency import KEPT
from offers.log.taken import downloads
from offers.models import Attempt, Download, IdempotencyKey, Presence, Session
from offers.web.edit.presence import GONE_AFTER

# Small statements: none of them nears the time limit, or holds what a request waits for, however long the timer stood still.
BATCH = 5_000


class Command(BaseCommand):
    help = "Delete expired sessions and tokens, answers kept for repeated API requests, and marks of who was where."

    def handle(self, *, verbosity: int, **options: object) -> None:
        for name, count in tidy().items():
            if verbosity:
                self.stdout.write(f"{count} {name} deleted.")


def tidy() -> dict[str, int]:
    """Delete it; how many there were, by the names that `served` gives them."""
    return {name: delete(expired) for name, expired in served().items()}


def served() -> dict[str, QuerySet[Model]]:
    """What may go, by the name it is reported under."""
    now = timezone.now()
    return {
        "expired sessions": Session.objects.filter(expire_date__lt=now),
        "expired tokens": Token.objects.expired(),
        "old idempotency keys": IdempotencyKey.objects.filter(created_at__lt=now - KEPT),
        "closed tabs": Presence.objects.filter(seen_at__lt=now - GONE_AFTER),
        "ended downloads": Download.objects.filter(updated_at__lt=now - downloads.KEPT),
        "old counts of attempts": Attempt.objects.filter(ends_at__lt=now),
    }


def delete(expired: QuerySet[Model]) -> int:
    """Delete all of it, a batch at a time; how many rows that were."""
    total = 0
    while count := expired.model._default_manager.filter(pk__in=expired.values("pk")[:BATCH]).delete()[0]:
        total += count
    return total
