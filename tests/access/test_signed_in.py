"""Sessions and accounts are read as Django reads them: who is not signed in any more is nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access.signed_in import SEEN_EVERY, SessionStore, account
from offers.models import Session

PASSWORD = "a long password"


@pytest.fixture
def mina(db: None) -> User:
    return User.objects.create_user("mina", "mina@offers.example", PASSWORD, first_name="Mina")


@pytest.fixture
def browser(mina: User) -> Client:
    browser = Client()
    browser.force_login(mina)
    return browser


def person(browser: Client) -> object:
    return browser.get("/session/").json()["person"]


def test_it_knows_who_is_signed_in(browser: Client, mina: User) -> None:
    assert person(browser) == mina.pk


def test_it_forgets_a_session_that_has_expired(browser: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert person(browser) is None


def test_it_forgets_a_session_that_was_ended_elsewhere(browser: Client) -> None:
    Session.objects.all().delete()
    assert person(browser) is None


def test_it_refuses_who_is_not_active_any_more(browser: Client) -> None:
    User.objects.update(is_active=False)
    assert person(browser) is None


def test_it_ends_the_sessions_of_another_password(browser: Client, mina: User) -> None:
    mina.set_password("another long password")
    mina.save()
    assert person(browser) is None


def test_it_does_not_know_who_was_deleted(browser: Client) -> None:
    User.objects.all().delete()
    assert person(browser) is None


@pytest.mark.parametrize("key", ["x" * 32, "'; --" + "x" * 32])
def test_a_made_up_session_is_none(db: None, key: str) -> None:
    browser = Client()
    browser.cookies["sessionid"] = key
    assert person(browser) is None


def test_a_key_that_no_database_could_be_asked_for_is_none(db: None) -> None:
    spelt = Client(headers={"cookie": 'sessionid="abcdefgh\\000ijkl"'})
    assert person(spelt) is None


def test_a_session_holds_what_its_row_does(browser: Client, mina: User) -> None:
    key = browser.cookies["sessionid"].value
    ours, row = SessionStore(key), Session.objects.get()
    assert dict(ours.items()) == ours.decode(row.session_data) != {}
    assert (row.pk, row.user_id) == (key, mina.pk)
    unknown = SessionStore("x" * 32)
    assert (dict(unknown.items()), unknown.session_key) == ({}, None)


def test_that_somebody_was_seen_is_written_every_few_minutes_and_not_at_each_request(
    browser: Client, django_assert_num_queries: Any
) -> None:
    key, long_ago = browser.cookies["sessionid"].value, timezone.now() - 2 * SEEN_EVERY
    for seen_at, queries in ((timezone.now(), 1), (long_ago, 2)):
        Session.objects.update(seen_at=seen_at)
        with django_assert_num_queries(queries):
            assert SessionStore(key).load()
    assert Session.objects.get().seen_at > long_ago + SEEN_EVERY


def test_an_account_is_the_one_that_its_model_reads(mina: User) -> None:
    found = account(mina.pk)
    assert found is not None
    mina.refresh_from_db()
    assert [getattr(found, one.attname) for one in User._meta.concrete_fields] == [
        getattr(mina, one.attname) for one in User._meta.concrete_fields
    ]
    assert not found._state.adding
    assert account(mina.pk + 1) is None
