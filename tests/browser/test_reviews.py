"""A request is looked at and decided in a real browser, with the keyboard alone."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import ChangeRequest, LibraryItem, Membership, Sandbox
from offers.review import comments
from offers.review.comments import About
from tests.browser.complaints import LOOKS, complaints_of, violations
from tests.cast import Role, actor, make, make_sandbox, patch, replace
from tests.review.asking import ask, now
from tests.review.conftest import member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coats(library: Sandbox) -> LibraryItem:
    """A live offer with a request for it, and another request that does not fit any more; the browser's person reviews."""
    Membership.objects.update(role=Role.REVIEWER)
    coats: LibraryItem = LibraryItem.objects.get(document__name="Winter coats")
    sale = LibraryItem.objects.get(id="sale")
    bora = member(library, "bora", Role.EDITOR)
    ask(bora, sale, replace("/rank/priority", 9))
    patch(actor(library, label="Jisoo Kim"), sale, replace("/rank/priority", 8))
    request = ask(bora, coats, replace("/name", "Coats"))
    comments.say(bora, request, "Shorter?", About(coats.id, ("name",)), "Coat")
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE)
    return coats


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    signed_in: Page, live_server: LiveServer, coats: LibraryItem, theme: str, width: int
) -> None:
    complaints = complaints_of(signed_in)
    signed_in.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    signed_in.set_viewport_size({"width": width, "height": 900})
    item = f"../offers/{coats.id}/"
    for address in ("", "?tab=all", "1/", "2/", "../inbox/", item, f"{item}edit/", f"{item}status/draft/"):
        signed_in.goto(f"{live_server.url}/s/prod/reviews/{address}")
        assert violations(signed_in) == [], address
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, address
    assert complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_phone_leads_to_the_decision_from_anywhere_in_the_changes(
    browser: Browser, signed_in: Page, live_server: LiveServer, coats: LibraryItem, script: bool
) -> None:
    many = {"op": "add", "path": "/characteristics", "value": {f"size{number}": "Any" for number in range(30)}}
    ask(member(coats.sandbox, "suji", Role.EDITOR), coats, [many])
    state = signed_in.context.storage_state()
    context = browser.new_context(
        viewport={"width": 390, "height": 560}, has_touch=True, java_script_enabled=script, storage_state=state
    )
    phone = context.new_page()
    phone.goto(f"{live_server.url}/s/prod/reviews/3/")
    approve, bar = phone.locator("[data-key=a]"), phone.get_by_role("link", name="Decide")
    expect(approve).not_to_be_in_viewport()
    expect(bar).to_be_in_viewport(ratio=1)
    box = bar.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    bar.tap()
    for key in "arx":
        expect(phone.locator(f"[data-key={key}]")).to_be_in_viewport(ratio=1)
    assert ChangeRequest.objects.get(number=3).state == "open", "the bar decides nothing"
    context.close()


def test_a_request_is_approved_with_the_keyboard_alone(
    signed_in: Page, live_server: LiveServer, coats: LibraryItem
) -> None:
    signed_in.goto(f"{live_server.url}/s/prod/reviews/2/")
    signed_in.get_by_label("Note", exact=True).fill("Not lost")
    signed_in.get_by_role("button", name="Resolve").press("Enter")
    expect(signed_in.locator("[id^=comment-]")).to_be_focused()
    expect(signed_in.get_by_label("Note", exact=True)).to_have_value("Not lost")
    signed_in.goto(f"{live_server.url}/s/prod/reviews/")
    signed_in.keyboard.press("j")
    signed_in.keyboard.press("a")
    expect(signed_in.get_by_role("button", name="Approve")).to_be_focused()
    signed_in.keyboard.press("r")
    expect(signed_in.get_by_label("Note", exact=True)).to_be_focused()
    # Enter after a reason says what the key has asked for, not the opposite.
    signed_in.keyboard.type("Why?")
    signed_in.keyboard.press("Tab")
    expect(signed_in.get_by_role("button", name="Request changes")).to_be_focused()
    signed_in.get_by_role("button", name="Approve").press("Enter")
    expect(signed_in.locator(".toast-item")).to_contain_text("Approved and applied.")
    assert now(coats).name == "Coats"
    signed_in.keyboard.press("n")
    signed_in.wait_for_url("**/reviews/1/")


def test_what_is_written_goes_along_with_the_forms_of_their_own_of_a_conflict_and_of_a_time(
    signed_in: Page, live_server: LiveServer, coats: LibraryItem
) -> None:
    Membership.objects.update(role=Role.ADMIN)
    complaints = complaints_of(signed_in)
    signed_in.goto(f"{live_server.url}/s/prod/reviews/1/")
    written = {"#comment": "Which?", "[name^='comment [']": "Here", "#suggestion": "7"}
    signed_in.locator(".thread-quiet summary").first.click()
    signed_in.get_by_text("On one field, or with a suggestion").click()
    for place, words in written.items():
        signed_in.locator(place).fill(words)
    signed_in.locator("#about").select_option(value='["sale","rank","priority"]')
    signed_in.locator("[data-contested] [value=yours]").check()
    signed_in.get_by_role("button", name="Settle", exact=True).click()
    expect(signed_in.locator(".toast-item")).to_contain_text("Settled.")
    for place, words in written.items():
        expect(signed_in.locator(place)).to_have_value(words)
        expect(signed_in.locator(place)).to_be_visible()
    signed_in.locator(".review-when summary").click()
    when = signed_in.get_by_label("When it is made")
    when.select_option("moment")
    side, panel = (signed_in.locator(place).bounding_box() for place in (".review-when", "#decision"))
    assert side
    assert panel
    assert side["x"] + side["width"] <= panel["x"] + panel["width"], "it opens within its panel"
    when.select_option("now")
    signed_in.get_by_role("button", name="Set time").click()
    expect(signed_in.locator(".toast-item")).to_contain_text("It has no time of its own any more.")
    for place, words in written.items():
        expect(signed_in.locator(place)).to_have_value(words)
    expect(signed_in.locator("#about")).to_have_value('["sale","rank","priority"]')
    assert complaints == []


def test_what_is_chosen_in_a_promotion_is_told_at_once_and_everywhere_alike(
    signed_in: Page, live_server: LiveServer, coats: LibraryItem
) -> None:
    stage = make_sandbox("stage")
    Membership.objects.create(sandbox=stage, user=User.objects.get(username="mina"), role=Role.EDITOR)
    make(actor(stage), {**coats.document, "name": "Theirs", "rank": {"priority": 77}}, id=coats.id)
    complaints = complaints_of(signed_in)
    signed_in.goto(f"{live_server.url}/s/prod/promote/?id={coats.id}")
    counts, bar = signed_in.locator("#promote-counts"), signed_in.locator("#promote-bar")
    card, propose = signed_in.locator("[aria-labelledby=row-1]"), signed_in.get_by_role("button", name="Propose change")
    for said in (counts, card, bar):
        expect(said).to_contain_text("2 fields left to decide")
    expect(propose).to_be_disabled()
    signed_in.get_by_label("Title").fill("Promotion")
    first = signed_in.locator("#pick-1-1-source")
    first.check()
    for said in (counts, card, bar):
        expect(said).to_contain_text("1 field left to decide")
    expect(first).to_be_focused()
    expect(card.locator(".change-rows li")).to_have_count(1)
    take_all = signed_in.get_by_role("button", name="Take all from")
    take_all.click()
    expect(card.locator(".change-rows li")).to_have_count(2)
    expect(take_all).to_be_focused()
    for said in (counts, card):
        expect(said).to_contain_text("Changes there")
        expect(said).not_to_contain_text("left to decide")
    expect(bar).to_contain_text("All decided")
    signed_in.get_by_role("button", name="Keep all of").click()
    expect(signed_in.get_by_role("status").first).to_contain_text("Nothing is to be promoted")
    expect(propose).to_have_count(0)
    signed_in.locator("#pick-1-2-source").check()
    expect(propose).to_be_enabled()
    expect(signed_in.get_by_label("Title")).to_have_value("Promotion")
    assert complaints == []
