"""A content that changed, as it looks: nothing is loaded before somebody opens it, with and without scripts."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Sandbox
from tests.browser.complaints import violations
from tests.cast import actor, patch, replace

pytestmark = pytest.mark.django_db(transaction=True)


def test_before_and_after_are_shown_when_they_are_opened(
    signed_in: Page,
    live_server: LiveServer,
    library: Sandbox,
) -> None:
    sale = LibraryItem.objects.get(id="sale")
    patch(actor(library), sale, replace("/representations/0/components/0/content", "<h1>Good bye</h1>"))
    page = signed_in
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = f"{live_server.url}/s/prod/offers/sale/history/"
    page.goto(address, wait_until="networkidle")
    rendered = page.locator(".rendered").first
    rendered.scroll_into_view_if_needed()
    assert not [url for url in asked if "/preview/" in url]
    rendered.locator("summary").press("Enter")
    before, after = rendered.locator("iframe").all()
    expect(before.content_frame.locator("body")).to_have_text("Hello")
    expect(after.content_frame.locator("h1")).to_have_text("Good bye")
    corners = "frames => frames.map((frame) => [frame.offsetLeft, frame.offsetTop])"
    left, right = rendered.locator("iframe").evaluate_all(corners)
    assert left[1] == right[1]
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 900})
    above, below = rendered.locator("iframe").evaluate_all(corners)
    assert above[0] == below[0], "one under the other"

    page.goto(f"{address}4/undo/")
    page.locator(".rendered summary").click()
    expect(page.locator(".rendered iframe").last.content_frame.locator("body")).to_have_text("Hello")
    expect(page.locator(".busy")).to_have_count(0)

    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    asked.clear()
    plain.on("request", lambda request: asked.append(request.url))
    plain.goto(address, wait_until="networkidle")
    assert not [url for url in asked if "/preview/" in url]
    plain.locator(".rendered summary").first.click()
    plain.locator(".rendered").first.get_by_role("link", name="Show").last.click()
    expect(plain.locator(".rendered iframe").nth(1).content_frame.locator("h1")).to_have_text("Good bye")
    plain.context.close()
