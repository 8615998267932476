"""Common jobs take no more clicks than people were promised: each is counted here, from where it begins."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import ChangeRequest, LibraryItem, Membership, OfferTemplate, Revision, Sandbox
from tests.browser.complaints import violations
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
    click(page.get_by_role("link", name="Change end date"))
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

    # Undo that in turn, from the offer's page by its history: 3.
    page.goto(live_server.url + SALE)
    click = Clicks()
    click(page.get_by_role("link", name=re.compile("^History")).first)
    click(page.get_by_role("link", name="Undo this change, version 5"))
    click(page.locator("main").get_by_role("button", name=re.compile("^Undo")))
    expect(page.locator(".toast-item")).to_contain_text("version 6")
    assert click.count <= 3

    # Create an offer: 3 and its fields.
    page.goto(f"{live_server.url}/s/prod/offers/")
    click = Clicks()
    click(page.locator(".page-actions").get_by_role("link", name="New offer"))
    expect(page.locator("#f-name")).to_be_focused()
    page.keyboard.type("Autumn sale")
    click(page.locator("#save"))
    expect(page.locator(".toast-item")).to_contain_text("Created as a draft.")
    assert click.count <= 3

    # From a template that one is found by its brand: 3 and its fields, too.
    sale = LibraryItem.objects.get(id="sale")
    OfferTemplate.objects.create(item=sale, sandbox=library, marked_at=timezone.now())
    page.goto(f"{live_server.url}/s/prod/offers/")
    click = Clicks()
    click(page.locator(".page-actions").get_by_role("link", name="New offer"))
    brand = page.get_by_role("navigation", name="From a template").get_by_role("link", name="Holiday 2026")
    expect(brand).to_contain_text("1 placement")
    assert violations(page) == []
    click(brand)
    expect(page.locator("#f-name")).to_be_focused()
    page.keyboard.type("Winter sale")
    page.locator("#f-selectionConstraint-startDate").fill("2030-05-01T00:00")
    page.locator("#f-selectionConstraint-endDate").fill("2030-06-01T00:00")
    click(page.locator("#save"))
    expect(page.locator(".toast-item")).to_contain_text("Created as a draft.")
    assert click.count <= 3
    assert Revision.objects.get(item__listing__name="Winter sale").refers_to == {"copy_of": "sale"}

    # Move the dates of many: 6, and 4 from the list.
    ends = dict(LibraryItem.objects.values_list("id", "listing__ends_at").filter(listing__ends_at__isnull=False))
    page.goto(f"{live_server.url}/s/prod/offers/")
    click = Clicks()
    click(page.locator("thead input[type=checkbox]"))
    click(page.locator(".bulk-bar").get_by_role("button", name="Dates"))
    page.locator("input[value=shift]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    click(page.get_by_role("button", name="See what would change"))
    page.locator("#note").fill("A week more")
    click(page.get_by_role("button", name=f"Change {len(ends)} offers"))
    # So few are changed by the request itself; more would wait for the worker, and for no further click.
    expect(page.locator(".ended")).to_contain_text(f"{len(ends)} offers changed")
    assert click.count <= 6
    moved = dict(LibraryItem.objects.values_list("id", "listing__ends_at").filter(listing__ends_at__isnull=False))
    assert moved == {id: end + timedelta(days=7) for id, end in ends.items() if end}

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
    expect(reviewer.locator("h1")).to_have_text("Home")
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
