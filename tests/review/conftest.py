"""The people of a reviewed sandbox: Mina writes, Jun and Jisoo look, Ara reads."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from offers.access.permissions import Actor, actor_for_user
from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, shown_in


@dataclass
class Cast:
    sandbox: Sandbox
    mina: Actor  # a marketer
    jun: Actor  # a reviewer
    jisoo: Actor  # an admin
    bora: Actor  # a marketer who may publish without review
    ara: Actor  # an auditor
    setup: Actor  # who filled the library before it was reviewed


def member(sandbox: Sandbox, name: str, role: str, **more: bool) -> Actor:
    user = User.objects.create_user(name, first_name=name.title())
    Membership.objects.create(sandbox=sandbox, user=user, role=role, **more)
    return actor_for_user(user, sandbox.name)


def cast_in(sandbox: Sandbox) -> Cast:
    return Cast(
        sandbox,
        member(sandbox, "mina", Role.EDITOR),
        member(sandbox, "jun", Role.REVIEWER),
        member(sandbox, "jisoo", Role.ADMIN),
        member(sandbox, "bora", Role.EDITOR, may_bypass=True),
        member(sandbox, "ara", Role.AUDITOR),
        actor(Sandbox(pk=sandbox.pk, name=sandbox.name, title=sandbox.title), Role.ADMIN, "Setup"),
    )


@pytest.fixture
def people(db: None) -> Cast:
    return cast_in(make_sandbox(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE))


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    """An offer that customers see."""
    make_placement(people.setup)
    return make(people.setup, offer(status="approved", representations=[shown_in("home")]), id="sale")
