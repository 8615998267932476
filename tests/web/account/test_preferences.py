"""What a person chooses for themselves, on one page: kept by one Save, and said."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import LibraryItem, Membership, PersonalSettings
from offers.web.lists.rows import USUAL
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def ticked(text: str) -> list[str]:
    return re.findall(r'name="columns" id="column-\w+" value="(\w+)" checked', text)


def test_one_save_keeps_theme_language_and_zone_and_says_so_in_the_new_language(editor: Client) -> None:
    chosen = {"theme": "dark", "language": "ko", "timezone": "Asia/Seoul", "next": "/preferences/"}
    text = text_of(editor.post("/preferences/", chosen, follow=True))
    assert '<html lang="ko" data-theme="dark"' in text
    assert "설정을 저장했습니다." in text
    own = PersonalSettings.objects.get()
    assert (own.theme, own.language, own.time_zone) == ("dark", "ko", "Asia/Seoul")


def test_a_single_save_is_for_all_of_them(editor: Client, settings: Any) -> None:
    settings.SENDS_MAIL = True
    text = text_of(editor.get("/preferences/"))
    form = text[text.index('<form class="settings"') :]
    form = form[: form.index("</form>")]
    assert form.count("<button") == 1
    for name in ("theme", "language", "timezone", "keys", "columns", "density", "when", "hour", "about"):
        assert f'name="{name}"' in form
    sent = {"theme": "light", "timezone": "Asia/Seoul", "keys": "off", "density": "compact", "columns": ["ends"]}
    mail = {"when": "daily", "hour": "7", "about": ["asked"], "of": ["list", "mail"]}
    assert editor.post("/preferences/", {**sent, **mail, "language": "en"}).status_code == 302
    own = PersonalSettings.objects.get()
    assert (own.theme, own.time_zone, own.keys, own.density) == ("light", "Asia/Seoul", "off", "compact")
    assert (own.columns, own.mail_when, own.mail_hour, own.mail_about) == (["ends"], "daily", 7, ["asked"])


def test_the_columns_of_the_list_are_chosen_here_too(editor: Client, item: LibraryItem) -> None:
    assert ticked(text_of(editor.get("/preferences/"))) == list(USUAL)
    sent = {"of": "list", "columns": ["ends", "status", "password"], "next": "/preferences/"}
    assert ticked(text_of(editor.post("/preferences/", sent, follow=True))) == ["status", "ends"]
    assert 'id="priority"' not in text_of(editor.get("/s/prod/offers/"))
    editor.post("/preferences/", {"of": "list", "next": "/preferences/"})
    assert PersonalSettings.objects.get().columns == [], "none at all is a choice"
    editor.post("/preferences/", {**sent, "columns": list(USUAL)})
    assert PersonalSettings.objects.get().columns is None, "the usual ones are no choice: they may become others"
    editor.post("/preferences/", {"theme": "dark"})
    assert PersonalSettings.objects.get().columns is None, "the sidebar's form has no columns"


def test_rows_are_as_high_as_their_reader_likes_them_in_every_browser(editor: Client, item: LibraryItem) -> None:
    assert "data-density" not in text_of(editor.get("/s/prod/offers/"))
    editor.post("/preferences/", {"of": "list", "columns": ["status"], "density": "compact"})
    assert 'data-density="compact"' in text_of(editor.get("/s/prod/offers/"))
    editor.post("/preferences/", {"density": "tiny"})
    assert PersonalSettings.objects.get().density == "compact"
    user = User.objects.get()
    user.set_password("a long password")
    user.save()
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": "mina", "password": "a long password"})
    assert 'data-density="compact"' in text_of(elsewhere.get("/s/prod/offers/"))
    elsewhere.post("/preferences/", {"density": "comfortable"})
    assert "data-density" not in text_of(elsewhere.get("/s/prod/offers/"))


def test_the_page_stands_in_the_sandbox_that_its_reader_used_last(editor: Client, sign_in: SignIn) -> None:
    assert 'href="/s/prod/offers/"' in text_of(editor.get("/preferences/"))
    Membership.objects.all().delete()
    alone = editor.get("/preferences/")
    assert (alone.status_code, "/s/prod/" in text_of(alone)) == (200, False)
    editor.cookies["sandbox"] = "\0"
    assert editor.get("/preferences/").status_code == 200


def test_a_stranger_has_a_language_and_no_account(db: None) -> None:
    text = text_of(Client().get("/preferences/"))
    assert 'name="language"' in text
    assert 'id="account"' not in text
    assert 'id="signed-in"' not in text


def test_nothing_here_says_who_may_do_what(editor: Client) -> None:
    before = Membership.objects.get().role
    editor.post("/preferences/", {"role": "admin", "is_superuser": "on", "theme": "dark", "username": "jun"})
    user = User.objects.get()
    assert (Membership.objects.get().role, user.is_superuser, user.username) == (before, False, "mina")


def test_it_costs_the_same_for_one_place_as_for_three(editor: Client, django_assert_num_queries: Any) -> None:
    user = User.objects.get()
    for others in (0, 2):
        for _number in range(others):
            Client().force_login(user)
        # Session, person, own settings, sandboxes, membership, places; and the sandboxes to switch to.
        with django_assert_num_queries(7):
            editor.get("/preferences/")
