"""Contrast themes and less motion: what is chosen and how something stands is seen without our colours, and nothing moves in."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from tests.cast import actor, make

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = """elements => elements.map(element => {
  const {color, backgroundColor, borderBottomColor} = getComputedStyle(element);
  return [color, backgroundColor, borderBottomColor].join(" ");
})"""
# By page: what stands beside each other, some of it chosen.
CHOSEN = {
    "offers/": [".sections a"],
    "offers/sale/history/2/": [".tabs a", ".views > *"],
    "offers/sale/compare/": [".compare-quick > a"],
    "offers/sale/edit/": [".tag-choice"],
}
IS_CHOSEN = ':is([aria-current], [aria-pressed="true"], :has(:checked))'


def test_what_is_chosen_is_seen_without_our_colours(signed_in: Page, live_server: LiveServer, library: Sandbox) -> None:
    make(actor(library, label="Jisoo Kim"), {"name": "Outdoor"}, Kind.TAG, "outdoor")
    page = signed_in
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for address, places in CHOSEN.items():
        page.goto(f"{live_server.url}/s/prod/{address}")
        for place in places:
            chosen = set(page.locator(f"{place}{IS_CHOSEN}").evaluate_all(LOOKS))
            others = set(page.locator(f"{place}:not({IS_CHOSEN})").evaluate_all(LOOKS))
            assert chosen, place
            assert others, place
            assert chosen.isdisjoint(others), place

    page.goto(f"{live_server.url}/s/prod/offers/")
    background = "element => getComputedStyle(element).backgroundColor"
    dot, cell = page.locator(".state-approved .dot").first, page.locator("td").first
    assert dot.evaluate(background) != cell.evaluate(background)
    box = page.locator("td .form-check-input").first
    box.check()
    # Drawn by the browser: our tick is a white picture.
    assert box.evaluate("box => getComputedStyle(box).appearance") == "auto"
    assert page.locator(".bulk-bar").evaluate("bar => getComputedStyle(bar).animationName") == "none"
