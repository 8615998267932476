"""Common jobs take no more clicks than people were promised: each is counted here, from where it begins."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import ChangeRequest, LibraryItem, Membership, Sandbox
from tests.cast import Role

pytestmark = pytest.mark.django_db(transaction=True)

SALE = "/s/prod/offers/sale/"


class Clicks:
    """Clicks, counted; what is typed in between is not."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, what: Locator) -> None:
        self.count += 1
        what.click()


def test_jobs_and_their_clicks(signed_in: Page, live_server: LiveServer, library: Sandbox, browser: Browser) -> None:
    page = signed_in
    # Change an end date, from the offer's page: 2.
    page.goto(live_server.url + SALE)
    click = Clicks()
    click(page.get_by_role("link", name="Change the end date"))
    expect(page.locator("#f-selectionConstraint-endDate")).to_be_focused()
    page.locator("#f-selectionConstraint-endDate").fill("2030-05-01T00:00")
    click(page.locator("#save"))
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 4")
    assert click.count <= 2

    # Undo it: 3, and 2 from here.
    click = Clicks()
    click(page.locator(".toast-item").get_by_role("link", name="Undo"))
    click(page.locator("main").get_by_role("button", name=re.compile("^Undo")))
    expect(page.locator(".toast-item")).to_contain_text("version 5")
    assert click.count <= 3
    assert LibraryItem.objects.get(id="sale").ends_at.year == 2026  # type: ignore[union-attr]

    # Create an offer: 3 and its fields.
    page.goto(f"{live_server.url}/s/prod/offers/")
    click = Clicks()
    click(page.locator(".page-actions").get_by_role("link", name="New offer"))
    page.keyboard.type("Autumn sale")
    click(page.locator("#save"))
    expect(page.locator(".toast-item")).to_contain_text("Created as a draft.")
    assert click.count <= 3

    # Approve what somebody else proposed, with the change and the checks in sight: 2.
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    page.goto(f"{live_server.url}{SALE}edit/")
    page.locator("#f-name").fill("Summer sale, longer")
    page.locator("#save").click()
    expect(page.locator("h1")).to_be_visible()
    user = User.objects.create_user("jun", password="a password", first_name="Jun", last_name="Seo")
    Membership.objects.create(sandbox=library, user=user, role=Role.REVIEWER)
    theirs = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    reviewer = theirs.new_page()
    reviewer.goto(f"{live_server.url}/accounts/login/")
    reviewer.fill("#id_login", "jun")
    reviewer.fill("#id_password", "a password")
    reviewer.click("button.btn-primary")
    expect(reviewer.locator("h1")).to_have_text("Prod")
    reviewer.goto(f"{live_server.url}/s/prod/reviews/")
    click = Clicks()
    click(reviewer.locator("[data-queue] .item-name").first)
    approve = reviewer.locator("[data-key=a]")
    for seen in (approve, reviewer.locator(".checks").first, reviewer.locator("main ins").first):
        expect(seen).to_be_in_viewport()
    click(approve)
    expect(reviewer.locator(".toast-item")).to_be_visible()
    assert click.count <= 2
    assert ChangeRequest.objects.get().state == "applied"
    theirs.close()
