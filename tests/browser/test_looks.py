"""What an offer shows, in frames of devices: they fit without scrolling, and are enlarged over their page."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Sandbox
from tests.browser.complaints import complaints_of, violations
from tests.cast import actor, patch, replace

pytestmark = pytest.mark.django_db(transaction=True)
FITS = "frame => [frame.getBoundingClientRect().width, frame.parentElement.getBoundingClientRect().width]"


def test_a_content_fits_its_frame_and_is_enlarged_over_its_page(
    signed_in: Page, live_server: LiveServer, library: Sandbox
) -> None:
    sale = LibraryItem.objects.get(id="sale")
    patch(actor(library), sale, replace("/representations/0/components/0/content", "<h1>Hello</h1>" * 40))
    complaints = complaints_of(signed_in)
    signed_in.goto(f"{live_server.url}/s/prod/offers/sale/")
    frame = signed_in.locator(".device iframe").first
    inner, outer = frame.evaluate(FITS)
    assert abs(inner - outer) < 1
    expect(frame.content_frame.locator("h1").first).to_have_text("Hello")
    link = signed_in.locator("a[data-enlarge]").first
    link.focus()
    signed_in.keyboard.press("Enter")
    enlarged = signed_in.locator("#enlarged")
    expect(enlarged.locator("iframe").content_frame.locator("h1").last).to_have_text("Hello")
    assert violations(signed_in) == []
    enlarged.get_by_role("button", name="Phone").click()
    assert enlarged.locator("iframe").bounding_box()["width"] == 390  # type: ignore[index]
    signed_in.keyboard.press("Escape")
    expect(enlarged).to_be_hidden()
    expect(link).to_be_focused()
    assert enlarged.locator("iframe").count() == 0
    assert complaints == []


def test_paper_is_light_whatever_the_screen_is(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    signed_in.goto(live_server.url + "/s/prod/")
    page = signed_in.locator("html")
    page.evaluate("html => addEventListener('beforeprint', () => { html.dataset.printed = html.dataset.bsTheme; })")
    signed_in.pdf()
    expect(page).to_have_attribute("data-printed", "light")
    expect(page).to_have_attribute("data-bs-theme", "dark")
