"""What cannot be answered keeps the frame, says what was kept, and leads on; scripts get a sentence to show."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from offers.models import LibraryItem, Membership, Sandbox
from offers.web.frame.errors import looked_for
from offers.web.frame.sections import OFFERS, SECTIONS
from tests.cast import Role, make_sandbox
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}
SIDEBAR = 'href="/s/prod/offers/"'


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("a fault of ours")


handler403 = "offers.web.frame.errors.forbidden"
handler404 = "offers.web.frame.errors.not_found"
handler500 = "offers.web.frame.errors.server_error"
urlpatterns = [path("s/prod/broken/", broken), path("", include("offeradmin.urls"))]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/s/prod/offers/winter-sale/edit/", ("winter-sale", OFFERS)),
        ("/s/prod/tags/holiday/", ("holiday", SECTIONS["tags"])),
        ("/s/prod/ofers/winter/", ("winter", OFFERS)),
        ("/winter", ("winter", OFFERS)),
        ("/s/prod/offers/new/", None),
        ("/s/prod/offers/", None),
        ("/", None),
        ("/" + "x" * 500, ("x" * 64, OFFERS)),
    ],
)
def test_an_address_says_what_was_looked_for(address: str, found: Any) -> None:
    wanted = looked_for(address)
    assert (wanted and (wanted.word, wanted.section)) == found


@pytest.mark.parametrize("address", ["/s/prod/offers/winter/", "/s/secret/offers/winter/", "/offers/winter"])
def test_what_is_not_there_stands_in_the_frame_and_leads_to_a_search_for_it(editor: Client, address: str) -> None:
    make_sandbox("secret")
    response = editor.get(address)
    text = text_of(response)
    assert response.status_code == 404
    assert SIDEBAR in text
    assert 'href="/s/prod/offers/?q=winter"' in text
    assert "secret" not in text.replace(address, "").replace(quote(address, safe=""), "").lower()


@pytest.mark.parametrize("address", ["/s/prod/reviews/99/", "/s/prod/bulk/99/"])
def test_no_offer_is_looked_for_where_something_else_of_a_page_is_missing(editor: Client, address: str) -> None:
    answer = editor.get(address)
    assert (answer.status_code, answer.context["wanted"]) == (404, None)


def test_what_was_looked_for_is_never_more_than_text(editor: Client) -> None:
    text = text_of(editor.get("/s/prod/offers/%22%3E%3Cscript%3E&x=1"))
    assert "<script>&" not in text
    assert 'href="/s/prod/offers/?q=%22%3E%3Cscript%3E%26x%3D1"' in text


def test_an_id_that_is_not_there_is_named_to_who_may_see_the_sandbox(editor: Client) -> None:
    make_sandbox("secret")
    assert "<h1>There is no tag “&lt;b&gt;”</h1>" in text_of(editor.get("/s/prod/tags/%3Cb%3E/"))
    gone = "/s/prod/offers/new/?template=gone"
    for address in ("/s/secret/tags/winter/", "/s/prod/tags/winter/history/", "/s/nowhere/tags/winter/", gone):
        assert "<h1>Page not found</h1>" in text_of(editor.get(address)), address


def test_who_belongs_to_no_sandbox_sees_an_error_without_a_frame(sign_in: SignIn, sandbox: Sandbox) -> None:
    text = text_of(sign_in(None).get("/s/prod/offers/winter/"))
    assert (SIDEBAR in text, "?q=" in text) == (False, False)


def test_who_may_not_is_told_who_can_give_them_another_role(sign_in: SignIn, item: LibraryItem) -> None:
    sign_in(Role.ADMIN, "Jisoo Kim")
    Membership.objects.create(
        sandbox_id=item.sandbox_id, role=Role.ADMIN, user=User.objects.create_user("gone", is_active=False)
    )
    response = sign_in(Role.AUDITOR, "Ara Yun").get("/s/prod/offers/new/")
    text = text_of(response)
    assert response.status_code == 403
    assert SIDEBAR in text
    assert "<p>You can read this sandbox but not change it.</p>" in text
    assert "Nothing was changed." not in text, "who only looked knows"
    assert "To get access, ask " in text
    assert re.search('access, ask (<a href="mailto:[^"]+">)?Jisoo Kim(</a>)?[.]', text)


def test_scripts_get_a_sentence_and_no_page(sign_in: SignIn, item: LibraryItem) -> None:
    auditor = sign_in(Role.AUDITOR)
    auditor.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        answers = {
            address: auditor.get(address, headers={**SCRIPT, "X-Request-Id": "request-1234"})
            for address in ("/s/prod/offers/nowhere/", "/s/prod/offers/new/", "/s/prod/broken/")
        }
    assert [answer.status_code for answer in answers.values()] == [404, 403, 500]
    assert [answer["Content-Type"] for answer in answers.values()] == ["text/plain; charset=utf-8"] * 3
    said = [answer.content.decode() for answer in answers.values()]
    assert said[0].startswith("It is not there any more")
    assert said[1] == "You can read this sandbox but not change it."
    assert said[2].endswith("request-1234")


def test_a_fault_of_ours_keeps_the_frame_and_says_its_number(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in()
    browser.raise_request_exception = False

    def page() -> str:
        with override_settings(ROOT_URLCONF=__name__):
            response = browser.get("/s/prod/broken/", headers={"X-Request-Id": "request-1234"})
        assert response.status_code == 500
        assert "a fault of ours" not in text_of(response)
        return text_of(response)

    assert SIDEBAR in (framed := page())
    assert "request-1234" in framed
    assert "Try again" in framed
    monkeypatch.setattr("offers.web.frame.errors.actor_for", broken)
    assert SIDEBAR not in (alone := page())
    assert "request-1234" in alone, "what went wrong may be the frame itself"


def test_a_form_that_is_too_old_leads_back_to_its_page(editor: Client, item: LibraryItem) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    before = {"Referer": "http://testserver/s/prod/offers/sale/"}
    response = strict.post("/s/prod/offers/sale/approve/", headers=before)
    text = text_of(response)
    assert response.status_code == 403
    assert SIDEBAR in text
    assert 'href="/s/prod/offers/sale/"> ' in text or 'href="/s/prod/offers/sale/"><' in text
