"""What is typed survives a reload, an expired session and a tab that is gone; what is saved is not offered again."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Membership
from tests.cast import Role, actor, patch, replace

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = "/s/prod/offers/sale/edit/"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


@pytest.fixture
def form(signed_in: Page, live_server: LiveServer) -> Page:
    signed_in.on("dialog", lambda dialog: dialog.accept())
    signed_in.goto(live_server.url + EDIT)
    return signed_in


def kept(page: Page, count: int) -> None:
    """Wait until this browser keeps so many drafts. (The policy forbids Playwright's own waiting for an expression.)"""
    for _try in range(50):
        if page.evaluate(KEPT) == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.evaluate(KEPT)} drafts instead of {count}")


def sign_in(page: Page, name: str) -> None:
    page.fill("#id_login", name)
    page.fill("#id_password", "a password")
    page.click("button.btn-primary")


def test_what_was_typed_and_added_is_offered_after_a_reload(form: Page) -> None:
    form.fill("#f-name", "Winter sale")
    form.get_by_role("button", name="Add attribute").click()
    form.locator(".attribute-row [name]:not([type=hidden])").nth(0).fill("colour")
    form.locator(".attribute-row [name]:not([type=hidden])").nth(1).fill("red")
    form.reload()
    expect(form.locator("#f-name")).to_have_value("Summer sale")
    expect(form.locator("#draft")).to_contain_text("Unsaved changes from")
    expect(form.locator("#draft [data-older]")).to_be_hidden()
    form.get_by_role("button", name="Bring them back").click()
    expect(form.locator("#f-name")).to_have_value("Winter sale")
    expect(form.locator(".attribute-row [name]:not([type=hidden])").nth(1)).to_have_value("red")
    expect(form.locator("#change-count")).to_contain_text("2 changes")
    expect(form.locator("#draft")).to_be_hidden()
    kept(form, 1)
    assert LibraryItem.objects.get(id="sale").etag == 3, "a draft is not saved by itself"


def test_a_conflict_that_was_left_is_offered_and_merged_again(form: Page, live_server: LiveServer) -> None:
    form.fill("#f-name", "Winter sale")
    item = LibraryItem.objects.select_related("sandbox").get(id="sale")
    patch(actor(item.sandbox, label="Jisoo Kim"), item, replace("/name", "Autumn sale"))
    form.locator("#save").click()
    expect(form.locator("#conflict")).to_be_visible()
    form.goto(live_server.url + EDIT)
    expect(form.locator("#draft [data-older]")).to_be_visible()
    form.get_by_role("button", name="Bring them back").click()
    expect(form.locator("#f-name")).to_have_value("Winter sale")
    form.locator("#save").click()
    expect(form.locator("#conflict")).to_be_visible()
    # What was given up for what they did is not offered once more.
    form.locator("[data-contested]").get_by_label("Jisoo Kim").check()
    form.locator("#save").click()
    expect(form.locator(".toast-item")).to_contain_text("Nothing was changed")
    expect(form.locator("#f-name")).to_have_value("Autumn sale")
    expect(form.locator("#draft")).to_be_hidden()


def test_behind_a_draft_that_is_thrown_away_there_is_the_one_before(form: Page) -> None:
    for name in ("First try", "Second try"):
        form.fill("#f-name", name)
        form.reload()
    kept(form, 2)
    form.get_by_role("button", name="Throw them away").click()
    kept(form, 1)
    expect(form.locator("#draft")).to_be_visible()
    form.get_by_role("button", name="Bring them back").click()
    expect(form.locator("#f-name")).to_have_value("First try")
    kept(form, 1)


def test_thrown_away_and_discarded_is_gone(form: Page, live_server: LiveServer) -> None:
    form.fill("#f-name", "Winter sale")
    form.reload()
    form.get_by_role("button", name="Throw them away").click()
    expect(form.locator("#draft")).to_be_hidden()
    kept(form, 0)
    form.fill("#f-name", "Autumn sale")
    kept(form, 1)
    form.get_by_role("link", name="Discard").click()
    expect(form.locator("h1")).to_contain_text("Summer sale")
    kept(form, 0)


def test_a_new_offer_is_kept_too_and_nobody_elses_is_shown(form: Page, live_server: LiveServer) -> None:
    new = f"{live_server.url}/s/prod/offers/new/"
    form.goto(new)
    form.fill("#f-name", "Brand new")
    kept(form, 1)
    jun = User.objects.create_user("jun", password="a password")
    Membership.objects.create(sandbox_id=LibraryItem.objects.get(id="sale").sandbox_id, user=jun, role=Role.EDITOR)
    form.context.clear_cookies(name="sessionid")
    form.goto(new)
    sign_in(form, "jun")
    expect(form.locator("#f-name")).to_have_value("")
    expect(form.locator("#draft")).to_be_hidden()
    form.context.clear_cookies(name="sessionid")
    form.goto(new)
    sign_in(form, "mina")
    form.get_by_role("button", name="Bring them back").click()
    expect(form.locator("#f-name")).to_have_value("Brand new")
    form.locator("#save").click()
    expect(form.locator(".toast-item")).to_contain_text("Created as a draft.")
    kept(form, 0)


def test_a_full_storage_is_said_and_costs_no_younger_draft(form: Page) -> None:
    form.fill("#f-name", "Before it was full")
    kept(form, 1)
    form.reload()
    form.evaluate(
        """() => {
        const old = { at: Date.now() - 8 * 86400000, fields: [["/name", "x".repeat(200000)]] };
        localStorage.setItem("draft:1/prod/offers/other/a", JSON.stringify(old));
        for (let size = 1 << 22; size >= 1; size >>= 1) {
          try {
            for (let n = 0; n < 4; n += 1) localStorage.setItem(`full-${size}-${n}`, "x".repeat(size));
          } catch {}
        }
    }"""
    )
    form.fill("#f-name", "Makes room of what is old")
    form.wait_for_timeout(800)
    assert form.evaluate("localStorage.getItem('draft:1/prod/offers/other/a')") is None
    kept(form, 2)
    expect(form.locator("#draft-full")).to_be_hidden()
    form.fill("#f-description", "x" * 250_000)
    expect(form.locator("#draft-full")).to_be_visible()
    kept(form, 2)
    form.fill("#f-description", "short")
    expect(form.locator("#draft-full")).to_be_hidden()
    form.get_by_role("button", name="Bring them back").click()
    expect(form.locator("#f-name")).to_have_value("Before it was full")
