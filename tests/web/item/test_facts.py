"""What overviews and lists say of collections, decisions and placements that their documents do not."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.ledger.references import InUse
from offers.models import LibraryItem, Sandbox
from offers.web.item import facts
from offers.web.item.facts import facts_of, members
from offers.web.item.said import in_use
from offers.web.lists.items import rows_of
from tests.cast import FORM, actor, make, make_placement, make_sandbox, offer
from tests.web.frame.test_respond import text_of


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


@pytest.fixture
def tagged(admin: Actor) -> None:
    """Offers with the tags a, b, both and none; one that is deleted, one in another sandbox, and a fallback offer."""
    for by in (admin, actor(make_sandbox("dev"))):
        for tag in ("a", "b"):
            make(by, {"name": tag.upper()}, Kind.TAG, tag)
        make(by, offer(name=f"Both in {by.sandbox.name}", tags=["a", "b"]), id="both")
    for id, tags in (("only-b", ["b"]), ("only-a", ["a"]), ("none", []), ("gone", ["a", "b"])):
        make(admin, offer(name=id.title(), tags=tags), id=id)
    writes.delete(admin, OFFER_KINDS, "gone", FORM)
    make(admin, {"name": "Fallback", "status": "draft", "tags": ["a", "b"]}, Kind.FALLBACK_OFFER, "fallback")


def held(admin: Actor, how: str, *ids: str) -> list[str]:
    found, total, more = members(admin.sandbox.pk, {"filterType": how, "ids": list(ids)}, 9)
    assert (total, more) == (len(found), False)
    return [one.name for one in found]


def test_a_collection_holds_the_offers_of_its_sandbox_that_are_there_by_name(admin: Actor, tagged: None) -> None:
    assert held(admin, "all-tags", "a", "b") == ["Both in prod"]
    assert held(admin, "all-tags", "a") == ["Both in prod", "Only-A"]
    assert held(admin, "any-tags", "a", "b") == ["Both in prod", "Only-A", "Only-B"]
    assert held(admin, "offers", "none", "only-b", "gone", "fallback", "never") == ["None", "Only-B"]


def test_a_collection_of_nothing_holds_nothing(admin: Actor, tagged: None) -> None:
    assert [held(admin, how) for how in ("all-tags", "any-tags", "offers")] == [[], [], []]


def test_a_collection_shows_some_and_counts_so_far(admin: Actor, tagged: None, monkeypatch: pytest.MonkeyPatch) -> None:
    anything = {"filterType": "any-tags", "ids": ["a", "b"]}
    for limit, total, more in ((3, 3, False), (2, 2, True)):
        monkeypatch.setattr(facts, "COUNT_LIMIT", limit)
        found, counted, beyond = members(admin.sandbox.pk, anything, 1)
        assert ([one.name for one in found], counted, beyond) == (["Both in prod"], total, more)


def test_the_overview_of_a_collection_names_its_tags_and_not_its_offers_twice(admin: Actor, tagged: None) -> None:
    by_tags = make(admin, {"name": "C", "filterType": "all-tags", "ids": ["b", "a"]}, Kind.COLLECTION, "c1")
    by_ids = make(admin, {"name": "D", "filterType": "offers", "ids": ["none"]}, Kind.COLLECTION, "c2")
    told = facts_of(admin, by_tags)
    assert (told["by_tags"], told["tags"], told["total"]) == (True, [("b", "B"), ("a", "A")], 1)
    told = facts_of(admin, by_ids)
    assert (told["by_tags"], told["tags"], [one.id for one in told["members"]]) == (False, [], ["none"])


def test_a_placement_says_what_it_returns_in_the_order_of_the_alphabet(admin: Actor) -> None:
    home = make_placement(admin)
    assert facts_of(admin, home) == {"returned": []}
    home.document["returnMetaData"] = {"priority": True, "audience": False, "characteristics": True}
    assert facts_of(admin, home) == {"returned": ["characteristics", "priority"]}
    assert facts_of(admin, LibraryItem(kind=Kind.TAG, document={})) == {}


def test_a_row_names_the_first_two_things_it_refers_to_and_counts_the_others(
    admin: Actor, tagged: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    items = [
        make(admin, {"name": "C", "filterType": "offers", "ids": ids}, Kind.COLLECTION, id)
        for id, ids in (("c1", ["both", "only-a", "only-b"]), ("c2", ["only-a"]))
    ]
    # One for the names, and five that count offers, for so long.
    with django_assert_num_queries(6):
        first, second = rows_of(items)
    assert (first.named, first.more) == ([("both", "Both in prod"), ("only-a", "Only-A")], 1)
    assert (second.named, second.more) == ([("only-a", "Only-A")], 0)
    with django_assert_num_queries(0):
        assert rows_of([]) == []


def test_a_use_is_told_with_the_names_of_the_users() -> None:
    users = (("personalized-offer", "o1", "Spring sale"), ("decision", "d1", "Next best"))
    assert in_use(InUse(users)).text == (
        "Its channel and content type stay as they are while it is used, by “Spring sale”, “Next best”."
    )


def test_a_list_of_a_section_takes_a_search_and_what_was_deleted_and_no_other_filter(
    editor: Client, admin: Actor, tagged: None
) -> None:
    writes.create(admin, Kind.TAG, {"name": "Old"}, FORM, id="old")
    writes.delete(admin, [Kind.TAG], "old", FORM)

    def shown(query: str) -> list[str]:
        return sorted(row.item.id for row in editor.get(f"/s/prod/tags/?{query}").context["rows"])

    assert shown("") == shown("status=draft") == shown("state=live") == ["a", "b"]
    assert shown("status=deleted") == ["old"]
    chips = editor.get("/s/prod/tags/?q=old&status=deleted&cursor=x").context["chips"]
    assert [(chip.text, chip.without) for chip in chips] == [
        ("“old”", "/s/prod/tags/?status=deleted"),
        ("Deleted", "/s/prod/tags/?q=old"),
    ]
    assert "Old" not in text_of(editor.get("/s/prod/tags/"))
