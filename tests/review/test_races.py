"""Who is at the same thing at the same moment: one outcome, and everybody is told what it is. Real threads, real connections."""

from typing import Any

import pytest
from django.db import connection

from offers.access.policy import ReviewRequired
from offers.document import patch as patches
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.models import ChangeRequest, LibraryItem, Revision, Sandbox
from offers.review import requests, verdicts
from offers.review.applying import NotReady
from offers.review.requests import HasMoved, NotNow
from tests.cast import FORM, at_once, differences, make, make_sandbox, offer, patch, replace
from tests.review.asking import agree, ask, digest, new, wanted
from tests.review.conftest import Cast, cast_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return cast_in(make_sandbox(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE))


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    return make(people.setup, offer(status="approved"), id="sale")


def kinds_of(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_two_requests_that_make_the_same_item_are_applied_once(people: Cast) -> None:
    asked = [
        requests.propose(
            people.mina, [new(Kind.PERSONALIZED_OFFER, "fresh", offer(status="approved", name=name))], name
        )
        for name in ("First", "Second")
    ]
    seen = [digest(one) for one in asked]
    results = at_once(2, lambda number: verdicts.approve(people.jun, asked[number], seen[number]))
    # To whom came late, what there is at the place is not what was looked at.
    assert kinds_of(results) == ["ChangeRequest", "HasMoved"]
    assert LibraryItem.objects.get(id="fresh").etag == 1
    assert sorted(one.state for one in ChangeRequest.objects.all()) == ["applied", "open"]
    assert differences() == []


def test_two_who_approve_at_once_apply_it_once(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    seen = digest(request)
    results = at_once(2, lambda number: verdicts.approve([people.jun, people.jisoo][number], request, seen))
    assert kinds_of(results) in (["ChangeRequest", "NotNow"], ["ChangeRequest", "HasMoved"])
    assert Revision.objects.filter(item=sale).count() == 2
    assert differences() == []


def test_an_approval_and_a_withdrawal_have_one_outcome(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    seen = digest(request)

    def step(number: int) -> ChangeRequest:
        return requests.withdraw(people.mina, request) if number else verdicts.approve(people.jun, request, seen)

    assert kinds_of(at_once(2, step)) == ["ChangeRequest", "NotNow"]
    state = ChangeRequest.objects.get(key=request.key).state
    assert Revision.objects.filter(item=sale).count() == (2 if state == "applied" else 1)
    assert state in ("applied", "withdrawn")


def test_an_edit_of_the_same_field_and_an_approval_do_not_both_win(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    seen = digest(request)

    def step(number: int) -> object:
        if number:
            return writes.change(people.setup, list(Kind), "sale", replace("/name", "Theirs"), FORM, if_match=1)
        return verdicts.approve(people.jun, request, seen)

    results = at_once(2, step)
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], HasMoved | NotReady | writes.StaleEtag)
    assert LibraryItem.objects.get(id="sale").etag == 2
    assert differences() == []
    connection.close()


def test_a_rule_does_not_change_alone_as_something_goes_live_by_it(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing live referred to it when that was asked; something does when the edit lands."""
    condition = {"type": "PQL", "value": "true", "format": "pql/text"}
    rule = make(people.mina, {"name": "Gold", "condition": condition}, Kind.RULE, "gold")
    by_rule = [
        {"op": "add", "path": "/selectionConstraint/profileConstraintType", "value": "eligibilityRule"},
        {"op": "add", "path": "/selectionConstraint/eligibilityRule", "value": "gold"},
    ]
    request = ask(people.mina, sale, by_rule)
    look = patches.applied

    def meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(patches, "applied", look)
        at_once(1, lambda _: agree(people.jun, request))
        return look(*given)

    monkeypatch.setattr(patches, "applied", meanwhile)
    with pytest.raises(ReviewRequired):
        patch(people.mina, rule, replace("/condition/value", "false"))
    assert ChangeRequest.objects.get(key=request.key).state == "applied"
    assert LibraryItem.objects.get(id="gold").etag == 1
    assert differences() == []


def test_who_is_late_is_told_what_became_of_it(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    agree(people.jun, request)
    with pytest.raises(NotNow):
        requests.withdraw(people.mina, request)


def test_a_proposal_that_is_sent_twice_at_once_opens_one_request(people: Cast, sale: LibraryItem) -> None:
    one = wanted(sale, replace("/name", "Autumn sale"))
    results = at_once(2, lambda _number: requests.propose(people.mina, [one], "Twice", once=True))
    assert kinds_of(results) == ["AlreadyProposed", "ChangeRequest"]
    assert ChangeRequest.objects.get().number == 1
