"""The edit form in a real browser: changes as one types, rows, previews in frames, the drawer, and what axe says."""

import pytest
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem
from tests.browser.complaints import LOOKS, complaints_of, violations
from tests.cast import actor, patch, replace
from tests.web.edit.filling import EDIT

pytestmark = pytest.mark.django_db(transaction=True)


# How long after a key the panel says so, in milliseconds, without the time that the server took.
ANSWERED = """async () => {
  const found = [];
  const name = document.querySelector("#f-name");
  for (const text of ["One", "Two", "Three", "Four"]) {
    performance.clearResourceTimings();
    const started = performance.now();
    name.value = text;
    name.dispatchEvent(new Event("input", { bubbles: true }));
    while (!document.querySelector("#preview").textContent.includes(text)) await new Promise(requestAnimationFrame);
    const said = performance.now();
    const [asked] = performance.getEntriesByType("resource").filter((one) => one.initiatorType === "xmlhttprequest");
    found.push(said - started - (asked ? asked.responseEnd - asked.requestStart : 0));
  }
  return found;
}"""


def test_a_changed_field_is_marked_told_and_reverted(form: Page) -> None:
    form.fill("#f-name", "Winter sale")
    expect(form.locator("#preview ins")).to_have_text("Winter")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    field = form.locator(".edit-field", has=form.locator("#f-name"))
    expect(field).to_have_class("field edit-field field-line is-changed")
    field.get_by_role("button", name="Revert Name").click()
    expect(form.locator("#f-name")).to_have_value("Summer sale")
    expect(form.locator("#change-count")).to_have_text("No changes")
    expect(field).to_have_class("field edit-field field-line")


def test_the_changes_come_soon_beside_what_one_types_into_which_stays_where_it_is(form: Page) -> None:
    for _step in range(2):
        form.keyboard.press("Tab")
    form.keyboard.press("Enter")
    expect(form.locator("#f-selectionConstraint-endDate")).to_be_focused()

    expect(form.locator("#changes")).to_be_hidden()
    link = form.locator("#f-representations-0-components-0-linkURL")
    looked_at = [link, form.locator(".component-text").first, form.locator(".component-preview").first]
    link.click()
    # Previews come when they are in view, and what stands above has its height then.
    form.wait_for_load_state("networkidle")
    before = [one.bounding_box() for one in looked_at]
    # A page of the web is as wide as the text, and laid out as on a screen that is wider.
    text, preview = before[1:]
    assert text
    assert preview
    assert text["width"] == preview["width"]
    assert form.locator(".component-preview iframe").evaluate("frame => frame.clientWidth") > 1.1 * preview["width"]
    form.keyboard.type("h")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    expect(form.locator("#changes")).to_be_visible()
    assert [one.bounding_box() for one in looked_at] == before
    waited = form.evaluate(ANSWERED)
    assert min(waited) < 110, "150 ms with the server"


def test_a_problem_stands_at_its_field_while_one_types(form: Page) -> None:
    form.fill("#f-rank-priority", "many")
    expect(form.locator("#f-rank-priority-problem")).to_have_text("This must be a whole number.")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    expect(form.locator("#change-count")).to_contain_text("1 problem")
    expect(form.locator("#preview")).to_contain_text("many")
    form.get_by_role("link", name="Priority").click()
    expect(form.locator("#f-rank-priority")).to_be_focused()
    form.fill("#f-rank-priority", "8")
    expect(form.locator("#f-rank-priority-problem")).to_be_hidden()
    form.fill("#f-description", "x")
    expect(form.locator("#preview")).to_contain_text("Description")
    form.fill("#f-name", "")
    expect(form.locator("#f-name-problem")).to_have_text("This field is required.")
    expect(form.locator("#f-name")).to_have_attribute("aria-invalid", "true")
    # What is only better known is counted where nothing is wrong.
    form.fill("#f-name", "Summer sale")
    form.fill("#f-selectionConstraint-startDate", "2001-01-01T00:00")
    form.fill("#f-selectionConstraint-endDate", "2001-02-01T00:00")
    expect(form.locator("#change-count .warning-count")).to_have_text("1 warning")
    expect(form.locator("#changes-said")).to_have_text("4 changes · 1 warning")


def test_what_is_being_saved_is_not_sent_again_by_a_second_press(form: Page) -> None:
    pressed = form.evaluate("""() => new Promise((done) => {
      let pressed = 0;
      const press = () => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true }));
      document.getElementById("save").addEventListener("click", () => { pressed += 1; });
      window.addEventListener("submit", (event) => {
        if (!event.defaultPrevented) press();
        event.preventDefault();
        done(pressed);
      });
      press();
    })""")
    assert pressed == 1


def test_a_refused_save_is_above_the_form_with_the_focus_and_stays_at_each_field(form: Page) -> None:
    form.set_viewport_size({"width": 390, "height": 844})
    form.fill("#f-name", "")
    form.fill("#f-rank-priority", "many")
    form.keyboard.press("Control+s")
    expect(form.locator("#refused")).to_be_focused()
    expect(form.locator("#refused")).to_be_in_viewport()
    expect(form.locator("#refused")).to_contain_text("Not saved. 2 problems")
    expect(form.locator(".drawer-open .problem-count")).to_have_text("2 problems")
    form.wait_for_timeout(800)  # the page looks once more by itself, as after every load
    expect(form.locator("#f-name-problem")).to_have_text("This field is required.")
    expect(form.locator("#f-name")).to_have_attribute("aria-describedby", "f-name-problem")
    assert violations(form) == []
    form.locator("#refused").get_by_role("link", name="Name").click()
    expect(form.locator("#f-name")).to_be_focused()
    form.fill("#f-name", "Winter sale")
    expect(form.locator("#refused")).to_contain_text("1 problem")
    expect(form.locator("#f-name-problem")).to_be_hidden()
    expect(form.locator("#f-name")).not_to_have_attribute("aria-invalid", "true")
    form.fill("#f-rank-priority", "8")
    expect(form.locator("#refused")).to_be_hidden()
    expect(form.locator("#f-rank-priority")).to_have_attribute(
        "aria-describedby", "f-rank-priority-hint f-rank-priority-problem"
    )


def test_a_removed_row_comes_back_with_what_was_typed_into_it(form: Page) -> None:
    content = "#f-representations-0-components-0-content"
    form.fill(content, "Typed just now")
    form.locator('[value="remove:/representations/0"]').click()
    expect(form.locator(content)).to_have_count(0)
    form.locator("[data-undo-remove]").click()
    expect(form.locator(content)).to_have_value("Typed just now")
    expect(form.locator("#preview ins")).to_have_text("Typed just now")


def test_a_new_row_gets_the_focus_and_its_preview_is_framed_without_scripts(form: Page) -> None:
    steps = form.evaluate("history.length")
    form.get_by_role("button", name="Add representation").click()
    placement = form.locator("#f-representations-1-placement")
    expect(placement).to_be_focused()
    placement.select_option("home")
    form.fill(
        "#f-representations-1-components-0-content", "<b>Hi</b><script>document.body.textContent = 'ran'</script>"
    )
    frame = form.frame_locator("[data-component] >> nth=1 >> iframe")
    expect(frame.locator("b")).to_have_text("Hi")
    assert form.locator("[data-component] >> nth=1 >> iframe").get_attribute("sandbox") == ""
    assert form.evaluate("history.length") == steps


def test_save_is_idle_where_nothing_is_changed_however_often_that_was_looked_at(form: Page) -> None:
    save, priority = form.locator("#save"), form.locator("#f-rank-priority")
    expect(save).to_be_disabled()
    was = priority.input_value()
    priority.fill("77")
    expect(save).to_be_enabled()
    for same in (was, f" {was}", f"{was} "):
        with form.expect_response(lambda answer: "action=preview" in (answer.request.post_data or "")):
            priority.fill(same)
        expect(save).to_be_disabled()


def test_enter_saves_nothing_by_accident_and_ctrl_s_saves(form: Page) -> None:
    form.fill("#f-name", "Winter sale")
    form.press("#f-name", "Enter")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    assert LibraryItem.objects.get(id="sale").etag == 3
    form.keyboard.press("Control+s")
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")
    assert LibraryItem.objects.get(id="sale").name == "Winter sale"


def test_leaving_with_changes_asks_first(form: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    form.on("dialog", answer)
    form.fill("#f-name", "Winter sale")
    form.get_by_role("link", name="Discard").click()
    expect(form.locator("#f-name")).to_have_value("Winter sale")
    assert asked == ["Discard what you changed?"]


def test_on_a_small_screen_the_changes_are_a_drawer_with_a_count(form: Page) -> None:
    form.set_viewport_size({"width": 390, "height": 844})
    expect(form.locator("#changes")).not_to_be_visible()
    form.fill("#f-name", "Winter sale")
    form.get_by_role("button", name="1 change").click()
    expect(form.locator("#changes")).to_be_visible()
    form.keyboard.press("Escape")
    expect(form.locator("#changes")).not_to_be_visible()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_on_the_form_and_the_conflict_page(
    form: Page, live_server: LiveServer, theme: str, width: int
) -> None:
    complaints = complaints_of(form)
    form.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    form.set_viewport_size({"width": width, "height": 900})
    form.goto(f"{live_server.url}/s/prod/offers/new/")
    assert violations(form) == []
    form.goto(live_server.url + EDIT)
    for button in ("Add representation", "Add limit", "Add attribute"):
        form.get_by_role("button", name=button).click()
    expect(form.locator(".attribute-row.is-new")).to_be_visible()
    expect(form.locator("#problems")).to_be_attached()
    assert violations(form) == []
    assert form.evaluate("document.documentElement.scrollWidth") <= width
    form.set_viewport_size({"width": 320, "height": 900})
    form.wait_for_timeout(200)
    assert form.evaluate("document.documentElement.scrollWidth") <= 320
    form.set_viewport_size({"width": width, "height": 900})
    if width > 1000:
        form.locator("summary.person").click()
        assert violations(form) == []
    assert complaints == []
    form.goto("about:blank")
    form.goto(live_server.url + EDIT)
    form.fill("#f-name", "Winter sale")
    item = LibraryItem.objects.select_related("sandbox").get(id="sale")
    patch(actor(item.sandbox, label="Jisoo Kim"), item, replace("/name", "Autumn sale"))
    form.locator("#save").click()
    expect(form.locator("#save")).to_be_disabled()
    assert violations(form) == []
    assert form.evaluate("document.documentElement.scrollWidth") <= width
