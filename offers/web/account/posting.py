"""Mails about accounts that are to go: pages ask for them, a worker makes and sends them (`manage.py worker`).

Whoever has forgotten a password names an account, and the page looks nobody up: what it answers, and how long that takes, says
nothing of who has one. The worker looks. A job wakes it, and what is to be done stands in a row (`AccountMail`) that goes with the mail:
one worker has its turn, stored before anything is sent, and what could not be sent is tried again.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from offers.access.attempts import Budget, take
from offers.jobs import Job, wake
from offers.models import AccountMail, PersonalSettings
from offers.web.account import letters
from offers.web.account.accounts import people_called

log = logging.getLogger(__name__)
About = AccountMail.About

# No mail server takes longer (settings.EMAIL_TIMEOUT is for each of its answers).
TURN = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(minutes=15)
# A link that comes after this is a surprise; that something was changed is news for longer.
GIVEN_UP_AFTER = timedelta(hours=1)
NEWS_FOR = timedelta(days=3)
# Links to one account within an hour, whoever asks for them.
OF_AN_ACCOUNT = 5
AN_HOUR = 3600


def post(about: str, user: User | None = None, *, named: str = "", address: str = "") -> None:
    """Have a worker send this once the transaction around this stands; nothing where no mail is sent."""
    if not settings.SENDS_MAIL:
        return
    now = timezone.now()
    with transaction.atomic():
        AccountMail.objects.create(
            about=about,
            user=user,
            named=named,
            address=address,
            language=get_language() or "",
            created_at=now,
            next_at=now,
        )
        wake(Job.ACCOUNT_MAIL)


def keep() -> None:
    """Send what is due. One query where nothing is."""
    while settings.SENDS_MAIL and (due := _turn()) is not None:
        try:
            _see_to(due)
        except Exception as error:  # noqa: BLE001  # whatever it is, others get theirs
            _failed(due, error)


def _turn() -> AccountMail | None:
    """The next one that is due, for ten minutes ours; None where there is none, or others are at it."""
    now = timezone.now()
    with transaction.atomic():
        due = (
            AccountMail.objects.select_for_update(skip_locked=True).filter(next_at__lte=now).order_by("next_at").first()
        )
        if due is not None:
            due.next_at = now + TURN
            due.save(update_fields=["next_at"])
    return due


def _see_to(due: AccountMail) -> None:
    if not _is_late(due) and due.about == About.ASKED:
        _look_up(due)
    elif not _is_late(due):
        _send(due)
    due.delete()


def _is_late(due: AccountMail) -> bool:
    is_news = due.about in (About.PASSWORD_CHANGED, About.ADDRESS_CHANGED)
    return timezone.now() - due.created_at > (NEWS_FOR if is_news else GIVEN_UP_AFTER)


@transaction.atomic
def _look_up(due: AccountMail) -> None:
    """A mail for each account that is called so, and may have a link: it is open, has a password and an address."""
    for user in people_called(due.named):
        fit = user.is_active and user.has_usable_password() and user.email
        if fit and take([Budget(("new-password", str(user.pk)), OF_AN_ACCOUNT, AN_HOUR)]):
            now = timezone.now()
            AccountMail.objects.create(
                about=About.NEW_PASSWORD, user=user, language=due.language, created_at=now, next_at=now
            )


def _send(due: AccountMail) -> None:
    user = due.user
    if user is None or not user.is_active:
        return
    mail = letters.mail_about(due, user, PersonalSettings.objects.filter(user=user).first())
    if mail is not None:
        mail.send()


def _failed(due: AccountMail, error: Exception) -> None:
    pause = min(timedelta(minutes=1) * 2**due.failures, LONGEST_PAUSE)
    due.next_at, due.failures = timezone.now() + pause, min(due.failures + 1, 20)
    due.save(update_fields=["next_at", "failures"])
    # What a mail server answers is not for the log: its class says enough, and names nobody.
    log.warning("mail %s failed (%s), and is tried again in %s", due.key, type(error).__name__, pause)
