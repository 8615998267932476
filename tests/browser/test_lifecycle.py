"""An offer's life in a browser: created, approved, copied, archived and brought back, refused to go while it is used, deleted
and brought back. And two people on the same page."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Membership, Revision, Sandbox
from tests.browser.conftest import ZONE
from tests.browser.entering import enter
from tests.cast import Role, actor, make

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = "/s/prod/offers/sale/edit/"


def act(page: Page, name: str) -> None:
    page.get_by_label("More actions").click()
    page.locator(".menu-panel .menu-item", has_text=name).click()


@pytest.fixture
def admin(page: Page, live_server: LiveServer, library: Sandbox) -> Page:
    user = User.objects.create_user("ada", password="a password", first_name="Ada", last_name="Lind")
    Membership.objects.create(sandbox=library, user=user, role=Role.ADMIN)
    enter(page.context, live_server.url, "ada", ZONE)
    return page


def test_an_offer_is_created_approved_copied_archived_and_brought_back(admin: Page, live_server: LiveServer) -> None:
    admin.goto(f"{live_server.url}/s/prod/offers/")
    admin.get_by_role("link", name="New offer").click()
    admin.fill("#f-name", "First light")
    admin.locator("#save").click()
    expect(admin.locator(".toast-item")).to_contain_text("Created as a draft.")
    admin.get_by_role("button", name="Approve").click()
    expect(admin.locator(".toast-item")).to_contain_text("Approved. This is now version 2.")
    act(admin, "Duplicate")
    expect(admin.locator(".toast-item")).to_contain_text("This is a copy of First light.")
    expect(admin.locator("#f-name")).to_have_value("Copy of First light")
    admin.get_by_role("link", name="Cancel").click()
    expect(admin.locator(".lead-line")).to_contain_text("Draft")
    admin.locator("dd").get_by_role("link", name="First light", exact=True).click()
    expect(admin.locator("h1")).to_have_text("First light")
    act(admin, "Archive…")
    admin.get_by_role("button", name="Archive", exact=True).click()
    expect(admin.locator(".toast-item")).to_contain_text("Archived. This is now version 3.")
    expect(admin.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    admin.get_by_role("button", name="Bring back as a draft").click()
    expect(admin.locator(".toast-item")).to_contain_text("Back to draft. This is now version 4.")
    made = LibraryItem.objects.get(listing__name="First light")
    patches = Revision.objects.filter(item=made).order_by("etag").values_list("patch", flat=True)
    assert list(patches)[1:] == [
        f'[{{"op":"replace","path":"/status","value":"{status}"}}]' for status in ("approved", "archived", "draft")
    ]


def test_what_is_used_stays_and_what_is_deleted_comes_back(
    admin: Page,
    live_server: LiveServer,
    library: Sandbox,
) -> None:
    collection = make(
        actor(library), {"name": "Of the week", "filterType": "offers", "ids": ["sale"]}, Kind.COLLECTION, "week"
    )
    admin.goto(f"{live_server.url}/s/prod/offers/sale/delete/")
    expect(admin.locator("#confirm-title")).to_have_text("It cannot be deleted while it is used")
    admin.get_by_role("link", name="Of the week").click()
    expect(admin.locator("h1")).to_have_text(collection.name)
    act(admin, "Delete")
    admin.get_by_role("button", name="Delete").click()
    expect(admin.locator(".toast-item")).to_contain_text("Of the week is deleted.")
    admin.goto(f"{live_server.url}/s/prod/offers/sale/")
    act(admin, "Delete")
    admin.get_by_role("button", name="Delete").click()
    expect(admin.locator(".toast-item")).to_contain_text("Summer sale is deleted.")
    admin.goto(f"{live_server.url}/s/prod/offers/sale/history/")
    admin.get_by_role("link", name="Bring it back").click()
    admin.get_by_role("button", name="Bring it back").click()
    expect(admin.locator("h1")).to_have_text("Summer sale")
    assert not LibraryItem.objects.filter(id="sale").exclude(deleted_at=None).exists()


def test_two_people_on_one_page_know_of_each_other_and_bring_in_what_was_saved(
    admin: Page, browser: Browser, live_server: LiveServer
) -> None:
    other = browser.new_context(viewport={"width": 1440, "height": 900})
    mina = other.new_page()
    enter(other, live_server.url, "mina")
    mina.goto(live_server.url + EDIT)
    expect(mina.locator("#presence")).not_to_contain_text("has this open")
    second = other.new_page()
    second.goto(live_server.url + EDIT)
    expect(second.locator("#presence")).to_contain_text("You have this open in another tab")
    second.close()
    admin.goto(live_server.url + EDIT)
    expect(admin.locator("#presence")).to_contain_text("Mina Park has this open since")
    admin.fill("#f-description", "Written by Ada")
    mina.fill("#f-name", "Sale of Mina")
    mina.locator("#save").click()
    expect(mina.locator(".toast-item")).to_contain_text("Saved as version 4.")
    # The page asks every 20 seconds, and when one comes back to it.
    admin.evaluate("window.htmx.trigger('#presence', 'back')")
    banner = admin.locator("[data-newer]")
    expect(banner).to_contain_text("Mina Park saved version 4 since you opened this.")
    expect(banner).to_contain_text("Sale of Mina")
    banner.get_by_role("button", name="Bring it into the form").click()
    expect(admin.locator("#f-name")).to_have_value("Sale of Mina")
    expect(admin.locator("#f-description")).to_have_value("Written by Ada")
    expect(admin.locator("[data-newer]")).to_have_count(0)
    admin.locator("#save").click()
    expect(admin.locator(".toast-item")).to_contain_text("Saved as version 5.")
    other.close()
