"""Times for people: in the viewer's zone and language."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _


def ago(instant: datetime | None) -> SafeString:
    """How long ago, short; the exact time is in the tooltip and for machines."""
    if instant is None:
        return SafeString("")
    return format_html("{}{}</time>", _with_tooltip(instant), _ago_text(instant, timezone.now()))


def lasted(span: timedelta | None) -> str:
    """How long something took, short; "" for what has not ended."""
    if span is None:
        return ""
    if span < timedelta(hours=1):
        return _("{n} min").format(n=max(1, span // timedelta(minutes=1)))
    if span < timedelta(days=2):
        return _("{n} h").format(n=span // timedelta(hours=1))
    return ngettext("{n} day", "{n} days", span.days).format(n=span.days)


def _ago_text(instant: datetime, now: datetime) -> str:
    passed = now - instant
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        return _("{n} min ago").format(n=passed // timedelta(minutes=1))
    if passed < timedelta(days=1):
        return _("{n} h ago").format(n=passed // timedelta(hours=1))
    if passed < timedelta(days=7):
        return ngettext("{n} day ago", "{n} days ago", passed.days).format(n=passed.days)
    return _day(instant, now)


def exact(instant: datetime | None) -> SafeString:
    """The time to the minute in the viewer's zone, with the zone named."""
    if instant is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>', instant.astimezone(UTC).isoformat(timespec="seconds"), exact_text(instant)
    )


def exact_text(instant: datetime) -> str:
    return _exact_text(instant.replace(second=0, microsecond=0), timezone.get_current_timezone(), get_language())


def exact_in_one(instant: datetime) -> str:
    """The same, and no line ends within it."""
    return exact_text(instant).replace(" ", "\N{NO-BREAK SPACE}")


# Lists show the same few thousand times again and again, and writing one takes longer than the rest of its cell. So what follows is
# remembered for each zone and language; what does not show seconds is asked for without them.


@lru_cache(maxsize=10_000)
def _exact_text(instant: datetime, zone: tzinfo, language: str | None) -> str:
    local = _in_zone(instant, zone)
    # Translators: a Django date format (see "date" in its template docs) for an exact time; the zone's name follows.
    return f"{formats.date_format(local, _('j M Y, H:i'))} {local.tzname()}"


def _in_zone(instant: datetime, zone: tzinfo) -> datetime:
    """The same moment in this zone; in UTC where that is a year that no calendar has, as the end of 9999 is east of it."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant.astimezone(UTC)


def _with_tooltip(instant: datetime) -> SafeString:
    """A `<time>` up to its text."""
    return _opened(instant.replace(microsecond=0), timezone.get_current_timezone(), get_language())


@lru_cache(maxsize=10_000)
def _opened(instant: datetime, zone: tzinfo, language: str | None) -> SafeString:
    machine = instant.astimezone(UTC).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">', machine, exact_text(instant))


@lru_cache(maxsize=10_000)
def _day_text(instant: datetime, zone: tzinfo, this_year: int, language: str | None, of_other_years: str) -> str:
    local = _in_zone(instant, zone)
    if local.year == this_year:
        return formats.date_format(local, _("j M"))
    # Many an offer ends in 9999, which is not ’99.
    is_near = local.year // 100 == this_year // 100
    return formats.date_format(local, of_other_years if of_other_years and is_near else _("j M Y"))


def clock(instant: datetime) -> SafeString:
    """Only the hour and minute, where the day is said already."""
    return format_html("{}{}</time>", _with_tooltip(instant), f"{timezone.localtime(instant):%H:%M}")


def day(instant: datetime) -> str:
    """A short date; the year only where it is not this one."""
    return _day(instant, timezone.now())


def day_in_short(instant: datetime) -> str:
    """The same where there is little room: of a year of this century that is not this one, the last two digits."""
    return _day(instant, timezone.now(), _("j M ’y"))


def _day(instant: datetime, now: datetime, of_other_years: str = "") -> str:
    zone = timezone.get_current_timezone()
    this_year = now.astimezone(zone).year
    return _day_text(instant.replace(second=0, microsecond=0), zone, this_year, get_language(), of_other_years)


def daykey(instant: datetime) -> str:
    return timezone.localtime(instant).date().isoformat()


def long_day(instant: datetime) -> str:
    """A day as a heading: Today, Yesterday, else its date."""
    local, today = timezone.localtime(instant), timezone.localtime().date()
    if local.date() == today:
        return _("Today")
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(local, _("l, j F Y"))


def date_text(text: str) -> str:
    """A document's date (RFC 3339) for people; as it is where it cannot be read."""
    try:
        return exact_text(datetime.fromisoformat(text))
    except ValueError:
        return text


def date_in_one(text: str) -> str:
    """The same, and no line ends within it."""
    return date_text(text).replace(" ", "\N{NO-BREAK SPACE}")


def date_beside(text: str, other: str) -> str:
    """The same beside another date: where both are of one minute the seconds are said, and where those are the same, too, how it is written."""
    if text == other or date_text(text) != date_text(other):
        return date_text(text)
    one, two = (_to_the_second(datetime.fromisoformat(date)) for date in (text, other))
    return text if one == two else one


def _to_the_second(instant: datetime) -> str:
    local = _in_zone(instant, timezone.get_current_timezone())
    # Translators: a Django date format for an exact time with its seconds; the zone's name follows.
    return f"{formats.date_format(local, _('j M Y, H:i:s'))} {local.tzname()}"


def days_until(instant: datetime, now: datetime) -> int:
    """Days between two dates of the viewer's calendar."""
    return (timezone.localtime(instant).date() - timezone.localtime(now).date()).days
