"""What goes wrong is said where one is, and leads on; nothing that was typed goes with it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import Membership
from tests.browser.complaints import LOOKS, violations

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_not_there_keeps_the_sidebar_and_finds_what_was_meant(signed_in: Page, live_server: LiveServer) -> None:
    for width, _theme in LOOKS:
        signed_in.set_viewport_size({"width": width, "height": 900})
        signed_in.goto(live_server.url + "/s/prod/ofers/winter/")
        assert violations(signed_in) == []
    expect(signed_in.locator("h1")).to_have_text("Page not found")
    signed_in.get_by_role("link", name="Search Offers for “winter”").click()
    expect(signed_in.locator("h1")).to_have_text("Offers")
    expect(signed_in.locator("#results")).to_contain_text("Winter coats")


def test_a_page_says_why_a_part_of_it_did_not_come_and_that_there_is_no_network(
    signed_in: Page, live_server: LiveServer
) -> None:
    signed_in.goto(live_server.url + "/s/prod/offers/")
    line = signed_in.locator("#offline")
    expect(line).to_be_hidden()
    signed_in.context.set_offline(True)
    expect(line).to_contain_text("No network.")
    assert violations(signed_in) == []
    signed_in.context.set_offline(False)
    expect(line).to_be_hidden()
    Membership.objects.all().delete()
    signed_in.fill("#q", "winter")
    expect(signed_in.locator(".toast-error")).to_contain_text("It is not there any more, or not for you.")


def test_a_theme_is_chosen_without_leaving_what_is_typed_and_in_every_tab(form: Page) -> None:
    other = form.context.new_page()
    other.goto(form.url)
    form.fill("#f-name", "Winter sale")
    form.locator(".sidebar-foot summary").click()
    with form.expect_response("**/preferences/"):
        form.get_by_role("button", name="Dark").click()
    for page in (form, other):
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(form.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(form.locator("#f-name")).to_have_value("Winter sale")
    other.reload()
    expect(other.locator("html")).to_have_attribute("data-bs-theme", "dark")
