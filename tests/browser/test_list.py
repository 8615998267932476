"""The offers list in a real browser: its keyboard, its filters without leaving the page, views and columns."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import PersonalSettings, SavedView
from tests.browser.complaints import violations

pytestmark = pytest.mark.django_db(transaction=True)

OFFERS = "/s/prod/offers/"


@pytest.fixture
def offers(signed_in: Page, live_server: LiveServer) -> Page:
    signed_in.goto(live_server.url + OFFERS)
    return signed_in


def test_the_list_is_used_by_keyboard_alone(offers: Page) -> None:
    rows = offers.locator("[data-rows] .item-name")
    offers.keyboard.press("/")
    expect(offers.locator("#q")).to_be_focused()
    offers.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_be_focused()
    offers.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    offers.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    offers.keyboard.press("x")
    expect(offers.locator("tbody input[name=id] >> nth=1")).to_be_checked()
    expect(offers.locator(".bulk-bar")).to_contain_text("1 selected")
    offers.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    offers.keyboard.press("ArrowUp")
    expect(offers.locator("#q")).to_be_focused()
    offers.keyboard.type("jk")
    expect(offers.locator("#q")).to_have_value("jk")
    # Keys go to rows that are there: each list has come before the next is asked for.
    expect(rows).to_have_count(0)
    offers.locator("#q").fill("")
    expect(rows).to_have_count(2)
    offers.keyboard.press("ArrowDown")
    offers.keyboard.press("j")
    name = rows.nth(1).inner_text()
    offers.keyboard.press("Enter")
    expect(offers.locator("h1")).to_contain_text(name)


def test_a_row_keeps_the_focus_when_the_list_comes_anew(offers: Page) -> None:
    rows = offers.locator("[data-rows] .item-name")
    rows.nth(1).focus()
    rows.nth(1).evaluate("link => link.dataset.old = 'yes'")
    offers.evaluate("document.querySelector('#q').form.requestSubmit()")
    expect(offers.locator("[data-old]")).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()


def test_filters_work_in_place_and_stay_in_the_address(offers: Page) -> None:
    offers.evaluate("window.stayed = true")
    offers.locator(".more-filters > summary").click()
    offers.get_by_label("Tag", exact=True).select_option("Holiday 2026")
    expect(offers.locator("[data-rows] .item-name")).to_have_text(["Summer sale"])
    expect(offers.locator(".chip-remove")).to_have_text(["Tag: Holiday 2026"])
    expect(offers).to_have_url(re.compile(r"/offers/\?tag=holiday$"))
    offers.get_by_label("First day").fill("2020-01-01")
    offers.get_by_label("Last day").fill("2020-02-01")
    expect(offers.locator(".empty-state h2")).to_have_text("No offer matches")
    assert violations(offers) == []
    assert offers.evaluate("window.stayed")
    offers.get_by_role("link", name="Clear all").click()
    expect(offers.locator("[data-rows] .item-name")).to_have_count(2)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_view_keeps_what_is_shown_with_its_columns(offers: Page, width: int) -> None:
    offers.set_viewport_size({"width": width, "height": 900})
    offers.select_option("#filter-status", "draft")
    expect(offers.locator("[data-rows] .item-name")).to_have_count(1)
    offers.locator(".list-tools summary", has_text="Views").click()
    assert violations(offers) == []
    assert offers.evaluate("document.documentElement.scrollWidth") <= width
    offers.get_by_label("Save what is shown now as").fill("My drafts")
    offers.keyboard.press("Enter")
    expect(offers.locator(".toast-item")).to_contain_text("Saved the view “My drafts”.")
    offers.locator(".list-tools summary", has_text="Columns").click()
    assert violations(offers) == []
    assert offers.evaluate("document.documentElement.scrollWidth") <= width
    offers.get_by_label("Created").check()
    offers.get_by_label("Channels").uncheck()
    offers.get_by_role("button", name="Show", exact=True).click()
    expect(offers.locator("thead th", has_text="Created")).to_be_attached()
    expect(offers.locator("thead th", has_text="Channels")).to_have_count(0)
    assert "created" in SavedView.objects.get().columns
    assert not PersonalSettings.objects.exclude(columns=None).exists()
    offers.locator(".list-tools summary", has_text="My drafts").click()
    offers.get_by_role("link", name="Leave the view").click()
    expect(offers.locator("[data-rows] .item-name")).to_have_count(2)
    offers.locator(".list-tools summary", has_text="Views").click()
    offers.get_by_role("link", name="My drafts").click()
    expect(offers.locator("[data-rows] .item-name")).to_have_count(1)
    offers.select_option("#filter-status", "approved")
    expect(offers.locator(".list-tools summary", has_text="My drafts")).to_contain_text("changed")
