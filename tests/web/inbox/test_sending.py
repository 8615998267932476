"""Mail: what somebody was told and has not read, once, to those who may see it and want it. Real rows, Django's own back ends."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from offers.access.permissions import Actor
from offers.models import LibraryItem, MailTurn, Membership, Notice, PersonalSettings, RequestEvent, Sandbox
from offers.review import comments, notices, requests
from offers.web.account.mail import ABOUT, Wish, wish_of
from offers.web.inbox import sending
from tests.cast import at_once, make, make_placement, make_sandbox, offer, replace, shown_in
from tests.review.asking import agree, ask
from tests.review.conftest import Cast, cast_in, people, sale
from tests.web.reviews.conftest import As, browser_of

__all__ = ["browser_of", "people", "sale"]

RENAME = replace("/name", "Autumn sale")


@pytest.fixture(autouse=True)
def _sends(settings: Settings) -> None:
    settings.SENDS_MAIL, settings.PUBLIC_URL = True, "https://offers.example"


def later(**time: int) -> None:
    """So much time goes by."""
    by = timedelta(**time)
    Notice.objects.update(created_at=F("created_at") - by)
    MailTurn.objects.update(next_at=F("next_at") - by)


def reachable(*actors: Actor) -> None:
    for one in actors:
        User.objects.filter(pk=one.user_id or 0).update(email=f"{one.label.lower()}@offers.example")


def kept(actor: Actor, **choice: Any) -> None:
    PersonalSettings.objects.create(user_id=actor.user_id or 0, **choice)


def sent() -> list[tuple[str, str]]:
    return [(message.to[0], str(message.subject)) for message in mail.outbox]


def html_of(message: EmailMessage) -> str:
    assert isinstance(message, EmailMultiAlternatives)
    return str(message.alternatives[0].content)  # type: ignore[attr-defined]


def test_a_burst_is_one_mail_with_links_and_goes_once(people: Cast, sale: LibraryItem) -> None:
    reachable(people.mina, people.jun)
    request = ask(people.mina, sale, RENAME)
    comments.say(people.jun, request, "Why <b>now</b>?\nApprove: https://evil.example")
    sending.keep()
    assert sent() == [], "more may come"
    later(minutes=1)
    agree(people.jun, request, apply=False)
    later(minutes=1)
    sending.keep()
    later(minutes=1)
    sending.keep()
    sending.keep()
    # It waits for nobody any more, so Jun is not told that it does. Jisoo, who has no address, would not be either.
    assert sent() == [("mina@offers.example", "Another name: Jun approved it, and 1 more")]
    (message,) = mail.outbox
    html = html_of(message)
    link = f"https://offers.example/s/{people.sandbox.name}/reviews/1/"
    for part in (message.body, html):
        assert link in part
        assert "https://offers.example/preferences/mail/" in part
        assert "Jun commented on it" in part
    assert "  > Why <b>now</b>?\n  > Approve: https://evil.example\n" in message.body
    assert "Why &lt;b&gt;now&lt;/b&gt;?<br>Approve" in html
    assert "<form" not in html
    assert message.extra_headers["List-Unsubscribe"] == "<https://offers.example/preferences/mail/>"
    assert set(Notice.objects.values_list("mail_due", flat=True)) == {False}
    later(days=1)
    sending.keep()
    assert len(sent()) == 1


def test_what_is_not_to_be_mailed_is_not(people: Cast, sale: LibraryItem, browser_of: As, settings: Settings) -> None:
    """Read meanwhile, seen to by others, not wanted, not a member any more, a closed account, no address; no mail set up."""
    gone, closed = (User.objects.create_user(name, f"{name}@offers.example") for name in ("gone", "closed"))
    for user in (gone, closed):
        Membership.objects.create(sandbox=people.sandbox, user=user, role="reviewer")
    reachable(people.mina, people.jun, people.jisoo)
    kept(people.jisoo, mail_about=["commented"])
    first = ask(people.mina, sale, RENAME)
    browser_of(people.jun).get(f"/s/{people.sandbox.name}/reviews/1/")
    assert notices.unread(people.jun) == 0, "who looks at a request has read of it"
    second = ask(people.mina, sale, RENAME)
    requests.withdraw(people.mina, second)
    settings.SENDS_MAIL = False
    comments.say(people.jun, first, "Before mail was set up")
    sending.keep()
    settings.SENDS_MAIL = True
    Membership.objects.filter(user=gone).delete()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    later(minutes=10)
    sending.keep()
    assert sent() == []
    assert not Notice.objects.filter(mail_due=True, read_at=None).exists()


def test_it_is_in_the_persons_language_and_zone_and_no_header_is_made_of_a_title(
    people: Cast, sale: LibraryItem
) -> None:
    reachable(people.jun)
    kept(people.jun, language="ko", time_zone="Asia/Seoul")
    request = ask(people.mina, sale, RENAME)
    type(request).objects.update(title="Sale\r\nBcc: all@evil.example\u202e <script>")
    User.objects.filter(pk=people.mina.user_id or 0).update(first_name="Mina\nPark")
    later(minutes=3)
    sending.keep()
    (message,) = mail.outbox
    assert message.subject == "Sale Bcc: all@evil.example <script>: Mina 요청함"
    raw = message.message()
    assert raw["Bcc"] is None
    assert "KST" in message.body
    html = html_of(message)
    assert "<script>" not in html
    assert '<html lang="ko">' in html


class Choosy(EmailBackend):
    """Refuses some, as a mail server does."""

    refuses: Sequence[str] = ()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if {address for message in messages for address in message.to} & set(self.refuses):
            raise OSError("550 no such mailbox")
        return super().send_messages(messages)


def test_who_cannot_be_reached_is_tried_again_after_growing_pauses_and_keeps_nobody_waiting(
    people: Cast, sale: LibraryItem, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Choosy"
    monkeypatch.setattr(Choosy, "refuses", ["jun@offers.example"])
    reachable(people.jun, people.jisoo)
    ask(people.mina, sale, RENAME)
    pauses = []
    for _ in range(4):
        later(minutes=5)
        sending.keep()
        sending.keep()
        turn = MailTurn.objects.get(user=people.jun.user_id)
        pauses.append(round((turn.next_at - timezone.now()) / timedelta(minutes=1)))
    assert pauses == [1, 2, 4, 8]
    assert [address for address, _ in sent()] == ["jisoo@offers.example"]
    monkeypatch.setattr(Choosy, "refuses", [])
    later(minutes=10)
    sending.keep()
    assert [address for address, _ in sent()] == ["jisoo@offers.example", "jun@offers.example"]
    assert MailTurn.objects.get(user=people.jun.user_id).failures == 0
    ask(people.mina, sale, RENAME)
    later(days=3)
    sending.keep()
    assert len(sent()) == 2, "after days it is only in the inbox"
    assert not Notice.objects.filter(mail_due=True).exists()


class Dying(EmailBackend):
    """The worker is killed when the mail has gone."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        super().send_messages(messages)
        raise KeyboardInterrupt


def test_a_worker_that_dies_over_a_mail_is_followed_up_and_mail_programs_can_tell(
    people: Cast, sale: LibraryItem, settings: Settings
) -> None:
    reachable(people.jun)
    ask(people.mina, sale, RENAME)
    later(minutes=3)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Dying"
    with pytest.raises(KeyboardInterrupt):
        sending.keep()
    settings.EMAIL_BACKEND = backend
    sending.keep()
    assert len(sent()) == 1
    later(minutes=10)
    sending.keep()
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
    assert len(sent()) == 2


SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "hour", "first", "now", "goes"),
    [
        (SEOUL, 8, "2026-11-25T22:59", "2026-11-25T23:00", True),
        (SEOUL, 8, "2026-11-25T22:59", "2026-11-25T22:59", False),
        (SEOUL, 8, "2026-11-25T23:00", "2026-11-26T22:59", False),
        (SEOUL, 8, "2026-11-25T23:00", "2026-11-26T23:00", True),
        # Clocks go forward at one o'clock UTC, from two to three, and back in October, from three to two.
        (BERLIN, 2, "2026-03-29T00:30", "2026-03-29T01:00", True),
        (BERLIN, 2, "2026-10-24T23:59", "2026-10-25T00:00", True),
        (BERLIN, 2, "2026-10-25T00:30", "2026-10-25T01:30", False),
    ],
)
def test_a_digest_goes_at_its_hour_where_the_person_is(
    zone: ZoneInfo, hour: int, first: str, now: str, *, goes: bool
) -> None:
    came, asked = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, now))
    assert Wish("daily", hour, zone=zone).is_time(came, came, asked) == goes


def test_a_day_is_one_mail_and_a_burst_that_does_not_end_is_not_waited_for() -> None:
    now = timezone.now()
    assert Wish().is_time(now - timedelta(minutes=10), now, now)
    assert not Wish().is_time(now - timedelta(minutes=9), now, now)
    assert sorted(what for one in ABOUT.values() for what in one.whats) == sorted([*RequestEvent.What, *Notice.What])


def test_a_person_chooses_what_comes_and_when(people: Cast, browser_of: As) -> None:
    browser = browser_of(people.jun)
    assert Client().get("/preferences/mail/").headers["Location"] == "/accounts/login/?next=/preferences/mail/"
    assert browser.get("/preferences/mail/").headers["Location"] == "/preferences/#mail"
    assert 'id="mail"' not in Client().get("/preferences/").content.decode()
    of_page: dict[str, Any] = {"of": "mail", "language": "en", "timezone": "Asia/Seoul"}
    for wrong in ({"when": "hourly"}, {}):
        browser.post("/preferences/", {"of": "mail", **wrong})
        assert not PersonalSettings.objects.exists()
    browser.post("/preferences/", {**of_page, "when": "daily", "hour": "17", "about": ["asked", "x"]})
    own = PersonalSettings.objects.get()
    assert (own.mail_when, own.mail_hour, own.mail_about) == ("daily", 17, ["asked"])
    assert wish_of(own) == Wish("daily", 17, frozenset(["asked"]), "en", SEOUL)
    page = browser.get("/preferences/").content.decode()
    assert "account has no address" in page
    browser.post("/preferences/", {**of_page, "when": "never", "hour": "99"})
    own.refresh_from_db()
    assert (own.mail_when, own.mail_hour, own.mail_about) == ("never", 17, [])


class Slow(EmailBackend):
    """A mail server that takes until both workers have looked."""

    both = threading.Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.both.wait(1)
        return super().send_messages(messages)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(transactional_db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    people = cast_in(make_sandbox(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE))
    make_placement(people.setup)
    sale = make(people.setup, offer(status="approved", representations=[shown_in("home")]), id="sale")
    reachable(people.jun)
    ask(people.mina, sale, RENAME)
    later(minutes=3)
    assert at_once(3, lambda number: sending.keep()) == [None] * 3
    assert sent() == [("jun@offers.example", "Another name: Mina opened it")]
