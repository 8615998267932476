"""The worker of bulk edits: looks at the offers of a run (dry run), then changes them.

It works in small chunks, each one transaction: what was done to the chunk's offers and the record of it in the run's
rows are stored together, so a worker that dies leaves nothing half done, and the next one goes on with the rest. Advisory
locks of PostgreSQL see to it that a run is worked on once, and when it is its turn (offers/bulk/queue.py).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.bulk import queue
from offers.bulk.plan import GONE, plan_chunk
from offers.bulk.rows import etags_to_undo, kept_problem, next_rows, refusal, save_rows
from offers.bulk.runs import Result, State, Verdict
from offers.document.errors import DocumentError, Problem
from offers.document.kinds.registry import OFFER_KINDS
from offers.document.words.labels import gettext_noop
from offers.ledger import writes
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.models import BulkRow, BulkRun, Revision

log = logging.getLogger(__name__)

# A run of up to this many offers is worked on in the request that asks for it: it takes a fraction of a second.
AT_ONCE = 50
LOCK_SECONDS = 2
# How often a new worker asks for the run again while one that was told to stop is still putting its things away.
ASK_AGAIN = 8
ASK_AGAIN_SECONDS = 0.25

STALE = gettext_noop("{name} changed this offer meanwhile: it is at version {etag} now.")
UNFORESEEN = gettext_noop("This change failed; the server's log says why. Nothing of it was stored.")


def dispatch(run: BulkRun) -> None:
    """Have the run worked on: at once if it is small, else by a thread of this process, once the request's writes stand.

    A run whose turn it is not waits for whoever has it (offers/bulk/queue.py). If the process dies, the run stays as it is
    until another one ends, or somebody resumes it (`bulk.resume`, `manage.py run_bulk`).
    """
    if run.total > AT_ONCE:
        transaction.on_commit(partial(_start_thread, run.number))
    elif work(run.number) and queue.waiting_numbers():
        # Others may have waited for this one; they are not this request's to work on.
        transaction.on_commit(_start_thread)


def _start_thread(number: int = 0) -> None:
    threading.Thread(target=_work_and_leave, args=[number], name=f"bulk-{number}", daemon=True).start()


def _work_and_leave(number: int) -> None:
    """Work on this run, and on those that wait. A thread's connection is its own, and nobody else would close it."""
    try:
        for _attempt in range(ASK_AGAIN if number else 0):
            if work(number):
                break
            time.sleep(ASK_AGAIN_SECONDS)
        while any(_work_safely(waiting) for waiting in queue.waiting_numbers()):
            # What ended may have been what others waited for.
            pass
    except Exception:
        log.exception("bulk run %s was interrupted", number)
    finally:
        connection.close()


def _work_safely(number: int) -> bool:
    """`work`, where a run that cannot be worked on keeps nobody else from their turn."""
    try:
        return work(number)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("bulk run %s was interrupted", number)
        return False


def work(number: int, told: Callable[[int], object] = lambda done: None) -> bool:
    """Do what there is to do for this run: its dry run, or its changes. False when somebody is at it, or it has to wait.

    `told` is called after each chunk with how many rows were done.
    """
    with queue.turn(number) as mine:
        if not mine:
            return False
        run = BulkRun.objects.select_related("sandbox").filter(number=number).first()
        if run is None:
            # Discarded while it waited.
            return True
        if run.state == State.PLANNING:
            _each_chunk(run, plan_chunk, told)
        elif run.state == State.RUNNING:
            _each_chunk(run, _run_chunk, told)
    return True


def _each_chunk(run: BulkRun, do: Callable[[BulkRun, Actor | None], int | None], told: Callable[[int], object]) -> None:
    """Chunk by chunk, until none is left (None) or the run is stopped."""
    while (done := do(run, _actor(run))) is not None:
        told(done)
        if not _beat(run):
            return
    still = BulkRun.objects.filter(pk=run.pk, state=run.state)
    if run.state == State.PLANNING:
        still.update(state=State.PLANNED)
    else:
        still.update(state=State.FINISHED, finished_at=timezone.now())


def _beat(run: BulkRun) -> bool:
    """Give a sign of life; False when the run has been stopped."""
    return bool(BulkRun.objects.filter(pk=run.pk, state=run.state).update(heartbeat_at=timezone.now()))


def _actor(run: BulkRun) -> Actor | None:
    """In whose name, with the rights of this moment; None for somebody who is no member any more."""
    person = run.author_id if run.state == State.PLANNING else run.runner_id
    user = User.objects.filter(pk=person or 0).first()
    try:
        return actor_for_user(user, run.sandbox.name) if user else None
    except NotFound:
        return None


def _run_chunk(run: BulkRun, actor: Actor | None) -> int | None:
    """Change the next few offers and store what came of it; how many they were, or None when none is left."""
    rows = next_rows(run, {"verdict": Verdict.CHANGE, "excluded": False, "result": ""}, ("id", "kind"))
    if not rows:
        return None
    undone_etags = etags_to_undo(run, rows)
    stamps = [_stamp(run, undone_etags.get(row.item_id)) for row in rows]
    try:
        with _patient_transaction():
            for row, stamp in zip(rows, stamps, strict=True):
                _change(run, row, actor, stamp)
            save_rows(rows)
    except Exception:
        # One of them failed in a way that took the whole transaction along: find out which, and do the others.
        log.exception("bulk run %s: a chunk failed and is done offer by offer", run.number)
        for row, stamp in zip(rows, stamps, strict=True):
            _change_alone(run, row, actor, stamp)
            _beat(run)
    return len(rows)


@contextmanager
def _patient_transaction() -> Iterator[None]:
    """A transaction that gives way to people: it waits for somebody else's lock, but not for long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        yield


def _stamp(run: BulkRun, undone_etag: int | None) -> Stamp:
    """How the change is recorded: with the run's number, and for an undo like every undo with the etag taken back."""
    if undone_etag is None:
        source, refers_to = Revision.Source.BULK, RefersTo(bulk=run.number)
    else:
        source, refers_to = Revision.Source.UNDO, RefersTo(bulk=run.number, undoes=undone_etag)
    return Stamp(source, note=run.note, request_id=run.request_id, refers_to=refers_to)


def _change(run: BulkRun, row: BulkRow, actor: Actor | None, stamp: Stamp) -> None:
    """Change one offer, if it is still at the etag that the dry run saw, and put into the row what came of it."""
    patch = run.action["value"] if row.patch is None else row.patch
    row.problems = []
    try:
        if actor is None:
            raise NotAllowed
        outcome = writes.change(actor, OFFER_KINDS, row.item.id, patch, stamp, if_match=row.etag)
    except writes.StaleEtag as error:
        params: dict[str, str | int] = {"name": error.head.modified_by, "etag": error.head.etag}
        _skip(row, Problem("", "stale", STALE, params=params), None)
    except NotFound:
        _skip(row, Problem("", "deleted", GONE), None)
    except NotAllowed:
        row.result, row.problems = Result.SKIPPED, [refusal(actor, run)]
    except DocumentError as error:
        # A placement, rule or tag that it needs went away meanwhile.
        _skip(row, error.problems[0], error.document or row.item.document)
    else:
        row.result, row.result_etag = Result.CHANGED, outcome.head.etag


def _skip(row: BulkRow, problem: Problem, document: Any) -> None:
    row.result, row.problems = Result.SKIPPED, [kept_problem(problem, document)]


def _change_alone(run: BulkRun, row: BulkRow, actor: Actor | None, stamp: Stamp) -> None:
    try:
        with _patient_transaction():
            _change(run, row, actor, stamp)
            save_rows([row])
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("bulk run %s: offer %s failed", run.number, row.item.id)
        row.result, row.result_etag = Result.FAILED, 0
        row.problems = [kept_problem(Problem("", "unforeseen", UNFORESEEN), None)]
        save_rows([row])
