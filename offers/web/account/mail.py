"""Which notices come to a person by mail, and when: what they chose, or the usual."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from offers.models import Notice, PersonalSettings, RequestEvent
from offers.web.frame.middleware import zone_named

What = RequestEvent.What

# Of a burst: a mail goes when it has been quiet for so long, but does not wait for that for ever.
QUIET = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=10)
USUAL_HOUR = 8
_UTC = zoneinfo.ZoneInfo("UTC")


class When(TextChoices):
    AT_ONCE = "at-once", _("Within minutes")
    DAILY = "daily", _("Once a day")
    NEVER = "never", _("Never")


@dataclass(frozen=True, slots=True)
class About:
    """Notices that are chosen together."""

    title: Promise
    whats: tuple[str, ...]


ABOUT: Mapping[str, About] = {
    "asked": About(
        _("A review was requested"),
        (What.OPENED, What.REOPENED, What.EDITED, What.BYPASSED),
    ),
    "commented": About(_("A comment was added"), (Notice.What.COMMENTED,)),
    "decided": About(
        _("A request was approved, sent back, rejected or taken over"),
        (
            *(What.APPROVED, What.REQUESTED_CHANGES, What.REJECTED, What.WITHDRAWN),
            *(What.CLAIMED, What.SCHEDULED, What.LOOKED),
        ),
    ),
    "dropped": About(_("An approval was dropped"), (What.DROPPED,)),
    "conflicted": About(_("A request ran into a conflict"), (What.CONFLICTED, What.COLLIDES)),
    "applied": About(_("A change was applied, or reverted when its period ended"), (What.APPLIED, What.TAKEN_BACK)),
    "failed": About(_("A change could not be applied, or expired"), (What.FAILED, What.EXPIRED)),
}
_ABOUT = {what: name for name, about in ABOUT.items() for what in about.whats}


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants it: everything at once, so long as they did not say otherwise."""

    when: str = When.AT_ONCE
    # In their zone.
    hour: int = USUAL_HOUR
    about: frozenset[str] = frozenset(ABOUT)
    language: str = settings.LANGUAGE_CODE
    zone: zoneinfo.ZoneInfo = _UTC

    def wants(self, notice: Notice) -> bool:
        return self.when != When.NEVER and _ABOUT[notice.what] in self.about

    def is_time(self, first: datetime, last: datetime, now: datetime) -> bool:
        """Whether what came between these moments goes now. What is not wanted is seen to at once."""
        if self.when == When.DAILY:
            return first < self.last_digest(now)
        return now - last >= QUIET or now - first >= LONGEST_WAIT

    def last_digest(self, now: datetime) -> datetime:
        """The last moment at or before now at which it was the hour of the person's digest, in UTC."""
        local = now.astimezone(self.zone)
        today = local.replace(hour=self.hour, minute=0, second=0, microsecond=0, fold=0)
        is_to_come = today.astimezone(UTC) > now
        return (today - timedelta(days=is_to_come)).astimezone(UTC)


def wish_of(own: PersonalSettings | None) -> Wish:
    """What a person chose, with the usual for the rest."""
    if own is None:
        return Wish()
    return Wish(
        own.mail_when or When.AT_ONCE,
        USUAL_HOUR if own.mail_hour is None else own.mail_hour,
        frozenset(ABOUT if own.mail_about is None else own.mail_about),
        own.language or settings.LANGUAGE_CODE,
        zone_named(own.time_zone) or _UTC,
    )
