"""What stands beside recorded steps: who is a member, who wrote a request and what it asks. Changed past every door, it is named."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from offers.access import members
from offers.access.members import Given
from offers.access.permissions import Actor
from offers.ledger.heads import head_of_item
from offers.log import beside
from offers.models import Membership, Sandbox
from offers.review import requests
from tests.cast import Role, make, make_sandbox, offer, replace
from tests.review.asking import agree, ask, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def mina() -> Actor:
    sandbox = make_sandbox(review_policy="two-people")
    user = User.objects.create_user("mina", is_staff=True)
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.ADMIN)
    return Actor(sandbox, Role.ADMIN, "Mina", user_id=user.pk)


def said_of(sandbox: Sandbox, *statements: str) -> list[str]:
    """What is said after these statements, without which there is nothing to say."""
    assert list(beside.apart(sandbox)) == []
    with connection.cursor() as owner:
        for statement in statements:
            owner.execute(statement)
    return [message for _what, message in beside.apart(sandbox)]


def let_in(mina: Actor, *names: str) -> None:
    for name in names:
        User.objects.create_user(name)
        members.add_person(mina, name, Given(Role.EDITOR))


def test_a_role_that_nobody_recorded_is_named(mina: Actor) -> None:
    let_in(mina, "jun", "jisoo", "haneul")
    jun, jisoo, haneul = Membership.objects.exclude(user=mina.user_id).order_by("pk")
    members.change_member(mina, jun.pk, Given(Role.REVIEWER), was=Given(Role.EDITOR))
    members.change_member(mina, jun.pk, Given(Role.REVIEWER, may_bypass=True), was=Given(Role.REVIEWER))
    members.remove_member(mina, haneul.pk, was=Given(Role.EDITOR))
    table = Membership._meta.db_table
    assert said_of(
        mina.sandbox,
        f"UPDATE {table} SET role = 'admin' WHERE id = {jun.pk}",
        f"DELETE FROM {table} WHERE id = {jisoo.pk}",
        f"INSERT INTO {table} (sandbox_id, user_id, role, may_bypass) VALUES ({mina.sandbox.pk}, {haneul.user_id}, 'editor', false)",
    ) == [
        "here it is admin who may publish without review, and what was recorded makes it reviewer who may publish without review",
        "here it is no member, and what was recorded makes it editor",
        "here it is editor, and what was recorded makes it no member",
    ]


def test_a_request_that_asks_for_something_else_or_names_another_author_is_named(mina: Actor) -> None:
    jun = Actor(mina.sandbox, Role.ADMIN, "Jun", user_id=77)
    sale, other = (make(jun, offer(), id=id) for id in ("sale", "other"))
    request = ask(mina, sale, replace("/status", "approved"))
    requests.add(mina, request, [wanted(other, replace("/rank/priority", 7))])
    requests.revise(mina, request, head_of_item(sale), offer(name="Autumn"))
    requests.leave_out(mina, request, "other")
    agree(jun, ask(mina, other, replace("/status", "approved")))
    withdrawn = requests.withdraw(mina, ask(mina, other, replace("/name", "Winter")))
    assert said_of(
        mina.sandbox,
        "UPDATE offers_requestedchange SET patch = '[]' WHERE id = 'sale'",
        f"DELETE FROM offers_requestedchange WHERE request_id = {withdrawn.pk}",
        f"UPDATE offers_changerequest SET actor_key = 'user-9' WHERE key = {withdrawn.pk}",
    ) == ["it names another author than opened it", *["it asks for something else than was proposed"] * 2]
