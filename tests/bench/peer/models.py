from django.db import models
from simple_history.models import HistoricalRecords


class Sandbox(models.Model):
    name = models.SlugField(unique=True)


class Token(models.Model):
    client = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()


class Membership(models.Model):
    sandbox = models.ForeignKey(Sandbox, models.CASCADE)
    client = models.CharField(max_length=100)
    role = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "sandbox"], name="membership_once")]


class Offer(models.Model):
    """The document, and the columns that a list would filter and sort by."""

    sandbox = models.ForeignKey(Sandbox, models.PROTECT, db_index=False)
    key = models.CharField(max_length=64)
    document = models.JSONField()
    etag = models.PositiveIntegerField(default=1)
    name = models.TextField()
    status = models.CharField(max_length=20)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    priority = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=100)
    modified_at = models.DateTimeField(auto_now=True)
    modified_by = models.CharField(max_length=100)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "key"], name="key_once")]
        indexes = [
            models.Index(fields=["sandbox", name], name=f"offer_by_{name}")
            for name in ("name", "status", "ends_at", "priority", "modified_at")
        ]
