"""`manage.py clear_idempotency_keys`: for a daily timer, next to Django's clearsessions and allauth's oidc_cleartokens."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.api.idempotency import KEPT
from offers.models import IdempotencyKey


class Command(BaseCommand):
    help = "Delete the answers that were kept for repeated API requests for longer than a day."

    def handle(self, **options: object) -> None:
        deleted, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        self.stdout.write(f"{deleted} old idempotency keys deleted.")
