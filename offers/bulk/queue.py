"""Whose turn it is: the bulk edits of one person are done one after the other, in the order in which they were asked for.

So the second finds what the first has made. Different people's are done side by side, each for a moment in turn
(offers/bulk/worker.py). A run's own row says that it is to be worked on, and the lock of that row, who works on it.
"""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from offers.bulk.runs import SILENCE, State
from offers.models import BulkRun

UNDER_WAY = (State.PLANNING, State.RUNNING)


def under_way() -> QuerySet[BulkRun]:
    """The runs that are to be worked on, first come first."""
    return BulkRun.objects.filter(state__in=UNDER_WAY).order_by("number")


def first_of(person: int) -> int | None:
    """The number of the run that is to be worked on in this person's name, if there is one."""
    planned, run = Q(state=State.PLANNING, author=person), Q(state=State.RUNNING, runner=person)
    return under_way().filter(planned | run).values_list("number", flat=True).first()


def taken(number: int) -> BulkRun | None:
    """This run, held until the transaction ends; None where somebody else has it, or it is not to be worked on."""
    locked = under_way().select_for_update(of=("self",), no_key=True, skip_locked=True)
    return locked.select_related("sandbox", "into", "undoes").filter(number=number).first()


def waits(runs: Sequence[BulkRun]) -> dict[int, int]:
    """Which of these runs wait for their turn: their numbers, and those of the runs that are done before them."""
    undone = [run for run in runs if run.state in UNDER_WAY]
    if not undone:
        return {}
    first = _first_of_each()
    return {run.number: first[person_of(run)] for run in undone if first.get(person_of(run), run.number) < run.number}


def forgotten() -> list[int]:
    """The people whose turn it is and for whom nobody has done anything for a while."""
    silent = under_way().filter(heartbeat_at__lt=timezone.now() - SILENCE, number__in=_first_of_each().values())
    return [person_of(run) for run in silent]


def person_of(run: BulkRun) -> int:
    """In whose name it is worked on."""
    return (run.author_id if run.state == State.PLANNING else run.runner_id) or 0


def _first_of_each() -> dict[int, int]:
    """The lowest number of each person's runs that are under way."""
    first: dict[int, int] = {}
    for run in under_way().only("number", "state", "author_id", "runner_id"):
        first.setdefault(person_of(run), run.number)
    return first
