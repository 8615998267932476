"""Who could do what in a sandbox at a moment: what is so now, with the recorded changes of access taken back. Reads only.

Every change of access is recorded with what was so before, so going back needs nothing else. Of the time before the first record
it is only known how it was when recording began.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User

from offers.access.changes import What, recent
from offers.access.members import subject_of
from offers.access.people import known
from offers.access.permissions import CLIENT, REVIEWERS, Role, actor_key, label_for_user
from offers.models import AccessChange, Membership, Sandbox

# Changes that are looked through: people make them, so few sandboxes have as many in years.
MOST = 5_000
_CLOSED, _OPEN = (What.ACCOUNT_CLOSED, What.CLIENT_OFF), (What.ACCOUNT_OPENED, What.CLIENT_ON)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role: `is_open` is False for an account that was closed, or a client that was off; None: not known yet.

    `owner` is whose a client is, by name; `shown_to` who was shown a secret of it that may still be good, as it is known of now alone.
    """

    key: str
    name: str
    role: str
    may_bypass: bool
    is_open: bool | None = True
    owner: str = ""
    shown_to: tuple[str, ...] = ()
    closed: AccessChange | None = None

    @property
    def is_program(self) -> bool:
        return self.key.startswith(CLIENT)

    @property
    def reviews(self) -> bool:
        return bool(self.is_open) and self.role in REVIEWERS

    @property
    def administers(self) -> bool:
        return bool(self.is_open) and self.role == Role.ADMIN

    @property
    def bypasses(self) -> bool:
        return bool(self.is_open) and self.may_bypass

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label) if self.role in Role.values else self.role


@dataclass(frozen=True, slots=True)
class Period:
    """A review policy with the time in which it was in force: from the start without `since`, until now without `until`."""

    policy: str
    since: datetime | None
    until: datetime | None
    # By whom and why it became so; None for the first one.
    change: AccessChange | None

    @property
    def label(self) -> str:
        return (
            str(Sandbox.ReviewPolicy(self.policy).label) if self.policy in Sandbox.ReviewPolicy.values else self.policy
        )


@dataclass(frozen=True, slots=True)
class Access:
    """What was so at a moment; `operators` are those who may let anybody in by Django's admin.

    `begins` is the time of the first record, None where there is none. Not `is_known`: more than MOST changes lie in between.
    """

    members: list[Member]
    operators: list[tuple[str, str]]
    policy: str
    policies: list[Period]
    begins: datetime | None
    is_known: bool
    more: bool


def access_at(sandbox: Sandbox, at: datetime | None = None) -> Access:
    """Who could do what then, and now without a moment. Six queries, however much was changed."""
    changes = recent(sandbox.pk, size=MOST + 1)
    more, changes = len(changes) > MOST, changes[:MOST]
    after = [change for change in changes if at and change.created_at > at]
    members, operators, policy = _members(sandbox), _operators(), sandbox.review_policy
    for change in after:
        _take_back(change, members, operators)
        if change.what == What.POLICY_CHANGED:
            policy = str(change.before.get("review_policy") or policy)
    told = _named(sandbox, _with_closed(members, changes[len(after) :], now=at is None))
    first = AccessChange.objects.filter(sandbox_id=sandbox.pk).order_by("key").values_list("created_at", flat=True)
    return Access(
        sorted(told, key=lambda one: (one.is_program, one.name.casefold(), one.key)),
        sorted(operators.values(), key=lambda pair: pair[0].casefold()),
        policy,
        _periods(sandbox, changes),
        first.first(),
        not (more and len(after) == MOST),
        more,
    )


def _members(sandbox: Sandbox) -> dict[str, Member]:
    """Who has a role now, by key."""
    found = Membership.objects.filter(sandbox=sandbox).select_related("user", "client__owner", "client__offers_state")
    members = [_member(one) for one in found]
    return {one.key: one for one in members}


def _named(sandbox: Sandbox, members: list[Member]) -> list[Member]:
    """The same with names where keys say whose a client is, and to whom its secret was shown."""
    names = known({key for one in members for key in (one.owner, *one.shown_to)}, sandbox.pk)
    called = {key: one.name for key, one in names.items()}
    return [
        replace(
            one,
            owner=called.get(one.owner, one.owner),
            shown_to=tuple(called.get(key, key) for key in one.shown_to),
        )
        for one in members
    ]


def _member(member: Membership) -> Member:
    about = subject_of(member)
    client = member.client
    if client is None:
        is_open = bool(member.user and member.user.is_active)
        return Member(about.key, about.label, member.role, member.may_bypass, is_open)
    state, owner = getattr(client, "offers_state", None), client.owner
    shown_to = tuple(dict.fromkeys(state.known_to)) if state else ()
    is_on = state is None or state.off_at is None
    whose = actor_key(owner.pk, "", "") if owner else ""
    return Member(about.key, about.label, member.role, member.may_bypass, is_on, whose, shown_to)


def _operators() -> dict[str, tuple[str, str]]:
    """Who may sign in to Django's admin: the name, and "everything" or "some"."""
    people = User.objects.filter(is_staff=True, is_active=True)
    return {
        actor_key(one.pk, "", ""): (label_for_user(one), "everything" if one.is_superuser else "some") for one in people
    }


def _take_back(change: AccessChange, members: dict[str, Member], operators: dict[str, tuple[str, str]]) -> None:
    key, what, was = change.subject_key, change.what, change.before
    here = members.get(key)
    if what == What.MEMBER_ADDED:
        members.pop(key, None)
    elif what == What.MEMBER_REMOVED:
        given = str(was.get("role", "")), bool(was.get("may_bypass"))
        members[key] = Member(key, change.subject_label, *given, is_open=None)
    elif what == What.OPERATOR_CHANGED and "operator" in was:
        operators[key] = (change.subject_label, str(was["operator"]))
    elif what == What.OPERATOR_CHANGED:
        operators.pop(key, None)
    elif here is not None and what == What.MEMBER_CHANGED:
        role, may_bypass = was.get("role", here.role), was.get("may_bypass", here.may_bypass)
        members[key] = replace(here, role=role, may_bypass=may_bypass)
    elif here is not None and what == What.OWNER_CHANGED:
        members[key] = replace(here, owner=str(was.get("owner", "")))
    elif here is not None and what in (*_CLOSED, *_OPEN):
        members[key] = replace(here, is_open=what in _CLOSED)


def _with_closed(members: dict[str, Member], before: Sequence[AccessChange], *, now: bool) -> list[Member]:
    """With the record of who was closed, and whether those were whose removal is all that is known of them since."""
    last: dict[str, AccessChange] = {}
    for change in before:
        if change.what in (*_CLOSED, *_OPEN):
            last.setdefault(change.subject_key, change)
    told = []
    for member in members.values():
        known_last = last.get(member.key)
        is_open = member.is_open
        if is_open is None:
            is_open = known_last is None or known_last.what in _OPEN
        closed = known_last if known_last and not is_open and known_last.what in _CLOSED else None
        told.append(replace(member, is_open=is_open, closed=closed, shown_to=member.shown_to if now else ()))
    return told


def _periods(sandbox: Sandbox, changes: Sequence[AccessChange]) -> list[Period]:
    """The policies that were in force, the present one first."""
    made = [change for change in changes if change.what == What.POLICY_CHANGED]
    ends = [None, *(change.created_at for change in made)]
    periods = [
        Period(str(change.after.get("review_policy", "")), change.created_at, until, change)
        for change, until in zip(made, ends, strict=False)
    ]
    first = str(made[-1].before.get("review_policy") or "none") if made else sandbox.review_policy
    return [*periods, Period(first, None, ends[-1], None)]
