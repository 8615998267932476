"""Whoever changed what goes live after it was proposed says no yes to it: nobody else would have looked at that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.access import members
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind, api_address
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests
from offers.review.standing import standing
from offers.review.verdicts import ChangedIt
from tests.api.conftest import BASE, make_caller
from tests.cast import Role, make, offer, patch, replace
from tests.review.asking import agree, ask, digest, now, wanted
from tests.review.conftest import Cast, member
from tests.review.test_requests import BY_RULE, GO_LIVE, RULE

NAMED, CONDITION = replace("/name", "Half price"), replace("/condition/value", "false")
CHANGES = {"draft": NAMED, "gold": CONDITION}


@pytest.fixture
def asked(people: Cast) -> ChangeRequest:
    """A draft with a rule that nothing live has, which is to go live."""
    make(people.mina, RULE, Kind.RULE, "gold")
    patch(people.mina, make(people.mina, offer(), id="draft"), BY_RULE)
    return ask(people.mina, item("draft"), GO_LIVE)


def item(id: str) -> LibraryItem:
    return LibraryItem.objects.get(id=id)


def state(request: ChangeRequest) -> str:
    return ChangeRequest.objects.get(key=request.key).state


def browser_of(actor: Actor) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(pk=actor.user_id or 0))
    return browser


def by_page(people: Cast, request: ChangeRequest, id: str) -> Any:
    patch(people.jun, item(id), CHANGES[id])
    return browser_of(people.jun).post(f"/s/prod/reviews/{request.number}/approve/", {"digest": digest(request)})


def ticked(people: Cast, request: ChangeRequest, id: str) -> Any:
    patch(people.jun, item(id), CHANGES[id])
    picked = {"pick": f"{request.number}:{digest(request)}"}
    return browser_of(people.jun).post("/s/prod/reviews/approve/", picked)


def by_program(people: Cast, request: ChangeRequest, id: str) -> Any:
    robot = make_caller("robot", (people.sandbox, "reviewer"))
    kind = Kind.RULE if id == "gold" else Kind.PERSONALIZED_OFFER
    assert robot("PATCH", api_address(kind, id), CHANGES[id]).status_code == 200
    said = {"verdict": "approve", "digest": digest(request)}
    return robot("POST", f"{BASE}/change-requests/{request.number}/verdicts", said)


@pytest.mark.parametrize("id", CHANGES)
@pytest.mark.parametrize("door", [by_page, ticked, by_program])
def test_what_a_reviewer_changed_herself_does_not_go_live_by_her_yes(
    people: Cast, asked: ChangeRequest, door: Callable[[Cast, ChangeRequest, str], Any], id: str
) -> None:
    answer = door(people, asked, id)
    name = {"draft": "Name of “Half price”", "gold": "Condition of “Gold”"}[id]
    assert f"You changed {name} after this was proposed: somebody else has to review it." in answer.content.decode()
    assert (item("draft").document["status"], state(asked)) == ("draft", "open")
    assert agree(people.jisoo, asked).state == "applied"


def test_she_sees_why_on_its_page_and_may_still_say_no(people: Cast, asked: ChangeRequest) -> None:
    patch(people.jun, item("gold"), CONDITION)
    pages = [browser_of(actor).get(f"/s/prod/reviews/{asked.number}/") for actor in (people.jun, people.jisoo)]
    hers, others = (page.content.decode() for page in pages)
    assert "You changed Condition of “Gold”" in hers
    assert ('data-key="a"' in hers, 'data-key="r"' in hers) == (False, True)
    assert 'data-key="a"' in others
    for page, name in ((hers, "Jisoo"), (others, "you")):
        assert "Jun changed Condition of “Gold” after this was proposed: version 2," in page
        assert "Nothing else has changed since it was proposed." not in page
        assert f"Needs approval from {name}." in page
    queue = [browser_of(actor).get("/s/prod/reviews/?tab=all").content for actor in (people.jun, people.jisoo)]
    assert [b'name="pick"' in page for page in queue] == [False, True]


def test_her_earlier_yes_does_not_count_again_when_all_is_as_it_was(people: Cast, asked: ChangeRequest) -> None:
    requests.describe(people.mina, asked, "T", "", requests.When(asked.created_at + timedelta(hours=1)))
    agree(people.jun, asked)
    gold = item("gold")
    for value in ("false", "true"):
        patch(people.jun, gold, replace("/condition/value", value))
    found = standing(ChangeRequest.objects.select_related("sandbox").get(key=asked.key))
    assert found.approvals == ()
    assert [event.actor_label for event in found.dropped] == ["Jun"]
    agree(people.jisoo, asked)


def test_what_its_author_has_seen_by_now_is_proposed_as_anything_else(people: Cast, asked: ChangeRequest) -> None:
    draft = item("draft")
    patch(people.jun, draft, NAMED)
    with pytest.raises(ChangedIt):
        agree(people.jun, asked)
    requests.revise(people.mina, asked, head_of_item(now(draft)), {**now(draft).document, "status": "approved"})
    assert agree(people.jun, asked).state == "applied"


def test_nor_is_it_held_against_who_changed_what_others_agreed_to(people: Cast, asked: ChangeRequest) -> None:
    agree(people.jisoo, ask(people.jun, item("gold"), CONDITION))
    assert agree(people.jun, asked).state == "applied"


def test_nor_what_is_live_already_and_only_changed_beside_it(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    agree(people.jisoo, ask(people.jun, sale, replace("/rank/priority", 9)))
    assert agree(people.jun, request).state == "applied"


def test_a_live_offer_with_a_rule_that_she_changed_takes_somebody_else(people: Cast, sale: LibraryItem) -> None:
    gold = make(people.mina, RULE, Kind.RULE, "gold")
    request = requests.propose(people.mina, [wanted(sale, BY_RULE)], "Gold only")
    patch(people.jun, gold, CONDITION)
    with pytest.raises(ChangedIt):
        agree(people.jun, request)
    assert agree(people.jisoo, request).state == "applied"


def test_nor_does_a_program_whose_secret_she_knows_change_it_for_her(people: Cast, asked: ChangeRequest) -> None:
    hana = member(people.sandbox, "hana", Role.ADMIN)
    members.add_client(hana, "robot", "Robot", members.Given("reviewer"))
    robot = Actor(people.sandbox, "reviewer", "Robot", client_id="robot")
    patch(robot, item("draft"), NAMED)
    for by, words in ((hana, "Robot, who has the same program’s secret, changed Name"), (robot, "You changed Name")):
        with pytest.raises(ChangedIt, match=words):
            agree(by, asked)
    assert agree(people.jun, asked).state == "applied"
