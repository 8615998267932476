"""The offers list in a real browser: its keyboard, its filters without leaving the page, views and columns."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import PersonalSettings, Sandbox, SavedView
from tests.browser.complaints import violations
from tests.cast import actor, make

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


@pytest.mark.parametrize("width", [1240, 800, 390])
def test_more_filters_open_inside_of_the_window(offers: Page, live_server: LiveServer, width: int) -> None:
    offers.set_viewport_size({"width": width, "height": 900})
    for section in ("offers", "audit", "reviews"):
        offers.goto(f"{live_server.url}/s/prod/{section}/")
        button = offers.locator(".more-filters > summary")
        button.click()
        panel, opener = offers.locator(".filter-panel").bounding_box(), button.bounding_box()
        assert panel
        assert opener
        assert panel["x"] >= 0, section
        assert panel["x"] + panel["width"] <= width, section
        assert panel["y"] >= opener["y"] + opener["height"], section


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
    offers.get_by_label("Created", exact=True).check()
    offers.get_by_label("Channels", exact=True).uncheck()
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


AT_ONCE = """new MutationObserver(() => {
  const form = document.getElementById("in-place");
  if (!form) return;
  form.elements["/rank/priority"].value = "31";
  form.requestSubmit();
}).observe(document.querySelector("[data-rows]"), { childList: true, subtree: true })"""


def test_a_value_is_changed_where_it_stands_by_keyboard_and_by_pointer(offers: Page) -> None:
    row = offers.locator("tbody tr", has_text="Summer sale")
    row.locator(".item-name").focus()
    offers.keyboard.press("p")
    field = offers.locator("#in-place-1")
    expect(field).to_be_focused()
    # What is typed takes the place of what was there.
    offers.wait_for_function("() => getSelection().toString() === document.activeElement.value")
    assert violations(offers) == []
    offers.keyboard.type("xj")
    offers.keyboard.press("ArrowDown")
    expect(field).to_be_focused()
    expect(row.locator("input[name=id]")).not_to_be_checked()
    offers.keyboard.press("Escape")
    expect(offers.locator("#in-place")).to_have_count(0)
    expect(row.locator("[data-in-place=priority]")).to_be_focused()
    row.locator("td.num").dblclick(position={"x": 4, "y": 4})
    field.fill("much")
    offers.keyboard.press("Enter")
    expect(offers.locator("#in-place .problem")).to_be_visible()
    # Who is quicker than the eye: sent in the moment in which the form is there again, it does not leave the page.
    offers.evaluate(AT_ONCE)
    field.fill("more")
    offers.keyboard.press("Enter")
    expect(offers.locator(".toast-item")).to_contain_text("Saved as version")
    expect(row.locator("[data-in-place=priority]")).to_have_text("Change 31")
    expect(row.locator("[data-in-place=priority]")).to_be_focused()
    offers.locator(".toast-item").get_by_role("link", name="Undo").click()
    expect(offers.locator("h1")).to_be_visible()


def test_a_column_is_as_wide_as_it_was_made_also_the_next_time(offers: Page) -> None:
    grip = offers.get_by_role("separator", name="Width of Status")
    box, usual = grip.bounding_box(), grip.evaluate("grip => grip.closest('th').offsetWidth")
    assert box is not None
    offers.mouse.move(box["x"] + 4, box["y"] + 8)
    offers.mouse.down()
    with offers.expect_response("**/columns/width/"):
        offers.mouse.move(box["x"] + 44, box["y"] + 8, steps=3)
        offers.mouse.up()
    with offers.expect_response("**/columns/width/"):
        grip.press("ArrowRight")
    width = int(grip.get_attribute("aria-valuenow") or 0)
    assert width > usual
    offers.reload()
    assert grip.get_attribute("aria-valuenow") == str(width)
    assert grip.evaluate("grip => grip.closest('th').offsetWidth") == width
    with offers.expect_response("**/columns/width/"):
        grip.dblclick()
    assert PersonalSettings.objects.get().widths == {}


def test_on_a_phone_cards_are_small_and_all_of_them_are_selected_at_once(offers: Page) -> None:
    offers.set_viewport_size({"width": 390, "height": 844})
    cards = offers.locator("tbody tr")
    heights = cards.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    top = cards.first.evaluate("row => row.getBoundingClientRect().top")
    assert top + 5 * (max(heights) + 8) <= 844
    expect(offers.get_by_text("Select all on this page")).to_be_visible()
    offers.get_by_label("Select all on this page").check()
    expect(offers.locator(".bulk-bar")).to_contain_text("2 selected")
    for button in offers.locator(".bulk-bar button").all():
        size = button.bounding_box()
        assert size is not None
        assert round(size["height"]) >= 44
    assert violations(offers) == []
    offers.locator("tbody [data-in-place=window]").first.click()
    expect(offers.locator("#in-place-2")).to_be_focused()
    box = offers.locator("#in-place").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    assert violations(offers) == []


def test_names_have_room_on_a_tablet_and_on_paper(offers: Page) -> None:
    for media in ("screen", "print"):
        offers.emulate_media(media=media)
        for width in (768, 800, 991):
            offers.set_viewport_size({"width": width, "height": 600})
            box = offers.locator("[data-rows] .name-line").first.bounding_box()
            assert box is not None
            assert box["width"] >= 140, (media, width)
            assert offers.evaluate("document.documentElement.scrollWidth") <= width
    offers.emulate_media(media="screen")


def test_a_long_condition_stays_in_its_column(signed_in: Page, live_server: LiveServer, library: Sandbox) -> None:
    value = " and ".join(f'profile.orders.last{n} = "a rather long value"' for n in range(12))
    condition = {"type": "PQL", "format": "pql/text", "value": value}
    make(actor(library), {"name": "Everything at once", "condition": condition}, Kind.RULE)
    for width in (1440, 768, 390):
        signed_in.set_viewport_size({"width": width, "height": 800})
        signed_in.goto(f"{live_server.url}/s/prod/rules/")
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
        row = signed_in.locator("tbody tr", has_text="Everything at once")
        shown = row.locator(".condition").evaluate("cell => cell.getBoundingClientRect().right")
        assert shown <= row.evaluate("row => row.getBoundingClientRect().right")
        assert row.locator(".condition").evaluate("cell => getComputedStyle(cell).overflow") == "hidden"
