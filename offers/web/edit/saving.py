"""From a filled-in form to a version: merged onto whatever the offer has become meanwhile, or refused in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jsonpointer import JsonPointer

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.access.policy import ReviewRequired
from offers.document.diff import diff
from offers.document.erased import marked
from offers.document.errors import JSON, DocumentError, InvalidDocument, Problem
from offers.document.merge import Conflict, resolve
from offers.document.values import Document
from offers.document.words.labels import gettext_noop
from offers.ledger import heads, writes
from offers.ledger.heads import Head
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.ledger.references import InUse
from offers.ledger.writes import Outcome
from offers.models import LibraryItem, Revision
from offers.review.requests import PROPOSED
from offers.web.frame.words import problem_text
from offers.web.item.said import in_use

# Somebody has to press again after this. So it is often: only a program that never rests is first so many times. There is no lock
# to wait for instead, as for programs: each race lost may be a conflict, which only the person can settle.
TRIES = 25
ERASED = gettext_noop(
    "Something in this list was erased from history since the form was opened. Open the form anew to add to it."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What saving would do. `patch` turns the head into `document`, which has the form's value in every conflict.

    `form` is the document that the form alone makes of `base`.
    """

    head: Head
    base: Document
    form: Document
    document: Document
    patch: list[dict[str, Any]]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """`outcome` is None when there was nothing to change."""

    plan: Plan
    outcome: Outcome | None


class Contested(Exception):
    """Somebody else changed the same fields: the plan has the conflicts. Nothing was written."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("the form and a later version changed the same fields")
        self.plan = plan


def plan_for(head: Head, base: Document, form: Document, picks: Mapping[str, JSON] | None = None) -> Plan:
    """How the document that a form made of `base` gets onto the head; `picks` settle conflicts (document/merge.py)."""
    merged = resolve(base, form, head.document, picks or {})
    document = merged.document
    assert isinstance(document, dict), "three objects merge into an object"
    return Plan(head, base, form, document, diff(head.document, document), merged.conflicts)


def save(
    actor: Actor,
    head: Head,
    opened: int,
    base: Document,
    form: Document,
    stamp: Stamp,
    settle: Callable[[Plan], Mapping[str, JSON]],
) -> Saved:
    """Write what the form made of the version `opened` (etag), whose document is `base`, onto `head`, which was just read.

    Who was first is met again: then the item is read anew, and merged with.
    `settle` gives the decisions for a plan's conflicts, by `Conflict.key`; it is asked again when the offer has changed
    once more, for then they may be about other values. Raises Contested, NotFound, NotAllowed, InvalidDocument,
    InUse, and StaleEtag after having lost many races in a row.
    """
    for _attempt in range(TRIES):
        plan = planned(head, base, form, settle)
        if not plan.patch:
            return Saved(plan, None)
        merged = RefersTo(merged_with=plan.head.etag) if plan.head.etag != opened else RefersTo()
        stamped = replace(stamp, refers_to=merged)
        outcome = writes.change_head(actor, head, plan.patch, stamped)
        if outcome is not None:
            return Saved(plan, outcome)
        head = heads.read_to_write(actor, [head.kind], head.id)
    raise writes.StaleEtag(head)


def planned(head: Head, base: Document, form: Document, settle: Callable[[Plan], Mapping[str, JSON]]) -> Plan:
    """The plan with its conflicts settled. Raises Contested where they are not, and NotFound for what was deleted."""
    if head.deleted_at is not None:
        raise NotFound
    plan = plan_for(head, base, form)
    _refuse_erased(plan)
    if not plan.conflicts:
        return plan
    settled = plan_for(head, base, form, settle(plan))
    if settled.conflicts:
        raise Contested(plan)
    return settled


def _refuse_erased(plan: Plan) -> None:
    """A form that was opened before an erasure still has the text. A field of its own is contested then, and a person decides; a text of
    a list would look as if they had just added it. Raises InvalidDocument.
    """
    lists = {pointer.rpartition("/")[0] for pointer in marked(plan.base) if pointer.rpartition("/")[2].isdecimal()}
    added = [
        pointer for pointer in sorted(lists) if _texts(plan.document, pointer) - _texts(plan.head.document, pointer)
    ]
    if added:
        raise InvalidDocument(tuple(Problem(pointer, "erased", ERASED) for pointer in added), document=plan.document)


def _texts(document: Document, pointer: str) -> set[str]:
    found = JsonPointer(pointer).resolve(document, [])
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the write path would say to a plan: problems, or in `refusal` that this person may not; in `review` that it can only
    be proposed.
    """

    problems: tuple[Problem, ...] = ()
    refusal: str = ""
    review: str = ""


def verdict(actor: Actor, plan: Plan) -> Verdict:
    """Ask the write path, without writing."""
    if not plan.patch:
        return Verdict()
    try:
        return _judged(actor, plan, Stamp(""))
    except ReviewRequired as review:
        return replace(_judged(actor, plan, PROPOSED), review=str(review))


def _judged(actor: Actor, plan: Plan, stamp: Stamp) -> Verdict:
    try:
        writes.judge(actor, plan.head, plan.patch, stamp)
    except ReviewRequired:
        raise
    except NotAllowed as refusal:
        return Verdict(refusal=str(refusal))
    except DocumentError as error:
        return Verdict(error.problems)
    except InUse as use:
        return Verdict(refusal=problem_text(in_use(use)))
    return Verdict()


def since(item: LibraryItem, opened: int) -> list[Revision]:
    """The versions that others made since this one was opened, newest first."""
    return list(Revision.objects.filter(item=item, etag__gt=opened).order_by("-etag")[:100])


def people(revisions: list[Revision]) -> list[str]:
    """Who made these, each once, the latest first."""
    return list(dict.fromkeys(made.actor_label for made in revisions))
