"""The offers of a run that take a second person: a run puts them into change requests, in the name of who set it off.

As many as a request holds are one chunk of the worker's, so one transaction: the request, and in the rows that they are in it.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.bulk import removing
from offers.bulk.removing import Step, step_of
from offers.bulk.rows import IN_THE_WAY, TO_PROPOSE, patch_of, skip, skip_for, source_of
from offers.bulk.runs import Result
from offers.document import patch as patches
from offers.document.errors import Problem
from offers.document.words.labels import gettext_noop
from offers.ledger import writes
from offers.ledger.heads import Head, lock_each
from offers.models import BulkRow, BulkRun, ChangeRequest
from offers.review import requests
from offers.review.applying import NotReady
from offers.review.changes.whose import NotYours
from offers.review.requests import MOST_CHANGES, MOST_TITLE, PROPOSED, NothingToPropose, NotNow, Proposal, TooMany

NOT_TAKEN = gettext_noop("Request {number} takes it no more: it is over, full, in conflict, or somebody else’s.")


def propose_rows(run: BulkRun, rows: Sequence[BulkRow], actor: Actor | None, undone: Mapping[int, int]) -> None:
    """Put these rows, at most MOST_CHANGES, into one change request, and into them what came of it.

    `undone` has the etags that an undo takes back.
    """
    step = step_of(run)
    # Held, so that nothing moves between the look and the request; of what is to go nothing begins to refer to it, either.
    heads = lock_each(run.sandbox_id, [row.item.id for row in rows], "FOR UPDATE" if step else "FOR NO KEY UPDATE")
    wanted = [(row, _proposal(run, row, heads[row.item.id], actor, undone.get(row.item_id), step)) for row in rows]
    fits = {row: one for row, one in wanted if one is not None}
    if not fits or actor is None:
        return
    try:
        request = _asked(run, actor, list(fits.values()), len(rows))
    except (NotNow, NotYours, TooMany, NotReady, NothingToPropose):
        if run.into is None:
            raise
        for row in fits:
            skip(row, Problem("", "not-taken", NOT_TAKEN, params={"number": run.into.number}))
    else:
        for row in fits:
            row.result, row.proposed_in = Result.PROPOSED, request


def _proposal(
    run: BulkRun, row: BulkRow, head: Head, actor: Actor | None, undone: int | None, step: Step | None
) -> Proposal | None:
    """What this row proposes; None where it does not, of which the row says why."""
    row.problems = []
    try:
        if actor is None:
            raise NotAllowed
        if head.deleted_at is not None and step != Step.RESTORE:
            raise NotFound
        if head.etag != row.etag:
            raise writes.StaleEtag(head)
        if step:
            removing.judge(actor, head, step, PROPOSED)
            patch = removing.patch_of(head, step)
        else:
            writes.judge(actor, head, patch_of(run, row), PROPOSED)
            patch = patches.applied(head.document, patch_of(run, row))[1]
    except IN_THE_WAY as error:
        skip_for(run, row, error)
        return None
    source, refers_to = source_of(run, undone)
    return requests.proposal(head, patch, source, refers_to)


def _asked(run: BulkRun, actor: Actor, proposals: Sequence[Proposal], looked_at: int) -> ChangeRequest:
    if run.into is not None:
        return requests.add(actor, run.into, proposals)
    return requests.propose(actor, proposals, _title(run, looked_at), run.note)


def _title(run: BulkRun, looked_at: int) -> str:
    """What the next request of the run is called: as the run is, and which part of it this is where it takes several."""
    before = run.rows.filter(result=Result.PROPOSED).values("proposed_in").distinct().count()
    left = run.rows.filter(TO_PROPOSE, result="").count() - looked_at
    parts = before + 1 + ceil(left / MOST_CHANGES)
    part = f" ({before + 1}/{parts})" if parts > 1 else ""
    return f"{run.request_title[: MOST_TITLE - len(part)]}{part}"
