"""Items of one sandbox come to another as a change request, by the target's rules, and nothing there is overwritten unasked."""

from typing import Any

import pytest

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.models import ChangeRequest, LibraryItem, Revision, Sandbox
from offers.promotion import Choices, Promoted, State, planned, proposals
from offers.review import requests, verdicts
from offers.review.applying import NotReady
from offers.review.standing import standing
from tests.api.conftest import make_caller
from tests.cast import Role, actor, differences, make, make_placement, make_sandbox, offer, patch, replace, shown_in
from tests.review.conftest import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def dev(db: None) -> Actor:
    """A marketer of the sandbox that things come from, with an offer in a placement."""
    mina = actor(make_sandbox("dev"), Role.EDITOR)
    make_placement(mina)
    make(mina, offer(representations=[shown_in("home")]), id="sale")
    return mina


@pytest.fixture
def prod(dev: Actor) -> Actor:
    """She is a marketer here, too; the placement has the same name and another id."""
    sandbox = make_sandbox("prod", review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    make_placement(actor(make_sandbox("setup")), "unrelated")
    return member(sandbox, "mina", Role.EDITOR)


def plan(dev: Actor, prod: Actor, *ids: str, **choices: Any) -> list[Promoted]:
    return planned(dev, prod, ids or ("sale",), Choices(**choices))


def promote(dev: Actor, prod: Actor, *ids: str, **choices: Any) -> LibraryItem:
    """The item in the target, once somebody else agreed."""
    wanted = proposals(plan(dev, prod, *ids, **choices), dev.sandbox, "form")
    request = requests.propose(prod, wanted, "Promotion")
    reviewer = member(prod.sandbox, "jun", Role.REVIEWER)
    assert verdicts.approve(reviewer, request, standing(request).digest).state == ChangeRequest.State.APPLIED
    return LibraryItem.objects.get(sandbox=prod.sandbox, id=wanted[-1].id)


def there(prod: Actor, id: str = "sale") -> LibraryItem:
    return LibraryItem.objects.get(sandbox=prod.sandbox, id=id)


def here(dev: Actor) -> LibraryItem:
    return LibraryItem.objects.get(sandbox=dev.sandbox, id="sale")


def allow(prod: Actor) -> Actor:
    """Somebody who sets up the target, where everything else takes two."""
    Sandbox.objects.filter(pk=prod.sandbox.pk).update(review_policy="none")
    return actor(Sandbox.objects.get(pk=prod.sandbox.pk), Role.ADMIN, "Setup")


def test_what_is_new_arrives_as_a_draft_and_its_history_says_where_it_came_from(dev: Actor, prod: Actor) -> None:
    patch(dev, here(dev), replace("/status", "approved"))
    item = promote(dev, prod, "home", "sale")
    assert (item.status, item.document["representations"][0]["placement"]) == ("draft", "home")
    origin = Revision.objects.get(item=item).refers_to["promoted_from"]
    assert origin == {"sandbox": "dev", "id": "sale", "etag": 2, "digest": here(dev).digest}
    assert differences() == []


def test_what_it_refers_to_is_named_when_missing_and_comes_along_or_is_found_by_name(dev: Actor, prod: Actor) -> None:
    (one,) = plan(dev, prod)
    assert (one.state, [(wanted.kind, wanted.id) for wanted in one.missing]) == (
        State.MISSING,
        [(Kind.PLACEMENT, "home")],
    )
    assert proposals([one], dev.sandbox, "form") == []
    make_placement(allow(prod), "start")
    (one,) = plan(dev, prod)
    assert (one.state, one.document["representations"][0]["placement"]) == (State.NEW, "start")
    make_placement(allow(prod), "second")
    assert plan(dev, prod)[0].state == State.MISSING, "two of that name: nobody knows which"
    (one,) = plan(dev, prod, references={"home": "second"})
    assert one.document["representations"][0]["placement"] == "second"
    assert plan(dev, prod, references={"home": "nothing"})[0].state == State.MISSING


def test_what_is_newer_there_is_kept_and_what_both_changed_is_asked(dev: Actor, prod: Actor) -> None:
    promote(dev, prod, "home", "sale")
    (one,) = plan(dev, prod)
    assert one.state == State.SAME
    patch(allow(prod), there(prod), replace("/rank/priority", 9))
    patch(dev, here(dev), replace("/name", "Summer"))
    (one,) = plan(dev, prod)
    assert (one.state, one.document["name"], one.document["rank"]) == (State.CHANGED, "Summer", {"priority": 9})
    patch(dev, here(dev), replace("/rank/priority", 3))
    (one,) = plan(dev, prod)
    assert one.state == State.CONTESTED
    assert one.document["rank"] == {"priority": 9}, "undecided, it is what is there"
    ((key, ours, theirs),) = [(conflict.key, conflict.ours, conflict.theirs) for conflict in one.conflicts]
    assert (key, ours, theirs) == ("/rank/priority", 3, 9)
    assert proposals([one], dev.sandbox, "form") == []
    for side, priority in (("source", 3), ("target", 9)):
        (one,) = plan(dev, prod, picks={"sale": {"/rank/priority": side}})
        assert (one.state, one.document["rank"]["priority"]) == (State.CHANGED, priority)
        assert (len(one.conflicts), one.undecided) == (1, ())


def test_what_was_changed_there_alone_stays_and_is_not_called_the_same(dev: Actor, prod: Actor) -> None:
    promote(dev, prod, "home", "sale")
    patch(allow(prod), there(prod), replace("/rank/priority", 9))
    (one,) = plan(dev, prod)
    assert (one.state, one.document["rank"]) == (State.KEPT, {"priority": 9})


@pytest.mark.parametrize("how", ["undone", "restored", "undone twice"])
def test_what_was_taken_back_there_can_be_promoted_again(dev: Actor, prod: Actor, how: str) -> None:
    """Else it counts as promoted for good, and what is there as somebody's newer will."""
    promote(dev, prod, "home", "sale")
    patch(dev, here(dev), replace("/name", "Summer"))
    setup = allow(prod)
    came = RefersTo(promoted_from={"sandbox": "dev", "id": "sale", "etag": 2, "digest": here(dev).digest})
    writes.change(setup, OFFER_KINDS, "sale", replace("/name", "Summer"), Stamp("form", refers_to=came))
    assert plan(dev, prod)[0].state == State.SAME
    said = {"restores": 1} if how == "restored" else {"undoes": 2}
    back = Stamp("undo", refers_to=RefersTo(**said))  # type: ignore[typeddict-item]
    writes.change(setup, OFFER_KINDS, "sale", replace("/name", "Spring sale"), back)
    (one,) = plan(dev, prod)
    assert (one.state, one.document["name"]) == (State.CHANGED, "Summer")
    if how == "undone twice":
        writes.change(setup, OFFER_KINDS, "sale", replace("/name", "Summer"), Stamp("undo", refers_to={"undoes": 3}))
        patch(setup, there(prod), replace("/name", "Winter"))
        assert plan(dev, prod)[0].state == State.KEPT, "it stands again, and this is newer"


def test_without_a_promotion_before_each_field_that_differs_is_asked_and_a_live_offer_stays_live(
    dev: Actor, prod: Actor
) -> None:
    setup = allow(prod)
    make_placement(setup)
    mine = make(setup, offer(name="Ours", description="Only here", representations=[shown_in("home")]), id="sale")
    patch(setup, mine, replace("/status", "approved"))
    (one,) = plan(dev, prod)
    assert [conflict.key for conflict in one.conflicts] == ["/name"]
    (one,) = plan(dev, prod, picks={"sale": {"/name": "source"}})
    assert (one.document["name"], one.document["description"], one.document["status"]) == (
        "Spring sale",
        "Only here",
        "approved",
    )


def test_what_moves_between_the_preview_and_the_proposal_is_not_lost(dev: Actor, prod: Actor) -> None:
    promote(dev, prod, "home", "sale")
    patch(dev, here(dev), replace("/name", "Summer"))
    seen = plan(dev, prod)
    setup = allow(prod)
    patch(setup, there(prod), replace("/name", "Winter"))
    with pytest.raises(NotReady):
        requests.propose(prod, proposals(seen, dev.sandbox, "form"), "Promotion")
    assert there(prod).name == "Winter"


def test_only_who_may_propose_there_promotes_and_ids_of_others_say_nothing(dev: Actor, prod: Actor) -> None:
    with pytest.raises(NotAllowed):
        plan(dev, Actor(prod.sandbox, Role.AUDITOR, "Otto", user_id=9))
    for ids in (["nothing"], ["sale", "unrelated"]):
        with pytest.raises(NotFound):
            plan(dev, prod, *ids)
    with pytest.raises(NotFound):
        plan(dev, dev)


def test_a_program_promotes_what_it_may_read_and_is_asked_what_it_has_to_decide(dev: Actor, prod: Actor) -> None:
    caller = make_caller("feed", (dev.sandbox, "auditor"), (prod.sandbox, "editor"))
    wanted = {"title": "Promotion", "promoteFrom": {"sandbox": "dev", "ids": ["sale"]}}
    answer = caller("POST", "change-requests", wanted)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "unknown-reference")
    wanted["promoteFrom"] = {"sandbox": "dev", "ids": ["home", "sale"]}
    answer = caller("POST", "change-requests", wanted)
    assert answer.status_code == 201
    assert sorted(change["id"] for change in answer.json()["changes"]) == ["home", "sale"]
    for given in ({"sandbox": "setup", "ids": ["unrelated"]}, {"sandbox": "dev", "ids": ["nothing"]}):
        answer = caller("POST", "change-requests", {"title": "x", "promoteFrom": given})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not-found")
    both = {**wanted, "changes": [{"id": "x", "patch": [{"op": "remove", "path": ""}]}]}
    assert caller("POST", "change-requests", both).status_code == 422
    assert caller("POST", "change-requests", {"title": "x"}).status_code == 422
