"""Changes that a second person looks at: `?propose=true` asks for one first, `?bypass=true` does not wait for one."""

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _

from offers.access.permissions import Actor, check_edit
from offers.access.policy import ReviewRequired
from offers.api.auth import ApiRequest
from offers.api.wire import bodies
from offers.api.wire.problems import ApiError
from offers.document import patch as patches
from offers.document.kinds.registry import Kind
from offers.document.validate import with_defaults
from offers.document.values import Document, equal
from offers.ledger import writes
from offers.ledger.heads import Head, new_id, read_to_write
from offers.models import ChangeRequest, Revision
from offers.review import requests
from offers.review.applying import DELETE
from offers.review.requests import NothingToPropose, Proposal, ReasonMissing, proposal

API = Revision.Source.API.value


def propose(request: ApiRequest, wanted: Callable[[], Proposal]) -> ChangeRequest:
    """Open a change request for this one change; the note is its reason. Raises what `requests.propose` does."""
    # Who only reads is told so before anything about the change.
    check_edit(request.actor)
    one = wanted()
    return requests.propose(request.actor, [one], _title(one), bodies.stamp_of(request).note)


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
        return requests.publish(request.actor, [one], _title(one), stamp.note, request_id=stamp.request_id)
    except ReasonMissing:
        detail = _("Say why in X-Change-Note.")
        raise ApiError(422, "reason-missing", _("A reason is needed"), detail) from None


def creation(kind: Kind, document: Document, id: str = "") -> Proposal:
    """A new item, as a POST would make it; without `id`, it gets a new opaque one."""
    patch = [{"op": "add", "path": "", "value": with_defaults(kind, document)}]
    return Proposal(kind, id or new_id(), patch, API)


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


def _title(one: Proposal) -> str:
    """What a request with one change is called, for people who see a list of them."""
    if one.patch == [DELETE]:
        return _("Delete {name}").format(name=_name(one, one.base))
    if one.base is None:
        return _("Create {name}").format(name=_name(one, one.patch[0]["value"]))
    return _("Change {name}").format(name=_name(one, one.base))


def _name(one: Proposal, document: Document | None) -> str:
    # What is to be created was not looked at yet: its name may be anything.
    name = document.get("name") if document else None
    return name if isinstance(name, str) and name else one.id
