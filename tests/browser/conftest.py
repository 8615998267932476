"""A real browser for the tests of this directory: `browser` for the run, `page` for one test (pages are closed after)."""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import Membership, Sandbox
from tests.browser import chromium
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in
from tests.transport import nginx
from tests.web.edit.filling import EDIT


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium.find()
    if found is None:
        missing = "No Chromium: `make test` installs one where it can."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # Playwright's event loop lives in this thread, and Django would refuse its own (synchronous) queries there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_arguments())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def library(transactional_db: None) -> Sandbox:
    sandbox = make_sandbox()
    admin = actor(sandbox, label="Jisoo Kim")
    make_placement(admin)
    make(admin, {"name": "Holiday 2026"}, Kind.TAG, "holiday")
    made = make(admin, offer(tags=["holiday"], representations=[shown_in("home")]), id="sale")
    patch(admin, made, replace("/name", "Summer sale"))
    patch(admin, made, replace("/rank/priority", 7))
    make(admin, offer(name="Winter coats", status="approved"))
    user = User.objects.create_user("mina", password="a password", first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return sandbox


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, library: Sandbox) -> Page:
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("#id_login", "mina")
    page.fill("#id_password", "a password")
    page.click("button.btn-primary")
    expect(page.locator("h1")).to_have_text("Prod")
    return page


@pytest.fixture
def form(signed_in: Page, live_server: LiveServer) -> Page:
    signed_in.goto(live_server.url + EDIT)
    return signed_in


def _arguments() -> list[str]:
    # Chromium's own sandbox does not work for root, and small containers have a small /dev/shm.
    for_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    # The documentation's host is this machine.
    return ["--disable-dev-shm-usage", f"--host-resolver-rules=MAP {nginx.NAME} 127.0.0.1", *for_root]
