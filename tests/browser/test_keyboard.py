"""Jobs with the keyboard alone, without a mouse and in few keys; and where the focus is on the way."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Sandbox
from tests.web.edit.filling import EDIT

pytestmark = pytest.mark.django_db(transaction=True)

SALE = "/s/prod/offers/sale/"
# What has the focus is in the window and not under the bar with Save, and is no frame: keys in it do not come to the page.
IN_SIGHT = """() => {
  const focused = document.activeElement;
  const bar = document.querySelector(".save-bar");
  const {top, bottom} = focused.getBoundingClientRect();
  const end = bar.contains(focused) ? innerHeight : bar.getBoundingClientRect().top;
  return focused.tagName !== "IFRAME" && bottom > 0 && (top < 56 || bottom <= end + 2 || bottom - top > 300);
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_an_end_date_is_changed_and_the_change_undone(signed_in: Page, live_server: LiveServer) -> None:
    page = signed_in
    page.goto(live_server.url + SALE)
    press(page, "Tab", "Tab", "Enter", "Enter")
    expect(page.locator("#f-selectionConstraint-endDate")).to_be_focused()
    # The year: the 31st of the next month would be no date.
    press(page, "ArrowRight", "ArrowRight", "ArrowUp")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 4.")
    expect(page.locator("h1")).to_be_focused()
    press(page, "u")
    expect(page.locator(".toast-item").get_by_role("link", name="Undo")).to_be_focused()
    press(page, "Enter")
    expect(page.locator(".confirm")).to_be_focused()
    # Past the looks of what would change and the note.
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.confirm .btn-primary')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".toast-item")).to_contain_text("This is now version 5.")
    expect(page.locator("#version-5")).to_be_focused()
    press(page, "u", "Escape")
    expect(page.locator(".toast-item")).to_have_count(0)
    expect(page.locator("#version-5")).to_be_focused()


def test_what_is_selected_in_a_long_list_is_one_key_from_what_can_be_done(
    signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/s/prod/offers/")
    press(page, "j", "b")
    expect(page.locator(".item-name").first).to_be_focused()
    press(page, "x", "b")
    expect(page.get_by_role("button", name="Status", exact=True)).to_be_focused()
    press(page, "Tab", "Tab", "Enter")
    expect(page).to_have_url(re.compile("/bulk/new/"))


def test_nothing_that_has_the_focus_is_under_the_bar_or_in_a_frame(
    signed_in: Page, live_server: LiveServer, library: Sandbox
) -> None:
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    page = signed_in
    page.set_viewport_size({"width": 1440, "height": 600})
    page.goto(live_server.url + EDIT)
    expect(page.locator("#title")).to_be_hidden()
    # Typed just above the bar, which is higher from then on: it asks for a title and why.
    page.evaluate("""() => {
      const [field, bar] = ["#f-description", ".save-bar"].map((one) => document.querySelector(one).getBoundingClientRect());
      scrollBy({ top: field.bottom - bar.top + 4, behavior: "instant" });
    }""")
    page.locator("#f-description").click()
    page.keyboard.type("ab")
    expect(page.locator("#title")).to_be_visible()
    page.wait_for_function(IN_SIGHT, timeout=3000)
    page.locator("#f-name").focus()
    met = 0
    while page.evaluate("document.activeElement !== document.body && !document.activeElement.matches('#save')"):
        page.wait_for_function(IN_SIGHT, timeout=3000)
        page.keyboard.press("Tab")
        met += 1
        assert met < 120, "the end comes"
    assert met > 20
    assert LibraryItem.objects.get(id="sale").etag == 3
