"""What waits for a person in a sandbox: requests that need them, and bulk edits of theirs that did not end as they were meant to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from offers.access.permissions import Actor, can_edit
from offers.bulk.runs import State as RunState
from offers.bulk.runs import action_of
from offers.models import BulkRow, BulkRun, ChangeRequest, Sandbox
from offers.review import queue
from offers.web.bulk.actions import title_of
from offers.web.reviews.queue import fields_of, look_by

MOST_SHOWN = 6
# The sandbox's last runs, of which a person's own are told for so long.
RUNS_LOOKED_AT = 30
RUNS_ARE_NEWS = timedelta(days=3)
State, Result = ChangeRequest.State, BulkRow.Result


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: `why` it waits for this person where that is not just to be decided, `who` it comes from ("" for themselves), since
    when; `what` it is about. `is_wrong` went wrong; what was published without review is there to be looked at (`to_see`).
    """

    icon: str
    title: str
    address: str
    why: str
    who: str
    at: datetime
    is_wrong: bool = False
    to_see: bool = False
    what: str = ""


def waiting_for(actor: Actor, now: datetime) -> tuple[list[Waiting], bool]:
    """What waits, the last that something happened to first; whether there is more in the queue."""
    asked, more = _requests(actor)
    found = [*asked, *(_runs(actor, now) if can_edit(actor) else [])]
    # What went wrong cannot wait for what only comes later.
    return sorted(found, key=lambda one: (one.is_wrong, one.at), reverse=True), more


def _requests(actor: Actor) -> tuple[list[Waiting], bool]:
    if actor.sandbox.review_policy == Sandbox.ReviewPolicy.NONE or not can_edit(actor):
        return [], False
    page = queue.page(actor, queue.Wanted())
    shown = page.items[:MOST_SHOWN]
    named = queue.named(one.key for one in shown)
    return [_request(actor, one, named.get(one.key, "")) for one in shown], len(page.items) > len(shown)


def _request(actor: Actor, request: ChangeRequest, named: str) -> Waiting:
    address = reverse("review", args=[actor.sandbox.name, request.number])
    is_own = request.owner_key == actor.key
    title, who = f"#{request.number} {request.title}", "" if is_own else request.owner_label
    why, is_wrong = _why(request)
    what = ": ".join(filter(None, [named, fields_of(request)]))
    return Waiting(
        "git-pull-request", title, address, why, who, request.updated_at, is_wrong, request.is_to_look_at, what
    )


def _why(request: ChangeRequest) -> tuple[str, bool]:
    """In a few words, none where it only waits to be decided about; and whether something went wrong."""
    if request.is_to_look_at:
        return look_by(request), True
    if request.is_stuck and request.state in ChangeRequest.CAN_CONFLICT:
        return _("In conflict with a later change"), True
    wrong = {State.FAILED: _("Could not be applied"), State.EXPIRED: _("Expired before it was applied")}
    if request.state in wrong:
        return wrong[State(request.state)], True
    if request.state == State.CHANGES_REQUESTED:
        return _("Sent back to you: changes requested"), False
    return "", False


def _runs(actor: Actor, now: datetime) -> list[Waiting]:
    """Bulk edits of this person that wait for Run, or left offers out that they were to change."""
    left_out = BulkRow.objects.filter(run=OuterRef("pk"), verdict__in=("change", "propose"))
    left_out = left_out.filter(result__in=(Result.SKIPPED, Result.FAILED))
    last = BulkRun.objects.filter(sandbox=actor.sandbox).annotate(left_out=Exists(left_out)).order_by("-number")
    own = [run for run in last[:RUNS_LOOKED_AT] if actor.user_id in (run.author_id, run.runner_id)]
    told = [(run, _of_run(run)) for run in own if run.heartbeat_at > now - RUNS_ARE_NEWS]
    return [_run(actor, run, why) for run, why in told if why]


def _of_run(run: BulkRun) -> str:
    if run.state == RunState.PLANNED:
        return _("The dry run is done: look at it, and run it")
    if run.state == RunState.STOPPED:
        return _("Stopped before its end")
    left_out: bool = run.left_out  # type: ignore[attr-defined]  # annotated above
    return _("Some offers were not changed") if run.state == RunState.FINISHED and left_out else ""


def _run(actor: Actor, run: BulkRun, why: str) -> Waiting:
    title = _("Bulk edit {number}: {title}").format(number=run.number, title=title_of(run, action_of(run)))
    address = reverse("bulk_run", args=[actor.sandbox.name, run.number])
    return Waiting("list-check", title, address, why, "", run.heartbeat_at, run.state != RunState.PLANNED)
