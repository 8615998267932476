"""The palette and the list of the keys in a real browser: by keyboard alone, while one composes, without answers, without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem
from tests.browser.complaints import LOOKS, complaints_of, violations

pytestmark = pytest.mark.django_db(transaction=True)

SALE = "/s/prod/offers/sale/"
OPTIONS = "#palette [role=option]"


@pytest.fixture
def sale(signed_in: Page, live_server: LiveServer) -> Page:
    signed_in.goto(live_server.url + SALE)
    return signed_in


def opened(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    expect(page.locator(OPTIONS).first).to_have_attribute("aria-selected", "true")


def test_a_key_that_is_pressed_as_the_page_comes_opens_it_with_what_is_in_it(sale: Page) -> None:
    key = "new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true, cancelable: true})"
    sale.add_init_script(f"document.addEventListener('DOMContentLoaded', () => document.dispatchEvent({key}))")
    sale.reload()
    expect(sale.locator(OPTIONS).first).to_have_attribute("aria-selected", "true")


def test_an_offer_is_found_and_opened_by_keyboard_alone(sale: Page, live_server: LiveServer) -> None:
    complaints = complaints_of(sale)
    history = sale.locator(".tabs").get_by_role("link", name="History")
    history.focus()
    opened(sale)
    expect(sale.locator(OPTIONS).first).to_contain_text("Edit")
    sale.keyboard.press("ArrowDown")
    second = sale.locator(OPTIONS).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(sale.locator("#palette-q")).to_have_attribute("aria-activedescendant", str(second.get_attribute("id")))
    sale.keyboard.press("Escape")
    expect(history).to_be_focused()
    opened(sale)
    sale.keyboard.type("winter")
    expect(sale.locator(OPTIONS).first).to_contain_text("Winter coats")
    expect(sale.locator("#palette-said")).to_have_text("2 results")
    with sale.context.expect_page() as other:
        sale.keyboard.press("Control+Enter")
    expect(other.value.locator("h1")).to_contain_text("Winter coats")
    other.value.close()
    # Enter that is pressed before there is an answer is for what was typed, not for what was there before.
    opened(sale)
    sale.keyboard.type("winter")
    sale.keyboard.press("Enter")
    expect(sale.locator("h1")).to_contain_text("Winter coats")
    # What was open last is there before anything is typed.
    opened(sale)
    expect(sale.locator("#palette [role=group][aria-label=Recent]")).to_contain_text("Summer sale")
    assert complaints == []


def test_nothing_is_changed_by_an_enter_before_it_is_seen(sale: Page) -> None:
    opened(sale)
    sale.keyboard.type("approve")
    sale.keyboard.press("Enter")
    expect(sale.locator("#palette-said")).to_have_text(re.compile(r"^\d results?$"))
    assert LibraryItem.objects.get(id="sale").status == "draft"
    expect(sale.locator(OPTIONS).first).to_contain_text("Approve")
    sale.keyboard.press("Enter")
    expect(sale.locator(".toast-item")).to_contain_text("version 4")
    assert LibraryItem.objects.get(id="sale").status == "approved"


def test_what_is_being_composed_is_left_alone(sale: Page) -> None:
    opened(sale)
    session = sale.context.new_cdp_session(sale)
    session.send("Input.imeSetComposition", {"text": "설", "selectionStart": 1, "selectionEnd": 1})
    compose = "key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))"
    for key in ("ArrowDown", "Enter"):
        sale.evaluate(compose, key)
    expect(sale.locator("#palette")).to_be_visible()
    session.send("Input.insertText", {"text": "설날"})
    expect(sale.locator("#palette-q")).to_have_value("설날")
    expect(sale.locator(".found-none")).to_contain_text("설날")
    sale.keyboard.press("Escape")
    # A keyboard that writes Korean says ㅏ where K is.
    sale.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅏ', code: 'KeyK', ctrlKey: true, bubbles: true}))"
    )
    expect(sale.locator("#palette")).to_be_visible()


def test_without_an_answer_it_says_so_and_leads_to_the_page(sale: Page) -> None:
    opened(sale)
    sale.route(
        "**/find/?*",
        lambda route: (
            route.abort()
            if "HX-Request" in str(route.request.headers) or route.request.headers.get("hx-request")
            else route.continue_()
        ),
    )
    sale.keyboard.type("winter")
    expect(sale.locator("#palette-failed")).to_be_visible()
    expect(sale.locator(OPTIONS)).to_have_count(0)
    assert sale.locator(".toast-error").count() == 0
    sale.keyboard.press("Enter")
    expect(sale.locator("h1")).to_have_text("Find")
    expect(sale.locator("main .found-one").first).to_contain_text("Winter coats")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_with_the_palette_or_the_keys_open(
    sale: Page, live_server: LiveServer, width: int, theme: str
) -> None:
    complaints = complaints_of(sale)
    sale.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    sale.set_viewport_size({"width": width, "height": 844})
    sale.reload()
    if width < 992:
        sale.locator(".topbar [data-palette]").click()
        expect(sale.locator(OPTIONS).first).to_be_visible()
    else:
        opened(sale)
    assert violations(sale) == []
    sale.keyboard.type("no such thing")
    expect(sale.locator(".found-none")).to_be_visible()
    assert violations(sale) == []
    sale.keyboard.press("Escape")
    expect(sale.locator("#palette")).to_be_hidden()
    sale.keyboard.press("?")
    expect(sale.locator("#keys .shortcuts-one").first).to_be_visible()
    assert violations(sale) == []
    assert sale.evaluate("document.documentElement.scrollWidth") <= width
    for address in ("/s/prod/find/?q=sale", "/shortcuts/"):
        sale.goto(live_server.url + address)
        assert violations(sale) == [], address
    assert complaints == []


def test_single_keys_do_nothing_while_one_types_under_a_dialog_or_once_they_are_switched_off(
    sale: Page, live_server: LiveServer
) -> None:
    sale.keyboard.press("/")
    expect(sale.locator("#palette-q")).to_be_focused()
    sale.keyboard.type("?/")
    expect(sale.locator("#palette-q")).to_have_value("?/")
    expect(sale.locator("#keys")).to_be_hidden()
    sale.keyboard.press("Escape")
    expect(sale.locator("#palette")).to_be_hidden()
    sale.keyboard.press("Control+?")
    expect(sale.locator("#keys")).to_be_hidden()
    sale.keyboard.press("?")
    expect(sale.locator("#keys h2").first).to_have_text("On every page")
    sale.keyboard.press("/")
    expect(sale.locator("#palette")).to_be_hidden()
    sale.locator("#keys").get_by_role("link", name="Preferences").click()
    sale.get_by_role("group", name="Single-key shortcuts").get_by_label("Off").check()
    sale.locator(".settings-save").get_by_role("button", name="Save").click()
    expect(sale.locator("html[data-keys=off]")).to_be_attached()
    sale.locator("h1").click()
    sale.keyboard.press("?")
    sale.keyboard.press("/")
    expect(sale.locator("#keys")).to_be_hidden()
    expect(sale.locator("#palette")).to_be_hidden()
    opened(sale)


def test_it_works_without_scripts(browser: Browser, signed_in: Page, live_server: LiveServer) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = plain.new_page()
    page.goto(live_server.url + SALE)
    page.locator(".sidebar").get_by_role("link", name="Find").click()
    expect(page.locator("h1")).to_have_text("Find")
    page.locator(".found").get_by_role("button", name="Duplicate").click()
    expect(page.locator(".toast-item")).to_contain_text("This is a copy of Summer sale.")
    page.goto(f"{live_server.url}/s/prod/find/")
    page.fill("#find-q", "winter")
    page.keyboard.press("Enter")
    page.locator(".found").get_by_role("link", name="Winter coats").click()
    expect(page.locator("h1")).to_contain_text("Winter coats")
    plain.close()
