"""Admins at the same time, each on a connection of its own: whatever they do to each other, somebody can still let others in."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client
from django.db import transaction

from offers.access import members
from offers.access.client_secrets import is_secret_of
from offers.access.members import Given, Moved
from offers.access.permissions import Actor
from offers.models import AccessChange, Membership
from tests.access.test_members import key_of, person
from tests.api.conftest import make_caller
from tests.cast import Role, at_once, make, make_sandbox, offer

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = Given(Role.ADMIN)


@pytest.fixture
def two(transactional_db: None) -> list[Actor]:
    sandbox = make_sandbox()
    return [person(sandbox, "mina"), person(sandbox, "jisoo")]


def admins() -> int:
    return Membership.objects.filter(role=Role.ADMIN).count()


@pytest.mark.parametrize("round", range(4))
def test_of_two_admins_who_demote_each_other_one_stays(two: list[Actor], round: int) -> None:
    keys = [key_of(who) for who in two]

    def demote_the_other(number: int) -> bool:
        if (number + round) % 2:
            members.remove_member(two[number], keys[1 - number], was=ADMIN)
            return True
        return members.change_member(two[number], keys[1 - number], Given(Role.EDITOR), was=ADMIN)

    results = at_once(2, demote_the_other)
    assert sorted(type(result).__name__ for result in results) == ["NotAllowed", "bool"], results
    assert (admins(), AccessChange.objects.count()) == (1, 1)


@pytest.mark.parametrize("round", range(4))
def test_of_two_admins_who_both_leave_one_stays(two: list[Actor], round: int) -> None:
    keys = [key_of(who) for who in two]

    def leave(number: int) -> bool:
        if round % 2:
            return members.change_member(two[number], keys[number], Given(Role.EDITOR), was=ADMIN)
        members.remove_member(two[number], keys[number], was=ADMIN)
        return True

    results = at_once(2, leave)
    assert sorted(type(result).__name__ for result in results) == ["Refused", "bool"], results
    assert (admins(), AccessChange.objects.count()) == (1, 1)


def test_of_many_who_change_one_member_each_is_told_or_recorded(two: list[Actor]) -> None:
    member = key_of(person(two[0].sandbox, "olga", Role.EDITOR))
    roles = [Role.AUDITOR, Role.REVIEWER, Role.ADMIN, Role.REVIEWER]
    results = at_once(
        4, lambda number: members.change_member(two[number % 2], member, Given(roles[number]), was=Given(Role.EDITOR))
    )
    assert [result for result in results if not isinstance(result, Moved)] == [True]
    assert AccessChange.objects.get().after == {"role": Membership.objects.get(pk=member).role}


def test_of_two_new_secrets_at_once_one_is_made_and_it_is_the_one_that_is_good(two: list[Actor]) -> None:
    make_caller("feed", (two[0].sandbox, Role.EDITOR))
    key = Membership.objects.get(client_id="feed").pk
    results = at_once(2, lambda number: members.make_secret(two[number], key, seen="", overlap=timedelta(hours=1)))
    (secret,) = [result for result in results if isinstance(result, str)]
    assert [type(result) for result in results if result is not secret] == [Moved]
    assert is_secret_of(Client.objects.get(pk="feed"), secret)


def test_of_two_clients_of_one_id_at_once_one_is_made(two: list[Actor]) -> None:
    results = at_once(2, lambda number: members.add_client(two[number], "feed", f"Feed {number}", Given(Role.EDITOR)))
    assert sorted(type(result).__name__ for result in results) == ["Refused", "tuple"], results
    assert Membership.objects.filter(client_id="feed").count() == 1


def test_items_are_stored_while_access_is_changed(two: list[Actor]) -> None:
    """They refer to the sandbox, whose row is locked meanwhile."""
    with transaction.atomic():
        members.change_policy(two[0], "reviewer", was="none")
        (stored,) = at_once(1, lambda _number: make(two[1], offer()))
    assert not isinstance(stored, Exception), stored
