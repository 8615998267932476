"""Signing in: one door, which tells nobody anything and locks nobody out of the browser they use."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

from offers.models import Attempt
from offers.web.account.accounts import OF_A_BROWSER, OF_A_NAME, OF_AN_ADDRESS

PASSWORD = "a long password"
OTHER = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture(autouse=True)
def mina(db: None) -> User:
    return User.objects.create_user("mina", "mina@offers.example", PASSWORD)


def sign_in(browser: Client, password: str, name: str = "mina", **more: Any) -> int:
    return browser.post("/accounts/login/", {"login": name, "password": password}, **more).status_code


@pytest.mark.parametrize("name", ["mina", "MINA", "mina@offers.example", "Mina@Offers.example"])
def test_a_person_signs_in_by_user_name_or_email(name: str) -> None:
    assert sign_in(Client(), PASSWORD, name) == 302


@pytest.mark.parametrize("name", ["mina", "mina@offers.example", "nobody", "nobody@offers.example"])
def test_what_is_wrong_is_said_alike_whoever_is_named(name: str) -> None:
    page = Client().post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode()
    assert "User name or password is not right." in page


def test_of_two_people_with_one_address_neither_signs_in_by_it(mina: User) -> None:
    User.objects.create_user("twin", mina.email, PASSWORD)
    assert sign_in(Client(), PASSWORD, mina.email) == 200
    assert sign_in(Client(), PASSWORD, "twin") == 302


@pytest.mark.parametrize(
    ("name", "password"),
    [
        *(("mina", PASSWORD), ("mina", "wrong"), ("mina@offers.example", "wrong"), ("nobody", "wrong")),
        *(("nobody@offers.example", "wrong"), ("gone", PASSWORD), ("gone", "wrong"), ("invited", "wrong")),
    ],
)
def test_every_attempt_costs_one_hash(name: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    User.objects.create_user("invited")
    hashed, encode = [], MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(salt)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    assert sign_in(Client(), password, name) == (302 if (name, password) == ("mina", PASSWORD) else 200)
    assert len(hashed) == 1


def test_it_refuses_without_hashing_when_too_many_attempts_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    assert {sign_in(browser, "wrong") for _ in range(OF_A_NAME)} == {200}
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: pytest.fail("it hashed"))
    response = browser.post("/accounts/login/", {"login": "mina", "password": PASSWORD})
    assert (response.status_code, response["Retry-After"]) == (429, "300")
    assert "Too many attempts. Try again in 5 minutes." in response.content.decode()


def test_a_stranger_at_another_address_locks_nobody_out() -> None:
    for _ in range(OF_A_NAME + 1):
        sign_in(Client(), "wrong", **OTHER)
    assert sign_in(Client(), PASSWORD, **OTHER) == 429
    assert sign_in(Client(), PASSWORD) == 302


def test_a_stranger_behind_the_same_address_locks_nobody_out_of_the_browser_they_use() -> None:
    browser = Client()
    sign_in(browser, PASSWORD)
    browser.post("/accounts/logout/")
    for number in range(OF_AN_ADDRESS + 1):
        sign_in(Client(), "wrong", f"invented-{number}")
    assert sign_in(Client(), PASSWORD) == 429
    assert sign_in(browser, PASSWORD) == 302


def test_a_known_browser_is_known_to_its_person_only_and_has_a_budget_too() -> None:
    browser = Client()
    sign_in(browser, PASSWORD)
    browser.post("/accounts/logout/")
    User.objects.create_user("jisoo", password=PASSWORD)
    for _ in range(OF_A_NAME):
        sign_in(browser, "wrong", "jisoo")
    assert sign_in(browser, PASSWORD, "jisoo") == 429
    assert {sign_in(browser, "wrong") for _ in range(OF_A_BROWSER)} == {200}
    assert sign_in(browser, PASSWORD) == 429


def test_a_made_up_mark_of_a_known_browser_is_worth_nothing(mina: User) -> None:
    browser = Client()
    browser.cookies["known_browser"] = f"{mina.pk}:x:1aaaaa:nonsense"
    for _ in range(OF_A_NAME):
        sign_in(browser, "wrong")
    assert sign_in(Client(), PASSWORD) == 429


def test_signing_in_is_not_counted() -> None:
    for _ in range(OF_A_NAME + 1):
        assert sign_in(Client(), PASSWORD) == 302
    assert set(Attempt.objects.values_list("count", flat=True)) == {0}


def test_djangos_admin_sends_to_the_same_door() -> None:
    response = Client().get("/admin/login/?next=/admin/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert Client().get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert Client().post("/admin/login/", {"username": "mina", "password": PASSWORD}).status_code == 405


def test_djangos_admin_lets_an_operator_in() -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("operator"))
    assert browser.get("/admin/login/")["Location"] == "/admin/"


def test_a_person_without_the_right_is_told_so_by_djangos_admin(mina: User) -> None:
    browser = Client()
    browser.force_login(mina)
    assert browser.get("/admin/login/?next=/admin/").status_code == 403


def test_an_account_that_was_closed_is_as_good_as_none(mina: User) -> None:
    User.objects.update(is_active=False)
    assert authenticate(username="mina", password=PASSWORD) is None
