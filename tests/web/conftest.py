"""The cast of the pages' tests: people with a role each, signed in, and a small library."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

SignIn = Callable[..., Client]


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def sign_in(sandbox: Sandbox) -> SignIn:
    """A browser in which a person with this role in the sandbox is signed in; without a role, a stranger to it."""

    def sign(role: str | None = Role.EDITOR, name: str = "Mina Park") -> Client:
        first, last = name.split()
        user = User.objects.create_user(first.lower(), first_name=first, last_name=last)
        if role:
            Membership.objects.create(sandbox=sandbox, user=user, role=role)
        browser = Client()
        browser.force_login(user)
        return browser

    return sign


@pytest.fixture
def editor(sign_in: SignIn) -> Client:
    return sign_in(Role.EDITOR)


@pytest.fixture
def item(sandbox: Sandbox) -> LibraryItem:
    """The offer "sale": created, then its name changed, then its priority (version 3); tagged, shown on the home page."""
    admin = actor(sandbox, label="Jisoo Kim")
    make_placement(admin)
    make(admin, {"name": "Holiday 2026"}, Kind.TAG, "holiday")
    made = make(admin, offer(tags=["holiday"], representations=[shown_in("home")]), id="sale")
    patch(admin, made, replace("/name", "Summer sale"))
    patch(admin, made, replace("/rank/priority", 7))
    made.refresh_from_db()
    return made
