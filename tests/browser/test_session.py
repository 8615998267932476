"""A form outlives its session, its form token, its person and the network: it says so, and goes on with the same Save."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers.models import LibraryItem, Membership, Revision, Sandbox
from tests.browser.complaints import violations
from tests.browser.test_drafts import kept, sign_in
from tests.cast import Role
from tests.web.edit.filling import EDIT

pytestmark = pytest.mark.django_db(transaction=True)


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def test_a_session_that_ends_while_one_types_costs_nothing(form: Page) -> None:
    sign_out(form)
    form.fill("#f-name", "Winter sale")
    notice = form.locator("#session")
    expect(notice).to_contain_text("You have been signed out.")
    expect(form.locator("#f-name")).to_be_focused()
    form.keyboard.press("Control+s")
    expect(notice).to_contain_text("It is saved as soon as you are signed in again.")
    expect(notice.get_by_role("link", name="Sign in")).to_be_focused()
    assert violations(form) == []
    with form.expect_popup() as beside:
        form.keyboard.press("Enter")
    beside.value.fill("#id_login", "mina")
    beside.value.fill("#id_password", "a password")
    beside.value.keyboard.press("Enter")
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")
    assert beside.value.is_closed()
    kept(form, 0)


def test_signing_in_in_another_tab_lets_this_one_go_on(form: Page, live_server: LiveServer) -> None:
    sign_out(form)
    tab = form.context.new_page()
    tab.goto(f"{live_server.url}/accounts/login/")
    sign_in(tab, "mina")
    expect(tab.locator("h1")).to_have_text("Home")
    # The form token of the page is that of the session that is over: the look at the changes renews it.
    form.fill("#f-name", "Winter sale")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    expect(form.locator("#toasts")).to_be_empty()
    form.locator("#save").click()
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")


def test_another_person_is_asked_before_it_is_saved_as_theirs(form: Page, live_server: LiveServer) -> None:
    jun = User.objects.create_user("jun", password="a password", first_name="Jun", last_name="Seo")
    Membership.objects.create(sandbox_id=LibraryItem.objects.get(id="sale").sandbox_id, user=jun, role=Role.EDITOR)
    form.fill("#f-name", "Winter sale")
    sign_out(form)
    tab = form.context.new_page()
    tab.goto(f"{live_server.url}/accounts/login/")
    sign_in(tab, "jun")
    expect(tab.locator("h1")).to_have_text("Home")
    form.locator("#save").click()
    expect(form.locator("#session")).to_contain_text("Jun Seo is signed in here now, and Mina Park opened this form.")
    assert LibraryItem.objects.get(id="sale").etag == 3
    form.locator("#session").get_by_role("button", name="Go on").click()
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")
    assert Revision.objects.get(item__id="sale", etag=4).actor_label == "Jun Seo"


def test_who_may_only_read_is_not_offered_to_go_on_but_to_sign_out(form: Page, live_server: LiveServer) -> None:
    grace = User.objects.create_user("grace", password="a password", first_name="Grace", last_name="Okafor")
    Membership.objects.create(sandbox_id=LibraryItem.objects.get(id="sale").sandbox_id, user=grace, role=Role.AUDITOR)
    form.fill("#f-name", "Winter sale")
    sign_out(form)
    tab = form.context.new_page()
    tab.goto(f"{live_server.url}/accounts/login/")
    sign_in(tab, "grace")
    expect(tab.locator("h1")).to_have_text("Home")
    form.locator("#save").click()
    notice = form.locator("#session")
    expect(notice).to_contain_text("Grace Okafor is signed in here now, and cannot change this sandbox.")
    expect(notice.get_by_role("button", name="Go on")).to_have_count(0)
    # The notice lies over a part of what can be scrolled from under it.
    covered = ("target-size", [[".tag-add > summary"]])
    assert [found for found in violations(form) if found != covered] == []
    with form.expect_popup() as beside:
        notice.get_by_role("link", name="Sign out").click()
    beside.value.get_by_role("button", name="Sign out").click()
    sign_in(beside.value, "mina")
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")


def test_saving_without_a_network_stays_says_so_and_tries_again(form: Page) -> None:
    # Who comes back to the window has it tried for them: here it is the button that does.
    form.evaluate("addEventListener('focus', (event) => event.stopImmediatePropagation(), true)")
    form.fill("#f-name", "Winter sale")
    expect(form.locator("#change-count")).to_contain_text("1 change")
    form.context.set_offline(True)
    form.locator("#save").click()
    expect(form.locator("#session")).to_contain_text("The server gives no answer.")
    expect(form.locator("#f-name")).to_have_value("Winter sale")
    form.context.set_offline(False)
    form.locator("#session").get_by_role("button", name="Try again").click()
    expect(form.locator(".toast-item")).to_contain_text("Saved as version 4.")


def test_without_javascript_what_was_typed_comes_back_after_signing_in(
    browser: Browser,
    live_server: LiveServer,
    library: Sandbox,
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + EDIT)
    sign_in(page, "mina")
    page.fill("#f-name", "Winter sale")
    sign_out(page)
    page.locator("#save").click()
    expect(page.locator("h1")).to_have_text("You have been signed out")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, "mina")
    expect(opened.value.locator("h1")).to_have_text("Signed in as Mina Park")
    page.get_by_role("button", name="Go on with what you typed").click()
    expect(page.locator("#refused")).to_contain_text("you signed in after this form was opened")
    expect(page.locator("#f-name")).to_have_value("Winter sale")
    page.locator("#save").click()
    expect(page.locator(".toast-item")).to_contain_text("Saved as version 4.")
    context.close()
