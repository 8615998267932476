"""Writers at the same time, each on a connection of its own: somebody wins, nobody is lost, nothing is half done."""

import pytest

from offers.access.permissions import Actor, NotFound
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.references import InUse
from offers.ledger.writes import Outcome, StaleEtag
from offers.lists import pages
from offers.lists.filters import Wanted
from offers.models import LibraryItem, Listing, ListingPast, Revision
from tests.cast import (
    FORM,
    actor,
    at_once,
    differences,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    shown_in,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(transactional_db: None) -> Actor:
    return actor(make_sandbox())


def test_of_two_writers_to_one_etag_exactly_one_wins(admin: Actor) -> None:
    item = make(admin, offer())
    for round in range(1, 6):

        def write(number: int, etag: int = round) -> Outcome:
            return patch(admin, item, replace("/rank/priority", 100 * etag + number), if_match=etag)

        results = at_once(2, write)
        assert sorted(type(result).__name__ for result in results) == ["Outcome", "StaleEtag"]
        loser = next(result for result in results if isinstance(result, StaleEtag))
        assert loser.head.etag == round + 1
    assert differences() == []


def test_of_twenty_writers_without_a_precondition_every_patch_is_recorded_once(admin: Actor) -> None:
    item = make(admin, offer(characteristics={}))
    results = at_once(
        20, lambda number: patch(admin, item, [{"op": "add", "path": f"/characteristics/{number}", "value": "x"}])
    )
    assert sorted(result.head.etag for result in results if isinstance(result, Outcome)) == list(range(2, 22))
    item.refresh_from_db()
    assert set(item.document["characteristics"]) == {str(number) for number in range(20)}
    assert [found.etag for found in Revision.objects.filter(item=item).order_by("etag")] == list(range(1, 22))
    assert differences() == []


def test_of_ten_writers_of_one_value_exactly_one_makes_a_revision(admin: Actor) -> None:
    item = make(admin, offer())
    results = at_once(10, lambda number: patch(admin, item, replace("/name", "The same")))
    assert sorted(result.changed for result in results if isinstance(result, Outcome)) == [False] * 9 + [True]
    assert Revision.objects.filter(item=item).count() == 2


@pytest.mark.parametrize("round", range(6))
def test_a_placement_is_never_deleted_while_an_offer_starts_to_use_it(admin: Actor, round: int) -> None:
    make_placement(admin, "home")
    item = make(admin, offer())

    def one(number: int) -> Outcome:
        if number == round % 2:
            return writes.delete(admin, [Kind.PLACEMENT], "home", FORM)
        return patch(admin, item, [{"op": "add", "path": "/representations", "value": [shown_in("home")]}])

    results = at_once(2, one)
    assert sum(isinstance(result, Outcome) for result in results) == 1, results
    assert all(isinstance(result, (Outcome, InUse, InvalidDocument)) for result in results), results
    item.refresh_from_db()
    used = "representations" in item.document
    assert used == LibraryItem.objects.filter(id="home", deleted_at=None).exists()
    assert differences() == []


@pytest.mark.parametrize("round", range(4))
def test_a_placement_never_takes_other_content_while_an_offer_starts_to_use_it(admin: Actor, round: int) -> None:
    home = make_placement(admin, "home")

    def one(number: int) -> Outcome:
        if number == round % 2:
            return patch(admin, home, replace("/componentType", "json"))
        return writes.create(admin, Kind.PERSONALIZED_OFFER, offer(representations=[shown_in("home")]), FORM)

    results = at_once(2, one)
    assert sum(isinstance(result, Outcome) for result in results) == 1, results
    home.refresh_from_db()
    uses = LibraryItem.objects.filter(kind=Kind.PERSONALIZED_OFFER).exists()
    assert uses == (home.document["componentType"] == "html")


def test_a_delete_and_a_change_at_once_leave_the_item_deleted_and_its_history_whole(admin: Actor) -> None:
    for _ in range(4):
        item = make(admin, offer())

        def write(number: int, item: LibraryItem = item) -> Outcome:
            if number:
                return patch(admin, item, replace("/name", "x"))
            return writes.delete(admin, list(Kind), item.id, FORM)

        results = at_once(2, write)
        assert all(isinstance(result, (Outcome, NotFound)) for result in results), results
        item.refresh_from_db()
        assert item.deleted_at is not None
    assert differences() == []


def test_verification_reads_one_state_while_people_write(admin: Actor) -> None:
    items = [make(admin, offer()) for _ in range(10)]

    def one(number: int) -> list[str]:
        if number == 0:
            return [message for _ in range(10) for message in differences()]
        for count in range(40):
            patch(admin, items[(count + number) % 10], replace("/rank/priority", 100 * number + count))
        return []

    assert at_once(3, one) == [[], [], []]


def test_lists_know_every_version_in_turn_however_many_write_at_once(admin: Actor) -> None:
    item = make(admin, offer(), id="sale")
    at_once(12, lambda number: patch(admin, item, replace("/name", f"Name {number}")))
    past = list(ListingPast.objects.filter(item=item).order_by("since"))
    now = Listing.objects.get(id="sale")
    names = [one.name for one in past[1:]] + [now.name]
    assert sorted(names) == sorted(f"Name {number}" for number in range(12))
    assert [one.until for one in past] == [one.since for one in past[1:]] + [now.since]
    assert differences() == []


def test_two_changes_of_different_texts_at_once_are_both_found_by_a_search(admin: Actor) -> None:
    make_placement(admin)
    item = make(admin, offer(representations=[shown_in("home")]), id="sale")
    changes = (replace("/name", "Autumn"), replace("/representations/0/components/0/content", "Good morning"))
    at_once(2, lambda number: patch(admin, item, changes[number]))
    for text in ("autumn", "morning"):
        found = pages.page(admin.sandbox.pk, [Kind.PERSONALIZED_OFFER], Wanted(text=text))
        assert [one.id for one in found.items] == ["sale"]
    assert differences() == []
