"""What a person chooses for themselves, and where they are signed in, in real browsers."""

import re
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from offers.models import Sandbox
from tests.browser.complaints import LOOKS, violations
from tests.browser.test_drafts import sign_in
from tests.servers import worker

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Safari/604.1"


def test_a_phone_is_signed_out_from_the_desk(browser: Browser, signed_in: Page, live_server: LiveServer) -> None:
    phone = browser.new_context(user_agent=PHONE, base_url=live_server.url).new_page()
    phone.goto("/accounts/login/")
    sign_in(phone, "mina")
    expect(phone.locator("h1")).to_have_text("Home")
    signed_in.goto(live_server.url + "/preferences/")
    for width, _theme in LOOKS:
        signed_in.set_viewport_size({"width": width, "height": 900})
        assert violations(signed_in) == []
    signed_in.get_by_role("button", name="Sign out · Safari 17 · iPhone").click()
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
    page.locator(".settings-save").get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator(".toast-item")).to_contain_text("설정을 저장했습니다.")
    expect(page.locator("#timezone")).to_have_value("Asia/Seoul")
    page.goto("/s/prod/offers/")
    expect(page.locator("h1")).to_have_text("오퍼")
    context.close()


def test_a_forgotten_password_is_set_anew_by_a_link_that_a_worker_mails(
    browser: Browser, live_server: LiveServer, library: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    """From the mail to being signed in, without JavaScript; with a look at each page of the way."""
    settings.SENDS_MAIL, settings.PUBLIC_URL = True, live_server.url
    User.objects.filter(username="mina").update(email="mina@offers.example")
    page = browser.new_context(java_script_enabled=False, base_url=live_server.url).new_page()
    looking = browser.new_context(base_url=live_server.url).new_page()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("User name or email").fill("Mina")
    page.get_by_role("button", name="Send link").click()
    expect(page.locator("h1")).to_have_text("Check your mail")
    with worker(str(connection.settings_dict["NAME"]), mails_to(tmp_path, live_server.url)):
        link = re.search(r"http\S+/accounts/password/new/\S+", mail_in(tmp_path))
        assert link is not None
    for address in ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", link[0]):
        looking.goto(address)
        for width, _theme in LOOKS:
            looking.set_viewport_size({"width": width, "height": 900})
            assert violations(looking) == [], address
    page.goto(link[0])
    assert link[0].split("/")[-2] not in page.url
    expect(page.locator(".alone-card")).to_contain_text("For the account mina")
    for word in ("short", "quite another password"):
        page.get_by_label("New password", exact=True).fill(word)
        page.get_by_label("Confirm new password").fill(word)
        page.get_by_role("button", name="Set password").click()
    expect(page.locator("h1")).to_have_text("Your new password is set")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or email").fill("mina")
    page.get_by_label("Password").fill("quite another password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Home")
    looking.goto(link[0])
    expect(looking.locator("h1")).to_have_text("This link does not work any more")
    assert violations(looking) == []
    page.context.close()
    looking.context.close()


def mails_to(folder: Path, home: str) -> str:
    """Code for a worker that writes its mails there."""
    return f"""
settings.SENDS_MAIL, settings.PUBLIC_URL, settings.EMAIL_FILE_PATH = True, {home!r}, {str(folder)!r}
settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
"""


def mail_in(folder: Path) -> str:
    """The first mail that is written there, once it is whole."""
    until = time.monotonic() + 30
    while not (found := "".join(file.read_text() for file in folder.iterdir())).endswith("-" * 79 + "\n"):
        assert time.monotonic() < until, "no mail came"
        time.sleep(0.05)
    return found
