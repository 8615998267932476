"""What every answer says about itself."""

import pytest
from django.test import Client

from offers.models import Session
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/s/prod/offers/", "/preferences/", "/accounts/login/", "/nothing", "/healthz"])
def test_pages_are_kept_by_nobody(sign_in: SignIn, path: str) -> None:
    for browser in (Client(), sign_in()):
        assert "no-store" in browser.get(path)["Cache-Control"]


def test_static_files_are_kept() -> None:
    response = Client().get("/static/frame/base.css")
    response.close()
    assert "no-store" not in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/static/frame/base.css", "/data/core/dps/offers", "/nothing"])
def test_nothing_is_embedded_elsewhere_and_no_page_uses_a_device(path: str) -> None:
    response = Client().get(path)
    response.close()
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    is_page = response["Content-Type"].startswith("text/html")
    assert ("camera=()" in response.headers.get("Permissions-Policy", "")) == is_page == (path in ("/", "/nothing"))
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_of_the_language_is_like_the_others() -> None:
    response = Client().post("/preferences/language/", {"language": "ko", "next": "/"}, secure=True)
    cookie = response.cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("choice", [{"theme": "dark"}, {"timezone": "Asia/Seoul"}])
def test_cookies_of_choices_are_for_tls_only_where_there_is_tls(choice: dict[str, str]) -> None:
    response = Client().post("/preferences/", choice, secure=True)
    assert response.status_code == 302, response
    assert [response.cookies[name]["secure"] for name in choice] == [True]


def test_what_nobody_reads_does_not_grow(sign_in: SignIn) -> None:
    browser = sign_in()
    sizes = []
    for _ in range(40):
        browser.post("/preferences/", {"density": "comfortable", "keys": "on", "next": "/"})
        kept = browser.cookies["messages"].value
        sizes.append(len(kept) + sum(len(session.session_data) for session in Session.objects.all()))
    assert max(sizes[6:]) <= sizes[5] + 20
    page = browser.get("/preferences/").content.decode()
    assert 1 <= page.count("Your preferences are saved.") <= 5
