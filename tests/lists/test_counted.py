"""How many offers there are to a placement, a rule, a tag and a collection; and the list that is filtered by it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists import pages
from offers.lists.filters import Wanted
from offers.lists.pages import offers_of
from offers.lists.timely import TooSlow
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, make, make_placement, make_sandbox, offer, shown_in
from tests.web.conftest import SignIn, sign_in  # noqa: F401  # a fixture
from tests.web.frame.test_respond import flat, text_of

RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'"}}
COLLECTIONS = {
    "all": {"filterType": "all-tags", "ids": ["one", "two"]},
    "any": {"filterType": "any-tags", "ids": ["one", "two"]},
    "picked": {"filterType": "offers", "ids": ["a", "b", "gone"]},
}


@pytest.fixture(autouse=True)
def in_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MILLISECONDS", 60_000)


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    """Two offers with the tag "one", of which one has "two" as well; one more that was deleted, and a fallback offer."""
    admin = actor(sandbox)
    make_placement(admin)
    for id in ("one", "two", "none"):
        make(admin, {"name": f"Tag {id}"}, Kind.TAG, id)
    make(admin, RULE, Kind.RULE, "gold")
    ruled = {**offer()["selectionConstraint"], "profileConstraintType": "eligibilityRule", "eligibilityRule": "gold"}
    make(admin, offer(tags=["one", "two"], representations=[shown_in("home")], selectionConstraint=ruled), id="a")
    make(admin, offer(tags=["one"]), id="b")
    make(admin, offer(tags=["one"]), id="gone")
    make(admin, {"name": "Else", "status": "draft", "representations": [shown_in("home")]}, Kind.FALLBACK_OFFER, "c")
    for id, more in COLLECTIONS.items():
        make(admin, {"name": id.title(), **more}, Kind.COLLECTION, id)
    writes.change(admin, (Kind.COLLECTION,), "picked", [{"op": "replace", "path": "/ids", "value": ["a", "b"]}], FORM)
    writes.delete(admin, OFFER_KINDS, "gone", FORM)
    return admin


EXPECTED = {
    Kind.PLACEMENT: {"home": 2},
    Kind.RULE: {"gold": 1},
    Kind.TAG: {"one": 2, "two": 1, "none": 0},
    Kind.COLLECTION: {"all": 1, "any": 2, "picked": 2},
}
FILTERS: dict[Kind, Callable[[str], Wanted]] = {
    Kind.PLACEMENT: lambda id: Wanted(placement=id),
    Kind.RULE: lambda id: Wanted(reference=id),
    Kind.TAG: lambda id: Wanted(tag=id),
    Kind.COLLECTION: lambda id: Wanted(collection=id),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_count_is_that_of_the_list_that_it_leads_to_and_all_are_one_statement(
    admin: Actor, kind: Kind, django_assert_max_num_queries: Any
) -> None:
    items = list(LibraryItem.objects.filter(kind=kind))
    with django_assert_max_num_queries(5) as asked:  # with those around it that give it its time
        found = offers_of(items)
    assert sum("wanted.ids" in query["sql"] for query in asked.captured_queries) == 1
    assert found == EXPECTED[kind]
    listed = {id: pages.page(admin.sandbox.pk, OFFER_KINDS, FILTERS[kind](id)).total for id in EXPECTED[kind]}
    assert listed == found
    assert offers_of([]) == {}


def test_counting_ends_at_more_than_a_thousand_and_where_it_takes_too_long(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = list(LibraryItem.objects.filter(kind=Kind.TAG))
    monkeypatch.setattr(pages, "COUNT_LIMIT", 1)
    assert offers_of(items) == {"one": 2, "two": 1, "none": 0}

    def too_slow(_milliseconds: int) -> None:
        raise TooSlow

    monkeypatch.setattr(pages, "in_time", too_slow)
    assert offers_of(items) == {}
    assert offers_of(list(LibraryItem.objects.filter(kind=Kind.PERSONALIZED_OFFER))) == {}


def test_a_collection_that_is_not_there_has_no_offers(admin: Actor) -> None:
    assert pages.page(admin.sandbox.pk, OFFER_KINDS, Wanted(collection="nothing")).items == []


def test_the_lists_say_how_many_and_lead_there(admin: Actor, sign_in: SignIn) -> None:  # noqa: F811
    browser: Client = sign_in()
    for section, address, said in (
        ("placements", "placement=home", "2 offers"),
        ("rules", "uses=gold", "1 offer"),
        ("tags", "tag=none", "0 offers"),
        ("collections", "collection=any", "2 offers"),
    ):
        shown = flat(text_of(browser.get(f"/s/prod/{section}/")))
        assert said in shown.partition(f'href="/s/prod/offers/?{address}"')[2].partition("</a>")[0]
        text = flat(text_of(browser.get(f"/s/prod/offers/?{address}")))
        assert "chip-remove" in text
    assert "Collection: Any" in flat(text_of(browser.get("/s/prod/offers/?collection=any")))
    assert "0 offers" not in text_of(browser.get("/s/prod/tags/?status=deleted"))
