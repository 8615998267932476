"""Bulk edits as they are stored: a run, and a row for each offer that it was asked to change."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from offers.models.library import LibraryItem, Sandbox
from offers.models.review import ChangeRequest


class BulkRun(models.Model):
    """One bulk edit: what is to be done to which offers, by whom, and how far it is. Its rows are `BulkRow`.

    PLANNING and RUNNING are worked on by whoever holds the run's row (offers/bulk/worker.py); a heartbeat that is old says
    that nobody does. Runs are working papers: what they changed is in the offers' history, like every change.
    """

    class State(models.TextChoices):
        PLANNING = "planning", _("Dry run under way")
        PLANNED = "planned", _("Ready to run")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    number = models.AutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.PROTECT, db_index=False)
    # What to do, as offers/bulk/actions.py stores it; for an undo also the run whose changes are taken back.
    action = models.JSONField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undo_runs")
    # The filter that the offers were selected with; empty for offers picked one by one.
    filter = models.TextField(blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNING)
    # Like in `Revision`, people are a key without a constraint and a copied label. The runner is who pressed Run.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    author_label = models.CharField(max_length=150)
    runner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_index=False,
    )
    runner_label = models.CharField(max_length=150, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    # What the change requests are called that it opens; or the one that it adds to instead.
    request_title = models.CharField(max_length=200, blank=True)
    into = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("sandbox", F("number").desc(), name="bulk_run_by_sandbox")]

    def __str__(self) -> str:
        return f"bulk run {self.number}"


class BulkRow(models.Model):
    """One offer of a bulk run: what the dry run found, and what became of it."""

    class Verdict(models.TextChoices):
        """What the dry run found; empty until it has looked."""

        CHANGE = "change", _("Will change")
        PROPOSE = "propose", _("Will be proposed")
        SAME = "same", _("No change")
        CONFLICT = "conflict", _("Would conflict")
        INVALID = "invalid", _("Not valid")
        REFUSED = "refused", _("Not allowed")

    class Result(models.TextChoices):
        """What became of a row that would change; empty until it was run, and for those left out."""

        CHANGED = "changed", _("Changed")
        PROPOSED = "proposed", _("Proposed")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")

    key = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    item = models.ForeignKey(LibraryItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    # The etag that the dry run saw, and on which alone the patch is applied. No patch means the action's own.
    etag = models.PositiveIntegerField(default=0)
    patch = models.JSONField(null=True)
    # The first few changes in words (document/words/describe.py) of `change_count`.
    changes = models.JSONField(default=list)
    change_count = models.PositiveIntegerField(default=0)
    # Why not: problems with their msgids, of the dry run or else of the run.
    problems = models.JSONField(default=list)
    excluded = models.BooleanField(default=False)
    result = models.CharField(max_length=8, choices=Result, blank=True)
    result_etag = models.PositiveIntegerField(default=0)
    proposed_in = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="bulk_row_once_for_an_item")]
        indexes = [models.Index("run", "verdict", "result", "key", name="bulk_row_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.key} of bulk run {self.run_id}"
