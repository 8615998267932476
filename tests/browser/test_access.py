"""The pages of access in a real browser: nothing that axe finds, no width too wide, with the keyboard and without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.access import members
from offers.access.changes import Reason
from offers.access.members import Given
from offers.access.permissions import actor_for_user
from offers.models import Membership, Sandbox
from tests.browser.complaints import LOOKS, complaints_of, violations
from tests.cast import Role

pytestmark = pytest.mark.django_db(transaction=True)
ACCESS = "/s/prod/access/"


@pytest.fixture
def client(library: Sandbox) -> Membership:
    """Mina is an admin; a client of hers has an old secret, and something was changed."""
    mina = User.objects.get(username="mina")
    Membership.objects.filter(user=mina).update(role=Role.ADMIN)
    User.objects.create_user("wilhelmina", first_name="Wilhelmina", last_name="van der Westhuizen-Featherstonehaugh")
    admin = actor_for_user(mina, "prod")
    members.add_person(admin, "wilhelmina", Given(Role.REVIEWER, True), Reason("Covers for Olga in December"))
    member, _secret = members.add_client(admin, "nightly-price-feed-of-all-stores", "Prices", Given(Role.EDITOR))
    members.change_policy(admin, "two-people", was="none")
    state = member.client.offers_state  # type: ignore[union-attr]  # allauth has no types
    members.make_secret(admin, member.pk, seen=members.secret_mark(state), overlap=timedelta(days=1))
    return member


def pages(client: Membership) -> list[str]:
    return ["", "changes/", "members/new/", "clients/new/", f"members/{client.pk}/"]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_and_no_page_is_too_wide(
    client: Membership, signed_in: Page, live_server: LiveServer, theme: str, width: int
) -> None:
    complaints = complaints_of(signed_in)
    signed_in.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    signed_in.set_viewport_size({"width": width, "height": 900})
    for address in pages(client):
        signed_in.goto(live_server.url + ACCESS + address)
        assert violations(signed_in) == [], address
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, address
    signed_in.goto(live_server.url + ACCESS + pages(client)[-1])
    signed_in.get_by_role("button", name="Make a new secret").click()
    expect(signed_in.get_by_text("it cannot be shown again")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.set_viewport_size({"width": 320, "height": 700})
    for address in pages(client):
        signed_in.goto(live_server.url + ACCESS + address)
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= 320, address
    assert complaints == []


def test_a_role_is_changed_with_the_keyboard(client: Membership, signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(live_server.url + ACCESS)
    signed_in.get_by_role("link", name="Wilhelmina").focus()
    signed_in.keyboard.press("Enter")
    signed_in.get_by_role("radio", name=re.compile("^Reviewer")).focus()
    signed_in.keyboard.press("ArrowUp")
    for _ in range(2):
        signed_in.keyboard.press("Tab")
    signed_in.keyboard.type("Back from leave")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator(".toast-item")).to_contain_text("Marketer")
    assert Membership.objects.get(user__username="wilhelmina").role == Role.EDITOR
    expect(signed_in.locator(".access-change").first).to_contain_text("Back from leave")


def test_it_works_without_javascript(client: Membership, browser: Any, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/?next={ACCESS}")
    page.fill("#id_login", "mina")
    page.fill("#id_password", "a password")
    page.click("button.btn-primary")
    page.click("text=Prices")
    page.click("text=Switch it off")
    expect(page.get_by_role("button", name="Switch it on")).to_be_visible()
    page.click("text=Make a new secret")
    assert len(page.locator(".code code").inner_text()) == 43
    context.close()
