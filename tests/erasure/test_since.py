"""What was made of the past before an erasure does not bring it back after: over real connections, PostgreSQL decides who was first."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from offers import promotion
from offers.access.members import Refused
from offers.access.permissions import Actor, actor_for_user
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.document.errors import PatchError
from offers.erasure import asking
from offers.ledger import history, writes
from offers.ledger.heads import Head, head_of_item
from offers.models import BulkRun, ChangeRequest, Erasure, LibraryItem, Membership, Sandbox
from offers.promotion import Choices
from offers.review import requests
from tests.cast import FORM, Role, at_once, make, make_placement, offer, patch, replace, shown_in
from tests.erasure.conftest import SECRET, found, wrong
from tests.review.conftest import Cast
from tests.web.edit.filling import NAME, PRIORITY, opened, submit, with_texts
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    """It says it now."""
    make_placement(people.setup)
    return make(people.mina, offer(name=SECRET, labels=["kept", SECRET], representations=[shown_in("home")]), id="sale")


def no_more(people: Cast, sale: LibraryItem) -> Erasure:
    """It says it no more, and somebody asked to have that erased."""
    patch(people.mina, sale, [*replace("/name", "Spring sale"), *replace("/labels", ["kept"])])
    sale.refresh_from_db()
    return asking.ask_value(people.jisoo, sale, "/name", [sale.etag - 1], "Why")


def seen(sale: LibraryItem) -> Head:
    sale.refresh_from_db()
    return head_of_item(sale)


def test_a_change_or_proposal_that_was_looked_at_before_is_not_stored_after(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    first = seen(sale)
    erasure = no_more(people, sale)
    second = seen(sale)
    asking.confirm(hyun, erasure.key)
    assert writes.change_head(people.mina, second, replace("/name", SECRET), FORM) is None, "as if somebody was first"
    for head in (first, second):
        wanted = requests.proposal(head, replace("/rank/priority", 9), "form")
        with pytest.raises(PatchError) as refused:
            requests.propose(people.mina, [wanted], title="")
        assert (refused.value.status, refused.value.problems[0].code) == (409, "erased-since")
    open_one = requests.propose(
        people.mina, [requests.proposal(seen(sale), replace("/rank/priority", 8), "form")], title=""
    )
    with pytest.raises(PatchError):
        requests.revise(people.mina, open_one, second, {**second.document, "description": SECRET})
    assert found(SECRET) == set()
    assert writes.change(people.mina, [first.kind], sale.id, replace("/rank/priority", 3), FORM).changed
    assert wrong() == []


def test_of_a_proposal_and_an_erasure_at_once_one_sees_the_other(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    for turn in range(4):
        head = seen(sale)
        erasure = no_more(people, sale)
        wanted = requests.proposal(head, replace("/rank/priority", 100 + turn), "form")

        def work(number: int, wanted: Any = wanted, key: int = erasure.key) -> object:
            return asking.confirm(hyun, key) if number else requests.propose(people.mina, [wanted], title="")

        results = at_once(2, work)
        kinds = sorted(type(one).__name__ for one in results)
        assert kinds in (["ChangeRequest", "Refused"], ["Erasure", "PatchError"]), results
        if kinds == ["Erasure", "PatchError"]:
            assert found(SECRET) == set()
        for asked in ChangeRequest.objects.all():
            if asked.is_under_way:
                requests.withdraw(people.mina, asked)
        erasure.refresh_from_db()
        if erasure.state == Erasure.State.ASKED:
            asking.confirm(hyun, erasure.key)
        assert found(SECRET) == set()
        patch(people.mina, sale, [*replace("/name", SECRET), *replace("/labels", ["kept", SECRET])])
    assert wrong() == []


def an_undo(people: Cast, sale: LibraryItem) -> tuple[BulkRun, Erasure]:
    """A bulk edit that took it out, an undo of that which nobody has planned yet, and the erasure that was asked for."""
    away = [*replace("/name", "Spring sale"), *replace("/labels", ["kept"])]
    did = runs.begin(people.jisoo, Action(Do.PATCH, away), [sale.key])
    worker.work(did.number)
    did.refresh_from_db()
    runs.start(people.jisoo, did, "Out with it")
    worker.work(did.number)
    sale.refresh_from_db()
    assert sale.name == "Spring sale"
    did.refresh_from_db()
    erasure = asking.ask_value(people.jisoo, sale, "/name", [sale.etag - 1], "Why")
    return runs.undo(people.jisoo, did), erasure


def impatient(hyun: Actor, erasure: Erasure) -> object:
    """What comes of confirming it on another connection that waits for nobody."""

    def confirm(_number: int) -> Erasure:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return asking.confirm(hyun, erasure.key)

    (done,) = at_once(1, confirm)
    return done


def test_an_undo_in_bulk_is_planned_before_an_erasure_which_then_sees_it_or_after_one(
    people: Cast, hyun: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, erasure = an_undo(people, sale)
    read, done = history.undone_each, []

    def then_erased(wanted: Any) -> Any:
        merged = read(wanted)
        done.append(impatient(hyun, erasure))
        return merged

    monkeypatch.setattr(history, "undone_each", then_erased)
    worker.work(run.number)
    assert [type(one) for one in done] == [OperationalError], "it waits"
    with pytest.raises(Refused, match="bulk edit under way"):
        asking.confirm(hyun, erasure.key)
    runs.discard(people.jisoo, run)
    asking.confirm(hyun, erasure.key)
    assert found(SECRET) == set()
    assert wrong() == []


def test_of_an_undo_in_bulk_and_an_erasure_at_once_one_sees_the_other(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    run, erasure = an_undo(people, sale)
    results = at_once(2, lambda number: asking.confirm(hyun, erasure.key) if number else worker.work(run.number))
    assert {type(one) for one in results} <= {bool, Erasure, Refused}, results
    erasure.refresh_from_db()
    assert (found(SECRET) == set()) == (erasure.state == Erasure.State.DONE)
    assert wrong() == []


def test_what_was_to_be_promoted_before_an_erasure_is_not_proposed_after(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    target = Sandbox.objects.create(org_id="x", name="dev", title="Dev")
    Membership.objects.create(sandbox=target, user_id=people.jisoo.user_id, role=Role.ADMIN)
    there = actor_for_user(User.objects.get(username="jisoo"), "dev")
    make_placement(there)
    looked_at = promotion.planned(people.jisoo, there, ["sale"], Choices())
    erasure = no_more(people, sale)
    asking.confirm(hyun, erasure.key)
    with pytest.raises(PatchError):
        requests.propose(there, promotion.proposals(looked_at, people.sandbox, "form"), title="")
    assert found(SECRET) == set()

    def work(number: int) -> object:
        if number:
            return asking.confirm(hyun, later.key)
        return requests.propose(there, promotion.proposals(again, people.sandbox, "form"), title="")

    patch(people.mina, sale, replace("/name", SECRET))
    again = promotion.planned(people.jisoo, there, ["sale"], Choices())
    later = no_more(people, sale)
    results = at_once(2, work)
    assert {type(one) for one in results} <= {ChangeRequest, Erasure, PatchError}, results
    # What came first stands in the other sandbox's request, an item of its own.
    assert (found(SECRET) == set()) == any(isinstance(one, PatchError) for one in results)
    assert wrong() == []


def as_(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username=name))
    return browser


def test_a_version_that_is_restored_while_a_text_of_it_is_erased_is_not(
    people: Cast, hyun: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = no_more(people, sale)
    read = history.document_at

    def then_erased(item: LibraryItem, etag: int) -> Any:
        document = read(item, etag)
        monkeypatch.setattr(history, "document_at", read)
        (done,) = at_once(1, lambda _number: asking.confirm(hyun, erasure.key))
        assert isinstance(done, Erasure), done
        return document

    monkeypatch.setattr(history, "document_at", then_erased)
    address = "/s/prod/offers/sale/history/1/restore/"
    answer = as_("mina").post(address, {"etag": "2"})
    assert (answer.status_code, answer["Location"]) == (302, address), "it is looked at anew"
    assert found(SECRET) == set()
    sale.refresh_from_db()
    assert (sale.name, sale.etag) == ("Spring sale", 2)


def test_a_form_or_draft_from_before_is_refused_and_contested_and_brings_nothing_back_by_itself(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    browser = as_("mina")
    form = with_texts(opened(browser), {PRIORITY: "9"})
    asking.confirm(hyun, no_more(people, sale).key)
    refused = submit(browser, form)
    assert refused.status_code == 422
    assert "was erased from history since the form was opened" in text_of(refused)
    contested = submit(browser, {**form, "/labels": ["kept"]})
    assert contested.status_code == 409
    assert "erased (no. " in text_of(contested), "the name is for a person to decide"
    assert found(SECRET) == set()
    sale.refresh_from_db()
    assert sale.etag == 2
    with_another = {**form, "/labels": ["kept"], NAME: ["Spring sale"]}
    assert submit(browser, with_another).status_code == 302
    sale.refresh_from_db()
    assert sale.document["rank"] == {"priority": 9}
