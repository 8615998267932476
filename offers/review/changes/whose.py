"""Whose a change request is: who sees to it, and who may make another one of it. One rule, for whatever door somebody comes by."""

from django.db.models import Q
from django.utils.translation import gettext as _

from offers.access.permissions import Actor, NotAllowed, Role, account_of, can_edit, check_edit, client_of
from offers.models import ChangeRequest, Membership


def owner_of(request: ChangeRequest) -> Actor:
    """Who sees to the request, with the role that they have here now: "" for who has left, or whose account is closed."""
    user, client = account_of(request.owner_key), client_of(request.owner_key)
    who = Q(user=user, user__is_active=True) if user is not None else Q(client=client)
    role = Membership.objects.filter(who, sandbox=request.sandbox_id).values_list("role", flat=True).first() or ""
    return Actor(request.sandbox, role, request.owner_label, user_id=user, client_id=client)


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
