"""The rows of a bulk run as they are stored: which are next, and what is kept about each."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.access.policy import ReviewRequired
from offers.document.errors import DocumentError, Problem
from offers.document.values import Patch
from offers.document.words.describe import Change
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import Place, place_at
from offers.ledger.heads import HEAD_COLUMNS
from offers.ledger.leaf import RefersTo
from offers.ledger.references import InUse
from offers.ledger.writes import OnHold, StaleEtag
from offers.models import BulkRow, BulkRun, ChangeRequest, Revision
from offers.review.queue import own
from offers.review.requests import MOST_CHANGES

TEXT_KEPT = 160
REQUESTS_OFFERED = 20

GONE = gettext_noop("This offer has been deleted.")
STALE = gettext_noop("{name} changed this offer meanwhile: it is at version {etag} now.")
NEEDS_REVIEW = gettext_noop("This takes a second person by now. A new dry run proposes it.")
USED = gettext_noop("It is used by {names}.")
NO_LONGER = gettext_noop("{name} may no longer change this sandbox.")
# What an offer is skipped for.
IN_THE_WAY = (StaleEtag, NotFound, NotAllowed, DocumentError, InUse)

_COLUMNS = (
    *("run_id", "item_id", "verdict", "etag", "patch", "excluded", "result"),
    *(f"item__{name}" for name in HEAD_COLUMNS),
)
TO_PROPOSE = Q(verdict=BulkRow.Verdict.PROPOSE, excluded=False)
# Of the offers that were proposed, those whose request was applied.
APPLIED = Q(proposed_in__changes__item=F("item"), proposed_in__changes__applied_etag__gt=0)
# Of requests those that may still change something, or did.
ALIVE = (*ChangeRequest.UNDER_WAY, ChangeRequest.State.APPLIED)


def next_rows(run: BulkRun, size: int) -> list[BulkRow]:
    """The next few rows that are still to be done, with their offers as they are now.

    What is to be proposed comes last: all that one request holds.
    """
    rows = BulkRow.objects.filter(run=run, excluded=False, result="").select_related("item").only(*_COLUMNS)
    rows = rows.order_by("key")
    if run.state == BulkRun.State.PLANNING:
        return list(rows.filter(verdict="")[:size])
    to_propose = rows.filter(verdict=BulkRow.Verdict.PROPOSE)
    return list(rows.filter(verdict=BulkRow.Verdict.CHANGE)[:size]) or list(to_propose[:MOST_CHANGES])


def patch_of(run: BulkRun, row: BulkRow) -> Patch:
    """What is to be done to the offer: the run's own patch, or what the dry run made of its action."""
    patch: Patch = run.action["value"] if row.patch is None else row.patch
    return patch


def source_of(run: BulkRun, undone_etag: int | None) -> tuple[str, RefersTo]:
    """How a change is recorded: with the run's number, and for an undo like every undo with the etag taken back."""
    if undone_etag is None:
        return Revision.Source.BULK, RefersTo(bulk=run.number)
    return Revision.Source.UNDO, RefersTo(bulk=run.number, undoes=undone_etag)


def etags_to_undo(run: BulkRun, rows: Sequence[BulkRow]) -> dict[int, int]:
    """For an undo, the etag that each of these offers was given by the run that is undone, at once or by its requests."""
    if run.undoes_id is None:
        return {}
    done = BulkRow.objects.filter(run=run.undoes_id, item__in=[row.item_id for row in rows])
    proposed = done.filter(APPLIED, result=BulkRow.Result.PROPOSED)
    changed = done.filter(result=BulkRow.Result.CHANGED)
    return {
        **dict(proposed.values_list("item_id", "proposed_in__changes__applied_etag")),
        **dict(changed.values_list("item_id", "result_etag")),
    }


def to_propose(run: BulkRun) -> int:
    """How many rows go into change requests when it is run."""
    return run.rows.filter(TO_PROPOSE).count()


def requests_with_room(actor: Actor, run: BulkRun) -> list[ChangeRequest]:
    """This person's own open requests that could take what the run proposes, too, the latest first."""
    states = (ChangeRequest.State.OPEN, ChangeRequest.State.CHANGES_REQUESTED)
    sized = own(actor).filter(state__in=states).annotate(size=Count("changes"))
    return list(sized.filter(size__lte=MOST_CHANGES - to_propose(run))[:REQUESTS_OFFERED])


def requests_of(run: BulkRun) -> list[ChangeRequest]:
    """The change requests that the run put something into, each with the number of its changes (`size`)."""
    keys = run.rows.filter(result=BulkRow.Result.PROPOSED).values("proposed_in").distinct()
    return list(ChangeRequest.objects.filter(key__in=keys).annotate(size=Count("changes")).order_by("number"))


def to_repeat(run: BulkRun) -> QuerySet[BulkRow]:
    """What the run skipped or failed at and nobody has done since by a run of the same action: dates are not moved twice."""
    if run.undoes_id:
        return run.rows.none()
    same = BulkRun.objects.filter(sandbox=run.sandbox_id, action=run.action, started_at__gt=run.created_at)
    done = Q(result=BulkRow.Result.CHANGED) | Q(proposed_in__state__in=ALIVE)
    done_since = BulkRow.objects.filter(done, run__in=same.exclude(number=run.number), item=OuterRef("item"))
    return run.rows.filter(
        ~Exists(done_since), result__in=(BulkRow.Result.SKIPPED, BulkRow.Result.FAILED), item__deleted_at=None
    )


def meanwhile(rows: Sequence[BulkRow]) -> dict[int, tuple[int, int]]:
    """Of these rows those that were skipped because somebody changed the offer: by key, its etag and the bulk run's number or 0."""
    etags = {row: stored["params"]["etag"] for row in rows for stored in row.problems if stored["message"] == STALE}
    if not etags:
        return {}
    made = Revision.objects.filter(item__in=[row.item_id for row in etags], etag__in=set(etags.values()))
    runs = {
        (item, etag): refers.get("bulk") or 0 for item, etag, refers in made.values_list("item", "etag", "refers_to")
    }
    return {row.key: (etag, runs.get((row.item_id, etag), 0)) for row, etag in etags.items()}


def save_rows(rows: Sequence[BulkRow]) -> None:
    """Store what is known of these rows, in one statement."""
    names = (
        *("key", "verdict", "etag", "patch", "changes", "change_count", "problems"),
        *("result", "result_etag", "proposed_in_id"),
    )
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
                      result = new.result, result_etag = coalesce(new.result_etag, row.result_etag),
                      proposed_in_id = coalesce(new.proposed_in_id, row.proposed_in_id)
                 FROM jsonb_to_recordset(%s::jsonb)
                      AS new(key bigint, verdict text, etag int, patch jsonb, changes jsonb, change_count int,
                             problems jsonb, result text, result_etag int, proposed_in_id bigint)
                WHERE row.key = new.key""",
            [orjson.dumps(values).decode()],
        )


def kept_change(change: Change) -> dict[str, Any]:
    """A change as it is stored: enough to be shown as a sentence in any language, never a whole long text."""
    old, new = _clipped(change.old_text), _clipped(change.new_text)
    return asdict(replace(change, old=None, new=None, spans=(), reading=None, old_text=old, new_text=new))


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


def skip(row: BulkRow, problem: Problem, document: Any = None) -> None:
    row.result, row.problems = BulkRow.Result.SKIPPED, [kept_problem(problem, document)]


def skip_for(run: BulkRun, row: BulkRow, error: StaleEtag | NotFound | NotAllowed | DocumentError | InUse) -> None:
    """Skip the row, and say what of IN_THE_WAY that was."""
    if isinstance(error, StaleEtag):
        head = error.head
        params: dict[str, str | int] = {"name": head.modified_by, "by": head.modified_by_key, "etag": head.etag}
        skip(row, Problem("", "stale", STALE, params=params))
    elif isinstance(error, NotFound):
        skip(row, Problem("", "deleted", GONE))
    elif isinstance(error, NotAllowed):
        skip(row, refusal(run, error))
    elif isinstance(error, InUse):
        skip(row, used(error))
    else:
        # A placement, rule or tag that it needs went away meanwhile.
        skip(row, error.problems[0], error.document or row.item.document)


def used(use: InUse) -> Problem:
    """What an offer is not deleted for."""
    return Problem("", "in-use", USED, params={"names": ", ".join(f"“{name}”" for _kind, _id, name in use.users)})


def refusal(run: BulkRun, refused: NotAllowed) -> Problem:
    """Why whoever runs it may not change an offer: alone, or at all, being no editor or no member any more."""
    if isinstance(refused, ReviewRequired):
        return Problem("", "", NEEDS_REVIEW)
    if isinstance(refused, OnHold):
        return Problem("", "", OnHold.said)
    return Problem("", "", NO_LONGER, params={"name": run.runner_label or run.author_label})
