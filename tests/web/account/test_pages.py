"""allauth's pages: those that are ours are open, all others are not there."""

import re

import pytest
from allauth.account import urls
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from offers.web.account.passwords import OF_A_PERSON
from offers.web.account.urls import OPEN

pytestmark = pytest.mark.django_db
NAMES = [pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
PARTS = {"account_confirm_email": ["x"], "account_reset_password_from_key": ["x", "y"]}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_that_is_not_ours_is_not_there(name: str, method: str) -> None:
    member = Client()
    member.force_login(User.objects.create_user("mina", "mina@offers.example"))
    for browser in (Client(), member):
        response = getattr(browser, method)(reverse(name, args=PARTS.get(name)))
        assert (response.status_code == 404) == (name not in OPEN), (name, response.status_code)


OLD, NEW = "a long password", "another long one"


def typed(old: str, new: str, again: str) -> dict[str, str]:
    return {"oldpassword": old, "password1": new, "password2": again}


@pytest.fixture
def member() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("mina", password=OLD))
    return browser


def test_a_person_changes_the_password_and_stays_signed_in_here(member: Client) -> None:
    url = reverse("account_change_password")
    assert "Current password" in member.get(url).content.decode()
    assert member.post(url, typed(OLD, NEW, NEW))["Location"] == url
    assert member.get(url).status_code == 200
    assert User.objects.get().check_password(NEW)


@pytest.mark.parametrize(
    ("old", "new", "again"), [("wrong", NEW, NEW), (OLD, "short", "short"), (OLD, NEW, "other"), (OLD, "", "")]
)
def test_it_says_at_the_field_what_is_wrong_and_sends_no_password_back(
    member: Client, old: str, new: str, again: str
) -> None:
    page = member.post(reverse("account_change_password"), typed(old, new, again)).content.decode()
    assert 'class="problem"' in page
    assert 'value="' + (new or old) not in page
    assert User.objects.get().check_password(OLD)


@pytest.mark.parametrize(("new", "again"), [(NEW, "other"), ("short", "other"), ("", "other")])
def test_what_is_wrong_with_each_password_is_said_at_its_field_in_our_words(
    member: Client, new: str, again: str
) -> None:
    page = member.post(reverse("account_change_password"), typed("wrong", new, again)).content.decode()
    fields = page.split('<div class="field">')[1:]
    assert re.findall(r'class="problem">([^<]*)<', fields[0]) == ["This is not your password."]
    said = "This is not the same as the new password above."
    assert re.findall(r'class="problem">([^<]*)<', fields[2]) == [said]


def test_nobody_guesses_the_password_at_an_open_session(member: Client) -> None:
    url = reverse("account_change_password")
    assert {member.post(url, typed("wrong", NEW, NEW)).status_code for _ in range(OF_A_PERSON)} == {200}
    assert member.post(url, typed(OLD, NEW, NEW)).status_code == 429
    assert User.objects.get().check_password(OLD)
