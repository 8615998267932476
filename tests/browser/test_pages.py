"""The reading pages in a real browser: nothing that axe finds, nothing blocked by the policy, keyboard and search."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Membership, Sandbox
from tests.browser.complaints import LOOKS, complaints_of, violations
from tests.cast import Role, actor, make, patch, replace

PAGES = [
    "/s/prod/",
    "/s/prod/offers/",
    "/s/prod/offers/?q=sale&status=draft",
    "/s/prod/offers/?q=nothing",
    "/s/prod/offers/sale/",
    "/s/prod/offers/sale/history/",
    "/s/prod/offers/sale/history/2/",
    "/s/prod/offers/sale/history/2/undo/",
    "/s/prod/offers/sale/blame/",
    "/s/prod/offers/sale/compare/?from=1&to=3",
    "/s/prod/offers/sale/api/",
    "/s/prod/offers/sale/evidence/",
    "/s/prod/offers/sale/history/field/?p=/rank/priority",
    "/s/prod/audit/",
    "/s/prod/audit/integrity/",
    "/s/prod/audit/sample/",
    "/s/prod/on-air/",
    "/s/prod/placements/",
    "/s/prod/tags/holiday/",
    "/preferences/",
]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_blocked_or_too_wide(
    signed_in: Page, live_server: LiveServer, library: Sandbox, theme: str, width: int
) -> None:
    named = actor(library, label="Wilhelmina van der Westhuizen")
    patch(named, LibraryItem.objects.get(id="sale"), replace("/rank/priority", 9))
    complaints = complaints_of(signed_in)
    signed_in.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    # A phone's page is also looked at on the smallest phone.
    windows = {390: 900, 320: 700} if width == 390 else {width: 900}
    for address in PAGES:
        signed_in.set_viewport_size({"width": width, "height": 900})
        signed_in.goto(live_server.url + address)
        assert violations(signed_in) == [], address
        for wide, high in windows.items():
            signed_in.set_viewport_size({"width": wide, "height": high})
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= wide, address
    assert complaints == []
    signed_in.goto(f"{live_server.url}/s/prod/offers/")
    title = signed_in.locator("h1").bounding_box()
    assert title
    assert title["height"] < 40, "a word is not broken to stand beside the buttons"


# What admins and auditors see, and pages that are seldom opened: each at one look.
SELDOM = [
    "/s/prod/audit/",
    "/s/prod/audit/changes/",
    "/s/prod/audit/integrity/",
    "/s/prod/audit/sample/",
    "/s/prod/audit/controls/",
    "/s/prod/on-air/",
    "/s/prod/erasures/",
    "/s/prod/promote/",
    "/s/prod/rules/",
    "/s/prod/offers/sale/evidence/",
    "/s/prod/offers/sale/keep/",
    "/s/prod/offers/sale/history/1/restore/",
    "/s/prod/offers/sale/history/2/proof/",
    "/s/prod/offers/sale/history/field/?p=/name",
    "/s/prod/offers/nothing/",
]


def test_axe_finds_nothing_where_few_people_go_and_it_fits_every_window(
    signed_in: Page, live_server: LiveServer, library: Sandbox
) -> None:
    Membership.objects.update(role=Role.ADMIN)
    admin = actor(library, label="Jisoo Kim")
    condition = 'profile.contract.endDate occurs <= 60 days after now and profile.loyalty.tier in ["gold", "silver"]'
    long = {"type": "PQL", "format": "pql/text", "value": condition * 3}
    make(admin, {"name": "Leaving soon", "condition": long}, Kind.RULE, "leaving")
    signed_in.set_viewport_size({"width": 390, "height": 900})
    for address in SELDOM:
        signed_in.goto(live_server.url + address)
        assert violations(signed_in) == [], address
        for width in (320, 720, 1440):
            signed_in.set_viewport_size({"width": width, "height": 900})
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


OUTSIDE = """() => [...document.querySelectorAll(".main details.menu")].filter(menu => {
  menu.open = true;
  const {left, right, width} = menu.querySelector(".menu-panel").getBoundingClientRect();
  menu.open = false;
  return width && (left < 0 || right > innerWidth);
}).map(menu => menu.outerHTML.slice(0, 200))"""


def test_no_menu_of_a_page_opens_out_of_the_window(signed_in: Page, live_server: LiveServer) -> None:
    for address in ("/s/prod/offers/", "/s/prod/offers/sale/", "/s/prod/offers/sale/history/", "/s/prod/tags/holiday/"):
        signed_in.goto(live_server.url + address)
        assert signed_in.locator(".main details.menu").count(), address
        for width in (1440, 390, 320):
            signed_in.set_viewport_size({"width": width, "height": 700})
            assert signed_in.evaluate(OUTSIDE) == [], (address, width)


def test_a_search_answers_in_place_and_back_leads_back(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/s/prod/offers/")
    signed_in.evaluate("window.stayed = true")
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("winter")
    expect(signed_in.locator(".list tbody tr")).to_have_count(1)
    assert signed_in.url.endswith("/s/prod/offers/?q=winter")
    assert signed_in.evaluate("window.stayed")
    signed_in.select_option("#filter-status", "draft")
    expect(signed_in.locator(".empty-state h2")).to_have_text("No offer matches")
    signed_in.go_back()
    expect(signed_in.locator(".list tbody tr")).to_have_count(1)
    expect(signed_in.locator("#q")).to_have_value("winter")


def test_the_timeline_is_read_with_the_keyboard(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/s/prod/offers/sale/history/")
    for key in ("j", "j", "k", "j", "Enter"):
        signed_in.keyboard.press(key)
    patch_button = signed_in.locator("#change-2 [data-view=patch]")
    patch_button.click()
    expect(signed_in.locator("#change-2 .view-patch")).to_be_visible()
    expect(signed_in.locator("#change-2 .view-words")).to_be_hidden()
    expect(patch_button).to_have_attribute("aria-pressed", "true")
    signed_in.locator("[data-entry]").nth(0).focus()
    signed_in.keyboard.press("c")
    signed_in.keyboard.press("j")
    signed_in.keyboard.press("j")
    signed_in.keyboard.press("c")
    signed_in.wait_for_url("**/compare/?from=1&to=3")


def test_times_are_shown_in_the_browsers_zone_from_the_second_page_on(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.context.clear_cookies(name="timezone")
    for _page in range(2):
        signed_in.goto(f"{live_server.url}/s/prod/offers/sale/")
    expect(signed_in.locator(".sentences")).to_contain_text("28 Feb 2026, 16:00 CET")


def test_an_undo_by_hand_offers_its_own_undo(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/s/prod/offers/sale/history/2/undo/")
    signed_in.get_by_role("button", name="Undo the change").click()
    toast = signed_in.locator(".toast-item")
    expect(toast).to_contain_text("Version 2 undone. This is now version 4.")
    toast.get_by_role("link", name="Undo").click()
    expect(signed_in.locator(".change-rows")).to_contain_text("Summer")


def test_everything_can_be_read_without_javascript(browser: Any, live_server: LiveServer, library: Sandbox) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("#id_login", "mina")
    page.fill("#id_password", "a password")
    page.click("button.btn-primary")
    page.goto(f"{live_server.url}/s/prod/offers/")
    page.fill("#q", "winter")
    page.click("button:has-text('Filter')")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    page.goto(f"{live_server.url}/s/prod/offers/sale/history/")
    page.locator("a.entry-details").first.click()
    for view in (".view-patch", ".view-curl"):
        page.locator(f"{view} > summary").first.click()
        expect(page.locator(f"{view} pre").first).to_be_visible()
    context.close()
