"""The rows of a bulk run as they are stored: which are next, and what is kept about each."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson
from django.db import connection

from offers.access.permissions import Actor
from offers.document.errors import Problem
from offers.document.words.describe import Change
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Place, place_at
from offers.ledger.heads import HEAD_COLUMNS
from offers.models import BulkRow, BulkRun

TEXT_KEPT = 160

REFUSED = gettext_noop("What is live changes only through a reviewer here.")
NO_LONGER = gettext_noop("{name} may no longer change this sandbox.")

_COLUMNS = (
    *("run_id", "item_id", "verdict", "etag", "patch", "excluded", "result"),
    *(f"item__{name}" for name in HEAD_COLUMNS),
)
# Which rows are still to be done.
_TO_DO: dict[str, dict[str, Any]] = {
    BulkRun.State.PLANNING: {"verdict": "", "result": ""},
    BulkRun.State.RUNNING: {"verdict": BulkRow.Verdict.CHANGE, "excluded": False, "result": ""},
}


def next_rows(run: BulkRun, size: int) -> list[BulkRow]:
    """The next few rows that are still to be done, with their offers as they are now."""
    rows = BulkRow.objects.filter(run=run, **_TO_DO[run.state]).select_related("item").only(*_COLUMNS)
    return list(rows.order_by("key")[:size])


def etags_to_undo(run: BulkRun, rows: Sequence[BulkRow]) -> dict[int, int]:
    """For an undo, the etag that each of these offers was given by the run that is undone."""
    if run.undoes_id is None:
        return {}
    done = BulkRow.objects.filter(
        run=run.undoes_id, item__in=[row.item_id for row in rows], result=BulkRow.Result.CHANGED
    )
    return dict(done.values_list("item_id", "result_etag"))


def save_rows(rows: Sequence[BulkRow]) -> None:
    """Store what is known of these rows, in one statement."""
    names = ("key", "verdict", "etag", "patch", "changes", "change_count", "problems", "result", "result_etag")
    values = [
        {name: value for name in names if name in row.__dict__ and (value := row.__dict__[name]) is not None}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE offers_bulkrow AS row
                  SET verdict = new.verdict, etag = new.etag, patch = new.patch,
                      changes = coalesce(new.changes, row.changes),
                      change_count = coalesce(new.change_count, row.change_count),
                      problems = coalesce(new.problems, row.problems),
                      result = new.result, result_etag = coalesce(new.result_etag, row.result_etag)
                 FROM jsonb_to_recordset(%s::jsonb)
                      AS new(key bigint, verdict text, etag int, patch jsonb, changes jsonb, change_count int,
                             problems jsonb, result text, result_etag int)
                WHERE row.key = new.key""",
            [orjson.dumps(values).decode()],
        )


def kept_change(change: Change) -> dict[str, Any]:
    """A change as it is stored: enough to be shown as a sentence in any language, never a whole long text."""
    old, new = _clipped(change.old_text), _clipped(change.new_text)
    return asdict(replace(change, old=None, new=None, spans=(), old_text=old, new_text=new))


def _clipped(text: str) -> str:
    return text if len(text) <= TEXT_KEPT else text[:TEXT_KEPT].rstrip() + "…"


def kept_problem(problem: Problem, document: Any, place: Place | None = None) -> dict[str, Any]:
    """A problem as it is stored: its message and the name of its place as msgids, to be shown in any language."""
    place = place or (place_at(document, problem.pointer) if problem.pointer else None)
    return {
        "message": problem.message,
        "params": dict(problem.params),
        "pointer": problem.pointer,
        "operation": problem.operation,
        "place": [*place.context, (place.label, place.params)] if place else [],
    }


def refusal(actor: Actor | None, run: BulkRun) -> dict[str, Any]:
    """Why this actor may not change an offer; without an actor, the person is no member of the sandbox any more."""
    name = run.runner_label or run.author_label
    problem = Problem("", "", REFUSED) if actor else Problem("", "", NO_LONGER, params={"name": name})
    return kept_problem(problem, None)
