"""What a new change request is made of: changes as they were sent, or items of another sandbox that are to come here."""

from collections.abc import Iterator

from offers.access.permissions import Actor, NotFound, actor_for_client
from offers.api import proposing
from offers.api.wire.request_shapes import NewRequest, Promotion
from offers.api.wire.review import InvalidRequest
from offers.document.errors import JSON, Problem
from offers.document.merge import ABSENT
from offers.document.values import canonical_text
from offers.document.words.labels import gettext_noop
from offers.promotion import Choices, Promoted, State, planned, proposals
from offers.review.requests import NothingToPropose, Proposal

# Of a contested value, in a message.
SHOWN = 200
ONE_OF_TWO = gettext_noop("A change request has changes or promoteFrom, one of the two.")
NOT_THERE = gettext_noop("You see no such item in that sandbox.")
TAKEN = gettext_noop("The id {id} is that of another kind of item here.")
MISSING = gettext_noop(
    "{id} refers to the {kind} {reference}, which is not here: promote it too, or say what takes its place."
)
CONTESTED = gettext_noop(
    "{id} was changed on both sides at {key}: {source} there, {target} here. Pick source or target."
)


def asked_for(actor: Actor, given: NewRequest) -> list[Proposal]:
    """Raises InvalidRequest, NotAllowed, NothingToPropose, and what `proposing.several` raises."""
    if ("changes" in given) == ("promoteFrom" in given):
        raise InvalidRequest(Problem("", "one-of-two", ONE_OF_TWO))
    return (
        _promoted(actor, given["promoteFrom"]) if "promoteFrom" in given else proposing.several(actor, given["changes"])
    )


def _promoted(actor: Actor, given: Promotion) -> list[Proposal]:
    choices = Choices(given.get("references", {}), given.get("picks", {}), given.get("statuses", False))
    try:
        source = actor_for_client(actor, given["sandbox"])
        plan = planned(source, actor, given["ids"], choices)
    except NotFound:
        raise InvalidRequest(Problem("/promoteFrom", "not-found", NOT_THERE)) from None
    problems = [problem for one in plan for problem in _problems(one)]
    if problems:
        raise InvalidRequest(problems, status=409)
    wanted = proposals(plan, source.sandbox, proposing.API)
    if not wanted:
        raise NothingToPropose
    return wanted


def _problems(one: Promoted) -> Iterator[Problem]:
    """What has to be decided before an item can come."""
    id = one.here.id
    if one.state == State.TAKEN:
        yield Problem("/promoteFrom/ids", "taken", TAKEN, params={"id": id})
    for reference in one.missing:
        params: dict[str, str | int] = {"id": id, "kind": reference.kind.value, "reference": reference.id}
        yield Problem(f"/promoteFrom/references/{reference.id}", "unknown-reference", MISSING, params=params)
    for conflict in one.conflicts:
        sides = {"source": _text(conflict.ours), "target": _text(conflict.theirs)}
        yield Problem(
            f"/promoteFrom/picks/{id}", "contested", CONTESTED, params={"id": id, "key": conflict.key, **sides}
        )


def _text(value: JSON) -> str:
    return "-" if value is ABSENT else canonical_text(value)[:SHOWN]
