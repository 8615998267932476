"""Another address for one's own account: asked for with the password, confirmed from its mail. Whose it is already, only that mail says."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client

from offers.models import PersonalSettings, Session
from offers.web.account import posting
from offers.web.account.passwords import OF_A_PERSON
from tests.cast import at_once
from tests.web.account.test_passwords import HOME, NEW, OLD, _sends, mina, recorded, sandbox, signed_in, text_of

__all__ = ["_sends", "mina", "sandbox"]

pytestmark = pytest.mark.django_db
CHANGE, SET = "/preferences/email/", "/accounts/email/new/set/"
ADDRESS = "park@offers.example"


def sent() -> list[tuple[str, str]]:
    """What goes now: to whom, and about what."""
    mail.outbox.clear()
    posting.keep()
    return [(message.to[0], str(message.subject).removeprefix("Offer library: ")) for message in mail.outbox]


def asked_for(browser: Client, address: str = ADDRESS) -> str:
    """The link that comes when this address is asked for; "" for none."""
    response = browser.post(CHANGE, {"email": address, "password": OLD})
    assert response["Location"] == "/preferences/#account"
    sent()
    found = re.search(r"^https\S+/accounts/email/new/\S+$", str(mail.outbox[-1].body), re.MULTILINE)
    return found[0].removeprefix(HOME) if found else ""


def address_of_mina() -> str:
    return User.objects.get(username="mina").email


def test_an_address_is_that_of_the_account_once_its_mail_was_read_and_the_old_one_is_told() -> None:
    here = signed_in()
    assert "mina@offers.example" in text_of(here.get(CHANGE))
    link = asked_for(here)
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([ADDRESS], "Offer library: Your new email address")
    assert f"A link waits to be confirmed at {ADDRESS}." in text_of(here.get("/preferences/"))
    reader = Client()
    page = text_of(reader.get(link))
    assert (ADDRESS in page, "<b>mina</b>" in page) == (True, True)
    assert address_of_mina() == "mina@offers.example", "a mail scanner follows links, too"
    assert reader.post(link)["Location"] == SET
    assert "Your email address is changed" in text_of(reader.get(SET))
    assert address_of_mina() == ADDRESS
    assert sent() == [("mina@offers.example", "Your email address was changed")]
    assert ADDRESS not in str(mail.outbox[0].message())
    assert recorded() == [("email-changed", "Mina Park", "Mina Park", "own")]
    for _ in range(2):
        assert "does not work any more" in text_of(reader.post(link))
    assert "A link waits" not in text_of(here.get("/preferences/"))
    assert signed_in(ADDRESS)
    assert Session.objects.filter(user__username="mina").count() == 2, "nobody is signed out"


def test_whose_address_it_is_already_only_its_mail_says(mina: User) -> None:
    User.objects.create_user("jun", "Jun@offers.example", OLD)
    User.objects.create_user("seo@offers.example", password=OLD)
    here = signed_in()
    pages = set()
    for address in ("jun@offers.example", "seo@offers.example", ADDRESS):
        said = here.post(CHANGE, {"email": address, "password": OLD}, follow=True)
        text = re.sub(r"\w{64}", "", text_of(said).replace(address, "X"))
        pages.add((text[text.index('id="account"') : text.index('id="signed-in"')], "A link went to X." in text))
        assert sent() == [(address, "Your new email address")]
        assert ("It is that of another account" in str(mail.outbox[0].body)) == (address != ADDRESS)
        assert ("/accounts/email/new/" in str(mail.outbox[0].body)) == (address == ADDRESS)
    assert len(pages) == 1
    link = asked_for(here)
    User.objects.create_user("first", ADDRESS, OLD)
    late = Client().post(link)
    assert (late.status_code, "address of another account" in text_of(late)) == (409, True)
    assert (address_of_mina(), recorded()) == ("mina@offers.example", [])


@pytest.mark.parametrize(
    ("address", "password", "said"),
    [
        (ADDRESS, "wrong", "This is not your password."),
        ("no address", OLD, "Enter an address like name@example.com."),
        ("a@offers.example\r\nBcc: b@offers.example", OLD, "Enter an address like name@example.com."),
        ("a" * 300 + "@offers.example", OLD, "Enter an address like name@example.com."),
        ("", OLD, "Enter an address like name@example.com."),
        ("MINA@offers.example", OLD, "That is your address already."),
    ],
)
def test_it_says_at_the_field_what_is_wrong_and_sends_nothing(address: str, password: str, said: str) -> None:
    page = signed_in().post(CHANGE, {"email": address, "password": password})
    assert (page.status_code, said in text_of(page)) == (422, True)
    assert password not in text_of(page)
    assert sent() == []


@pytest.mark.parametrize(
    "why", ["an hour later", "closed", "another one was asked for", "forgotten", "password", "another account"]
)
def test_a_link_to_an_address_ends(why: str, mina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    here = signed_in()
    link = asked_for(here)
    if why == "an hour later":
        now = datetime.now() + timedelta(minutes=61)  # noqa: DTZ005  # as Django asks
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now)
    elif why == "closed":
        User.objects.update(is_active=False)
    elif why == "another one was asked for":
        assert asked_for(here, "other@offers.example")
    elif why == "forgotten":
        assert here.post("/preferences/email/forget/").status_code == 302
    elif why == "password":
        here.post("/accounts/password/change/", {"oldpassword": OLD, "password1": NEW, "password2": NEW})
    else:
        jun = User.objects.create_user("jun", "jun@offers.example", OLD)
        asked_for(signed_in("jun"), "seo@offers.example")
        link = link.replace(f"/{mina.pk}/", f"/{jun.pk}/")
    for answer in (Client().get(link), Client().post(link)):
        assert (answer.status_code, "does not work any more" in text_of(answer)) == (200, True)
    assert recorded() in ([], [("password-changed", "Mina Park", "Mina Park", "own")])
    assert Client().get(f"/accounts/email/new/{10**30}/a-b/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_one_address_at_once_one_gets_it() -> None:
    User.objects.create_user("jun", "jun@offers.example", OLD)
    links = [asked_for(signed_in(name)) for name in ("mina", "jun")]
    answers = at_once(2, lambda number: Client().post(links[number]).status_code)
    assert sorted(map(str, answers)) == ["302", "409"]
    assert User.objects.filter(email=ADDRESS).count() == 1


def test_nobody_guesses_the_password_here_or_mails_strangers_at_will() -> None:
    here = signed_in()
    for number in range(posting.OF_AN_ACCOUNT):
        here.post(CHANGE, {"email": f"{number}@offers.example", "password": OLD})
    assert here.post(CHANGE, {"email": ADDRESS, "password": OLD}).status_code == 429
    for _ in range(OF_A_PERSON):
        here.post(CHANGE, {"email": ADDRESS, "password": "wrong"})
    assert here.post("/accounts/password/change/", {"oldpassword": OLD}).status_code == 429


def test_who_has_no_password_or_no_mail_is_not_offered_it(settings: object, mina: User) -> None:
    here = signed_in()
    assert CHANGE in text_of(here.get("/preferences/"))
    settings.SENDS_MAIL = False  # type: ignore[attr-defined]  # pytest-django's
    assert (here.get(CHANGE).status_code, CHANGE in text_of(here.get("/preferences/"))) == (404, False)
    settings.SENDS_MAIL = True  # type: ignore[attr-defined]  # the same
    mina.set_unusable_password()
    mina.save()
    here.force_login(mina)
    assert (here.get(CHANGE).status_code, CHANGE in text_of(here.get("/preferences/"))) == (404, False)
    assert Client().get(CHANGE).status_code == 302
    assert not PersonalSettings.objects.exclude(new_email="").exists()
