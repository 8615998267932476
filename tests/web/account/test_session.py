"""What was typed outlives a session, a form token and a change of person, also without JavaScript."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from offers.models import LibraryItem
from tests.cast import Role
from tests.web.conftest import SignIn
from tests.web.edit.filling import EDIT, NAME, NEW, opened, revisions, submit, with_texts
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import text_of

ORIGIN = {"Origin": "http://testserver"}
TYPED = 'Winter "sale" <b>\r\n\r\n설날 🎉'


@pytest.fixture
def strict(editor: Client) -> Client:
    """The editor in a browser whose form tokens are checked, as they are everywhere but in tests."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    return strict


def typed_into(browser: Client) -> Sent:
    return with_texts(opened(browser), {"/description": TYPED, "note": "for the season"})


def sign_in_again(browser: Client, user: User) -> None:
    """Signing in changes the form token, so that of a page that is still open is too old."""
    browser.force_login(user)
    browser.cookies["csrftoken"] = "a" * 32


def kept(form: Sent) -> tuple[list[str], list[str]]:
    return form["/description"], form["note"]


def test_a_save_after_the_session_is_over_comes_back_through_the_sign_in(strict: Client, item: LibraryItem) -> None:
    user = User.objects.get()
    form = typed_into(strict)
    del strict.cookies["sessionid"]
    page = strict.post(EDIT, form | {"action": ["save"]}, headers=ORIGIN)
    text = text_of(page)
    assert page.status_code == 403
    assert "Nothing was saved" in text
    assert 'href="/accounts/login/?next=/session/signed-in/" target="_blank"' in text
    carried = form_in(text, "carried")
    assert kept(carried) == ([TYPED], ["for the season"])
    assert "action" not in carried
    sign_in_again(strict, user)
    back = strict.post(EDIT, carried | {"action": ["edit"]}, headers=ORIGIN)
    text = text_of(back)
    assert "you signed in after this form was opened" in text
    form = form_in(text)
    assert kept(form) == ([TYPED], ["for the season"])
    saved = strict.post(EDIT, form | {"action": ["save"]}, headers=ORIGIN)
    assert saved.status_code == 302
    assert revisions(item)[-1].note == "for the season"


def test_an_old_form_token_gives_the_form_back_and_saves_nothing(strict: Client, item: LibraryItem) -> None:
    form = typed_into(strict)
    sign_in_again(strict, User.objects.get())
    for address in (EDIT, EDIT + "newer/", NEW):
        page = strict.post(address, form | {"action": ["save"]}, headers=ORIGIN)
        assert kept(form_in(text_of(page))) == ([TYPED], ["for the season"]), address
    assert len(revisions(item)) == 3
    assert LibraryItem.objects.filter(kind=item.kind).count() == 1


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_what_another_site_sends_is_not_shown_as_typed(
    strict: Client, item: LibraryItem, headers: dict[str, str]
) -> None:
    page = strict.post(EDIT, {"action": "save", NAME: "Evil", "etag": "3"}, headers=headers)
    assert page.status_code == 403
    assert "Evil" not in text_of(page)


def test_another_person_is_told_before_anything_is_saved_as_theirs(
    editor: Client, item: LibraryItem, sign_in: SignIn
) -> None:
    form = typed_into(editor)
    other = sign_in(Role.EDITOR, "Jun Seo")
    refused = submit(other, form)
    text = text_of(refused)
    assert refused.status_code == 409
    assert "Jun Seo is signed in now, and somebody else opened this form." in text
    assert len(revisions(item)) == 3
    form = form_in(text)
    assert kept(form) == ([TYPED], ["for the season"])
    assert submit(other, form).status_code == 302
    assert revisions(item)[-1].actor_label == "Jun Seo"


def test_a_stranger_sees_no_form_again(strict: Client, item: LibraryItem, sign_in: SignIn) -> None:
    form = typed_into(strict)
    sign_in(None, "No Body")
    strict.force_login(User.objects.get(username="no"))
    assert strict.post(EDIT, form | {"action": ["save"]}, headers=ORIGIN).status_code == 404


def test_a_stranger_with_an_address_that_has_no_end_is_asked_to_sign_in(client: Client, db: None) -> None:
    answer = client.get(f"/s/prod/offers/?q={'x' * 20_000}")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")


def test_the_page_can_ask_who_is_signed_in(editor: Client) -> None:
    answer = editor.get("/session/").json()
    assert (answer["person"], answer["name"]) == (User.objects.get().pk, "Mina Park")
    assert len(answer["token"]) == 64
    nobody = Client().get("/session/")
    assert nobody.json() == {"person": None}
    assert nobody["Cache-Control"] == "no-store, private"
    assert Client().get("/session/signed-in/").status_code == 302


def test_the_page_can_ask_whether_they_may_change_its_sandbox(editor: Client, sign_in: SignIn) -> None:
    def may_edit(browser: Client, sandbox: str = "prod") -> bool:
        return bool(browser.get("/session/", {"sandbox": sandbox}).json()["mayEdit"])

    assert may_edit(editor)
    assert not may_edit(editor, "nowhere")
    assert not may_edit(sign_in(Role.AUDITOR, "Grace Okafor"))
    assert not may_edit(sign_in(None, "No Body"))


@pytest.mark.parametrize("address", [EDIT, EDIT + "newer/", NEW, "/s/prod/tags/new/", "/s/prod/decisions/nba/edit/"])
def test_each_long_form_keeps_what_is_typed(address: str) -> None:
    assert hasattr(resolve(address).func, "keeps_typed")


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        ("http://testserver/s/prod/offers/sale/?tab=1", "/s/prod/offers/sale/?tab=1"),
        ("http://elsewhere.example/s/prod/", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_button_pressed_after_the_session_is_over_leads_back_to_its_page(page: str, leads_to: str, db: None) -> None:
    """Not to the address of the button: nobody could open that one."""
    answer = Client(headers={"Referer": page}).post("/s/prod/offers/sale/duplicate/")
    assert answer.status_code == 302
    assert QueryDict(urlsplit(answer["Location"]).query)["next"] == leads_to
