"""A forgotten password: a link by mail, which works once, for an hour, and tells a stranger nothing. Real rows, the worker's own functions."""

import logging
import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from offeradmin.environment import WithoutProofs
from offers.models import AccessChange, AccountMail, Membership, PersonalSettings, Sandbox, Session
from offers.web.account import posting
from offers.web.account.accounts import OF_A_NAME
from tests.cast import Role, at_once, make_sandbox

pytestmark = pytest.mark.django_db
ASK, DONE = "/accounts/password/reset/", "/accounts/password/reset/done/"
OLD, NEW = "a long password", "another long one"
HOME = "https://offers.example"


@pytest.fixture(autouse=True)
def _sends(settings: Settings) -> None:
    settings.SENDS_MAIL, settings.PUBLIC_URL, settings.ALLOWED_HOSTS = True, HOME, ["*"]


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture(autouse=True)
def mina(sandbox: Sandbox) -> User:
    user = User.objects.create_user("mina", "mina@offers.example", OLD, first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return user


def asked_for(name: str, browser: Client | None = None, **more: Any) -> str:
    """The link that comes when this account is named; "" for none."""
    before = len(mail.outbox)
    assert (browser or Client()).post(ASK, {"login": name}, **more)["Location"] == DONE
    posting.keep()
    found = [
        re.search(r"^https\S+/accounts/password/new/\S+$", str(one.body), re.MULTILINE) for one in mail.outbox[before:]
    ]
    return found[0][0].removeprefix(HOME) if found and found[0] else ""


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def opened(link: str, browser: Client) -> str:
    """The address of the form behind a link."""
    response = browser.get(link)
    assert (response.status_code, response["Referrer-Policy"]) == (302, "no-referrer")
    return str(response["Location"])


def setting(password: str) -> dict[str, str]:
    return {"new_password1": password, "new_password2": password}


def is_signed_in(browser: Client) -> bool:
    return browser.get("/session/").json()["person"] is not None


def signed_in(name: str = "mina", password: str = OLD) -> Client:
    browser = Client()
    assert browser.post("/accounts/login/", {"login": name, "password": password}).status_code == 302
    return browser


def recorded() -> list[tuple[str, str, str, str]]:
    return list(AccessChange.objects.order_by("key").values_list("what", "subject_label", "actor_label", "source"))


def test_a_link_sets_a_password_once_and_ends_every_session(mina: User) -> None:
    PersonalSettings.objects.create(user=mina, language="ko")
    link = asked_for("MINA@offers.example", HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["mina@offers.example"], "오퍼 라이브러리: 새 비밀번호")
    assert "evil.example" not in str(message.message())
    assert "mina" in str(message.body)
    elsewhere, known, second = signed_in(), Client(), Client()
    link = asked_for("mina")  # signing in has ended the first one
    form, same = opened(link, known), opened(link, second)
    assert form == same
    assert link.split("/")[5] not in form
    page = known.get(form)
    assert "<b>mina</b>" in text_of(page)
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "This password is too short" in text_of(known.post(form, setting("short")))
    assert is_signed_in(elsewhere)
    assert known.post(form, setting(NEW))["Location"] == "/accounts/password/new/set/"
    assert "Your new password is set" in text_of(known.get("/accounts/password/new/set/"))
    assert (is_signed_in(elsewhere), is_signed_in(known)) == (False, False), "nor does the link sign in"
    assert not Session.objects.filter(user=mina).exists()
    for browser in (known, second, Client()):
        assert "does not work any more" in text_of(browser.get(link))
    assert "does not work any more" in text_of(second.post(form, setting("a third long one")))
    posting.keep()
    assert "비밀번호가 변경되었습니다" in mail.outbox[-1].subject
    assert link.split("/")[5] not in str(mail.outbox[-1].message())
    assert recorded() == [("password-reset", "Mina Park", "Mina Park", "own")]
    assert signed_in(password=NEW)
    assert not AccountMail.objects.exists()


def test_it_answers_alike_whoever_is_named_and_looks_nobody_up() -> None:
    User.objects.create_user("closed", "closed@offers.example", OLD, is_active=False)
    User.objects.create_user("invited", "invited@offers.example")
    User.objects.create_user("without", password=OLD)
    said = set()
    for name in (
        "mina",
        "mina@offers.example",
        "nobody",
        "nobody@offers.example",
        "closed",
        "invited",
        "without",
        "\0'",
    ):
        with CaptureQueriesContext(connection) as asked:
            response = Client().post(ASK, {"login": name})
        statements = tuple(re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in asked)
        assert not [sql for sql in statements if "auth_user" in sql]
        said.add((response.status_code, response["Location"], response.content, statements))
    assert len(said) == 1
    posting.keep()
    assert [message.to for message in mail.outbox] == [["mina@offers.example"]] * 2
    assert not AccountMail.objects.exists()


def test_two_with_one_address_get_a_link_each(mina: User) -> None:
    User.objects.create_user("twin", mina.email, OLD)
    asked_for(mina.email)
    assert [message.to for message in mail.outbox] == [[mina.email]] * 2
    assert sorted(str(one.body).split("account ")[1].split(".")[0] for one in mail.outbox) == ["mina", "twin"]


def test_a_stranger_fills_nobodys_mailbox_and_is_told_when_to_come_back() -> None:
    for number in range(posting.OF_AN_ACCOUNT + 3):
        asked_for("mina", REMOTE_ADDR=f"198.51.100.{number}")
    assert len(mail.outbox) == posting.OF_AN_ACCOUNT
    for _ in range(OF_A_NAME):
        Client().post(ASK, {"login": "mina"})
    refused = Client().post(ASK, {"login": "Mina"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    assert "Too many attempts. Try again in 5 minutes." in text_of(refused)
    assert Client().post(ASK, {"login": " "}).status_code == 422
    assert Client().post(ASK, {"login": "jisoo"}).status_code == 302


@pytest.mark.parametrize("why", ["an hour later", "closed", "another address", "signed in", "changed", "not theirs"])
def test_a_link_ends(why: str, mina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = asked_for("mina")
    if why == "an hour later":
        now = datetime.now() + timedelta(minutes=61)  # noqa: DTZ005  # as Django asks
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now)
    elif why == "closed":
        User.objects.update(is_active=False)
    elif why == "another address":
        User.objects.update(email="other@offers.example")
    elif why == "signed in":
        signed_in()
    elif why == "changed":
        mina.set_password(NEW)
        mina.save()
    else:
        other = User.objects.create_user("jun", "jun@offers.example", OLD)
        link = link.replace(link.split("/")[4], asked_for(other.username).split("/")[4])
    page = Client().get(link)
    assert (page.status_code, "does not work any more" in text_of(page)) == (200, True)
    assert ASK in text_of(page)


@pytest.mark.parametrize("account", ["MQ", "x", "4pyT", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "AA", "LTE"])
def test_an_address_that_was_made_up_leads_to_the_same_page(account: str) -> None:
    for proof in ("set-password", "x", "a-b", "c" * 200, "한글"):
        page = Client().get(f"/accounts/password/new/{account}/{proof}/")
        assert (page.status_code, "does not work any more" in text_of(page)) == (200, True)


def test_whoever_else_is_signed_in_here_stays_so_and_is_told_whose_link_it_is() -> None:
    User.objects.create_user("jun", password=OLD, first_name="Jun", last_name="Seo")
    browser = signed_in("jun")
    form = opened(asked_for("mina"), browser)
    assert "You are signed in here as Jun Seo, and that stays so." in text_of(browser.get(form))
    browser.post(form, setting(NEW))
    assert "Jun Seo is still signed in" in text_of(browser.get("/accounts/password/new/set/"))
    assert User.objects.get(username="jun").check_password(OLD)


def test_whoever_is_signed_in_with_the_account_itself_is_signed_out() -> None:
    browser = signed_in()
    form = opened(asked_for("mina"), browser)
    assert "that stays so" not in text_of(browser.get(form))
    assert browser.post(form, setting(NEW)).status_code == 302
    assert not is_signed_in(browser)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_sets_the_password() -> None:
    link = asked_for("mina")
    browsers = [Client(), Client()]
    forms = [opened(link, browser) for browser in browsers]
    answers = at_once(2, lambda number: browsers[number].post(forms[number], setting(f"{NEW} {number}")).status_code)
    assert sorted(map(str, answers)) == ["200", "302"]
    assert len(recorded()) == 1


def test_a_password_changed_at_the_desk_is_recorded_and_mailed_and_ends_other_sessions(mina: User) -> None:
    here, elsewhere = signed_in(), signed_in()
    typed = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    here.post("/accounts/password/change/", typed)
    assert recorded() == []
    assert here.post("/accounts/password/change/", {**typed, "oldpassword": OLD}).status_code == 302
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert Session.objects.filter(user=mina).count() == 1
    posting.keep()
    assert [message.subject for message in mail.outbox] == ["Offer library: Your password was changed"]
    assert recorded() == [("password-changed", "Mina Park", "Mina Park", "own")]


def test_where_no_mail_is_sent_it_says_whom_to_ask_and_an_operators_link_works(settings: Settings) -> None:
    settings.SENDS_MAIL = False
    assert ASK not in text_of(Client().get("/accounts/login/"))
    page = text_of(Client().get(ASK))
    assert "No mail is sent from here. Whoever runs this library" in page
    assert 'name="login"' not in page
    Client().post(ASK, {"login": "mina"})
    assert not AccountMail.objects.exists()
    said = StringIO()
    call_command("passwordlink", "mina", stdout=said)
    link = said.getvalue().strip()
    assert link.startswith(f"{HOME}/accounts/password/new/")
    browser = Client()
    assert browser.post(opened(link.removeprefix(HOME), browser), setting(NEW)).status_code == 302
    assert signed_in(password=NEW)
    assert [one[0::2] for one in recorded()] == [
        ("password-link", "manage.py passwordlink"),
        ("password-reset", "Mina Park"),
    ]
    assert not mail.outbox


def test_an_operators_link_is_for_one_open_account_and_needs_an_address_to_lead_to(settings: Settings) -> None:
    User.objects.create_user("closed", is_active=False)
    for name in ("nobody", "closed"):
        with pytest.raises(CommandError, match="no open account"):
            call_command("passwordlink", name)
    settings.PUBLIC_URL = ""
    with pytest.raises(CommandError, match="PUBLIC_URL"):
        call_command("passwordlink", "mina")


def test_what_could_not_be_sent_is_tried_again_for_an_hour_and_the_log_names_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(*_: object) -> int:
        raise OSError("554 mina@offers.example is refused")

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", refuses)
        Client().post(ASK, {"login": "mina"})
        posting.keep()
    assert "failed (OSError), and is tried again in 0:01:00" in caplog.text
    assert "mina" not in caplog.text
    posting.keep()
    assert mail.outbox == [], "not before its time"
    AccountMail.objects.update(next_at=F("next_at") - timedelta(minutes=1))
    posting.keep()
    assert len(mail.outbox) == 1
    Client().post(ASK, {"login": "mina"})
    AccountMail.objects.update(created_at=F("created_at") - timedelta(hours=1))
    posting.keep()
    assert (len(mail.outbox), AccountMail.objects.count()) == (1, 0)


def test_no_log_has_a_proof() -> None:
    path = "/accounts/password/new/MQ/dinl2g-f8119513e497ce6fc78a9aa803656477/"
    for address in (path, f"{path}?x=1"):
        record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Bad Request", address)})
        assert WithoutProofs().filter(record)
        assert record.getMessage().startswith("Bad Request: /accounts/password/new/.../")
        assert "f8119513" not in record.getMessage()
