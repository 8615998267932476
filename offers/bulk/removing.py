"""Runs that delete offers, and runs that bring back what another one deleted.

They have no patch for a document: what stands for one in a dry run, a run and a proposal is here.
"""

from enum import StrEnum

from django.utils import timezone

from offers.access.permissions import Actor
from offers.access.policy import ReviewRequired
from offers.bulk.actions import Do
from offers.bulk.runs import DOES, Verdict
from offers.document.kinds.registry import OFFER_KINDS
from offers.document.live import LiveState
from offers.document.values import Patch
from offers.ledger import writes
from offers.ledger.heads import Head
from offers.ledger.records import Stamp
from offers.lists.filters import in_state, live
from offers.models import BulkRun
from offers.review.applying import DELETE
from offers.review.requests import PROPOSED


class Step(StrEnum):
    """What a run does to each of its offers as a whole."""

    DELETE = "delete"
    RESTORE = "restore"


_BACK = {Step.DELETE: Step.RESTORE, Step.RESTORE: Step.DELETE}


def step_of(run: BulkRun) -> Step | None:
    """Whether the run deletes its offers or brings them back; None for one that changes them."""
    if run.undoes is None:
        return Step.DELETE if run.action["do"] == Do.DELETE else None
    undone = step_of(run.undoes)
    return _BACK[undone] if undone else None


def verdict(actor: Actor, head: Head, step: Step) -> Verdict:
    """Whether it would be done or only proposed. Raises NotAllowed, InUse, InvalidDocument."""
    try:
        judge(actor, head, step)
    except ReviewRequired:
        judge(actor, head, step, PROPOSED)
        return Verdict.PROPOSE
    return Verdict.CHANGE


def judge(actor: Actor, head: Head, step: Step, stamp: Stamp = Stamp("")) -> None:  # noqa: B008  # it is frozen
    """What is in the way of it. Raises what `writes.delete` and `writes.undelete` raise."""
    (writes.judge_delete if step == Step.DELETE else writes.judge_undelete)(actor, head, stamp)


def carried_out(actor: Actor, id: str, etag: int, step: Step, stamp: Stamp) -> writes.Outcome:
    """Do it, if the offer is still at this etag. Raises what `writes.delete` and `writes.undelete` raise."""
    do = writes.delete if step == Step.DELETE else writes.undelete
    return do(actor, OFFER_KINDS, id, stamp, if_match=etag)


def patch_of(head: Head, step: Step) -> Patch:
    """How a change request says it."""
    return [DELETE] if step == Step.DELETE else [{"op": "add", "path": "", "value": head.document}]


def live_among(run: BulkRun) -> int:
    """How many of the offers that the run would delete, or propose to, customers see now."""
    rows = run.rows.filter(verdict__in=DOES, excluded=False).values("item")
    now = timezone.now()
    seen = (live(run.sandbox_id, kind).filter(in_state(LiveState.LIVE, kind, now), pk__in=rows) for kind in OFFER_KINDS)
    return sum(one.count() for one in seen)
