"""The cast of the sample library: sandboxes, people, API clients, and what each may do. Only ever for a demo."""

from dataclasses import dataclass

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from offers.access.client_secrets import hashed, new_secret
from offers.access.permissions import Actor, Role, label_for_user
from offers.models import Membership, Sandbox

ORGANISATION = "DEMO@OfferOrg"
PASSWORD = "offers"  # noqa: S105  # known to everybody; the demo binds loopback only
CLIENT_SECRET = "demo-secret"  # noqa: S105  # the same

SANDBOXES = {
    "prod": ("Production", Sandbox.Type.PRODUCTION, Sandbox.ReviewPolicy.REVIEWER),
    "dev": ("Development", Sandbox.Type.DEVELOPMENT, Sandbox.ReviewPolicy.NONE),
}
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


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who writes in one sandbox. Of the first two of each trade, the second writes Korean."""

    sandbox: Sandbox
    marketers: tuple[Actor, Actor, Actor]
    reviewers: tuple[Actor, Actor]
    admin: Actor
    program: Actor
    feed: Actor


def make_cast() -> list[Cast]:
    """Create the demo's sandboxes, accounts and clients where they are missing; the cast of each sandbox."""
    password = make_password(PASSWORD)
    users = {name: _user(name, password) for name in PEOPLE}
    clients = {name: _client(name) for name in CLIENTS}
    return [_cast(_sandbox(name), users, clients) for name in SANDBOXES]


def _sandbox(name: str) -> Sandbox:
    title, type_, policy = SANDBOXES[name]
    defaults = {"org_id": ORGANISATION, "title": title, "type": type_, "review_policy": policy}
    return Sandbox.objects.get_or_create(name=name, defaults=defaults)[0]


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
        Membership.objects.get_or_create(user=user, sandbox=sandbox, defaults={"role": role})
        people[name] = Actor(sandbox, role, label_for_user(user), user_id=user.pk)
    for name, client in clients.items():
        role = CLIENTS[name][1]
        Membership.objects.get_or_create(client=client, sandbox=sandbox, defaults={"role": role})
        programs[name] = Actor(sandbox, role, client.name, client_id=name)
    return Cast(
        sandbox,
        (people["marketer"], people["seoyeon"], people["grace"]),
        (people["daniel"], people["reviewer"]),
        people["admin"],
        programs["demo-client"],
        programs["price-feed"],
    )
