"""Bulk edits as they are listed: a page of them, what came of each, and which were undone."""

from collections.abc import Sequence
from itertools import accumulate

from django.db.models import Count

from offers.access.permissions import Actor
from offers.bulk import runs as bulk
from offers.bulk.runs import Result
from offers.models import BulkRow, BulkRun

# Rows of a page of runs that are counted; the runs behind are listed without what came of them.
COUNTED = 100_000


def recent(actor: Actor, *, before: int = 0) -> list[BulkRun]:
    """The sandbox's runs, newest first: a page of them, from below the number `before`."""
    runs = BulkRun.objects.filter(sandbox=actor.sandbox).select_related("undoes__undoes").order_by("-number")
    return list((runs.filter(number__lt=before) if before else runs)[: bulk.PAGE_SIZE])


def came_of(runs: Sequence[BulkRun]) -> dict[int, dict[str, int]]:
    """How many offers each of these runs changed, proposed, skipped and failed at, by its number and the result, as far as COUNTED
    goes. One query.
    """
    rows = accumulate(run.total for run in runs)
    counted = [run for run, up_to in zip(runs, rows, strict=True) if up_to <= COUNTED]
    found = BulkRow.objects.filter(run__in=counted).exclude(result="").values_list("run", "result")
    made: dict[int, dict[str, int]] = {}
    for number, result, n in found.annotate(n=Count("key")).order_by("run", "result"):
        made.setdefault(number, {})[result] = n
    return made


def undone_by(runs: Sequence[BulkRun]) -> dict[int, int]:
    """Which of these runs another one took something of back: their numbers, and that of the last that did. One query."""
    did = BulkRun.objects.filter(undoes__in=runs, rows__result=Result.CHANGED).distinct().order_by("number")
    return {undone: number for undone, number in did.values_list("undoes", "number") if undone is not None}
