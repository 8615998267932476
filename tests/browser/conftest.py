"""A real browser for the tests of this directory: `browser` for the run, a window for a module, `page` for one test."""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from offers.document.kinds.registry import Kind
from offers.models import Membership, Sandbox
from tests.browser import chromium
from tests.browser.entering import enter
from tests.cast import Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in
from tests.transport import nginx
from tests.web.edit.filling import EDIT

ZONE = "Europe/Berlin"


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
        # What does not come is an error on any machine; what comes late, on a busy one, is none.
        expect.set_options(timeout=20_000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Where the pages of a module's tests are tabs: a window of each test's own would take half a second to open."""
    context = browser.new_context(locale="en-GB", timezone_id=ZONE, viewport={"width": 1440, "height": 900})
    context.new_page()  # It stays open, and the window with it.
    yield context
    context.close()


@pytest.fixture
def context(window: BrowserContext, live_server: LiveServer) -> Iterator[BrowserContext]:
    """The window, which knows nothing of the tests before this one but files whose address has their version."""
    yield window
    first, *others = window.pages
    for page in others:
        page.close()
    window.set_offline(False)
    window.clear_cookies()
    everything = {"origin": live_server.url, "storageTypes": "all"}
    window.new_cdp_session(first).send("Storage.clearDataForOrigin", everything)


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
    """Mina's browser, which has seen a page before: it is in Europe/Berlin, and told so."""
    enter(page.context, live_server.url, "mina", ZONE)
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
