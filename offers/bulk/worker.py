"""The worker of bulk edits: looks at the offers of a run (dry run), then changes them.

It works in small chunks, each one transaction: what was done to the chunk's offers, the record of it in the run's rows and
the sign of life are stored together, so a worker that dies leaves nothing half done, and the next one goes on with the rest.
The transaction holds the run's row: of two who were woken for the same run, one does the chunk and the other leaves.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from offers import jobs
from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.bulk import queue
from offers.bulk.plan import plan_rows
from offers.bulk.proposing import propose_rows
from offers.bulk.removing import Step, carried_out, step_of
from offers.bulk.rows import (
    IN_THE_WAY,
    etags_to_undo,
    kept_problem,
    next_rows,
    patch_of,
    save_rows,
    skip_for,
    source_of,
)
from offers.bulk.runs import Result, State, Verdict
from offers.document.errors import Problem
from offers.document.kinds.registry import OFFER_KINDS
from offers.document.values import Patch
from offers.document.words.labels import gettext_noop
from offers.jobs import Job
from offers.ledger import writes
from offers.ledger.heads import erased_since, head_of_item
from offers.ledger.records import Stamp
from offers.models import BulkRow, BulkRun

log = logging.getLogger(__name__)

# Of a run few enough that nobody who saves one of these offers waits long; of a dry run, which holds none of them, enough
# that asking for them does not dominate.
CHUNKS = {State.PLANNING: 200, State.RUNNING: 50}
# A run of up to this many offers is worked on in the request that asks for it, too: it takes a fraction of a second.
AT_ONCE = 50
LOCK_SECONDS = 2
# After this long, others get their turn.
TURN_SECONDS = 1

UNFORESEEN = gettext_noop("This change failed; the server's log says why. Nothing of it was stored.")


def take_turn(person: int) -> None:
    """The job: work for a while on what is to be done in this person's name, and leave the rest to the next job."""
    until = time.monotonic() + TURN_SECONDS
    while (number := queue.first_of(person)) and step(number):
        if time.monotonic() > until:
            jobs.wake(Job.BULK, person=person)
            break


def wake_forgotten() -> None:
    """Have runs worked on whose job was lost, because the database went away or something failed that nobody foresaw."""
    for person in queue.forgotten():
        jobs.wake(Job.BULK, person=person)


def at_once(run: BulkRun) -> None:
    """Spare the request that asked for a small run the wait for the worker. Whoever is first does it."""
    person = queue.person_of(run)
    if run.total <= AT_ONCE and work(run.number) and queue.first_of(person):
        # The worker may have come meanwhile, and left again for finding this one taken.
        jobs.wake(Job.BULK, person=person)


def work(number: int) -> bool:
    """Do what there is to do for this run. False when somebody else is at it, or it has to wait."""
    while run := queue.under_way().filter(number=number).first():
        if queue.first_of(queue.person_of(run)) != number or not step(number):
            return False
    return True


def step(number: int) -> bool:
    """Do the next chunk of a run, if there still is something to do for it. False when somebody else is at it.

    Where one offer fails in a way that takes the whole chunk along, they are done one by one; what goes into one change request
    stays together.
    """
    try:
        return _chunk(number)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("bulk run %s: a chunk failed and is done offer by offer", number)
    return all(_alone(number) for _ in range(CHUNKS[State.PLANNING]))


def _alone(number: int) -> bool:
    """A chunk of one offer, or of one change request, of which it is stored that it failed if it does."""
    try:
        return _chunk(number, 1)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("bulk run %s: an offer failed", number)
    return _chunk(number, 1, _give_up)


def _chunk(number: int, size: int = 0, do: Callable[[BulkRun, list[BulkRow]], None] | None = None) -> bool:
    """Do the next few rows, or end the run where there are none; see `step`."""
    with _patient_transaction():
        run = queue.taken(number)
        if run is None:
            # It may also have been stopped or discarded meanwhile.
            return not queue.under_way().filter(number=number).exists()
        if rows := _next_rows(run, size or CHUNKS[State(run.state)]):
            (do or _DO[State(run.state)])(run, rows)
            save_rows(rows)
            _store(run, heartbeat_at=timezone.now())
        elif run.state == State.PLANNING:
            _store(run, state=State.PLANNED)
        else:
            _store(run, state=State.FINISHED, finished_at=timezone.now())
    return True


def _next_rows(run: BulkRun, size: int) -> list[BulkRow]:
    """What is planned is made of their past, and kept: so that is read once they are held against erasures (heads.erased_since)."""
    rows = next_rows(run, size)
    if run.state == State.PLANNING and erased_since({row.item_id: row.item.last_erasure for row in rows}):
        # Something was erased between the two statements.
        rows = next_rows(run, size)
    return rows


def _store(run: BulkRun, **values: object) -> None:
    BulkRun.objects.filter(pk=run.pk).update(**values)


@contextmanager
def _patient_transaction() -> Iterator[None]:
    """A transaction that gives way to people: it waits for somebody else's lock, but not for long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        yield


def _actor(run: BulkRun) -> Actor | None:
    """In whose name, with the rights of this moment; None for somebody who is no member any more."""
    user = User.objects.filter(pk=queue.person_of(run)).first()
    try:
        return actor_for_user(user, run.sandbox.name) if user else None
    except NotFound:
        return None


def _plan(run: BulkRun, rows: list[BulkRow]) -> None:
    plan_rows(run, rows, _actor(run))


def _run(run: BulkRun, rows: list[BulkRow]) -> None:
    """Change these offers or propose it, and put into the rows what came of it."""
    actor, undone = _actor(run), etags_to_undo(run, rows)
    if rows[0].verdict == Verdict.PROPOSE:
        propose_rows(run, rows, actor, undone)
        return
    step = step_of(run)
    for row in rows:
        _change(run, row, actor, _stamp(run, undone.get(row.item_id)), step)


_DO = {State.PLANNING: _plan, State.RUNNING: _run}


def _give_up(run: BulkRun, rows: list[BulkRow]) -> None:
    for row in rows:
        if run.state == State.PLANNING:
            row.verdict = Verdict.INVALID
        else:
            row.result, row.result_etag = Result.FAILED, 0
        row.problems = [kept_problem(Problem("", "unforeseen", UNFORESEEN), None)]


def _stamp(run: BulkRun, undone_etag: int | None) -> Stamp:
    source, refers_to = source_of(run, undone_etag)
    return Stamp(source, note=run.note, request_id=run.request_id, refers_to=refers_to)


def _change(run: BulkRun, row: BulkRow, actor: Actor | None, stamp: Stamp, step: Step | None) -> None:
    """Change one offer, if it is still at the etag that the dry run saw, and put into the row what came of it."""
    row.problems = []
    try:
        if actor is None:
            raise NotAllowed
        if step:
            outcome = carried_out(actor, row.item.id, row.etag, step, stamp)
        else:
            outcome = _written(actor, row, patch_of(run, row), stamp)
    except IN_THE_WAY as error:
        skip_for(run, row, error)
    else:
        row.result, row.result_etag = Result.CHANGED, outcome.head.etag


def _written(actor: Actor, row: BulkRow, patch: Patch, stamp: Stamp) -> writes.Outcome:
    """The change on top of the offer as it was read with its chunk. Raises what `writes.change` raises."""
    if row.item.etag == row.etag and (outcome := writes.change_head(actor, head_of_item(row.item), patch, stamp)):
        return outcome
    # It is not as the dry run saw it: that is said by whoever reads it now.
    return writes.change(actor, OFFER_KINDS, row.item.id, patch, stamp, if_match=row.etag)
