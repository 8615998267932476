"""The other library objects in a real browser: their forms with the mouse, with the keyboard alone, and through axe."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Membership, Sandbox
from tests.browser.complaints import complaints_of, violations
from tests.browser.conftest import ZONE
from tests.browser.entering import enter
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, shown_in

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = {"placements": "home", "rules": "gold", "tags": "season", "collections": "spring", "decisions": "nba"}
SCOPE = {
    "id": "s1",
    "placements": ["home"],
    "optionSelection": {"filter": "spring"},
    "profileConstraint": {"profileConstraintType": "eligibilityRule", "eligibilityRule": "gold"},
    "rank": {"priority": 1, "order": {"orderEvaluationType": "static"}},
}


@pytest.fixture
def library(transactional_db: None) -> Sandbox:
    sandbox = make_sandbox()
    admin = actor(sandbox, label="Jisoo Kim")
    make_placement(admin, returnMetaData={"offerName": True})
    make_placement(admin, "kiosk", name="Kiosk")
    condition = {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'"}
    make(admin, {"name": "Gold members", "condition": condition}, Kind.RULE, "gold")
    for id, name in (("season", "Spring 2026"), ("other", "Other")):
        make(admin, {"name": name}, Kind.TAG, id)
    for number in range(15):
        # Ids without digits, so that a search for a number finds names only.
        chosen = f"sale-{chr(97 + number)}"
        make(admin, offer(name=f"Sale {number}", tags=["season"], representations=[shown_in("home")]), id=chosen)
    make(admin, {"name": "Spring offers", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")
    make(admin, {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet")
    decision = {"name": "Next best", "status": "draft", "fallback": "leaflet", "criteria": [SCOPE]}
    make(admin, decision, Kind.DECISION, "nba")
    user = User.objects.create_user("mina", password="a password", first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return sandbox


@pytest.fixture
def desk(page: Page, live_server: LiveServer, library: Sandbox) -> Page:
    enter(page.context, live_server.url, "mina", ZONE)
    return page


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_blocked_or_too_wide(
    desk: Page, live_server: LiveServer, width: int, theme: str
) -> None:
    complaints = complaints_of(desk)
    desk.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    desk.set_viewport_size({"width": width, "height": 900})
    for section, id in ITEMS.items():
        for page in ("", "new/", f"{id}/", f"{id}/edit/", f"{id}/delete/"):
            address = f"{live_server.url}/s/prod/{section}/{page}"
            desk.goto(address)
            assert violations(desk) == [], address
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, address
    assert complaints == []


def test_a_collection_is_made_with_the_keyboard_alone(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/s/prod/collections/")
    desk.get_by_role("link", name="New collection").first.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/collections/new/")
    expect(desk.locator("#f-name")).to_be_focused()
    desk.keyboard.type("By hand")
    desk.locator("[name='/filterType']:checked").focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".way-tags")).to_be_hidden()
    search = desk.locator("[name='find:/ids/offers']")
    search.focus()
    desk.keyboard.type("sale 13")
    expect(desk.locator(".way-offers .picker-found li")).to_have_count(1)
    expect(search).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    expect(desk.locator("#preview")).to_contain_text("Sale 13")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".toast-item")).to_contain_text("Created.")
    expect(desk.locator("h1")).to_have_text("By hand")
    made = LibraryItem.objects.get(listing__name="By hand")
    assert made.document["ids"] == [LibraryItem.objects.get(listing__name="Sale 13").id]


def test_what_was_ticked_stays_ticked_through_searches(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/s/prod/collections/spring/edit/")
    desk.get_by_text("Named offers").click()
    search, found = desk.locator("[name='find:/ids/offers']"), desk.locator(".way-offers .picker-found li")
    for name in ("Sale 13", "Sale 14"):
        search.fill(name)
        expect(found).to_have_text([re.compile(name)])
        found.locator("input").check()
    search.fill("")
    expect(desk.locator(".way-offers .picker-box > .picker-list input:checked")).to_have_count(2)
    expect(desk.locator("#preview")).to_contain_text("Named offers")
    desk.click("#save")
    expect(desk.locator(".toast-item")).to_contain_text("Saved as version 2.")
    names = {LibraryItem.objects.get(id=id).name for id in LibraryItem.objects.get(id="spring").document["ids"]}
    assert names == {"Sale 13", "Sale 14"}


def test_a_tick_while_a_search_is_under_way_is_not_lost(desk: Page, live_server: LiveServer) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "action=find%3A" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    desk.goto(f"{live_server.url}/s/prod/decisions/nba/edit/")
    desk.route("**/edit/", hold_the_first)
    desk.locator(".picker-more > summary").click()
    with desk.expect_request(lambda request: "action=find%3A" in (request.post_data or "")):
        desk.fill("[name='find:/criteria/0/placements']", "kio")
    desk.get_by_label("Kiosk").check()
    held[0].continue_()
    expect(desk.locator(".picker-found")).to_have_text("Nothing else matches.")
    expect(desk.locator(".picker-box > .picker-list input:checked")).to_have_count(2)


def test_a_scope_is_added_and_moved_up_and_goes_live(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/s/prod/decisions/nba/")
    desk.get_by_role("link", name="Edit", exact=True).click()
    desk.get_by_role("button", name="Add scope").click()
    scope = desk.locator(".scope-row").nth(1)
    scope.get_by_label("Kiosk").check()
    scope.get_by_label("Collection", exact=True).select_option(label="Spring offers")
    expect(scope.locator(".who-rule")).to_be_hidden()
    desk.get_by_role("button", name="Move up: 2").click()
    expect(desk.locator(".scope-row").nth(0).get_by_label("Kiosk")).to_be_checked()
    expect(desk.locator("#preview")).to_contain_text("Kiosk → Spring offers")
    desk.click("#save")
    expect(desk.locator(".toast-item")).to_contain_text("Saved as version 2.")
    desk.get_by_role("button", name="Go live").click()
    expect(desk.locator(".lead-line .state-live")).to_be_visible()
    document = LibraryItem.objects.get(id="nba").document
    assert document["criteria"] == [{"placements": ["kiosk"], "optionSelection": {"filter": "spring"}}, SCOPE]
    assert document["status"] == "live"


def test_the_size_of_a_condition_is_counted_as_it_is_typed(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/s/prod/rules/gold/edit/")
    count = desk.locator("[data-counts]")
    expect(count).to_have_text("13 of 15,360 bytes")
    desk.fill("#f-condition-value", "가" * 5121)
    expect(count).to_have_text("15,363 of 15,360 bytes")
    expect(count).to_have_class("hint count-hint only-js is-over")
    expect(desk.locator("#f-condition-value-problem")).to_contain_text("longer than 15360 bytes")


def test_a_delete_is_asked_about_and_taken_back(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/s/prod/tags/other/")
    desk.get_by_label("More actions").click()
    desk.get_by_role("link", name="Delete").click()
    desk.get_by_role("button", name="Delete").click()
    expect(desk.locator(".toast-item")).to_contain_text("Other is deleted.")
    desk.locator(".toast-item").get_by_role("link", name="Undo").click()
    desk.get_by_role("button", name="Bring it back").click()
    expect(desk.locator("h1")).to_have_text("Other")
