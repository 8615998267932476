"""A real browser for the tests of this directory: `browser` for the run, `page` for one test (pages are closed after)."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import chromium
from tests.transport import nginx


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


def _arguments() -> list[str]:
    # Chromium's own sandbox does not work for root, and small containers have a small /dev/shm.
    for_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    # The documentation's host is this machine.
    return ["--disable-dev-shm-usage", f"--host-resolver-rules=MAP {nginx.NAME} 127.0.0.1", *for_root]
