"""Times for people: in the viewer's zone and language."""

from datetime import UTC, datetime, timedelta
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
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.astimezone(UTC).isoformat(timespec="seconds"),
        exact_text(instant),
        _ago_text(instant, timezone.now()),
    )


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
    local, here = timezone.localtime(instant), timezone.localtime(now)
    return _written(local, _("j M") if local.year == here.year else _("j M Y"))


def exact(instant: datetime | None) -> SafeString:
    """The time to the minute in the viewer's zone, with the zone named."""
    if instant is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>', instant.astimezone(UTC).isoformat(timespec="seconds"), exact_text(instant)
    )


def exact_text(instant: datetime) -> str:
    local = timezone.localtime(instant)
    # Translators: a Django date format (see "date" in its template docs) for an exact time; the zone's name follows.
    pattern = _("j M Y, H:i")
    return f"{_written(local, pattern)} {local.tzname()}"


def _written(local: datetime, pattern: str) -> str:
    """A local time to the minute at most, as a pattern of Django's says."""
    return _remembered(local.replace(second=0, microsecond=0, tzinfo=None), pattern, get_language())


@lru_cache(maxsize=10_000)
def _remembered(local: datetime, pattern: str, language: str | None) -> str:
    """Lists show the same few thousand times again and again, and writing one takes longer than the rest of its cell."""
    return formats.date_format(local, pattern)


def clock(instant: datetime) -> SafeString:
    """Only the hour and minute, where the day is said already."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.astimezone(UTC).isoformat(timespec="seconds"),
        exact_text(instant),
        f"{timezone.localtime(instant):%H:%M}",
    )


def day(instant: datetime) -> str:
    """A short date; the year only where it is not this one."""
    local = timezone.localtime(instant)
    return _written(local, _("j M") if local.year == timezone.localtime().year else _("j M Y"))


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


def days_until(instant: datetime, now: datetime) -> int:
    """Days between two dates of the viewer's calendar."""
    return (timezone.localtime(instant).date() - timezone.localtime(now).date()).days
