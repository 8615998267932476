"""Who is at the same thing at the same moment: one outcome, and everybody is told what it is. Real threads, real connections."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from offers import proof
from offers.access.policy import ReviewRequired
from offers.document import patch as patches
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.models import ChangeRequest, LibraryItem, Notice, RequestEvent, Revision, Sandbox
from offers.review import requests, schedule, verdicts
from offers.review.applying import NotReady
from offers.review.requests import HasMoved, NotNow
from tests.cast import FORM, at_once, differences, make, make_sandbox, offer, patch, replace
from tests.review.asking import agree, ask, digest, new, now, said, wanted
from tests.review.conftest import Cast, cast_in
from tests.review.test_requests import BY_RULE, RULE
from tests.web.edit.filling import opened, submit, with_texts

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
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    request = ask(people.mina, sale, BY_RULE)
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


def check_records(request: ChangeRequest) -> str:
    """The state of a request, once its events, its revisions, the items and what people were told all say the same."""
    request = ChangeRequest.objects.get(key=request.key)
    applied = request.state == "applied"
    assert said(request).count("applied") == applied
    assert said(request).count("withdrawn") == (request.state == "withdrawn")
    made = Revision.objects.filter(sandbox=request.sandbox_id, refers_to__request=request.number)
    assert [one.etag for one in made] == [one.applied_etag for one in request.changes.all() if one.applied_etag]
    assert made.exists() == applied
    events = RequestEvent.objects.filter(request=request).exclude(actor_id=request.actor_id)
    told = Notice.objects.filter(request=request, user=request.actor_id).order_by("key")
    steps = list(events.order_by("key").values_list("what", "xid"))
    # A yes that applies it at once is told once.
    expected = [what for what, xid in steps if not (what == "approve" and ("applied", xid) in steps)]
    assert [*told.values_list("what", flat=True)] == expected
    # What the library was filled with was made by one person.
    assert [one for one in proof.verify(Sandbox.objects.all()) if one.etag > 1] == []
    return request.state


def test_an_approval_and_another_version_have_one_outcome(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    seen, more = digest(request), wanted(sale, replace("/rank/priority", 9))

    def step(number: int) -> ChangeRequest:
        return requests.add(people.mina, request, [more]) if number else verdicts.approve(people.jun, request, seen)

    lost = next(one for one in at_once(2, step) if isinstance(one, Exception))
    # Either it was applied as it was looked at, or nobody has looked at what it is now.
    assert (type(lost), check_records(request)) in ((NotNow, "applied"), (HasMoved, "open"))


def test_two_who_apply_at_once_apply_it_once(people: Cast, sale: LibraryItem) -> None:
    request = agree(people.jun, ask(people.mina, sale, replace("/name", "Autumn sale")), apply=False)
    results = at_once(2, lambda number: requests.apply([people.mina, people.jun][number], request))
    assert kinds_of(results) == ["ChangeRequest", "NotReady"]
    assert check_records(request) == "applied"


@pytest.mark.parametrize("name", ["name", "/rank/priority"])
def test_a_form_that_is_saved_as_a_request_is_applied_loses_nothing(people: Cast, name: str) -> None:
    """Of the same field one wins, and the other is told; of others both are there."""
    draft = make(people.mina, offer(), id="sale")
    request = ask(people.mina, draft, replace("/name", "By the request"))
    agree(people.jun, request, apply=False)
    browser = Client()
    browser.force_login(User.objects.get(username="mina"))
    field = {"name": {"/name": "By the form"}, "/rank/priority": {"/rank/priority": "9"}}[name]
    form = with_texts(opened(browser), field)

    def step(number: int) -> object:
        try:
            return submit(browser, form) if number else requests.apply(people.jun, request)
        finally:
            connection.close()

    results = at_once(2, step)
    document, state = now(draft).document, check_records(request)
    if name == "name":
        assert (document["name"], state) in (("By the request", "applied"), ("By the form", "approved"))
        assert any(isinstance(one, NotReady) or getattr(one, "status_code", 0) == 409 for one in results), results
    else:
        assert (document["name"], document["rank"]["priority"], state) == ("By the request", 9, "applied")


def test_a_moment_that_comes_as_a_request_is_withdrawn_has_one_outcome(people: Cast, sale: LibraryItem) -> None:
    when = requests.When(timezone.now() + timedelta(hours=1), None, "Asia/Seoul")
    request = agree(people.jun, ask(people.mina, sale, replace("/name", "Autumn sale"), when=when))
    real = timezone.now

    def step(number: int) -> None:
        if number:
            requests.withdraw(people.mina, request)
        else:
            schedule.keep()

    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(timezone, "now", lambda: real() + timedelta(minutes=61))
        results = at_once(2, step)
    lost = [one for one in results if isinstance(one, Exception)]
    assert check_records(request) == ("applied" if lost else "withdrawn")
    assert [type(one) for one in lost] in ([], [NotNow])


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
