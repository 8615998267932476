"""Where a person is signed in: in words, only their own, and to be ended from here."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.models import Session
from offers.web.account.places import device_of

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148 Safari/604.1"


def sign_in(name: str, user_agent: str) -> Client:
    browser = Client(headers={"user-agent": user_agent})
    assert browser.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return browser


def shown(browser: Client) -> str:
    text = browser.get("/preferences/").content.decode()
    return " ".join(text[text.index('id="signed-in"') :].split())


def marks(text: str) -> list[str]:
    return re.findall(r'name="place" value="(\w+)"', text)


@pytest.fixture(autouse=True)
def people() -> None:
    for name in ("mina", "jun"):
        User.objects.create_user(name, password=PASSWORD)


@pytest.mark.parametrize(
    ("said", "device"),
    [
        (CHROME, "Chrome 120 · Windows"),
        (CHROME + " Edg/120.0", "Edge 120 · Windows"),
        (PHONE, "Safari 17 · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox 120 · Linux"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/23.0 Chrome/115.0",
            "Samsung Internet 23 · Android",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>Firefox/", "Firefox"),
    ],
)
def test_a_browser_is_called_by_its_name_and_its_system_and_by_nothing_else_that_it_says(
    said: str, device: str
) -> None:
    assert device_of(said) == device


def test_a_person_sees_their_own_places_with_this_one_first_and_nothing_that_signs_in() -> None:
    phone, desk, other = sign_in("mina", PHONE), sign_in("mina", CHROME), sign_in("jun", CHROME)
    text = shown(phone)
    assert text.index("Safari 17 · iPhone") < text.index("This browser") < text.index("Chrome 120 · Windows")
    assert (text.count("Chrome 120 · Windows</b>"), len(marks(text))) == (1, 1)
    keys = [browser.cookies["sessionid"].value for browser in (phone, desk, other)]
    assert not [key for key in keys if key in text]
    assert not [said for said in (CHROME, PHONE, "127.0.0.1") if said in text]


def test_a_place_says_when_it_was_seen_only_where_that_is_later_than_when_it_signed_in() -> None:
    here, _desk = sign_in("mina", PHONE), sign_in("mina", CHROME)
    assert "Last seen" not in shown(here)
    Session.objects.update(seen_at=timezone.now() + timedelta(hours=1))
    assert shown(here).count("Last seen") == 1


def test_two_more_places_are_not_worth_a_fold_and_three_are() -> None:
    here, *_more = [sign_in("mina", PHONE) for _each in range(5)]
    assert "<details" not in shown(here)
    sign_in("mina", CHROME)
    assert shown(here).index("3 more") < shown(here).rindex('name="place"')


def test_signing_out_there_ends_that_one_alone_and_says_so() -> None:
    phone, desk, tablet = (sign_in("mina", said) for said in (PHONE, CHROME, ""))
    (mark, *_more) = [one for one in marks(shown(phone)) if one in marks(shown(tablet))]
    said = phone.post("/preferences/sessions/end/", {"place": mark}, follow=True)
    assert said.redirect_chain == [("/preferences/#signed-in", 302)]
    assert "Signed out there." in said.content.decode()
    assert [bool(browser.get("/session/").json()["person"]) for browser in (phone, desk, tablet)] == [True, False, True]
    again = phone.post("/preferences/sessions/end/", {"place": mark}, follow=True)
    assert "That session had ended already." in again.content.decode()


def test_signing_out_everywhere_else_leaves_this_one_and_other_peoples() -> None:
    phone, desk, tablet, other = (
        sign_in("mina", PHONE),
        sign_in("mina", CHROME),
        sign_in("mina", ""),
        sign_in("jun", ""),
    )
    said = phone.post("/preferences/sessions/end/", follow=True).content.decode()
    assert "Signed out in 2 other places." in said
    browsers = (phone, desk, tablet, other)
    assert [bool(one.get("/session/").json()["person"]) for one in browsers] == [True, False, False, True]


def test_nobody_ends_the_session_of_somebody_else() -> None:
    mina, jun, elsewhere = sign_in("mina", ""), sign_in("jun", ""), sign_in("jun", PHONE)
    (mark,) = marks(shown(jun))
    mina.post("/preferences/sessions/end/", {"place": mark})
    assert elsewhere.get("/session/").json()["person"]
    assert Client().post("/preferences/sessions/end/").status_code == 302
    assert Session.objects.count() == 3


def test_what_was_signed_in_with_an_old_password_is_no_place_any_more() -> None:
    here, _old = sign_in("mina", CHROME), sign_in("mina", PHONE)
    new = {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert "Safari 17 · iPhone" not in shown(here)
    assert "Chrome 120 · Windows" in shown(here)
