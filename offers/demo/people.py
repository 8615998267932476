"""The cast of the sample library: sandboxes, people, API clients, and what each may do. Only ever for a demo."""

from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from offers.access import members
from offers.access.changes import THE_SANDBOX, Author, Reason, Source, What, record
from offers.access.client_secrets import hashed, new_secret
from offers.access.permissions import Actor, Role, label_for_user
from offers.demo.times import clock_at
from offers.models import Membership, Sandbox

ORGANISATION = "DEMO@OfferOrg"
PASSWORD = "offers"  # noqa: S105  # known to everybody; the demo binds loopback only
CLIENT_SECRET = "demo-secret"  # noqa: S105  # the same

Policy = Sandbox.ReviewPolicy
# The policies under which the library's past was made.
SANDBOXES = {
    "prod": ("Production", Sandbox.Type.PRODUCTION, Policy.REVIEWER),
    "dev": ("Development", Sandbox.Type.DEVELOPMENT, Policy.NONE),
}
SET_UP = Author(None, "manage.py demo_data", Source.OPERATOR)
WHY = Reason("The sample library is set up")
# user name: (first name, last name, role, whether the account can be used)
PEOPLE = {
    "marketer": ("Mia", "Hartmann", Role.EDITOR, True),
    "reviewer": ("박지훈", "", Role.REVIEWER, True),
    "admin": ("Tomás", "Rivera", Role.ADMIN, True),
    "auditor": ("Ingrid", "Solberg", Role.AUDITOR, True),
    "seoyeon": ("김서연", "", Role.EDITOR, False),
    "grace": ("Grace", "Okafor", Role.EDITOR, False),
    "daniel": ("Daniel", "Whitmore", Role.REVIEWER, False),
}
# client id: (name, role). The price feed changes live offers every night, hence its role.
CLIENTS = {
    "demo-client": ("Demo client", Role.EDITOR),
    "price-feed": ("Nightly price feed", Role.REVIEWER),
}
# Who may publish without a second person: at night nobody is there to be asked.
MAY_BYPASS = ("admin", "price-feed")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who writes in one sandbox. Of the first two of each trade, the second writes Korean."""

    sandbox: Sandbox
    marketers: tuple[Actor, Actor, Actor]
    reviewers: tuple[Actor, Actor]
    admin: Actor
    program: Actor
    feed: Actor


def make_cast(at: datetime) -> list[Cast]:
    """Create the demo's sandboxes, accounts and clients where they are missing; the cast of each sandbox.

    That they may do what they do is recorded as of `at`, before they begin.
    """
    password = make_password(PASSWORD)
    users = {name: _user(name, password) for name in PEOPLE}
    clients = {name: _client(name) for name in CLIENTS}
    with clock_at(at):
        return [_cast(_sandbox(name), users, clients) for name in SANDBOXES]


def ask_for_a_second_person(cast: Cast, at: datetime) -> None:
    """Live changes need a second person from then on: an admin sets this policy, as anywhere else."""
    with clock_at(at):
        why = Reason("From today on, nobody changes alone what customers see")
        members.change_policy(cast.admin, Policy.TWO_PEOPLE, was=cast.sandbox.review_policy, reason=why)
    cast.sandbox.refresh_from_db()


def _sandbox(name: str) -> Sandbox:
    title, type_, policy = SANDBOXES[name]
    defaults = {"org_id": ORGANISATION, "title": title, "type": type_, "review_policy": policy}
    sandbox, is_new = Sandbox.objects.get_or_create(name=name, defaults=defaults)
    if is_new:
        record(SET_UP, [sandbox.pk], What.POLICY_CHANGED, THE_SANDBOX, {}, {"review_policy": policy}, WHY)
    return sandbox


def _user(name: str, password: str) -> User:
    first, last, role, usable = PEOPLE[name]
    defaults = {
        "first_name": first,
        "last_name": last,
        "email": f"{name}@offers.example",
        "password": password if usable else make_password(None),
        "is_staff": role == Role.ADMIN,
        "is_superuser": role == Role.ADMIN,
    }
    return User.objects.get_or_create(username=name, defaults=defaults)[0]


def _client(name: str) -> Client:
    client = Client.objects.filter(pk=name).first()
    if client is None:
        # Nobody knows the price feed's secret, nor can.
        secret = hashed(CLIENT_SECRET if name == "demo-client" else new_secret())
        client = Client(id=name, name=CLIENTS[name][0], type=Client.Type.CONFIDENTIAL, secret=secret)
        client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
        client.save()
    return client


def _cast(sandbox: Sandbox, users: dict[str, User], clients: dict[str, Client]) -> Cast:
    people, programs = {}, {}
    for name, user in users.items():
        role = PEOPLE[name][2]
        bypass = _let_in(Membership(user=user, sandbox=sandbox, role=role, may_bypass=name in MAY_BYPASS))
        people[name] = Actor(sandbox, role, label_for_user(user), user_id=user.pk, may_bypass=bypass)
    for name, client in clients.items():
        role = CLIENTS[name][1]
        bypass = _let_in(Membership(client=client, sandbox=sandbox, role=role, may_bypass=name in MAY_BYPASS))
        programs[name] = Actor(sandbox, role, client.name, client_id=name, may_bypass=bypass)
    return Cast(
        sandbox,
        (people["marketer"], people["seoyeon"], people["grace"]),
        (people["daniel"], people["reviewer"]),
        people["admin"],
        programs["demo-client"],
        programs["price-feed"],
    )


def _let_in(member: Membership) -> bool:
    """Let somebody in who is not yet; whether they may publish without a second person."""
    known = Membership.objects.filter(sandbox=member.sandbox, user=member.user, client=member.client).first()
    if known:
        return known.may_bypass
    member.save()
    given = {"role": member.role, "may_bypass": member.may_bypass}
    record(SET_UP, [member.sandbox.pk], What.MEMBER_ADDED, members.subject_of(member), {}, given, WHY)
    return member.may_bypass
