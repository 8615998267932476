"""Bulk edits in a real browser, with the mouse, with the keyboard alone, and without JavaScript."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers import jobs
from offers.document.kinds.registry import Kind
from offers.models import BulkRun, LibraryItem, Membership, Sandbox
from tests.browser.complaints import LOOKS, complaints_of, violations
from tests.browser.entering import enter
from tests.cast import Role, actor, make, make_sandbox, offer
from tests.servers import worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Sandbox:
    """A sandbox with more offers than a page of the list and a request's own share of a bulk edit."""
    sandbox = make_sandbox()
    admin = actor(sandbox, label="Jisoo Kim")
    make(admin, {"name": "Holiday 2026"}, Kind.TAG, "holiday")
    for number in range(60):
        make(admin, offer(name=f"Offer {number:02}"))
    user = User.objects.create_user("mina", password="a password", first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return sandbox


@pytest.fixture
def _somebody_works(transactional_db: None) -> Iterator[None]:
    # A browser and a server are busy beside it, and the test waits for it.
    eager = "from offers.management.commands import worker\nworker.NICE = 0"
    with worker(str(connection.settings_dict["NAME"]), eager):
        until = time.monotonic() + 60
        while not jobs.somebody_works():
            assert time.monotonic() < until, "the worker did not come up"
            time.sleep(0.05)
        yield


@pytest.mark.usefixtures("_somebody_works")
def test_a_whole_filter_is_changed_and_taken_back(page: Page, live_server: LiveServer, shop: Sandbox) -> None:
    enter(page.context, live_server.url, "mina")
    page.goto(f"{live_server.url}/s/prod/offers/?q=offer")
    expect(page.locator(".bulk-bar")).to_be_hidden()
    boxes = page.locator("input[name=id]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator(".bulk-bar")).to_contain_text("4 selected")
    page.get_by_label("All 60 that match").check()
    page.get_by_role("button", name="Priority").click()
    page.get_by_label("Priority", exact=True).fill("5")
    page.get_by_role("button", name="See what would change").click()
    expect(page.locator(".start-bar")).to_contain_text("60 offers will change")
    page.fill("#note", "Prices rise")
    page.locator("button[name=leave]").first.click()
    expect(page.locator(".start-bar")).to_contain_text("59 offers will change")
    expect(page.locator("#said")).to_have_text("59 offers will change")
    expect(page.locator("#note")).to_have_value("Prices rise")
    page.get_by_role("button", name="Change 59 offers").click()
    expect(page.locator(".ended")).to_contain_text("59 offers changed", timeout=20_000)
    # The page asked for itself until then: what comes so is said.
    expect(page.locator("#said")).to_have_text("59 offers changed")
    assert LibraryItem.objects.filter(listing__priority=5).count() == 59
    page.get_by_role("button", name="Undo 59 offers").click()
    expect(page.locator(".start-bar")).to_contain_text("59 offers will change", timeout=20_000)
    page.fill("#note", "It was wrong")
    page.get_by_role("button", name="Undo 59 offers").click()
    expect(page.locator(".ended")).to_contain_text("59 offers changed", timeout=20_000)
    assert LibraryItem.objects.filter(listing__priority=5).count() == 0


def test_a_button_keeps_the_focus_while_the_page_asks_how_far_the_work_is(
    page: Page, live_server: LiveServer, shop: Sandbox
) -> None:
    enter(page.context, live_server.url, "mina")
    page.goto(f"{live_server.url}/s/prod/offers/?q=offer")
    page.locator("input[name=id]").first.check()
    page.get_by_label("All 60 that match").check()
    page.get_by_role("button", name="Priority").click()
    page.get_by_label("Priority", exact=True).fill("5")
    page.get_by_role("button", name="See what would change").click()
    page.locator(".progress-panel").get_by_role("button", name="Discard").focus()
    page.evaluate("""htmx.ajax("GET", location.href, {target: "#bulk", swap: "outerHTML"})""")
    expect(page.locator("#said")).to_have_text("Looking at what would change 0 of 60")
    expect(page.get_by_role("button", name="Discard")).to_be_focused()


def test_the_keyboard_alone_is_enough(page: Page, live_server: LiveServer, shop: Sandbox) -> None:
    enter(page.context, live_server.url, "mina")
    page.goto(f"{live_server.url}/s/prod/offers/")
    page.locator("input[name=id]").nth(2).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Dates").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bulk/new/")
    page.locator("input[value=shift]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Move start and end 7 days later")
    page.locator("#note").focus()
    page.keyboard.type("A week more")
    page.keyboard.press("Enter")
    expect(page.locator(".ended")).to_contain_text("1 offer changed")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_blocked_or_too_wide(
    page: Page, live_server: LiveServer, shop: Sandbox, theme: str, width: int
) -> None:
    complaints = complaints_of(page)
    enter(page.context, live_server.url, "mina")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 900})

    def look() -> None:
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url

    page.goto(f"{live_server.url}/s/prod/bulk/")
    look()
    page.goto(f"{live_server.url}/s/prod/offers/")
    for index in (0, 1, 2):
        page.locator("input[name=id]").nth(index).check()
    expect(page.locator(".bulk-bar")).to_be_visible()
    page.wait_for_timeout(300)  # the bar has risen, and is not see-through any more
    look()
    page.get_by_role("button", name="Patch").click()
    page.fill("#patch", '[{"op": "fly", "path": "/name"}]')
    page.get_by_role("button", name="See what would change").click()
    expect(page.locator("#refused")).to_contain_text("Operation 1")
    look()
    page.fill("#patch", '[{"op": "add", "path": "/description", "value": "Half price"}]')
    page.get_by_role("button", name="See what would change").click()
    page.locator("button[name=leave]").first.click()
    expect(page.locator("button[name=take]")).to_be_visible()
    look()
    page.fill("#note", "Why not")
    page.get_by_role("button", name="Change 2 offers").click()
    expect(page.locator(".ended")).to_be_visible()
    look()
    page.goto(f"{live_server.url}/s/prod/bulk/")
    look()
    # The page that refused the patch is a 422, which the browser notes down; nothing else may be there.
    assert [text for text in complaints if "422" not in text] == []


@pytest.mark.usefixtures("_somebody_works")
def test_it_all_works_without_javascript(browser: Any, live_server: LiveServer, shop: Sandbox) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page.context, live_server.url, "mina")
    page.goto(f"{live_server.url}/s/prod/offers/")
    page.locator("input[name=id]").first.check()
    page.locator("input[name=all]").check()
    page.click("button[value=add-tag]")
    page.select_option("#add-tag", "holiday")
    page.click("text=See what would change")
    deadline = 40
    while page.locator(".progress-panel").count() and deadline:
        page.wait_for_timeout(250)
        page.click("text=Refresh")
        deadline -= 1
    page.locator("button[name=leave]").first.click()
    expect(page.locator(".start-bar")).to_contain_text("59 offers will change")
    page.fill("#note", "Tagged")
    page.click("text=Change 59 offers")
    while page.locator(".progress-panel").count() and deadline:
        page.wait_for_timeout(250)
        page.click("text=Refresh")
        deadline -= 1
    expect(page.locator(".ended")).to_contain_text("59 offers changed")
    assert BulkRun.objects.get().state == "finished"
    context.close()
