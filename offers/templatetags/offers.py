"""What templates say about offers: icons, badges, times, people and the words for changes.

{% icon "tag" %}  {{ status|status_badge }}  {% live_state item %}  {{ when|ago }}  {{ when|exact }}
{% avatar label client %}  {{ change|change_title }}  {{ change|old_text }}  {{ change|new_text }}  {{ channel|channel_name }}
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import orjson
from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.errors import Problem
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type
from offers.document.words.describe import Change
from offers.document.words.labels import FIELDS, KINDS, WORDS
from offers.document.words.naming import Place
from offers.lists.pages import LiveState, live_state_of
from offers.web.frame.curl import json_text
from offers.web.frame.sections import SECTION_OF, SECTIONS

register = template.Library()
register.filter("json_text", json_text)

SPRITE = "vendor/tabler-icons-3.51.0/icons.svg"
AVATAR_COLOURS = 8
PATCH_LINE = 110
# How a save that met another change is recorded: this and the etag it met.

CHANNEL_ICONS: Mapping[str, str] = {
    "web": "world",
    "email": "mail",
    "mobile": "device-mobile",
    "messaging": "message-2",
    "social": "share",
    "offline": "building-store",
    "display": "ad-2",
    "search": "search",
    "video": "video",
}
CONTENT_ICONS: Mapping[str, str] = {"html": "code", "imagelink": "photo", "text": "typography", "json": "braces"}
SOURCE_ICONS: Mapping[str, str] = {
    "form": "forms",
    "api": "api",
    "undo": "arrow-back-up",
    "restore": "restore",
    "review": "git-pull-request",
    "bulk": "list-check",
    "import": "file-import",
}

# What documents hold where problems speak of it, by the name of the parameter.
PROBLEM_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS,
    "type": WORDS["type"],
    "before": WORDS["status"],
    "after": WORDS["status"],
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration for screen readers unless it has a `label` of its own."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite(), name)


@cache
def sprite() -> str:
    """The sprite's address; a list shows hundreds of icons."""
    return static(SPRITE)


@register.filter
def status_badge(status: str | None) -> SafeString:
    """Status as dot + word + colour: never colour alone."""
    if not status:
        return SafeString("")
    word = WORDS["status"].get(status, status)
    return format_html('<span class="state state-{}"><i class="dot"></i>{}</span>', status, _(word))


@register.simple_tag
def live_state(item: object, now: datetime | None = None) -> SafeString:
    """Whether customers see it now, beside the status: Live, Starts in 3 days, Ends today, Expired; or nothing.

    `item` has `status`, `starts_at` and `ends_at` (a LibraryItem).
    """
    now = now or timezone.now()
    starts, ends = getattr(item, "starts_at", None), getattr(item, "ends_at", None)
    status = getattr(item, "status", None)
    state = live_state_of(status, starts, ends, now)
    # A decision's status has the word already.
    if state is None or state == status:
        return SafeString("")
    return format_html('<span class="live live-{}">{}</span>', state.value, _live_words(state, starts, ends, now))


@register.filter
def live_word(state: str) -> str:
    """A live state by itself, without its days."""
    words = {"live": _("Live"), "ending": _("Ending within 7 days"), "scheduled": _("Scheduled")}
    return words.get(state) or _("Expired")


def _live_words(state: LiveState, starts: datetime | None, ends: datetime | None, now: datetime) -> str:
    # Tomorrow is no plural form of days: a language may have none for 1, or the same one for 21.
    if state == LiveState.SCHEDULED and starts:
        days = _days_until(starts, now)
        near = {0: _("Starts today"), 1: _("Starts tomorrow")}
        return near.get(days) or ngettext("Starts in {days} day", "Starts in {days} days", days).format(days=days)
    if state == LiveState.ENDING and ends:
        days = _days_until(ends, now)
        near = {0: _("Ends today"), 1: _("Ends tomorrow")}
        return near.get(days) or ngettext("Ends in {days} day", "Ends in {days} days", days).format(days=days)
    return _("Expired") if state == LiveState.EXPIRED else _("Live")


def _days_until(instant: datetime, now: datetime) -> int:
    """Days between two dates of the viewer's calendar."""
    return (timezone.localtime(instant).date() - timezone.localtime(now).date()).days


@register.filter
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
    return formats.date_format(local, _("j M") if local.year == here.year else _("j M Y"))


@register.filter
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
    return f"{formats.date_format(local, pattern)} {local.tzname()}"


@register.filter
def clock(instant: datetime) -> SafeString:
    """Only the hour and minute, where the day is said already."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.astimezone(UTC).isoformat(timespec="seconds"),
        exact_text(instant),
        f"{timezone.localtime(instant):%H:%M}",
    )


@register.simple_tag
def avatar(label: str, client: str = "") -> SafeString:
    """A person's initials, or the mark of an API client. Decoration: the name stands beside it."""
    colour = sum(label.encode()) % AVATAR_COLOURS
    if client:
        return format_html('<span class="who who-client" aria-hidden="true">{}</span>', icon("api"))
    return format_html('<span class="who who-{}" aria-hidden="true">{}</span>', colour, initials(label))


def initials(label: str) -> str:
    """Up to two letters: first and last name's first ones; of a name in Hangul its last two syllables (the given name)."""
    words = label.split()
    if len(words) == 1 and "가" <= label[0] <= "힣":
        return label[-2:]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def change_title(change: Change) -> str:
    """The whole label of a change, translated: "Representation for Home page › Text"."""
    return " › ".join(phrase(part) for part in (*change.context, (change.label, change.label_params)))


@register.filter
def phrase(part: tuple[str, Mapping[str, str]]) -> str:
    """A msgid and its parameters, as document/words/describe.py gives them, in the reader's language."""
    message, params = part
    return _(message).format(**params)


@register.filter
def old_text(change: Change) -> str:
    """What it was, as its kind of value is shown."""
    return shown(change.old_text, change.format)


@register.filter
def new_text(change: Change) -> str:
    """What it is now, as its kind of value is shown."""
    return shown(change.new_text, change.format)


@register.filter
def shown(text: str, how: str) -> str:
    """A value of a change: words of fixed lists translated, dates in the viewer's zone."""
    if how == "word" and text:
        return _(text)
    if how == "date" and text:
        return date_text(text)
    return text


def date_text(text: str) -> str:
    """A document's date (RFC 3339) for people; as it is where it cannot be read."""
    try:
        return exact_text(datetime.fromisoformat(text))
    except ValueError:
        return text


@register.filter
def patch_text(patch: list[dict[str, Any]]) -> str:
    """A JSON Patch for reading: one operation on a line, as long as it is short, else indented."""
    return "[\n" + ",\n".join(_operation_text(operation) for operation in patch) + "\n]" if patch else "[]"


def _operation_text(operation: dict[str, Any]) -> str:
    ordered = {name: operation[name] for name in ("op", "from", "path", "value") if name in operation}
    line = "{" + ", ".join(f"{_json(name)}: {_json(value)}" for name, value in ordered.items()) + "}"
    if len(line) <= PATCH_LINE:
        return f"  {line}"
    return "\n".join(f"  {line}" for line in json_text(ordered).splitlines())


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


@register.filter
def place_title(place: Place) -> str:
    """The label of a place in a document, with the items around it, translated."""
    return " › ".join(phrase(part) for part in (*place.context, (place.label, place.params)))


@register.filter
def problem_text(problem: Problem) -> str:
    """What is wrong, in the reader's language; a kind, a status or a content type in it, too."""
    params = dict(problem.params)
    for name, words in PROBLEM_WORDS.items():
        word = words.get(str(params.get(name)))
        if word:
            params[name] = _(word).lower()
    return _(problem.message).format(**params)


@register.filter
def section_of(kind: str) -> str:
    """The slug of the section that shows items of this kind; empty where there is none (yet)."""
    return SECTION_OF[kind].slug if kind in SECTION_OF else ""


@register.filter
def section_title(slug: str) -> str:
    return str(SECTIONS[slug].title)


@register.filter
def unlocalized(number: float) -> str:
    """A number for an attribute of a drawing: with a point in every language."""
    return f"{number:g}"


@register.filter
def day(instant: datetime) -> str:
    """A short date; the year only where it is not this one."""
    local = timezone.localtime(instant)
    return formats.date_format(local, _("j M") if local.year == timezone.localtime().year else _("j M Y"))


@register.filter
def daykey(instant: datetime) -> str:
    return timezone.localtime(instant).date().isoformat()


@register.filter
def long_day(instant: datetime) -> str:
    """A day as a heading: Today, Yesterday, else its date."""
    local, today = timezone.localtime(instant), timezone.localtime().date()
    if local.date() == today:
        return _("Today")
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(local, _("l, j F Y"))


@register.filter
def content_key(value: str) -> str:
    """html, imagelink, text or json, from any spelling of a content type."""
    return component_type(value) or ""


@register.filter
def channel_name(channel: str) -> str:
    short = channel.removeprefix(CHANNEL_PREFIX)
    return _(WORDS["channel"].get(short, "")) if short in WORDS["channel"] else short


@register.simple_tag
def channel_icon(channel: str, label: str = "") -> SafeString:
    return icon(CHANNEL_ICONS.get(channel.removeprefix(CHANNEL_PREFIX), "link"), label)


@register.filter
def content_name(value: str) -> str:
    """A content type in words, in any of its spellings."""
    short = component_type(value) or value
    return _(WORDS["type"][short]) if short in WORDS["type"] else value


@register.simple_tag
def content_icon(value: str) -> SafeString:
    return icon(CONTENT_ICONS.get(component_type(value) or "", "code"))


@register.simple_tag
def source_icon(source: str) -> SafeString:
    return icon(SOURCE_ICONS.get(source, "pencil"))


@register.filter
def word(value: str, member: str) -> str:
    """A value of a fixed list, of the member that holds it, in words; itself where there are none for it."""
    found = WORDS[member].get(value)
    return _(found) if found else value


@register.filter
def field_label(name: str) -> str:
    """What people call a member of a document."""
    found = FIELDS.get((name,))
    return _(found) if found else name


@register.filter
def kind_name(kind: str) -> str:
    return _(KINDS[kind])
