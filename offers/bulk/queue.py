"""Whose turn it is: of each person's bulk edits one is worked on at a time, and a few in the whole installation.

PostgreSQL decides, by advisory locks that a worker's session holds: one for the run, one for the person, and one of a few
places. A worker that dies gives them back by that. A run whose turn it is not waits as it is (planning or running, and nobody
at work); whoever ends takes the next ones. It gives its locks back first and looks then, and a run is stored before it is
tried: so a run that finds everything taken is seen by the one that has it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from offers.access.permissions import Actor
from offers.bulk import runs as bulk
from offers.bulk.runs import NotNow, State
from offers.models import BulkRun

# The first keys of the locks; the second are a run's number, a person's key, and a place from 0 up.
RUN, PERSON, PLACE = 0x0FFE, 0x0FFF, 0x1000
PLACES = 3
LOOKED_AT = 200


@contextmanager
def turn(number: int) -> Iterator[bool]:
    """Hold this run's locks for the block; False when it is not its turn, or somebody is at it already."""
    held: list[tuple[int, int]] = []

    def take(kind: int, *keys: int) -> bool:
        for key in keys:
            if _ask("SELECT pg_try_advisory_lock(%s::int, %s::int)", kind, key):
                held.append((kind, key))
                return True
        return False

    try:
        # What the run is to do is read under its lock: nobody else takes it further meanwhile.
        mine = take(RUN, number)
        person = _person(number) if mine else None
        yield mine and (person is None or (take(PERSON, person) and take(PLACE, *range(PLACES))))
    finally:
        # A session that is gone has given its locks back already.
        with suppress(DatabaseError):
            for lock in reversed(held):
                _ask("SELECT pg_advisory_unlock(%s::int, %s::int)", *lock)


def waiting_numbers() -> list[int]:
    """The runs that somebody should work on, first come first: those under way are among them, and are passed over by `turn`."""
    under_way = BulkRun.objects.filter(state__in=(State.PLANNING, State.RUNNING))
    return list(under_way.order_by("number").values_list("number", flat=True)[:LOOKED_AT])


@dataclass(frozen=True, slots=True)
class Wait:
    """What a run waits for: another run of the same person's, by its number; with 0, one of the places that are all taken."""

    run: int


def waits(runs: Sequence[BulkRun]) -> dict[int, Wait]:
    """Which of these runs wait for their turn, and for what. Two queries where one might, three where one waits for its person.

    A run waits for its person's earlier one also while nobody is at that: it goes on when that does.
    """
    undone = [run for run in runs if run.state in (State.PLANNING, State.RUNNING)]
    if not undone:
        return {}
    taken = _taken()
    first = _first_of_each_person()
    places = sum(kind == PLACE for kind, _key in taken)
    found: dict[int, Wait] = {}
    for run in undone:
        if (RUN, run.number) in taken:
            continue
        if (PERSON, person_of(run)) in taken:
            found[run.number] = Wait(_worked_on_for(person_of(run), taken))
        elif places >= PLACES:
            found[run.number] = Wait(0)
        elif first.get(person_of(run), run.number) < run.number:
            found[run.number] = Wait(first[person_of(run)])
    return found


def discard(actor: Actor, run: BulkRun) -> None:
    """Forget a run that was never started, unless its dry run is being made. Raises NotAllowed, NotNow."""
    with transaction.atomic():
        if not _ask("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", RUN, run.number):
            raise NotNow
        bulk.discard(actor, run)


def person_of(run: BulkRun) -> int:
    """In whose name it is worked on."""
    return (run.author_id if run.state == State.PLANNING else run.runner_id) or 0


def _person(number: int) -> int | None:
    """In whose name the run is to be worked on; None when there is nothing to do for it."""
    run = BulkRun.objects.filter(number=number, state__in=(State.PLANNING, State.RUNNING)).first()
    return None if run is None else person_of(run)


def _first_of_each_person() -> dict[int, int]:
    """The lowest number of each person's runs that are under way or wait."""
    under_way = BulkRun.objects.filter(state__in=(State.PLANNING, State.RUNNING)).order_by("-number")
    columns = ("number", "state", "author_id", "runner_id")
    return {person_of(run): run.number for run in under_way.only(*columns)[:LOOKED_AT]}


def _worked_on_for(person: int, taken: set[tuple[int, int]]) -> int:
    numbers = [key for kind, key in taken if kind == RUN]
    runs = BulkRun.objects.filter(number__in=numbers).order_by("number")
    return next((run.number for run in runs if person_of(run) == person), 0)


def _taken() -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT classid::bigint, objid::bigint FROM pg_locks
                WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = ANY(%s::int[]::oid[])
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
            [[RUN, PERSON, PLACE]],
        )
        return {(int(kind), int(key)) for kind, key in cursor.fetchall()}


def _ask(statement: str, kind: int, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [kind, key])
        return bool(cursor.fetchone()[0])
