"""The first journey: sign in, edit an offer, see the change before it is saved, find it in history, settle a conflict."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.ledger import history
from offers.ledger.verify import verify
from offers.models import LibraryItem, Membership, Sandbox
from tests.browser.complaints import complaints_of
from tests.browser.entering import enter
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, shown_in

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long password"


@pytest.fixture
def spring(transactional_db: None) -> LibraryItem:
    """An offer with one representation, and two people who may edit it."""
    sandbox = make_sandbox()
    admin = actor(sandbox, label="Jisoo Kim")
    make_placement(admin)
    make(admin, {"name": "Holiday 2026"}, Kind.TAG, "holiday")
    for name, given, family in (("mina", "Mina", "Park"), ("tomas", "Tomás", "Rivera")):
        user = User.objects.create_user(name, password=PASSWORD, first_name=given, last_name=family)
        Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return make(admin, offer(description="Ten percent off", representations=[shown_in("home")]), id="spring")


def sign_in(page: Page, live_server: LiveServer, name: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("#id_login", name)
    page.fill("#id_password", PASSWORD)
    page.click("button.btn-primary")
    expect(page.locator("h1")).to_have_text("Home")


def open_form(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/s/prod/offers/spring/edit/")
    expect(page.locator('[name="/name"]')).to_have_value("Spring sale")


def test_an_edit_is_previewed_saved_and_found_in_history(
    page: Page, live_server: LiveServer, spring: LibraryItem
) -> None:
    complaints = complaints_of(page)
    sign_in(page, live_server, "mina")
    page.goto(f"{live_server.url}/s/prod/offers/")
    page.get_by_role("link", name="Spring sale").first.click()
    page.get_by_role("link", name="Edit").first.click()
    page.fill('[name="/name"]', "Spring sale, longer")
    page.fill('[name="/rank/priority"]', "7")
    page.fill('[name="/representations/0/components/0/content"]', "<b>Hello you</b>")
    panel = page.locator("#preview")
    expect(panel.locator(".view-words")).to_contain_text("Priority")
    expect(panel.locator(".view-words ins").first).to_be_visible()
    panel.get_by_role("button", name="Patch").click()
    expect(panel.locator(".view-patch")).to_contain_text('"path": "/rank/priority"')
    panel.get_by_role("button", name="curl").click()
    expect(panel.locator(".view-curl")).to_contain_text("/data/core/dps/offers/spring")
    page.fill("#note", "Legal asked for it")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 2")
    page.get_by_role("link", name="History").first.click()
    newest = page.locator("main")
    expect(newest).to_contain_text("Mina Park")
    expect(newest).to_contain_text("Legal asked for it")
    expect(newest).to_contain_text("version 2")
    assert complaints == []
    document = history.document_at(spring, 2)
    assert document is not None
    assert (document["name"], document["rank"]) == ("Spring sale, longer", {"priority": 7})
    assert document["representations"][0]["components"][0]["content"] == "<b>Hello you</b>"
    assert list(verify(Sandbox.objects.all())) == []


def test_two_people_who_change_the_same_field_settle_it(
    page: Page, browser: Browser, live_server: LiveServer, spring: LibraryItem
) -> None:
    sign_in(page, live_server, "mina")
    open_form(page, live_server)
    other = browser.new_context(viewport={"width": 1440, "height": 900})
    theirs = other.new_page()
    enter(other, live_server.url, "tomas")
    open_form(theirs, live_server)
    theirs.fill('[name="/name"]', "Spring sale by Tomás")
    theirs.fill('[name="/rank/priority"]', "30")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator(".toast-item")).to_contain_text("Saved as version 2")
    other.close()

    page.fill('[name="/name"]', "Spring sale by Mina")
    page.fill('[name="/description"]', "Twelve percent off")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".conflict-notice")).to_contain_text("Tomás Rivera")
    contested = page.locator("[data-contested]")
    expect(contested).to_have_count(1)
    expect(page.locator("#save")).to_be_disabled()
    written = contested.locator("[name^='other:']")
    expect(written).to_be_hidden()
    contested.get_by_label("Write another").check()
    expect(written).to_be_visible()
    contested.get_by_label("Yours").check()
    expect(written).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 3, merged with version 2")
    document = LibraryItem.objects.get(pk=spring.pk).document
    assert (document["name"], document["rank"], document["description"]) == (
        "Spring sale by Mina",
        {"priority": 30},
        "Twelve percent off",
    )


def test_it_all_works_without_javascript(browser: Browser, live_server: LiveServer, spring: LibraryItem) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, live_server, "mina")
    open_form(page, live_server)
    page.fill('[name="/rank/priority"]', "9")
    page.locator("button.no-js", has_text="Review changes").click()
    expect(page.locator("#preview")).to_contain_text("Priority")
    assert LibraryItem.objects.get(pk=spring.pk).etag == 1
    page.locator("#save").click()
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 2")
    assert LibraryItem.objects.get(pk=spring.pk).priority == 9
    context.close()
