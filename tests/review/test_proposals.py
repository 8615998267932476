"""What is asked for twice is one request, and what a request has already is no new version of it."""

import pytest

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, RequestedChange
from offers.review import requests
from offers.review.applying import DELETE
from offers.review.requests import AlreadyProposed, NothingToPropose, Proposal
from tests.cast import offer, patch, replace
from tests.review.asking import agree, ask, new, now, said, wanted
from tests.review.conftest import Cast

RENAME = replace("/name", "Autumn sale")


def propose(people: Cast, one: Proposal) -> ChangeRequest:
    return requests.propose(people.mina, [one], "Again", once=True)


def test_the_same_sent_twice_is_one_request(people: Cast, sale: LibraryItem) -> None:
    fresh = new(Kind.PERSONALIZED_OFFER, "fresh", offer(status="approved"))
    for one in (wanted(sale, RENAME), wanted(sale, [DELETE]), fresh):
        first = propose(people, one)
        with pytest.raises(AlreadyProposed) as again:
            propose(people, one)
        assert again.value.request == first
    # Also where others changed something else meanwhile.
    patch(people.setup, sale, replace("/rank/priority", 5))
    with pytest.raises(AlreadyProposed):
        propose(people, wanted(sale, RENAME))
    assert ChangeRequest.objects.count() == 3


def test_what_is_not_the_same_is_a_request_of_its_own(people: Cast, sale: LibraryItem) -> None:
    first = propose(people, wanted(sale, RENAME))
    # Something else, somebody else, and what is over by now.
    propose(people, wanted(sale, [*RENAME, *replace("/rank/priority", 5)]))
    requests.propose(people.jisoo, [wanted(sale, RENAME)], "Mine", once=True)
    requests.withdraw(people.mina, first)
    propose(people, wanted(sale, RENAME))
    assert ChangeRequest.objects.count() == 4


def test_what_a_request_has_already_leaves_approvals_and_its_version(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, [*RENAME, *replace("/rank/priority", 5)])
    assert requests.add(people.mina, request, [wanted(sale, RENAME)]).version == 1
    assert requests.add(people.mina, request, [wanted(sale, replace("/rank/priority", 6))], "Higher").version == 2
    assert (
        requests.add(
            people.mina, request, [wanted(sale, [{"op": "add", "path": "/description", "value": "x"}])]
        ).version
        == 3
    )
    change = RequestedChange.objects.get()
    # Nothing is lost of what it had, and where both have a field, the last one counts.
    agree(people.jun, request)
    document = now(sale).document
    assert change.base_etag == 1
    assert (document["name"], document["rank"]["priority"], document["description"]) == ("Autumn sale", 6, "x")
    assert said(request) == ["opened", "edited", "edited", "approve", "applied"]
    assert request.events.get(version=2).text == "Higher"


def test_what_takes_all_of_it_back_is_no_change(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, RENAME)
    with pytest.raises(NothingToPropose):
        requests.add(people.mina, request, [wanted(sale, replace("/name", "Autumn sale"))])
