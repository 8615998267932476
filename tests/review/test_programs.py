"""A program acts for whoever was shown its secret: in the rule that nobody says yes to a change of their own, they are one."""

from datetime import timedelta

import pytest

from offers.access import members
from offers.access.members import Given
from offers.access.permissions import Actor, NotAllowed
from offers.models import ChangeRequest, ClientState, LibraryItem
from tests.cast import Role, replace
from tests.review.asking import agree, ask
from tests.review.conftest import Cast, member

NAME = replace("/name", "Sale of the year")


def program(by: Actor, id: str = "robot") -> Actor:
    """A client that may say yes, made by this admin."""
    members.add_client(by, id, id, Given(Role.REVIEWER))
    return Actor(by.sandbox, Role.REVIEWER, id, client_id=id)


def new_secret(by: Actor, overlap: timedelta = timedelta(0)) -> None:
    seen = members.secret_mark(ClientState.objects.get(client="robot"))
    key = next(one.pk for one in members.members(by) if one.client_id == "robot")
    members.make_secret(by, key, seen=seen, overlap=overlap)


@pytest.fixture
def robot(people: Cast) -> Actor:
    return program(people.jisoo)


@pytest.fixture
def hana(people: Cast) -> Actor:
    """Another admin."""
    return member(people.sandbox, "hana", Role.ADMIN)


def test_an_admin_does_not_say_yes_to_her_own_through_a_program_that_she_made(
    people: Cast, robot: Actor, hana: Actor, sale: LibraryItem
) -> None:
    with pytest.raises(NotAllowed, match="secret"):
        agree(robot, ask(people.jisoo, sale, NAME))
    assert agree(robot, ask(hana, sale, NAME)).state == ChangeRequest.State.APPLIED


def test_nor_to_what_her_program_wrote_whoever_has_its_secret_later(
    people: Cast, robot: Actor, hana: Actor, sale: LibraryItem
) -> None:
    request = ask(robot, sale, NAME)
    new_secret(hana)
    for by in (people.jisoo, robot, program(people.jisoo, "another")):
        with pytest.raises(NotAllowed, match="secret"):
            agree(by, request)
    assert agree(people.jun, request).state == ChangeRequest.State.APPLIED


def test_whoever_was_shown_a_secret_that_is_still_good_is_one_with_the_program(
    people: Cast, robot: Actor, hana: Actor, sale: LibraryItem
) -> None:
    new_secret(hana, timedelta(hours=1))
    for by in (people.jisoo, hana):
        with pytest.raises(NotAllowed, match="secret"):
            agree(robot, ask(by, sale, NAME))
    new_secret(hana)
    assert agree(robot, ask(people.jisoo, sale, NAME)).state == ChangeRequest.State.APPLIED
