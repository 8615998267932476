"""Bulk edits: select offers, look at what would happen (dry run), run it, undo it as a whole.

A run is planned and carried out by offers/bulk/worker.py: of up to 50 offers at once, of more by the worker, which is woken by
the transaction that gives it something to do. This module is what people do to a run, and how they read it. Everybody in the
sandbox may read runs; only its author or an admin may act on one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import jobs
from offers.access.permissions import Actor, NotAllowed, NotFound, can_edit
from offers.access.policy import can_restore_archived
from offers.bulk.actions import Action, Do, from_json, to_json
from offers.bulk.rows import ALIVE, APPLIED, TO_PROPOSE, requests_with_room, to_propose, to_repeat
from offers.document.kinds.registry import OFFER_KINDS
from offers.jobs import Job
from offers.lists import pages
from offers.lists.filters import Wanted
from offers.models import BulkRow, BulkRun, ChangeRequest, LibraryItem, Membership
from offers.review.requests import MOST_CHANGES, MOST_TITLE

State = BulkRun.State
Verdict = BulkRow.Verdict
Result = BulkRow.Result
# The verdicts by which a run does something.
DOES = (Verdict.CHANGE, Verdict.PROPOSE)

LIMIT = 20_000
PAGE_SIZE = 50
# People look at what is proposed: ten requests of one run are many.
MOST_PROPOSED = 10 * MOST_CHANGES
# The worker gives a sign of life after every few offers; without one for this long, nobody is at work.
SILENCE = timedelta(seconds=30)


class TooMany(Exception):
    """The selection has more than LIMIT offers."""


class NothingSelected(Exception):
    """None of the selected offers is there (any more)."""


class NotNow(Exception):
    """The run is in a state in which this cannot be done to it; somebody was first, or nothing is left to do."""


class TooManyToPropose(Exception):
    """More offers would be proposed than MOST_PROPOSED, or than the request that they are to be added to has room for."""


class NoteMissing(Exception):
    """More than one offer is to be changed and nobody said why."""


def keys_of(actor: Actor, ids: Collection[str]) -> list[int]:
    """The keys of the offers with these ids, lowest first; ids that are no offer of the sandbox's are left out."""
    found = LibraryItem.objects.filter(sandbox=actor.sandbox, id__in=ids, kind__in=OFFER_KINDS, deleted_at=None)
    return list(found.order_by("key").values_list("key", flat=True)[: LIMIT + 1])


def keys_matching(actor: Actor, wanted: Wanted) -> list[int]:
    """The keys of all offers of a filter, lowest first; at most LIMIT + 1, so that `begin` can tell what is too many.

    None of what was deleted: there is nothing to change.
    """
    return [] if wanted.deleted else pages.keys(actor.sandbox.pk, OFFER_KINDS, wanted, LIMIT + 1)


def begin(actor: Actor, action: Action, keys: Sequence[int], *, filter: str = "", request_id: str = "") -> BulkRun:
    """Store a run over these offers; its dry run is offers/bulk/worker.py's.

    Raises NotAllowed, TooMany, NothingSelected. The run, its rows and the worker's job are stored together.
    """
    if not can_edit(actor) or actor.user_id is None:
        raise NotAllowed(_("You can read this sandbox but not change it."))
    return _begin(actor, action, keys, filter=filter, request_id=request_id)


def undo(actor: Actor, run: BulkRun, *, request_id: str = "") -> BulkRun:
    """Store a run that takes back everything that this one changed. It too has a dry run before it is run.

    Raises NotAllowed, NotNow (the run is still at work, changed nothing, or all of it is taken back already).
    """
    check_may_act(actor, run)
    if run.state not in (State.FINISHED, State.STOPPED) or archived_for_good(actor, run):
        raise NotNow
    keys = to_undo(run)
    if not keys:
        raise NotNow
    return _begin(actor, Action(Do.UNDO), keys, undoes=run, request_id=request_id)


def again(actor: Actor, run: BulkRun, *, request_id: str = "") -> BulkRun:
    """Store a run that does the same to the offers that this one skipped or failed at. It too has a dry run before it is run.

    Raises NotAllowed, NotNow (the run is still at work, is an undo, or nothing of what it skipped is left to do).
    """
    check_may_act(actor, run)
    keys = list(to_repeat(run).order_by("item").values_list("item_id", flat=True))
    if run.state not in (State.FINISHED, State.STOPPED) or not keys:
        raise NotNow
    return _begin(actor, action_of(run), keys, request_id=request_id)


def _begin(
    actor: Actor,
    action: Action,
    keys: Sequence[int],
    *,
    filter: str = "",
    undoes: BulkRun | None = None,
    request_id: str = "",
) -> BulkRun:
    assert actor.user_id is not None, "programs have no bulk edits"
    if len(keys) > LIMIT:
        raise TooMany
    if not keys:
        raise NothingSelected
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        run = BulkRun.objects.create(
            sandbox=actor.sandbox,
            action=to_json(action),
            undoes=undoes,
            filter=filter,
            author_id=actor.user_id,
            author_label=actor.label,
            request_id=request_id,
            total=len(keys),
            created_at=now,
            heartbeat_at=now,
        )
        cursor.execute(
            """INSERT INTO offers_bulkrow (run_id, item_id, verdict, etag, changes, change_count, problems, excluded,
                                           result, result_etag)
               SELECT %s::int, key, '', 0, '[]', 0, '[]', false, '', 0
                 FROM unnest(%s::bigint[]) WITH ORDINALITY AS chosen(key, position) ORDER BY position""",
            [run.number, list(keys)],
        )
        jobs.wake(Job.BULK, person=actor.user_id)
    return run


def run_for(actor: Actor, number: int) -> BulkRun:
    """The run of this number in the actor's sandbox. Raises NotFound."""
    run = BulkRun.objects.filter(sandbox=actor.sandbox, number=number).first()
    if run is None:
        raise NotFound
    return run


def action_of(run: BulkRun) -> Action:
    return from_json(run.action)


def is_silent(run: BulkRun) -> bool:
    """Whether the run should be worked on but nobody seems to: the worker died, or there is none."""
    return run.state in (State.PLANNING, State.RUNNING) and timezone.now() - run.heartbeat_at > SILENCE


def may_act(actor: Actor, run: BulkRun) -> bool:
    """Whether the actor may run, stop, discard or undo this run."""
    own = actor.user_id is not None and actor.user_id == run.author_id
    return can_edit(actor) and (own or actor.role == Membership.Role.ADMIN)


def is_taken_back(run: BulkRun) -> bool:
    """Whether an undo of this run has been made, or begun, and has not been taken back itself."""
    return bool(_undoing(run))


def to_undo(run: BulkRun) -> list[int]:
    """The keys of what the run changed, at once or by requests that were applied, and no undo has seen to: one may be applied later."""
    did = Q(result=Result.CHANGED) | (Q(result=Result.PROPOSED) & APPLIED)
    seen_to = BulkRow.objects.filter(run__in=_undoing(run)).values("item")
    return list(run.rows.filter(did).exclude(item__in=seen_to).order_by("item").values_list("item_id", flat=True))


def _undoing(run: BulkRun) -> list[BulkRun]:
    begun = Q(state__in=(State.PLANNING, State.PLANNED, State.RUNNING))
    did_something = Q(rows__result=Result.CHANGED) | Q(rows__proposed_in__state__in=ALIVE)
    return [one for one in run.undo_runs.filter(begun | did_something).distinct() if not is_taken_back(one)]


def archived_for_good(actor: Actor, run: BulkRun) -> bool:
    """Whether the run archived its offers and this actor may not bring such back."""
    action = action_of(run)
    return action.do == Do.STATUS and action.value == "archived" and not can_restore_archived(actor)


def check_may_act(actor: Actor, run: BulkRun) -> None:
    if not may_act(actor, run):
        raise NotAllowed(_("Only {author} or an admin can do this.").format(author=run.author_label))


def exclude(actor: Actor, run: BulkRun, key: int, excluded: bool) -> None:
    """Leave one row out of the run, or take it back in. Raises NotAllowed, NotNow."""
    check_may_act(actor, run)
    rows = BulkRow.objects.filter(run=run, run__state=State.PLANNED, key=key, verdict__in=DOES)
    if not rows.update(excluded=excluded):
        raise NotNow


def start(
    actor: Actor,
    run: BulkRun,
    note: str,
    *,
    title: str = "",
    into: ChangeRequest | None = None,
    request_id: str = "",
) -> None:
    """Have the rows that would change be changed, in the name of who says so. offers/bulk/worker.py does it.

    What takes a second person goes into change requests of this `title`, or `into` one of `requests_with_room`.
    Raises NotAllowed, NotNow, NoteMissing, TooManyToPropose.
    """
    check_may_act(actor, run)
    waiting = run.rows.filter(_TABS["left"]).count()
    if not waiting:
        raise NotNow
    if waiting > 1 and not note.strip():
        raise NoteMissing
    if to_propose(run) > MOST_PROPOSED or (into and into not in requests_with_room(actor, run)):
        raise TooManyToPropose
    about = {"into": into, "request_title": (title or _("Bulk edit {number}").format(number=run.number))[:MOST_TITLE]}
    values = {"note": note.strip(), "request_id": request_id, "started_at": timezone.now(), **about}
    _set_off(actor, run, Q(state=State.PLANNED), **values)


def stop(actor: Actor, run: BulkRun) -> None:
    """Have the worker stop after the offers it has in hand; what was changed stays. Raises NotAllowed, NotNow."""
    check_may_act(actor, run)
    _step(run, Q(state=State.RUNNING), state=State.STOPPED)


def resume(actor: Actor, run: BulkRun) -> None:
    """Have a stopped run worked on again, in the name of who says so; rows that are done are not done twice.

    Raises NotAllowed, NotNow.
    """
    check_may_act(actor, run)
    _set_off(actor, run, Q(state=State.STOPPED))


def discard(actor: Actor, run: BulkRun) -> None:
    """Forget a run that was never started, if need be between two looks of its dry run. Raises NotAllowed, NotNow."""
    check_may_act(actor, run)
    never_started = (State.PLANNING, State.PLANNED)
    with transaction.atomic():
        locked = BulkRun.objects.select_for_update().filter(number=run.number, state__in=never_started).first()
        if locked is None:
            raise NotNow
        BulkRow.objects.filter(run=locked).delete()
        locked.delete()


def _set_off(actor: Actor, run: BulkRun, allowed: Q, **values: object) -> None:
    """Have the worker change the offers of the run, in this actor's name. Raises NotNow."""
    assert actor.user_id is not None, "programs have no bulk edits"
    runner = {"runner_id": actor.user_id, "runner_label": actor.label}
    with transaction.atomic():
        _step(run, allowed, state=State.RUNNING, heartbeat_at=timezone.now(), **runner, **values)
        jobs.wake(Job.BULK, person=actor.user_id)


def _step(run: BulkRun, allowed: Q, **values: object) -> None:
    """Change the run if it still is as `allowed` says: of two who press the button, one does. Raises NotNow."""
    if not BulkRun.objects.filter(allowed, number=run.number).update(**values):
        raise NotNow
    run.refresh_from_db(fields=list(values))


_TABS: dict[str, Q] = {
    "all": Q(),
    "change": Q(verdict=Verdict.CHANGE, excluded=False),
    "propose": TO_PROPOSE,
    "same": Q(verdict=Verdict.SAME),
    "conflict": Q(verdict=Verdict.CONFLICT),
    "invalid": Q(verdict=Verdict.INVALID),
    "refused": Q(verdict=Verdict.REFUSED),
    "excluded": Q(excluded=True),
    "changed": Q(result=Result.CHANGED),
    "proposed": Q(result=Result.PROPOSED),
    "skipped": Q(result=Result.SKIPPED),
    "failed": Q(result=Result.FAILED),
    "left": Q(verdict__in=DOES, excluded=False, result=""),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each tab has, by its name, and how many the dry run has looked at."""

    tabs: dict[str, int] = field(default_factory=dict)
    looked_at: int = 0

    @property
    def to_run(self) -> int:
        return self.tabs["change"] + self.tabs["propose"]

    @property
    def done(self) -> int:
        return sum(self.tabs[name] for name in ("changed", "proposed", "skipped", "failed"))


def counts(run: BulkRun) -> Counts:
    """All counts of a run in one query."""
    found = BulkRow.objects.filter(run=run).aggregate(
        looked_at=Count("key", filter=~Q(verdict="")),
        **{f"tab_{name}": Count("key", filter=condition) for name, condition in _TABS.items() if name != "all"},
    )
    tabs = {name: found[f"tab_{name}"] for name in _TABS if name != "all"}
    return Counts({"all": run.total, **tabs}, found["looked_at"])


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows of a run in the order of their keys; `after` and `before` are where the neighbours start, 0 for none."""

    rows: list[BulkRow]
    after: int
    before: int


def page(run: BulkRun, tab: str, *, after: int = 0, before: int = 0) -> RowsPage:
    """A page of one tab's rows with their offers, found from where its neighbour ended. No such tab means all."""
    # A row that was just left out stays where it was, so that it can be taken back in.
    condition = Q(verdict=tab) if tab in DOES else _TABS.get(tab, Q())
    rows = BulkRow.objects.filter(condition, run=run).select_related("item__listing", "proposed_in")
    rows = rows.defer("patch", "item__document")
    if before:
        found = list(rows.filter(key__lt=before).order_by("-key")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return RowsPage(found, found[-1].key if found else 0, found[0].key if found and more else 0)
    found = list(rows.filter(key__gt=after).order_by("key")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return RowsPage(found, found[-1].key if found and more else 0, found[0].key if found and after else 0)
