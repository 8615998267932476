"""What lists know of an item is what its document says, whatever way it came to be stored, and is rewritten only when it has to be."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.live import end_of_window
from offers.ledger import writes
from offers.models import LibraryItem, Listing, ListingPast, SearchText
from tests.cast import (
    FORM,
    WEB,
    actor,
    differences,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    shown_in,
)

pytestmark = pytest.mark.django_db
Part = SearchText.Part


@pytest.fixture
def admin(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.fixture
def sale(admin: Actor) -> LibraryItem:
    make_placement(admin, "home")
    return make(admin, offer(representations=[shown_in("home")]), id="sale")


def text(item: LibraryItem, part: str) -> str:
    return SearchText.objects.get(item=item, part=part).text


def places(item: LibraryItem) -> dict[str, str]:
    """Where each row that lists have of an item stands: another place for each time that it was written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM offers_listing WHERE key = %s", [item.key])
        found = {"listing": cursor.fetchone()[0]}
        cursor.execute("SELECT part, ctid::text FROM offers_searchtext WHERE item_key = %s", [item.key])
        return found | dict(cursor.fetchall())


def test_a_new_item_is_listed_as_its_document_says(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, {"name": "설날"}, Kind.TAG, "tag")
    rule = {"name": "R", "condition": {"type": "PQL", "format": "pql/text", "value": "true"}}
    make(admin, rule, Kind.RULE, "rule")
    constraint = {
        "startDate": "2026-03-01T00:00:00+09:00",
        "endDate": "2026-04-01T00:00:00.000Z",
        "profileConstraintType": "eligibilityRule",
        "eligibilityRule": "rule",
    }
    document = offer(
        name="Spring 봄 Sale",
        description="About it",
        tags=["tag"],
        representations=[shown_in("home")],
        selectionConstraint=constraint,
        rank={"priority": 2**31 - 1},
    )
    item = make(admin, document, id="Sale-1")
    listed = item.listing
    assert (listed.kind, listed.id, listed.sandbox_id) == (item.kind, "Sale-1", admin.sandbox.pk)
    assert (listed.name, listed.status, listed.priority) == ("Spring 봄 Sale", "draft", 2**31 - 1)
    assert listed.starts_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert listed.ends_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert (listed.references, listed.channels) == (["home", "rule", "tag"], [WEB])
    assert (listed.created_at, listed.modified_at, listed.deleted_at) == (item.created_at, item.modified_at, None)
    assert (listed.modified_by, listed.modified_by_key) == (item.modified_by, item.modified_by_key)
    assert text(item, Part.NAME) == "spring 봄 sale"
    assert text(item, Part.ABOUT) == "sale-1 about it"
    assert text(item, Part.CONTENT) == "hello"
    assert (item.name, item.status, item.priority) == (listed.name, listed.status, listed.priority)
    assert (item.starts_at, item.ends_at) == (listed.starts_at, listed.ends_at)


def test_a_decisions_window_and_references_are_listed_too(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, {"name": "T"}, Kind.TAG, "tag")
    make(admin, {"name": "All", "filterType": "any-tags", "ids": ["tag"]}, Kind.COLLECTION, "all")
    make(admin, {"name": "Else", "status": "draft"}, Kind.FALLBACK_OFFER, "else")
    decision = {
        "name": "D",
        "status": "draft",
        "startDate": "2026-01-01T00:00:00Z",
        "fallback": "else",
        "criteria": [{"placements": ["home"], "optionSelection": {"filter": "all"}}],
    }
    listed = make(admin, decision, Kind.DECISION).listing
    assert sorted(listed.references) == ["all", "else", "home"]
    assert (listed.starts_at, listed.ends_at) == (datetime(2026, 1, 1, tzinfo=UTC), None)
    ends = (end_of_window(decision, "startDate"), end_of_window(decision, "endDate"))
    assert ends == (listed.starts_at, listed.ends_at)
    assert Listing.objects.get(id="all").references == ["tag"]


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        (replace("/name", "Autumn"), "name", "Autumn"),
        (replace("/rank/priority", 9), "priority", 9),
        (replace("/status", "approved"), "status", "approved"),
        (replace("/selectionConstraint/endDate", "2099-01-01T00:00:00Z"), "ends_at", datetime(2099, 1, 1, tzinfo=UTC)),
        (replace("/representations", []), "references", []),
    ],
)
def test_what_a_change_replaces_is_kept_with_the_time_it_was_true(
    admin: Actor, sale: LibraryItem, change: Any, column: str, value: object
) -> None:
    before = Listing.objects.get(id="sale")
    after = patch(admin, sale, change).head
    now = Listing.objects.get(id="sale")
    assert getattr(now, column) == value
    assert (now.since, now.modified_at) == (after.modified_at, after.modified_at)
    (past,) = ListingPast.objects.filter(item=sale)
    assert getattr(past, column) == getattr(before, column)
    assert (past.since, past.until, past.deleted) == (sale.created_at, after.modified_at, False)


def test_a_change_of_what_lists_do_not_show_replaces_nothing(admin: Actor, sale: LibraryItem) -> None:
    content = replace("/representations/0/components/0/content", "Good morning")
    after = patch(admin, sale, content).head
    now = Listing.objects.get(id="sale")
    assert (now.since, now.modified_at) == (sale.created_at, after.modified_at)
    assert not ListingPast.objects.exists()
    assert text(sale, Part.CONTENT) == "good morning"


def test_each_text_is_rewritten_only_when_it_changed(admin: Actor, sale: LibraryItem) -> None:
    first = places(sale)
    patch(admin, sale, replace("/rank/priority", 9))
    second = places(sale)
    assert {part: second[part] for part in Part.values} == {part: first[part] for part in Part.values}
    patch(admin, sale, replace("/name", "Autumn"))
    third = places(sale)
    assert {part for part in Part.values if third[part] != second[part]} == {"name"}
    patch(admin, sale, replace("/representations/0/components/0/content", "Good morning"))
    fourth = places(sale)
    assert {part for part in Part.values if fourth[part] != third[part]} == {"content"}
    patch(admin, sale, [{"op": "add", "path": "/description", "value": "About it"}])
    fifth = places(sale)
    assert {part for part in Part.values if fifth[part] != fourth[part]} == {"about"}
    assert text(sale, Part.ABOUT) == "sale about it"
    assert len({place["listing"] for place in (first, second, third, fourth, fifth)}) == 5


def test_what_is_deleted_and_brought_back_is_so_in_lists(admin: Actor, sale: LibraryItem) -> None:
    gone = writes.delete(admin, [Kind.PERSONALIZED_OFFER], "sale", FORM).head
    assert Listing.objects.get(id="sale").deleted_at == gone.deleted_at
    back = writes.undelete(admin, [Kind.PERSONALIZED_OFFER], "sale", FORM).head
    assert Listing.objects.get(id="sale").deleted_at is None
    times = [(past.deleted, past.since, past.until) for past in ListingPast.objects.order_by("key")]
    assert times == [(False, sale.created_at, gone.modified_at), (True, gone.modified_at, back.modified_at)]


def test_nothing_that_lists_knew_can_be_changed_or_removed(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, replace("/name", "Autumn"))
    for sql in ("UPDATE offers_listingpast SET name = 'x'", "DELETE FROM offers_listingpast"):
        refused = pytest.raises(IntegrityError, match="offers_listingpast is append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_whoever_stores_an_item_past_the_application_lists_it_too(sale: LibraryItem) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE offers_libraryitem SET document = document || '{"name": "By hand"}', modified_at = now()
                WHERE id = 'sale'"""
        )
    assert Listing.objects.get(id="sale").name == "By hand"
    assert text(sale, Part.NAME) == "by hand"


def test_what_was_taken_out_of_lists_is_made_anew_by_the_next_change(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, replace("/name", "Autumn"))
    before = Listing.objects.filter(id="sale").values().get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_searchtext SET text = 'wrong' WHERE item_key = %s", [sale.key])
        cursor.execute("DELETE FROM offers_listing WHERE id = 'sale'")
        cursor.execute("UPDATE offers_libraryitem SET etag = etag WHERE id = 'sale'")
    assert Listing.objects.filter(id="sale").values().get() == before
    assert [text(sale, part) for part in Part] == ["autumn", "sale ", "hello"]
    assert differences() == []
