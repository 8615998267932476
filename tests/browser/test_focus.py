"""Where the keyboard goes on: after a search, an order, a chip, a row, a save and a conflict; and where the form says one is."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import Role, actor, patch, replace
from tests.web.edit.filling import EDIT

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = "#f-representations-{}-components-0-content"


def test_a_search_is_one_step_of_the_browsers_history_and_the_list_keeps_the_focus(
    signed_in: Page,
    live_server: LiveServer,
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/s/prod/offers/?status=draft")
    steps = page.evaluate("history.length")
    page.locator("#q").focus()
    for text in ("sum", "mer", " s"):
        page.keyboard.type(text)
        expect(page).to_have_url(re.compile(f"q=.*{text.strip()}(&|$)"))
    assert page.evaluate("history.length") == steps + 1
    page.keyboard.press("Tab")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/offers/\?status=draft$"))
    expect(page.locator("#q")).to_have_value("")

    page.locator("#sort-name").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending] a")).to_be_focused()
    page.goto(f"{live_server.url}/s/prod/offers/?status=draft&q=sale")
    page.locator("#chip-1").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip-remove")).to_have_count(1)
    expect(page.locator("#chip-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result-line")).to_be_focused()


def test_the_form_keeps_the_focus_its_previews_and_its_place(
    form: Page,
    live_server: LiveServer,
) -> None:
    marked = form.locator(".edit-index [aria-current]")
    # All of the page is there, and moves no more under who points at it.
    form.wait_for_load_state("networkidle")
    for name in ("Limits", "Attributes", "Details", "When", "Representations"):
        link = form.locator(".edit-index").get_by_role("link", name=name)
        link.click()
        expect(form).to_have_url(re.compile(f"{link.get_attribute('href')}$"))
        expect(marked).to_have_text(name)
        # The index stands still once the page was scrolled: before, a click would meet what comes under the pointer.
        form.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    form.fill(CONTENT.format(0), "Typed just now")
    form.get_by_role("button", name="Add representation").click()
    # What is filled in as the focus goes elsewhere would be typed there.
    expect(form.locator("#f-representations-1-placement")).to_be_focused()
    form.fill(CONTENT.format(1), "Second")
    form.get_by_role("button", name="Add representation").click()
    expect(form.locator("#f-representations-2-placement")).to_be_focused()
    form.get_by_role("button", name="Add language").first.click()
    # A second one is asked for its language first.
    expect(form.locator("#f-representations-0-components-1-language")).to_be_focused()
    form.locator("[data-component] >> nth=1").get_by_role("button", name=re.compile("^Remove")).click()
    expect(form.locator("[data-component]")).to_have_count(3)
    form.locator("#f-representations-1-placement").select_option("home")
    for place, text in enumerate(("Typed just now", "Second")):
        # A preview loads when it comes into view.
        form.locator("[data-component]").nth(place).scroll_into_view_if_needed()
        shown = form.frame_locator(f"[data-component] >> nth={place} >> iframe")
        expect(shown.locator("body")).to_have_text(text)
    devices = form.locator("[data-component] .device")
    expect(devices.last).to_have_class("device device-plain")
    expect(devices.first).to_have_class("device device-browser")

    form.locator('[value="remove:/representations/1"]').focus()
    form.keyboard.press("Enter")
    expect(form.locator(".card-row-head")).to_have_count(2)
    expect(form.locator('[value="remove:/representations/1"]')).to_be_focused()
    save, toast = form.locator("#save").bounding_box(), form.locator(".toast-undo").bounding_box()
    assert save
    assert toast
    assert toast["y"] + toast["height"] <= save["y"], "the toast leaves Save free"
    form.locator("[data-undo-remove]").click()
    expect(form.locator('[value="remove:/representations/1"]')).to_be_focused()
    for left in (2, 1):
        form.locator('[value="remove:/representations/1"]').click()
        expect(form.locator(".card-row-head")).to_have_count(left)

    form.fill("#f-name", "Winter sale")
    form.keyboard.press("Control+s")
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")
    expect(form.locator("h1")).to_be_focused()
    expect(form.locator("#said")).to_contain_text("Saved as version 4.")
    form.goto(live_server.url + EDIT)
    form.fill("#f-name", "Winter coats")
    item = LibraryItem.objects.select_related("sandbox").get(id="sale")
    patch(actor(item.sandbox, label="Jisoo Kim"), item, replace("/name", "Autumn sale"))
    form.locator("#save").click()
    expect(form.locator(".conflict-notice")).to_be_focused()
    form.get_by_role("button", name="Back to the form").click()
    expect(form.locator("#f-name")).to_be_focused()

    # In a window of its own: what was typed here is not saved, and a page that is left would ask.
    decision = form.context.new_page()
    decision.goto(f"{live_server.url}/s/prod/decisions/new/")
    expect(decision.locator(".edit-index [aria-current]")).to_have_text("Details")
    decision.mouse.wheel(0, 5000)
    expect(decision.locator(".edit-index [aria-current]")).to_have_text("When nothing fits")


def test_what_closes_does_not_take_the_focus_with_it_and_what_comes_is_said(
    signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    for address in ("offers/", "offers/sale/", "offers/sale/history/", "audit/", "reviews/"):
        page.goto(f"{live_server.url}/s/prod/{address}")
        menus = page.locator("details[data-menu]:visible")
        for number in range(menus.count()):
            summary = menus.nth(number).locator("summary").first
            summary.press("Enter")
            page.keyboard.press("Tab")
            page.keyboard.press("Escape")
            expect(summary, address).to_be_focused()
            expect(menus.nth(number)).not_to_have_attribute("open", "")
    summary.press("Enter")
    page.locator("h1 ~ *, .filters select").first.focus()
    expect(page.locator("details[data-menu][open]"), "an open menu would cover what has the focus").to_have_count(0)

    page.goto(f"{live_server.url}/s/prod/offers/?q=nothing")
    page.fill("#q", "summer")
    expect(page.locator("#said")).to_have_text("1 offer")
    page.fill("#q", "winter sale")
    expect(page.locator("#said")).to_have_text("No offer matches “winter sale”")
    page.goto(f"{live_server.url}/s/prod/tags/")
    page.fill("#q", "holi")
    expect(page.locator("#said")).to_have_text("1 result")

    page.goto(f"{live_server.url}/s/prod/offers/?q=sale")
    # Readers hear what changes in a region, not a region that comes in its place.
    page.evaluate("window.region = document.getElementById('toasts')")
    priority = page.locator("[data-in-place=priority]")
    priority.press("Enter")
    page.locator("#in-place input[type=text]").fill("12")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved as version 4.")
    assert page.evaluate("window.region.isConnected")
    expect(priority).to_be_focused()
    page.locator(".toast-close").press("Enter")
    expect(page.locator(".toast-item")).to_have_count(0)
    expect(priority).to_be_focused()


def test_the_drawer_of_changes_has_the_focus_and_gives_it_back_and_says_how_many_there_are(form: Page) -> None:
    form.set_viewport_size({"width": 390, "height": 800})
    form.fill("#f-description", "Cold drinks")
    form.fill("#f-name", "")
    said = form.locator("#changes-said")
    expect(said).to_have_text("2 changes · 1 problem")
    # What is not seen is not heard.
    assert said.evaluate("said => said.checkVisibility({visibilityProperty: true})")
    handle, close = form.locator(".drawer-open"), form.locator(".drawer-close")
    for key in ("Enter", "Escape"):
        handle.press("Enter")
        expect(close).to_be_focused()
        form.keyboard.press(key)
        expect(handle).to_be_focused()
    handle.press("Enter")
    form.locator("#changes [data-problem]").press("Enter")
    expect(form.locator("#f-name")).to_be_focused()


def test_a_link_in_the_panel_stays_where_it_is_clicked_and_keeps_the_focus(form: Page) -> None:
    form.fill("#f-name", "")
    link = form.locator("#changes [data-problem]")
    link.evaluate("link => { link.marked = true; }")
    with form.expect_response(lambda answer: answer.request.method == "POST"):
        link.focus()  # The field is left, and the changes are asked for once more.
    form.wait_for_load_state("networkidle")
    assert link.evaluate("link => link.marked"), "the same answer takes nothing away"
    expect(link).to_be_focused()
    form.locator("#f-description").evaluate(
        "field => { field.value = 'Cold drinks'; field.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    expect(form.locator("#changes-said")).to_have_text("2 changes · 1 problem")
    expect(link).to_be_focused()


def test_what_is_refused_has_the_focus(signed_in: Page, live_server: LiveServer, library: Sandbox) -> None:
    Membership.objects.update(role=Role.ADMIN)
    page = signed_in
    page.goto(f"{live_server.url}/s/prod/audit/sample/")
    page.fill("[name=from]", "2026-02-01")
    page.fill("[name=to]", "2026-01-01")
    page.locator("form:has([name=size]) .btn-primary").press("Enter")
    expect(page.locator(".notice-error")).to_be_focused()
    page.goto(f"{live_server.url}/accounts/password/change/")
    for number in ("1", "2"):
        page.fill(f"#id_password{number}", "correct horse battery")
    page.fill("#id_oldpassword", "not this one")
    page.keyboard.press("Enter")
    expect(page.locator("#id_oldpassword")).to_be_focused()
    expect(page.locator("#id_oldpassword")).to_have_attribute("aria-invalid", "true")
