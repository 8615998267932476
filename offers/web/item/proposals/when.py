"""When a change is to be made: at once, at a moment, or for a period, as pages ask for it (templates/item/_when.html).

What was typed stands in the request's own texts, in the zone that it names, and comes back with every answer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.forms.fields import date_shown
from offers.models import ChangeRequest
from offers.review.requests import LATEST, When
from offers.web.frame.middleware import zone_named, zone_of

# The inputs, and what the first one may say.
WAY, BEGIN, END, ZONE = INPUTS = ("when", "when-begin", "when-end", "when-zone")
NOW, MOMENT, PERIOD = "now", "moment", "period"
MOST = 64
# What is offered to choose from beside the person's own zone; any other can be typed.
ZONES = (
    *("UTC", "Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Asia/Kolkata", "Australia/Sydney"),
    *("Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris"),
    *("America/Sao_Paulo", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
)


class NotSent(Exception):
    """Nothing was asked for, and why; `at` is the input that it is about, "" for none."""

    def __init__(self, text: str, at: str = "") -> None:
        super().__init__(text)
        self.text, self.at = text, at


class NoSuchTime(NotSent):
    """What was typed is no time at which a change can be made."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The texts of the inputs."""

    way: str
    begin: str
    end: str
    zone: str

    @property
    def is_timed(self) -> bool:
        return self.way in (MOMENT, PERIOD)

    @property
    def zones(self) -> list[str]:
        return list(dict.fromkeys((self.zone, *ZONES)))


def typed(request: HttpRequest, asked_for: ChangeRequest | None = None) -> Typed:
    """What stands in the inputs: what was sent; else when `asked_for` is due; else at once, in the zone of the person."""
    if WAY in request.POST:
        return Typed(*(asked.text(request.POST.get(name), MOST).strip() for name in INPUTS))
    zone = zone_of(request)
    if asked_for is None or (asked_for.apply_at is None and asked_for.until is None):
        return Typed(NOW, "", "", zone.key)
    zone = zone_named(asked_for.time_zone) or zone
    begin, end = (date_shown(at.isoformat(), zone) if at else "" for at in (asked_for.apply_at, asked_for.until))
    return Typed(PERIOD if end else MOMENT, begin, end, zone.key)


def sent(request: HttpRequest) -> When:
    """The time that was asked for. Raises NoSuchTime."""
    found = typed(request)
    if found.way not in ("", NOW, MOMENT, PERIOD):
        raise NoSuchTime(_("Choose one of these."), WAY)
    if not found.is_timed:
        return When()
    zone = zone_named(found.zone)
    if zone is None:
        raise NoSuchTime(_("There is no such time zone. Name it like Asia/Seoul."), ZONE)
    begin = _instant(found.begin, zone, BEGIN)
    if begin <= timezone.now():
        raise NoSuchTime(_("This time has passed."), BEGIN)
    if found.way == MOMENT:
        return When(begin, None, zone.key)
    end = _instant(found.end, zone, END)
    if end <= begin:
        raise NoSuchTime(_("This must be after the time at which it is applied."), END)
    return When(begin, end, zone.key)


def _instant(text: str, zone: ZoneInfo, at: str) -> datetime:
    """The instant of a local time of this zone; of one that comes twice, as clocks are put back, the first."""
    if not text:
        raise NoSuchTime(_("Say when."), at)
    try:
        local = datetime.fromisoformat(text)
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        back = moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise NoSuchTime(_("Write a date and a time, like 2026-12-01T09:00."), at) from None
    if local.tzinfo is not None:
        raise NoSuchTime(_("Write a date and a time, like 2026-12-01T09:00."), at)
    if moment > LATEST:
        raise NoSuchTime(_("This is too far ahead."), at)
    if back != local:
        said = _("There is no such time in {zone}: clocks are put forward over it.")
        raise NoSuchTime(said.format(zone=zone.key), at)
    return moment
