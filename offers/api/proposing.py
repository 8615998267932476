"""Changes that a second person looks at: `?propose=true` asks for one first, `?bypass=true` does not wait for one."""

from collections.abc import Callable, Collection, Iterator, Sequence

from django.utils.translation import gettext as _

from offers.access.permissions import Actor, NotFound, actor_for_client, check_edit
from offers.access.policy import ReviewRequired
from offers.api.auth import ApiRequest
from offers.api.wire import bodies
from offers.api.wire.problems import ApiError
from offers.api.wire.request_shapes import NewRequest, Promotion, WantedChange
from offers.api.wire.review import InvalidRequest
from offers.document import patch as patches
from offers.document.errors import JSON, InvalidDocument, PatchError, Problem
from offers.document.kinds.fields import MESSAGES
from offers.document.kinds.registry import Kind
from offers.document.merge import ABSENT
from offers.document.validate import validate
from offers.document.values import Document, Patch, canonical_text, equal
from offers.document.words.labels import gettext_noop
from offers.ledger import writes
from offers.ledger.heads import Head, lock_each, new_id, read_to_write
from offers.models import ChangeRequest, Revision
from offers.promotion import Choices, Promoted, State, planned, proposals
from offers.review import requests
from offers.review.applying import DELETE
from offers.review.requests import AlreadyProposed, NothingToPropose, Proposal, ReasonMissing, new_item, proposal

API = Revision.Source.API.value
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


def propose(request: ApiRequest, wanted: Callable[[], Proposal]) -> ChangeRequest:
    """Open a change request for this one change; the note is its reason. Sent again, it is the one that was opened.

    Raises what `requests.propose` does.
    """
    # Who only reads is told so before anything about the change.
    check_edit(request.actor)
    one = wanted()
    try:
        return requests.propose(request.actor, [one], "", bodies.stamp_of(request).note, once=True)
    except AlreadyProposed as before:
        return before.request


def without_waiting(
    request: ApiRequest, at_once: Callable[[], writes.Outcome], wanted: Callable[[], Proposal]
) -> Head | ChangeRequest:
    """Make a change at once: where it takes a second person, as a change request that somebody looks at afterwards.

    Raises ReviewRequired without `?bypass=true`, and ApiError (422) without a reason.
    """
    try:
        return at_once().head
    except ReviewRequired:
        if bodies.way_of(request) != "bypass":
            raise
    one, stamp = wanted(), bodies.stamp_of(request)
    try:
        return requests.publish(request.actor, [one], "", stamp.note, request_id=stamp.request_id)
    except ReasonMissing:
        detail = _("Say why in X-Change-Note.")
        raise ApiError(422, "reason-missing", _("A reason is needed"), detail) from None


def creation(kind: Kind, document: Document, id: str = "") -> Proposal:
    """A new item, as a POST would make it; without `id`, it gets a new opaque one."""
    return new_item(kind, id or new_id(), document, API)


def change(actor: Actor, kinds: Collection[Kind], id: str, patch: object, if_match: int | None) -> Proposal:
    """A change of an item as it is now. Raises what `writes.change` does about etag and patch, and NothingToPropose."""
    head = _head(actor, kinds, id, if_match)
    document, effective = patches.applied(head.document, patch)
    if equal(document, head.document):
        raise NothingToPropose
    return proposal(head, effective, API)


def deletion(actor: Actor, kinds: Collection[Kind], id: str, if_match: int | None) -> Proposal:
    """The same for deleting it."""
    return proposal(_head(actor, kinds, id, if_match), [DELETE], API)


def _head(actor: Actor, kinds: Collection[Kind], id: str, if_match: int | None) -> Head:
    if if_match is None and actor.sandbox.require_if_match:
        raise writes.PreconditionRequired
    head = read_to_write(actor, kinds, id)
    if if_match is not None and if_match != head.etag:
        raise writes.StaleEtag(head)
    return head


def several(actor: Actor, wanted: Sequence[WantedChange]) -> list[Proposal]:
    """The changes of a request as they were sent, each looked at by itself.

    Raises NotAllowed, InvalidRequest (pointers lead into the body), and PatchError or InvalidDocument about an `item`.
    """
    check_edit(actor)
    ids = [one["id"] for one in wanted]
    repeated = [number for number, id in enumerate(ids) if ids.index(id) != number]
    if repeated:
        raise InvalidRequest(Problem(f"/changes/{number}/id", "repeated", MESSAGES["repeated"]) for number in repeated)
    found = lock_each(actor.sandbox.pk, set(ids), "")
    return [_one(actor, one, found.get(one["id"]), f"/changes/{number}") for number, one in enumerate(wanted)]


def _one(actor: Actor, wanted: WantedChange, head: Head | None, place: str) -> Proposal:
    try:
        patch = patches.check(wanted["patch"])
        makes = len(patch) == 1 and (patch[0]["op"], patch[0]["path"]) == ("add", "")
        # With an etag, it gives an item that is there another document.
        if makes and "etag" not in wanted:
            return _wanted_creation(wanted, patch[0]["value"], head, place)
        return _wanted_change(actor, wanted, patch, head, place)
    except (PatchError, InvalidDocument) as error:
        error.item = wanted["id"]
        raise


def _wanted_creation(wanted: WantedChange, document: JSON, head: Head | None, place: str) -> Proposal:
    if "kind" not in wanted:
        raise InvalidRequest(Problem(f"{place}/kind", "required", gettext_noop("A new item needs its kind.")))
    kind = Kind(wanted["kind"])
    if head is not None and head.deleted_at is not None and head.kind == kind and equal(head.document, document):
        # A deleted item that is wanted as it was comes back, with its history.
        return proposal(head, [{"op": "add", "path": "", "value": document}], API)
    made = creation(kind, document, wanted["id"])
    _refuse(validate(kind, made.patch[0]["value"]))
    return made


def _wanted_change(actor: Actor, wanted: WantedChange, patch: Patch, head: Head | None, place: str) -> Proposal:
    if head is None or head.deleted_at is not None:
        message = gettext_noop("There is nothing with the id {id}.")
        raise InvalidRequest(Problem(f"{place}/id", "not-found", message, params={"id": wanted["id"]}))
    if wanted.get("kind", head.kind) != head.kind:
        message = gettext_noop("It is of the kind {kind}.")
        raise InvalidRequest(Problem(f"{place}/kind", "other-kind", message, params={"kind": head.kind.value}))
    if "etag" not in wanted and actor.sandbox.require_if_match:
        raise InvalidRequest(Problem(f"{place}/etag", "required", gettext_noop("The etag that you read is needed.")))
    if wanted.get("etag", head.etag) != head.etag:
        message = gettext_noop("It is at etag {etag} now, changed by {name}.")
        params: dict[str, str | int] = {"etag": head.etag, "name": head.modified_by}
        raise InvalidRequest(Problem(f"{place}/etag", "stale-etag", message, params=params), status=409)
    if len(patch) == 1 and (patch[0]["op"], patch[0]["path"]) == ("remove", ""):
        return proposal(head, [DELETE], API)
    document, effective = patches.applied(head.document, patch)
    if equal(document, head.document):
        raise InvalidRequest(Problem(f"{place}/patch", "nothing-to-propose", gettext_noop("It is so already.")))
    _refuse(validate(head.kind, document, head.document))
    return proposal(head, effective, API)


def _refuse(problems: Collection[Problem]) -> None:
    if problems:
        raise InvalidDocument(problems)


def asked_for(actor: Actor, given: NewRequest) -> list[Proposal]:
    """Raises InvalidRequest, NotAllowed, NothingToPropose, and what `proposing.several` raises."""
    if ("changes" in given) == ("promoteFrom" in given):
        raise InvalidRequest(Problem("", "one-of-two", ONE_OF_TWO))
    return _promoted(actor, given["promoteFrom"]) if "promoteFrom" in given else several(actor, given["changes"])


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
    wanted = proposals(plan, source.sandbox, API)
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
    for conflict in one.undecided:
        sides = {"source": _text(conflict.ours), "target": _text(conflict.theirs)}
        yield Problem(
            f"/promoteFrom/picks/{id}", "contested", CONTESTED, params={"id": id, "key": conflict.key, **sides}
        )


def _text(value: JSON) -> str:
    return "-" if value is ABSENT else canonical_text(value)[:SHOWN]
