"""Rows of the edit form: dragged with the mouse, moved with the keyboard, with everything that was typed."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.complaints import complaints_of

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "#f-representations-0-components-0-content"
SECOND = "#f-representations-1-components-0-content"


def drag(page: Page, row: int, over: int) -> None:
    """Hold a row's handle above the upper part of another row."""
    page.locator("#representations").scroll_into_view_if_needed()
    # The rows came back from the server: until their previews are there, they may slip away from under the pointer.
    for _try in range(20):
        page.locator("#representations .card-row-head [data-grip]").nth(row).hover()
        page.mouse.down()
        if page.locator(".is-dragged").count():
            break
        page.mouse.up()
    box = page.locator("#representations .card-row").nth(over).bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=4)


def test_rows_are_dragged_and_moved_and_keep_what_was_typed(form: Page) -> None:
    form.set_viewport_size({"width": 1440, "height": 2600})
    expect(form.locator("[data-grip]")).to_have_count(0)
    form.fill(FIRST, "Typed just now")
    form.get_by_role("button", name="Add representation").click()
    expect(form.locator("#f-representations-1-placement")).to_be_focused()
    drag(form, 1, over=0)
    expect(form.locator(".drop-before")).to_have_count(1)
    with form.expect_response(lambda answer: answer.request.method == "POST") as looked:
        form.evaluate("htmx.trigger('#changes', 'look')")
    looked.value.finished()
    expect(form.locator(".drop-before")).to_have_count(1)
    form.keyboard.press("Escape")
    expect(form.locator(".drop-before")).to_have_count(0)
    form.mouse.up()
    expect(form.locator(FIRST)).to_have_value("Typed just now")
    drag(form, 1, over=0)
    form.mouse.up()
    expect(form.locator(SECOND)).to_have_value("Typed just now")
    expect(form.locator("#f-representations-1-placement")).to_have_value("home")

    form.locator('[value="up:/representations/1"]').focus()
    form.keyboard.press("Enter")
    expect(form.locator(FIRST)).to_have_value("Typed just now")
    expect(form.locator("#row-moved")).to_have_text("Moved to 1 of 2")
    expect(form.locator('[value="down:/representations/0"]')).to_be_focused()


def test_what_is_typed_while_rows_are_on_their_way_is_kept(form: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or "add%3A" not in (route.request.post_data or ""):
            return route.continue_()
        return held.append(route)

    form.route("**/edit/", hold_the_first)
    form.get_by_role("button", name="Add representation").click()
    form.fill(FIRST, "Typed meanwhile")
    # Another row, asked for before this one is there, is not: what came later would take its place.
    form.get_by_role("button", name="Add language").click()
    held[0].continue_()
    expect(form.locator("#f-representations-1-placement")).to_be_focused()
    expect(form.locator(FIRST)).to_have_value("Typed meanwhile")
    expect(form.locator("[data-component]")).to_have_count(2)


def test_a_removed_row_comes_back_beside_what_was_typed_since(form: Page) -> None:
    for text, place in ((FIRST, "First"), (SECOND, "Second")):
        if text == SECOND:
            form.get_by_role("button", name="Add representation").click()
            expect(form.locator("#f-representations-1-placement")).to_be_focused()
        form.fill(text, place)
    form.locator('[value="remove:/representations/0"]').click()
    expect(form.locator(FIRST)).to_have_value("Second")
    form.fill(FIRST, "Second, and typed since")
    form.locator("[data-undo-remove]").click()
    expect(form.locator(FIRST)).to_have_value("First")
    expect(form.locator(SECOND)).to_have_value("Second, and typed since")


def test_what_was_chosen_since_stays_chosen_when_a_removed_row_comes_back(form: Page) -> None:
    def events(row: int) -> Locator:
        return form.locator(f'[type=checkbox][name="/frequencyCappingConstraints/{row}/events"]')

    for row in (0, 1):
        form.get_by_role("button", name="Add limit").click()
        expect(events(row).first).to_be_visible()
    before = events(1).evaluate_all("all => all.map((one) => one.checked)")
    form.locator('button[value="remove:/frequencyCappingConstraints/0"]').click()
    expect(events(1)).to_have_count(0)
    for event in (0, 1):
        events(0).nth(event).click()
    form.locator("[data-undo-remove]").click()
    expect(events(1)).to_have_count(len(before))
    for event, was_checked in enumerate(before):
        expect(events(0).nth(event)).to_be_checked(checked=was_checked)
        expect(events(1).nth(event)).to_be_checked(checked=was_checked != (event < 2))


def test_who_types_while_rows_are_on_their_way_goes_on_typing_in_the_same_one(form: Page) -> None:
    complaints = complaints_of(form)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or "action=add" not in (route.request.post_data or ""):
            return route.continue_()
        return held.append(route)

    editor = form.locator("[data-component]:not(.is-behind) .cm-content")
    form.route("**/edit/", hold_the_first)
    form.locator(FIRST).scroll_into_view_if_needed()
    expect(editor).to_have_count(1)
    form.get_by_role("button", name="Add language").click()
    editor.click()
    form.keyboard.press("Control+End")
    form.keyboard.type(" dear")
    form.keyboard.press("ArrowLeft")
    keyboard = form.context.new_cdp_session(form)
    syllable = {"text": "하", "selectionStart": 1, "selectionEnd": 1}
    keyboard.send("Input.imeSetComposition", syllable)
    with form.expect_response(lambda answer: "action=add" in (answer.request.post_data or "")):
        held[0].continue_()
    form.wait_for_timeout(200)
    expect(form.locator("[data-component]")).to_have_count(1)
    keyboard.send("Input.imeSetComposition", {**syllable, "text": "한"})
    keyboard.send("Input.insertText", {"text": "한"})
    expect(form.locator("[data-component]")).to_have_count(2)
    expect(editor).to_be_focused()
    form.keyboard.type("est custome")
    expect(form.locator(FIRST)).to_have_value("Hello dea한est customer")
    # An editor that went with its rows, and came back with them, works on.
    form.get_by_text("Language and type").first.click()
    form.get_by_role("button", name="Remove HTML").first.click()
    expect(form.locator("[data-component]")).to_have_count(1)
    form.locator("[data-undo-remove]").click()
    expect(form.locator("[data-component]")).to_have_count(2)
    editor.click()
    form.keyboard.press("Control+End")
    form.keyboard.type("!")
    expect(form.locator(FIRST)).to_have_value("Hello dea한est customer!")
    # What is said of a row may come when that is gone.
    assert [one for one in complaints if not one.startswith("htmx:oobErrorNoTarget")] == []
