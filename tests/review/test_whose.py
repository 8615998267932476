"""Whose a request is: others take it over before they make another one of it, and what it was before stays written down."""

from collections.abc import Callable
from typing import Any

import pytest

from offers import proof
from offers.access.permissions import Actor, NotAllowed
from offers.api.wire.review import full
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem, Notice, RequestEvent, Sandbox
from offers.review import comments, requests, verdicts
from offers.review.changes.whose import NotYours
from offers.review.comments import About
from offers.review.requests import When
from offers.review.standing import standing
from tests.cast import make, offer, replace
from tests.review.asking import agree, ask, digest, now, said, wanted
from tests.review.conftest import Cast

State = ChangeRequest.State
RENAME, RANK = replace("/name", "Autumn sale"), replace("/rank/priority", 9)


def revises(by: Actor, request: ChangeRequest, sale: LibraryItem) -> Any:
    head = head_of_item(now(sale))
    return requests.revise(by, request, head, {**head.document, "name": "Mine"})


def accepts(by: Actor, request: ChangeRequest, sale: LibraryItem) -> Any:
    suggested = comments.say(by, request, "", About("sale", ("name",)), "Autumn")
    return comments.accept(by, comments.get(request, suggested.key))


CHANGES: dict[str, Callable[[Actor, ChangeRequest, LibraryItem], Any]] = {
    "adds": lambda by, request, sale: requests.add(by, request, [wanted(sale, RANK)]),
    "revises": revises,
    "leaves out": lambda by, request, sale: requests.leave_out(by, request, "other"),
    "describes": lambda by, request, sale: requests.describe(by, request, "T", "Other", When()),
    "withdraws": lambda by, request, sale: requests.withdraw(by, request),
    "accepts": accepts,
}


@pytest.fixture
def request_of_two(people: Cast, sale: LibraryItem) -> ChangeRequest:
    other = make(people.setup, offer(status="approved"), id="other")
    return requests.propose(people.mina, [wanted(sale, RENAME), wanted(other, RENAME)], "Two", "Legal asked for it")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_who_is_neither_author_nor_owner_takes_it_over_first(
    people: Cast, sale: LibraryItem, request_of_two: ChangeRequest, change: Callable[..., Any]
) -> None:
    for by in (people.bora, people.jun):
        with pytest.raises(NotYours, match="Take it over first"):
            change(by, request_of_two, sale)
    with pytest.raises(NotAllowed):
        change(people.ara, request_of_two, sale)
    assert said(request_of_two) == ["opened"]
    requests.claim(people.bora, request_of_two)
    change(people.bora, request_of_two, sale)
    assert len(said(request_of_two)) == 3


def test_its_author_still_may_once_somebody_took_it_over_and_so_may_admins(
    people: Cast, sale: LibraryItem, request_of_two: ChangeRequest
) -> None:
    requests.claim(people.bora, request_of_two)
    for by in (people.mina, people.jisoo):
        requests.describe(by, request_of_two, "Two", f"By {by.label}", When())
    requests.leave_out(people.mina, request_of_two, "other")
    assert said(request_of_two) == ["opened", "claimed", "edited", "edited", "edited"]


def test_what_is_left_out_stays_in_the_event(people: Cast, request_of_two: ChangeRequest) -> None:
    requests.leave_out(people.mina, request_of_two, "other")
    made = RequestEvent.objects.get(request=request_of_two, what="edited")
    assert (made.about["leftOut"]["id"], made.about["leftOut"]["patch"]) == ("other", RENAME)
    opened, edited = full(ChangeRequest.objects.select_related("sandbox").get(key=request_of_two.key))["events"]
    assert [change["id"] for change in opened["changes"]] == ["sale", "other"]
    assert ([change["id"] for change in edited["changes"]], edited["leftOut"]) == (["sale"], opened["changes"][1])


def test_another_reason_is_told_with_the_one_that_it_was_and_to_those_who_had_agreed(
    people: Cast, sale: LibraryItem
) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    Notice.objects.all().delete()
    requests.describe(people.mina, request, "Another name", "The board wants it", When())
    made = RequestEvent.objects.filter(request=request).latest("key")
    assert (made.what, made.actor_label) == ("edited", "Mina")
    assert made.about["was"] == {"reason": "Legal asked for it"}
    assert made.about["is"] == {"reason": "The board wants it"}
    assert Notice.objects.filter(user=people.jun.user_id, what="edited").exists()
    # It was about the changes, which are the same.
    assert [event.actor_label for event in standing(request).approvals] == ["Jun"]
    requests.describe(people.mina, request, "Another name", "The board wants it", When())
    assert said(request) == ["opened", "approve", "edited"]
    requests.apply(people.mina, ChangeRequest.objects.get(key=request.key))
    assert [one for one in proof.verify(Sandbox.objects.all()) if one.etag > 1] == []


def test_an_admin_who_words_it_anew_is_no_second_person_any_more(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jisoo, request, apply=False)
    requests.describe(people.jisoo, request, "Mine", "Mine", When())
    found = standing(ChangeRequest.objects.select_related("sandbox").get(key=request.key))
    assert (found.is_approved, found.request.state) == (False, State.OPEN)
    with pytest.raises(NotAllowed):
        verdicts.approve(people.jisoo, request, digest(request))
