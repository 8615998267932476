"""The content editor: template expressions stand out, and JSON is checked while one types."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from tests.browser.complaints import complaints_of, violations
from tests.cast import actor, make, make_placement
from tests.web.edit.filling import EDIT

pytestmark = pytest.mark.django_db(transaction=True)

SAID_FIRST = "Hello"
CONTENT = "#f-representations-0-components-0-content"


def put(page: Page, text: str) -> None:
    """As by a paste: Playwright's own filling takes a minute for what is this long."""
    page.evaluate(
        """([of, text]) => {
        const area = document.querySelector(of);
        area.value = text;
        area.dispatchEvent(new Event("input", { bubbles: true }));
    }""",
        [CONTENT, text],
    )


def as_text(page: Page) -> None:
    """Let the first content be text, not HTML."""
    page.locator("[data-component] summary").first.click()
    types, label = page.locator("#f-representations-0-components-0-type"), page.locator(".component-text label").first
    types.select_option(label="Image")
    expect(label).to_have_text("Alternative text")
    expect(page.locator(".component-text [data-revert]").first).to_have_attribute(
        "aria-label", "Revert Alternative text"
    )
    types.select_option(label="Plain text")
    expect(label).to_have_text("Text")
    expect(page.locator("[data-kind]").first).to_have_text("Plain text")


def test_expressions_are_marked_and_one_that_is_open_is_named(form: Page) -> None:
    as_text(form)
    form.fill(CONTENT, "<b>Hi {{ profile.name }}</b>\n설날 {% if gold %}more{% endif %}" + "\na long line of words" * 9)
    expect(form.locator(".code-layer mark")).to_have_text(["{{ profile.name }}", "{% if gold %}", "{% endif %}"])
    expect(form.locator(".content-help span")).to_have_text("")
    boxes = [form.locator(of).evaluate("box => [box.clientWidth, box.scrollHeight]") for of in (".code-layer", CONTENT)]
    assert boxes[0] == boxes[1], "the marks lie under their words"
    form.fill(CONTENT, "<img src=x onerror=document.title='ran'> {{ profile.name")
    expect(form.locator(".content-help span")).to_have_text("{{ is never closed.")
    expect(form.locator(".code-layer img")).to_have_count(0)
    assert violations(form) == []


def test_html_has_an_editor_that_completes_expressions_and_gives_the_form_what_is_typed(
    form: Page, library: Sandbox
) -> None:
    complaints = complaints_of(form)
    rule = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "profile.loyalty.tier = 1"}}
    make(actor(library), rule, Kind.RULE)
    form.locator(CONTENT).scroll_into_view_if_needed()
    editor = form.locator(".cm-content")
    editor.click()
    form.keyboard.press("Control+a")
    form.keyboard.type("<b>Hi</b> {{pro")
    form.get_by_role("option", name="profile.loyalty.tier").click()
    expect(form.locator(CONTENT)).to_have_value("<b>Hi</b> {{profile.loyalty.tier}}")
    expect(form.locator(".code-expression")).to_have_text("{{profile.loyalty.tier}}")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    expect(form.locator("#changes-said")).to_contain_text("1 change")
    assert violations(form) == []
    form.keyboard.press("Tab")
    expect(form.locator("#f-representations-0-components-0-linkURL")).to_be_focused()
    form.keyboard.press("Shift+Tab")
    expect(editor).to_be_focused()
    for _step in range(9):
        form.keyboard.press("Control+z")
    expect(form.locator("#change-count")).to_have_text("No changes")

    # A label leads into it, and so does a script that fills the form's input.
    form.fill(CONTENT, "<i>\n{{ a\nb }}</i>")
    expect(editor).to_have_text("<i>{{ ab }}</i>")
    expect(form.locator(".code-expression")).to_have_text(["{{ a", "b }}"])
    form.locator(".edit-field", has=form.locator(CONTENT)).get_by_role("button", name="Revert").click()
    expect(editor).to_have_text(SAID_FIRST)
    expect(editor).to_be_focused()
    # Text has none, and what was typed is in its input.
    form.keyboard.press("End")
    form.keyboard.type("!")
    as_text(form)
    expect(editor).to_have_count(0)
    expect(form.locator(CONTENT)).to_have_value(f"{SAID_FIRST}!")
    assert complaints == []


def test_json_is_checked_and_formatted(
    signed_in: Page,
    live_server: LiveServer,
    library: Sandbox,
) -> None:
    make_placement(actor(library), id="feed", name="Feed", componentType="json")
    page = signed_in
    page.goto(live_server.url + EDIT)
    page.get_by_role("button", name="Add representation").click()
    page.locator("#f-representations-1-placement").select_option("feed")
    content = "#f-representations-1-components-0-content"
    field = page.locator(".edit-field", has=page.locator(content))
    said, button = field.locator(".content-help span"), field.get_by_role("button", name="Format")
    for wrong, place in [
        ('{"a": 1,\n "b": }', "line 2, column 7"),
        ('{"a": 01}', "line 1, column 8"),
        ("[1] 2", "column 5"),
    ]:
        page.fill(content, wrong)
        expect(said).to_contain_text(place)
        expect(button).to_be_hidden()
    page.fill(content, f"[{'1,' * 20_000}1]")
    expect(said).to_have_text("")
    page.fill(content, '{"to": "{{ name }}", "points": {{ points }}}')
    expect(said).to_have_text("")
    page.fill(content, '{"n":12345678901234567890,"list":[1,{}],"n":"a\\"b"}')
    button.click()
    expect(page.locator(content)).to_have_value(
        '{\n  "n": 12345678901234567890,\n  "list": [\n    1,\n    {}\n  ],\n  "n": "a\\"b"\n}'
    )
    expect(page.locator("#preview")).to_contain_text("12345678901234567890")


@pytest.mark.parametrize(("language", "said"), [("en", "Contents of {}|Remove {}"), ("ko", "{}의 콘텐츠|{} 제거")])
def test_a_card_is_called_after_the_placement_that_was_chosen_last(
    signed_in: Page, live_server: LiveServer, library: Sandbox, language: str, said: str
) -> None:
    make_placement(actor(library), id="feed", name="Feed")
    page = signed_in
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    page.goto(live_server.url + EDIT)
    head = page.locator(".representation .card-row-head")
    for chosen, name in (("feed", "Feed"), ("home", "Home")):
        head.locator("select").select_option(chosen)
        expect(head.locator(".fold-said b")).to_have_text(name)
        named = [head.locator(of).get_attribute("aria-label") for of in ("[data-fold-card]", '[value^="remove:"]')]
        assert named == said.replace("{}", name).split("|")


def test_a_key_in_a_long_text_of_emoji_makes_one_line_anew(form: Page) -> None:
    as_text(form)
    line = "😀🎉👨\u200d👩\u200d👧\u200d👦 sale {{ profile.name }} 설날\n"
    put(form, line * (190_000 // len(line.encode())))
    marks = form.locator(".code-layer mark").count()
    assert marks == 190_000 // len(line.encode())
    key = """async ([text, places]) => {
        const area = document.querySelector(text);
        const made = [];
        const observer = new MutationObserver((records) => {
          for (const record of records) for (const row of record.addedNodes) made.push(row.textContent);
        });
        observer.observe(area.parentElement.querySelector(".code-layer"), { childList: true });
        area.focus();
        for (const place of places) {
          area.setSelectionRange(place, place);
          document.execCommand("insertText", false, "x");
        }
        await new Promise((done) => setTimeout(done, 0));
        return made.length;
    }"""
    assert form.evaluate(key, [CONTENT, [0, 3_000, 60_000]]) == 3
    form.keyboard.press("Enter")
    form.keyboard.press("Backspace")
    expect(form.locator(".code-layer mark")).to_have_count(marks)
    boxes = [form.locator(of).evaluate("box => [box.clientWidth, box.scrollHeight]") for of in (".code-layer", CONTENT)]
    assert boxes[0] == boxes[1], "the marks still lie under their words"
    # Signs that nothing closes are no reason to read the rest of the text for each of them.
    started = form.evaluate("performance.now()")
    put(form, ("{{" * 30 + "{%" * 30 + "\n") * 1_500)
    expect(form.locator(".content-help span")).to_have_text("{{ is never closed.")
    assert form.evaluate("performance.now()") - started < 5_000, "a minute, when it is quadratic"
    form.fill(CONTENT, "{{ a\nb }} c {% d\n\ne %}")
    expect(form.locator(".code-layer mark")).to_have_text(["{{ a", "b }}", "{% d", "e %}"])


def layout_of(page: Page) -> Callable[[], float]:
    """For how many seconds a page was laid out until now."""
    measured = page.context.new_cdp_session(page)
    measured.send("Performance.enable")

    def laid_out() -> float:
        found = measured.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in found if metric["name"] == "LayoutDuration"))

    return laid_out


def test_a_key_in_a_long_text_in_the_editor_does_not_lay_all_of_it_out(form: Page) -> None:
    form.locator(CONTENT).scroll_into_view_if_needed()
    editor = form.locator(".cm-content")
    expect(editor).to_have_count(1)
    put(form, "<p>{{ a }} tab</p>\n" * 3_000)
    editor.click()
    laid_out = layout_of(form)
    before = laid_out()
    for _key in range(5):
        form.keyboard.type("a")
    assert laid_out() - before < 0.5, "half a second a key, with the form's own text area"
    assert "aaaaa" in form.locator(CONTENT).input_value()


def test_what_changes_in_a_long_text_is_laid_out_in_time(form: Page) -> None:
    """As words at every pause, and as the patch when one asks for it: each took up to ten seconds."""
    laid_out = layout_of(form)
    put(form, "<p>안녕 😀abc {{profile.name}}</p>\n" * 4_500)
    expect(form.locator("#changes ins").last).to_contain_text("안녕", timeout=60_000)
    form.locator("#changes [data-view=patch]").click(timeout=60_000)
    expect(form.locator("#changes .view-patch")).to_be_visible(timeout=60_000)
    assert laid_out() < 5
