"""Who may do what in a sandbox: the one module that changes it, for its admins.

Each function checks who asks, makes the change and records it, in one transaction: both are stored, or nothing. Changes of
one sandbox come one after the other (`changing`), so that two admins who demote each other leave one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access import client_secrets
from offers.access.changes import NO_REASON, THE_SANDBOX, Facts, Reason, Subject, What, author_of, record
from offers.access.permissions import (
    MAX_LABEL,
    Actor,
    NotAllowed,
    NotFound,
    Role,
    actor_key,
    label_for_user,
)
from offers.models import ClientState, Membership, Sandbox

MAX_NAME = 100
LONGEST_OVERLAP = timedelta(days=30)


class Refused(Exception):
    """It cannot be done, for a reason that an admin can do something about. `field`: where she typed it, "" for nowhere."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Moved(Exception):
    """Somebody else changed it since this was opened. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a member may do."""

    role: str
    may_bypass: bool = False


def may_manage(actor: Actor) -> bool:
    return actor.role == Role.ADMIN


def has_other_admin(actor: Actor) -> bool:
    """Whether somebody else administers the sandbox, who could say yes to what this one asks for."""
    return _admins(actor.sandbox).exclude(user=actor.user_id).exists()


def check_manage(actor: Actor) -> None:
    """Refuse everybody but admins of the sandbox. Raises NotAllowed."""
    if not may_manage(actor):
        raise NotAllowed(_("Only admins of this sandbox can open the Access page."))


def given_of(member: Membership) -> Given:
    return Given(member.role, member.may_bypass)


def subject_of(member: Membership) -> Subject:
    """Whom a membership is of, with the name as it is now."""
    if member.client is not None:
        return Subject(actor_key(None, member.client.id, ""), (member.client.name or member.client.id)[:MAX_LABEL])
    assert member.user is not None, "a membership is a person's or a client's"
    return Subject(actor_key(member.user.pk, "", ""), label_for_user(member.user))


def member_for(actor: Actor, key: int) -> Membership:
    """The member of the actor's sandbox with this key. Raises NotAllowed, NotFound."""
    check_manage(actor)
    return _member(actor.sandbox, key)


def members(actor: Actor) -> list[Membership]:
    """All members of the actor's sandbox, with their accounts. Raises NotAllowed."""
    check_manage(actor)
    return list(_with_accounts().filter(sandbox=actor.sandbox))


def add_person(actor: Actor, username: str, given: Given, reason: Reason = NO_REASON) -> Membership:
    """Let the person with this account in. Raises NotAllowed; Refused: no such account, switched off, a member already."""
    with changing(actor) as sandbox:
        user = User.objects.filter(username=username).first() if username else None
        if user is None:
            raise Refused(_("There is no account with this user name."), "username")
        if not user.is_active:
            raise Refused(_("This account is closed. An operator can open it again."), "username")
        if Membership.objects.filter(sandbox=sandbox, user=user).exists():
            raise Refused(_("{name} is a member already.").format(name=label_for_user(user)), "username")
        return _let_in(actor, Membership(sandbox=sandbox, user=user), given, reason)


def change_member(actor: Actor, key: int, given: Given, *, was: Given, reason: Reason = NO_REASON) -> bool:
    """Give a member another role or the permission to publish without review; False where that changes nothing.

    `was` is what the actor saw. Raises NotAllowed, NotFound, Moved, Refused (the last admin; an auditor who may publish).
    """
    with changing(actor) as sandbox:
        member = _seen(sandbox, key, was)
        _check_given(given)
        if given == was:
            return False
        _keep_an_admin(sandbox, member, given.role)
        member.role, member.may_bypass = given.role, given.may_bypass
        member.save(update_fields=["role", "may_bypass"])
        _record(actor, What.MEMBER_CHANGED, subject_of(member), _changed(was, given), _changed(given, was), reason)
        return True


def remove_member(actor: Actor, key: int, *, was: Given, reason: Reason = NO_REASON) -> Subject:
    """Take a person or a client out of the sandbox. Raises NotAllowed, NotFound, Moved, Refused (the last admin)."""
    with changing(actor) as sandbox:
        member = _seen(sandbox, key, was)
        _keep_an_admin(sandbox, member, "")
        about = subject_of(member)
        member.delete()
        _record(actor, What.MEMBER_REMOVED, about, asdict(was), {}, reason)
        return about


def change_policy(actor: Actor, policy: str, *, was: str, reason: Reason = NO_REASON) -> bool:
    """Set the sandbox's review policy; False where that changes nothing. Raises NotAllowed, Moved, Refused."""
    with changing(actor) as sandbox:
        if sandbox.review_policy != was:
            raise Moved
        if policy not in Sandbox.ReviewPolicy.values:
            raise Refused(_("Choose one of the policies."), "policy")
        if policy == was:
            return False
        sandbox.review_policy = policy
        sandbox.save(update_fields=["review_policy"])
        before, after = {"review_policy": was}, {"review_policy": policy}
        _record(actor, What.POLICY_CHANGED, THE_SANDBOX, before, after, reason)
        return True


def add_client(actor: Actor, id: str, name: str, given: Given, reason: Reason = NO_REASON) -> tuple[Membership, str]:
    """Make an API client that works in this sandbox; its membership, and its secret, which is stored nowhere in the clear.

    Raises NotAllowed; Refused: an id that would need quoting, or that is taken.
    """
    with changing(actor) as sandbox:
        if not client_secrets.SAFE_ID.fullmatch(id) or len(id) > MAX_NAME:
            raise Refused(_("ASCII letters, digits and . _ ~ - only, a letter or digit first."), "id")
        client, secret = client_secrets.new_client(id, name or id)
        try:
            with transaction.atomic():
                client.save(force_insert=True)
        except IntegrityError:
            raise Refused(_("There is a client with this id already."), "id") from None
        client_secrets.shown_to(client, actor.key)
        return _let_in(actor, Membership(sandbox=sandbox, client=client), given, reason), secret


def secret_mark(state: ClientState) -> str:
    """Tells a client's present secret from those before it: so that a form that is sent twice makes one new secret."""
    return state.secret_at.isoformat() if state.secret_at else ""


def clients_elsewhere(actor: Actor) -> QuerySet[Client]:
    """The clients that work in other sandboxes, all of which the actor is an admin of, and not in this one."""
    check_manage(actor)
    programs = Membership.objects.filter(client__isnull=False)
    here, own = programs.filter(sandbox=actor.sandbox), _administered(actor)
    known = programs.filter(sandbox__in=own).values("client")
    found: QuerySet[Client] = Client.objects.filter(pk__in=known).order_by("name", "pk")
    others = programs.exclude(sandbox__in=own)
    return found.exclude(pk__in=here.values("client")).exclude(pk__in=others.values("client"))


def let_client_in(actor: Actor, client_id: str, given: Given, reason: Reason = NO_REASON) -> Membership:
    """Let one of `clients_elsewhere` work in this sandbox, too, with the secret that it has. Raises NotAllowed, Refused."""
    with changing(actor) as sandbox:
        client = clients_elsewhere(actor).select_for_update().filter(pk=client_id).first() if client_id else None
        if client is None:
            raise Refused(_("Choose a client."), "client")
        return _let_in(actor, Membership(sandbox=sandbox, client=client), given, reason)


def is_own(actor: Actor, client_id: str) -> bool:
    """Whether the actor is an admin of every sandbox that the client works in: its secret counts in all of them."""
    return not Membership.objects.filter(client_id=client_id).exclude(sandbox__in=_administered(actor)).exists()


def _administered(actor: Actor) -> QuerySet[Sandbox]:
    """The sandboxes that the actor is an admin of."""
    if actor.user_id is None:
        return Sandbox.objects.none()
    own = Membership.objects.filter(user_id=actor.user_id, role=Role.ADMIN, user__is_active=True)
    return Sandbox.objects.filter(pk__in=own.values("sandbox"))


def make_secret(actor: Actor, key: int, *, seen: str, overlap: timedelta, reason: Reason = NO_REASON) -> str:
    """Give a client a new secret and return it. The old one is good for `overlap` more; with none, it ends now with its tokens.

    `seen`: the mark of the secret that the actor saw. Raises NotAllowed, NotFound, Moved, Refused.
    """
    with changing(actor) as sandbox:
        client, state = _own_client(actor, sandbox, key)
        if secret_mark(state) != seen:
            raise Moved
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise Refused(_("Choose how long the old secret goes on."), "overlap")
        until = timezone.now() + overlap if overlap else None
        secret = client_secrets.rotate(client, actor.key, old_until=until)
        after = {"old_secret_until": until.isoformat() if until else None}
        _record_everywhere(actor, What.SECRET_MADE, client, after, reason)
        return secret


def end_old_secret(actor: Actor, key: int, reason: Reason = NO_REASON) -> bool:
    """End the secret before the present one, and all tokens; False where there is none. Raises NotAllowed, NotFound."""
    with changing(actor) as sandbox:
        client, state = _own_client(actor, sandbox, key)
        if not client_secrets.has_old_secret(state):
            return False
        client_secrets.end_old_secret(client)
        _record_everywhere(actor, What.SECRET_ENDED, client, {}, reason)
        return True


def switch_client(actor: Actor, key: int, *, on: bool, reason: Reason = NO_REASON) -> bool:
    """Let a client call no more, wherever it works, or let it call again; False where it is so already.

    Its tokens end; its secret stays. Raises NotAllowed, NotFound.
    """
    with changing(actor) as sandbox:
        client, state = _own_client(actor, sandbox, key)
        if on == (state.off_at is None):
            return False
        off_at = None if on else timezone.now()
        ClientState.objects.update_or_create(client_id=client.pk, defaults={"off_at": off_at})
        Token.objects.filter(client=client).delete()
        _record_everywhere(actor, What.CLIENT_ON if on else What.CLIENT_OFF, client, {}, reason)
        return True


@contextmanager
def changing(actor: Actor) -> Iterator[Sandbox]:
    """The sandbox, locked, in a transaction: so that who changes something is an admin at that very moment.

    The lock lets others store items and revisions, which refer to the sandbox. Raises NotAllowed.
    """
    check_manage(actor)
    with transaction.atomic():
        sandbox = Sandbox.objects.select_for_update(no_key=True).get(pk=actor.sandbox.pk)
        if actor.user_id is None or not _admins(sandbox).filter(user_id=actor.user_id).exists():
            raise NotAllowed(_("You are no longer an admin of this sandbox."))
        yield sandbox


def _admins(sandbox: Sandbox) -> QuerySet[Membership]:
    """Who could let others in: people who can sign in. A client that is an admin cannot."""
    return Membership.objects.filter(sandbox=sandbox, role=Role.ADMIN, user__is_active=True)


def admins_of(sandbox: Sandbox, most: int) -> list[tuple[str, str]]:
    """What the first of them are called and their mail address ("" without one), for who needs somebody to turn to."""
    found = _admins(sandbox).select_related("user").order_by("pk")[:most]
    return [(label_for_user(member.user), member.user.email) for member in found if member.user]


def _with_accounts() -> QuerySet[Membership]:
    return Membership.objects.select_related("user", "client__offers_state", "client__owner")


def _member(sandbox: Sandbox, key: int) -> Membership:
    member = _with_accounts().filter(sandbox=sandbox, pk=key).first()
    if member is None:
        raise NotFound
    return member


def _seen(sandbox: Sandbox, key: int, was: Given) -> Membership:
    """The member, if it is still as the actor saw it."""
    member = _member(sandbox, key)
    if given_of(member) != was:
        raise Moved
    return member


def _check_given(given: Given) -> None:
    if given.role not in Role.values:
        raise Refused(_("Choose a role."), "role")
    if given.role == Role.AUDITOR and given.may_bypass:
        raise Refused(_("An auditor changes nothing, so has nothing to publish."), "may_bypass")


def _keep_an_admin(sandbox: Sandbox, member: Membership, role: str) -> None:
    if role != Role.ADMIN and not _admins(sandbox).exclude(pk=member.pk).exists():
        raise Refused(
            _("A sandbox needs an admin, and this is its last one. Make somebody else an admin first."), "role"
        )


def _let_in(actor: Actor, member: Membership, given: Given, reason: Reason) -> Membership:
    _check_given(given)
    member.role, member.may_bypass = given.role, given.may_bypass
    member.save(force_insert=True)
    _record(actor, What.MEMBER_ADDED, subject_of(member), {}, asdict(given), reason)
    return member


def _own_client(actor: Actor, sandbox: Sandbox, key: int) -> tuple[Client, ClientState]:
    """The client and its state, locked against being let into other sandboxes meanwhile."""
    member = _member(sandbox, key)
    if member.client_id is None:
        raise NotFound
    client = Client.objects.select_for_update().get(pk=member.client_id)
    if not is_own(actor, client.pk):
        raise NotAllowed(
            _("This client works in a sandbox, too, that you are no admin of: its secret is not yours to change.")
        )
    return client, ClientState.objects.filter(client_id=client.pk).first() or ClientState(client_id=client.pk)


def _changed(one: Given, other: Given) -> Facts:
    """What one says that the other does not."""
    others = asdict(other)
    return {name: value for name, value in asdict(one).items() if value != others[name]}


def _record(actor: Actor, what: str, about: Subject, before: Facts, after: Facts, reason: Reason) -> None:
    record(author_of(actor), [actor.sandbox.pk], what, about, before, after, reason)


def _record_everywhere(actor: Actor, what: str, client: Client, after: Facts, reason: Reason) -> None:
    """What is done to a client itself counts wherever it works."""
    about = Subject(actor_key(None, client.id, ""), (client.name or client.id)[:MAX_LABEL])
    sandboxes = (
        Membership.objects.filter(client_id=client.pk).order_by("sandbox_id").values_list("sandbox_id", flat=True)
    )
    record(author_of(actor), sandboxes, what, about, {}, after, reason)
