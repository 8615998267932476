"""What somebody was told and has not read goes to them by mail: the upkeep of a worker (`manage.py worker`).

Notices are what is to be done. Of several workers one has a person's turn (`MailTurn`), and stores that before it sends:
nothing is locked while a mail server takes its time. A worker that dies between sending and storing that it did leaves the turn,
and when that is over the mail goes once more: a notice that comes twice is better than one that does not come. Both have
the same Message-ID, so most mail programs show one.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from offers.models import ChangeRequest, MailTurn, Membership, Notice, PersonalSettings
from offers.review.notices import ASKS
from offers.web.account.mail import QUIET, Wish, wish_of
from offers.web.inbox import message

log = logging.getLogger(__name__)

# No mail server takes longer (settings.EMAIL_TIMEOUT is for each of its answers).
TURN = timedelta(minutes=10)
# What could not be sent is tried again after one minute, two, four, ...; what is this old is only in the inbox.
LONGEST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
# Notices in one mail.
MOST = 200


def keep() -> None:
    """Send what is due. One query where nothing is, none where no mail is set up."""
    if not settings.SENDS_MAIL:
        return
    now = timezone.now()
    waiting = list(
        Notice.objects.filter(mail_due=True, read_at=None)
        .exclude(user__in=MailTurn.objects.filter(next_at__gt=now).values("user"))
        .values_list("user")
        .annotate(Min("created_at"), Max("created_at"))
        .order_by("user")
    )
    wishes = PersonalSettings.objects.in_bulk([user for user, *_ in waiting]) if waiting else {}
    for user, first, last in waiting:
        wish = wish_of(wishes.get(user))
        if wish.is_time(first, last, now):
            _mail(user, wish, now)


def _mail(user_id: int, wish: Wish, now: datetime) -> None:
    """Send one mail with all that a person is to be told, unless another worker is at it."""
    with transaction.atomic():
        turn = _turn(user_id, now)
        if turn is None:
            return
        user = User.objects.get(pk=user_id)
        notices = _wanted(user, wish, now)
    if not notices:
        return
    try:
        message.about(user, notices, wish).send()
    except Exception as error:  # noqa: BLE001  # whatever it is, others get theirs
        _failed(turn, error)
    else:
        _sent(turn, notices)


def _turn(user_id: int, now: datetime) -> MailTurn | None:
    """The person's turn, for ten minutes; None where another worker has it."""
    MailTurn.objects.bulk_create([MailTurn(user_id=user_id, next_at=now)], ignore_conflicts=True)
    free = MailTurn.objects.select_for_update(skip_locked=True).filter(user=user_id, next_at__lte=now)
    turn = free.first()
    if turn is not None:
        turn.next_at = now + TURN
        turn.save(update_fields=["next_at"])
    return turn


def _wanted(user: User, wish: Wish, now: datetime) -> list[Notice]:
    """What is to be in the mail. About the rest nothing is to be done any more.

    That is what the person did not want, may not see any more, or what is no news by now.
    """
    told = list(
        Notice.objects.filter(user=user, mail_due=True, read_at=None)
        .select_related("request", "sandbox")
        .order_by("key")[:MOST]
    )
    may_see = set(Membership.objects.filter(user=user).values_list("sandbox", flat=True))
    reachable = user.is_active and bool(user.email)
    wanted = [
        notice
        for notice in told
        if reachable and notice.sandbox_id in may_see and wish.wants(notice) and _is_news(notice, now)
    ]
    others = {notice.key for notice in told} - {notice.key for notice in wanted}
    Notice.objects.filter(key__in=others).update(mail_due=False)
    return wanted


def _is_news(notice: Notice, now: datetime) -> bool:
    """What others have seen to since is none; nor is what could not be sent for days."""
    request = notice.request
    waits = request.state == ChangeRequest.State.OPEN or request.is_to_look_at
    return now - notice.created_at < GIVEN_UP_AFTER and (waits or notice.what not in ASKS)


def _sent(turn: MailTurn, notices: list[Notice]) -> None:
    now = timezone.now()
    with transaction.atomic():
        keys = [notice.key for notice in notices]
        Notice.objects.filter(key__in=keys).update(mail_due=False, mailed_at=now)
        turn.next_at, turn.failures = now + QUIET, 0
        turn.save()


def _failed(turn: MailTurn, error: Exception) -> None:
    pause = min(timedelta(minutes=1) * 2**turn.failures, LONGEST_PAUSE)
    turn.next_at, turn.failures = timezone.now() + pause, min(turn.failures + 1, 20)
    turn.save()
    # What a mail server answers is not for the log: its class says enough, and names nobody.
    log.warning("mail to user %s failed (%s), and is tried again in %s", turn.user_id, type(error).__name__, pause)
