"""What is kept about callers for a while: the answers they were given, and the attempts that failed."""

from django.db import models

from offers.models.library import Sandbox


class IdempotencyKey(models.Model):
    """The first answer to a request that may be repeated, kept for 24 hours. A client has keys of its own in each sandbox."""

    client_id = models.CharField(max_length=100)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    value = models.CharField(max_length=128)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    etag = models.PositiveIntegerField(null=True)
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "sandbox", "value"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"answer kept for {self.client_id}"


class Attempt(models.Model):
    """How often somebody failed to prove who they are, of late (offers/access/attempts.py). Unlogged: after a crash all is forgotten."""

    # Of whom: a digest of the address, or of the address and the name that was tried.
    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} attempts until {self.ends_at}"
