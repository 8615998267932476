"""The dry run of a bulk edit: what would become of each offer, by the very code that would change it."""

from collections.abc import Sequence
from typing import Any

from offers.access.permissions import Actor, NotAllowed
from offers.access.policy import ReviewRequired
from offers.bulk.actions import Do, patch_for
from offers.bulk.removing import Step, step_of, verdict
from offers.bulk.rows import GONE, etags_to_undo, kept_change, kept_problem, refusal, used
from offers.bulk.runs import Verdict, action_of
from offers.document.diff import diff
from offers.document.errors import DocumentError, PatchError, Problem
from offers.document.kinds.registry import Kind
from offers.document.merge import Merged
from offers.document.values import Document, Patch
from offers.document.words.describe import describe
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Places
from offers.ledger import history, writes
from offers.ledger.heads import head_of_item
from offers.ledger.references import InUse
from offers.lists.names import names_in
from offers.models import BulkRow, BulkRun, LibraryItem
from offers.review.requests import PROPOSED

PROBLEMS_KEPT = 3
WORDS_KEPT = 3

CHANGED_SINCE = gettext_noop("This was changed again since.")


def plan_rows(run: BulkRun, rows: Sequence[BulkRow], actor: Actor | None) -> None:
    """Look at these offers and put the verdicts into the rows."""
    step = step_of(run)
    if step:
        _plan_step(run, rows, actor, step)
        return
    undone = _undone(run, rows)
    outcomes = [(row, _look_at(run, row, actor, undone.get(row.item_id))) for row in rows]
    told = [document for _, outcome in outcomes if outcome for document in (outcome.before, outcome.head.document)]
    names = names_in(run.sandbox_id, Kind.PERSONALIZED_OFFER, told)
    for row, outcome in outcomes:
        if outcome:
            changes = describe(outcome.before, outcome.head.document, names=names)
            row.changes, row.change_count = [kept_change(change) for change in changes[:WORDS_KEPT]], len(changes)


def _plan_step(run: BulkRun, rows: Sequence[BulkRow], actor: Actor | None, step: Step) -> None:
    """The same for a run that deletes its offers, or brings them back: these as the run that is undone left them."""
    left = etags_to_undo(run, rows)
    for row in rows:
        row.etag = row.item.etag
        try:
            if row.item_id in left and left[row.item_id] != row.etag:
                raise PatchError(Problem("", "changed-since", CHANGED_SINCE), status=409)
            if step == Step.DELETE and row.item.deleted_at is not None:
                raise PatchError(Problem("", "deleted", GONE), status=409)
            if actor is None:
                raise NotAllowed
            row.verdict = verdict(actor, head_of_item(row.item), step)
        except InUse as use:
            row.verdict, row.problems = Verdict.CONFLICT, [kept_problem(used(use), None)]
        except (NotAllowed, DocumentError) as error:
            _refused(run, row, error)


def _look_at(run: BulkRun, row: BulkRow, actor: Actor | None, undone: Merged | None) -> writes.Outcome | None:
    """Put the verdict into the row; gives what would come of it where it would change something."""
    item, action = row.item, action_of(run)
    row.etag = item.etag
    try:
        if item.deleted_at is not None:
            raise PatchError(Problem("", "deleted", GONE), status=409)
        if actor is None:
            raise NotAllowed
        if undone is not None and undone.conflicts:
            row.verdict, row.problems = Verdict.CONFLICT, _changed_since(undone)
            return None
        patch = _undo_patch(item.document, undone) if action.do == Do.UNDO else patch_for(action, item.document)
        found, outcome = _judged(actor, item, patch) if patch else (Verdict.SAME, None)
    except (NotAllowed, DocumentError) as error:
        _refused(run, row, error)
    else:
        if outcome is not None and outcome.changed:
            row.verdict, row.patch = found, None if action.do == Do.PATCH else patch
            return outcome
        row.verdict = Verdict.SAME
    return None


def _refused(run: BulkRun, row: BulkRow, error: NotAllowed | DocumentError) -> None:
    if isinstance(error, NotAllowed):
        row.verdict, row.problems = Verdict.REFUSED, [kept_problem(refusal(run, error), None)]
        return
    conflict = isinstance(error, PatchError) and error.status == 409
    row.verdict = Verdict.CONFLICT if conflict else Verdict.INVALID
    row.problems = [
        kept_problem(problem, error.document or row.item.document) for problem in error.problems[:PROBLEMS_KEPT]
    ]


def _judged(actor: Actor, item: LibraryItem, patch: Patch) -> tuple[Verdict, writes.Outcome]:
    """Whether it would be changed or only proposed, and what would come of it. Raises what `writes.judge` raises."""
    head = head_of_item(item)
    try:
        return Verdict.CHANGE, writes.judge(actor, head, patch)
    except ReviewRequired:
        return Verdict.PROPOSE, writes.judge(actor, head, patch, PROPOSED)


def _undone(run: BulkRun, rows: Sequence[BulkRow]) -> dict[int, Merged | None]:
    """For an undo, these items with the change of the run that is undone taken back, by their keys."""
    etags = etags_to_undo(run, rows)
    wanted = [(row.item, etags[row.item_id]) for row in rows if row.item_id in etags]
    merged = history.undone_each(wanted) if wanted else []
    return {item.key: document for (item, _), document in zip(wanted, merged, strict=True)}


def _undo_patch(document: Document, merged: Merged | None) -> Patch:
    """The patch that takes one earlier change back and leaves later ones. Raises PatchError (409) where it cannot."""
    if merged is None:
        raise PatchError(Problem("", "changed-since", CHANGED_SINCE), status=409)
    return diff(document, merged.document)


def _changed_since(undone: Merged) -> list[dict[str, Any]]:
    """What is in the way of an undo, by the names that it has in whichever version still has it."""
    places = Places(undone.versions)
    return [
        kept_problem(Problem(conflict.pointer, "changed-since", CHANGED_SINCE), None, places.place(conflict.place))
        for conflict in undone.conflicts[:PROBLEMS_KEPT]
    ]
