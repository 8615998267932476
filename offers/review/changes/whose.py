"""Whose a change request is: who may make another one of it. One rule, for whatever door somebody comes by."""

from django.utils.translation import gettext as _

from offers.access.permissions import Actor, NotAllowed, Role, can_edit, check_edit
from offers.models import ChangeRequest


class NotYours(NotAllowed):
    """The request is somebody else's, and has to be taken over first."""


def may_own(actor: Actor, request: ChangeRequest) -> bool:
    """Whether this actor may change the request, withdraw it and say when it is applied: its author, who took it over, admins."""
    own = actor.role == Role.ADMIN or actor.key in (request.actor_key, request.owner_key)
    return own and can_edit(actor)


def check_own(actor: Actor, request: ChangeRequest) -> None:
    """Raises NotAllowed (who only reads), and NotYours."""
    check_edit(actor)
    if not may_own(actor, request):
        raise NotYours(_("This request is somebody else’s. Take it over first: then it is yours to change."))
