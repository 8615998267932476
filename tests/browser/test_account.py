"""What a person chooses for themselves, and where they are signed in, in real browsers."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import Sandbox
from tests.browser.complaints import LOOKS, violations
from tests.browser.test_drafts import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Safari/604.1"


def test_a_phone_is_signed_out_from_the_desk(browser: Browser, signed_in: Page, live_server: LiveServer) -> None:
    phone = browser.new_context(user_agent=PHONE, base_url=live_server.url).new_page()
    phone.goto("/accounts/login/")
    sign_in(phone, "mina")
    expect(phone.locator("h1")).to_have_text("Prod")
    signed_in.goto(live_server.url + "/preferences/")
    for width, _theme in LOOKS:
        signed_in.set_viewport_size({"width": width, "height": 900})
        assert violations(signed_in) == []
    signed_in.get_by_role("button", name="Sign out there · Safari · iPhone").click()
    expect(signed_in.locator(".toast-item")).to_contain_text("Signed out there.")
    expect(signed_in.locator("#signed-in")).not_to_contain_text("iPhone")
    phone.reload()
    expect(phone.locator("h1")).to_have_text("Sign in")
    phone.context.close()


def test_preferences_are_chosen_without_javascript(browser: Browser, live_server: LiveServer, library: Sandbox) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/?next=/preferences/")
    sign_in(page, "mina")
    page.get_by_label("Dark").check()
    page.get_by_label("Time zone").select_option("Asia/Seoul")
    page.get_by_label("한국어").check()
    page.locator("#pages").get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator(".toast-item")).to_contain_text("설정을 저장했습니다.")
    expect(page.locator("#timezone")).to_have_value("Asia/Seoul")
    page.goto("/s/prod/offers/")
    expect(page.locator("h1")).to_have_text("오퍼")
    context.close()
