"""The list of offers: its rows, filters, pages and queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.lists import pages
from offers.models import LibraryItem, Listing, Sandbox
from offers.web.lists.rows import AXIS, axis_of, bar_of
from tests.cast import actor, make, offer, patch, replace, shown_in
from tests.web.frame.test_respond import flat, text_of


def add(sandbox: Sandbox, count: int) -> None:
    """More offers, each with a tag of its own and a history."""
    admin = actor(sandbox)
    for number in range(count):
        make(admin, {"name": f"tag {number}"}, Kind.TAG, f"tag-{number}")
        made = make(admin, offer(name=f"offer {number}", tags=[f"tag-{number}"], representations=[shown_in("home")]))
        patch(admin, made, replace("/rank/priority", number + 10))


def test_the_list_shows_name_tags_status_and_who_changed_it(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/"))
    for part in ("Summer sale", "Holiday 2026", "Draft", "Jisoo Kim", "Web", "1 offer"):
        assert part in text
    assert "Nothing matches" not in text


@pytest.mark.parametrize(
    "address", ["/s/prod/offers/", "/s/prod/offers/sale/", "/s/prod/offers/sale/history/", "/s/prod/", "/s/prod/tags/"]
)
def test_a_page_asks_as_many_queries_for_three_items_as_for_one(
    editor: Client, item: LibraryItem, sandbox: Sandbox, address: str, django_assert_max_num_queries: Any
) -> None:
    editor.get(address)
    with django_assert_max_num_queries(18) as first:
        editor.get(address)
    add(sandbox, 3)
    for number in range(3):
        patch(actor(sandbox), item, replace("/rank/priority", number + 20))
    with django_assert_max_num_queries(len(first)):
        editor.get(address)


def test_a_row_says_whether_that_very_fallback_offer_is_shown_by_a_live_decision_in_one_statement_a_page(
    editor: Client, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    """They are of one kind and status, and one of them is served by what is live."""
    admin = actor(sandbox)
    for id in ("free", "served"):
        make(admin, {"name": id.title(), "status": "draft"}, Kind.FALLBACK_OFFER, id)
    make(admin, {"name": "Home", "status": "live", "fallback": "served"}, Kind.DECISION, "home-page")
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE)
    editor.get("/s/prod/offers/")
    with django_assert_max_num_queries(20) as first:
        rows = flat(text_of(editor.get("/s/prod/offers/"))).split("<tr>")
    ways = {id: row.split('" data-edit>')[0].rpartition('title="')[2]
            for row in rows for id in ("free", "served") if f'value="{id}"' in row}  # fmt: skip
    assert ways == {"free": "Edit", "served": "Propose"}
    for number in range(3):
        make(admin, {"name": f"More {number}", "status": "draft"}, Kind.FALLBACK_OFFER, f"more{number}")
    make(admin, {"name": "Away", "status": "live", "fallback": "more1"}, Kind.DECISION, "away")
    with django_assert_max_num_queries(len(first)):
        editor.get("/s/prod/offers/")


def test_a_history_asks_once_what_the_reader_may_do_with_its_versions(
    editor: Client, item: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    """What a live decision shows is looked up in the library, for those who change only what is not shown."""
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    home = LibraryItem.objects.get(kind=Kind.PLACEMENT)
    address = f"/s/prod/placements/{home.id}/history/"
    patch(actor(sandbox), home, replace("/name", "Home 1"))
    editor.get(address)
    with django_assert_max_num_queries(20) as first:
        editor.get(address)
    for number in range(2, 6):
        patch(actor(sandbox), home, replace("/name", f"Home {number}"))
    with django_assert_max_num_queries(len(first)):
        editor.get(address)


def test_filters_that_are_on_can_be_removed_one_by_one(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/?q=summer&status=draft&tag=holiday"))
    assert "Summer sale" in text
    assert 'href="/s/prod/offers/?status=draft&amp;tag=holiday"' in text
    assert 'href="/s/prod/offers/?q=summer&amp;tag=holiday"' in text
    assert 'href="/s/prod/offers/?q=summer&amp;status=draft"' in text


def test_a_filter_that_is_none_filters_nothing(editor: Client, item: LibraryItem) -> None:
    assert "Summer sale" in text_of(editor.get("/s/prod/offers/?status=nonsense&state=x&sort=drop&cursor=zz"))


def test_an_empty_list_says_why(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    assert "No offer matches" in text_of(editor.get("/s/prod/offers/?q=nothing-like-it"))
    LibraryItem.objects.update(deleted_at=timezone.now())
    assert "No offers yet" in text_of(editor.get("/s/prod/offers/"))


def test_pages_lead_on_and_back_with_their_filters(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sandbox, 3)
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    first = editor.get("/s/prod/offers/?status=draft&sort=name")
    assert first.context["links"]["previous"] == ""
    second = editor.get(first.context["links"]["next"])
    names = [row.item.name for row in (*first.context["rows"], *second.context["rows"])]
    assert names == list(Listing.objects.exclude(status=None).order_by("name").values_list("name", flat=True))
    again = editor.get(second.context["links"]["previous"])
    assert [row.item.name for row in again.context["rows"]] == [row.item.name for row in first.context["rows"]]
    assert "status=draft" in second.context["links"]["previous"]


def test_window_bars_stay_on_their_axis(sandbox: Sandbox) -> None:
    now = timezone.now()
    for start, end in [(-4000, -3000), (-30, 30), (10, 20), (300, 9000)]:
        days = {"startDate": now + timedelta(days=start), "endDate": now + timedelta(days=end)}
        make(actor(sandbox), offer(selectionConstraint={name: day.isoformat() for name, day in days.items()}))
    items = list(LibraryItem.objects.order_by("listing__starts_at"))
    axis = axis_of(now)
    bars = [bar_of(item, axis, now) for item in items]
    assert len(bars) == 4
    for bar in bars:
        assert bar is not None
        assert 0 <= bar.x <= bar.x + bar.width <= AXIS + 0.1
        assert 0 <= bar.today <= AXIS


def test_an_offer_without_a_window_has_no_bar(sandbox: Sandbox) -> None:
    fallback = make(actor(sandbox), {"name": "Always", "status": "draft"}, Kind.FALLBACK_OFFER)
    now = timezone.now()
    assert bar_of(fallback, axis_of(now), now) is None
