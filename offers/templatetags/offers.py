"""What templates say about offers: icons, badges, times, people and the words for changes.

{% icon "tag" %}  {{ status|status_badge }}  {% live_state item %}  {{ when|ago }}  {{ when|exact }}
{% avatar label client %}  {% address item "history" %}  {{ change|change_title }}  {{ change|old_text }}  {{ change|new_text }}  {{ channel|channel_name }}
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.kinds.reading import WORDS
from offers.document.live import LiveState, live_state_of
from offers.web.frame import addresses, icons, times, words
from offers.web.frame.curl import json_text
from offers.web.frame.times import days_until

register = template.Library()

TAGS: tuple[Callable[..., Any], ...] = (
    icons.icon,
    icons.avatar,
    icons.channel_icon,
    icons.content_icon,
    icons.source_icon,
)
FILTERS: tuple[Callable[..., Any], ...] = (
    json_text,
    times.ago,
    times.exact,
    times.clock,
    words.change_title,
    words.phrase,
    words.old_text,
    words.new_text,
    words.shown,
    words.place_title,
    words.problem_text,
    words.section_of,
    words.section_title,
    times.day,
    times.daykey,
    times.long_day,
    words.content_key,
    words.channel_name,
    words.content_name,
    words.word,
    words.field_label,
    words.kind_name,
)
for tag in TAGS:
    register.simple_tag(tag)
register.simple_tag(addresses.address, takes_context=True)
register.simple_tag(addresses.address_by_id, takes_context=True, name="address_at")
for filter_ in FILTERS:
    register.filter(filter_)

PATCH_LINE = 110


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
        days = days_until(starts, now)
        near = {0: _("Starts today"), 1: _("Starts tomorrow")}
        return near.get(days) or ngettext("Starts in {days} day", "Starts in {days} days", days).format(days=days)
    if state == LiveState.ENDING and ends:
        days = days_until(ends, now)
        near = {0: _("Ends today"), 1: _("Ends tomorrow")}
        return near.get(days) or ngettext("Ends in {days} day", "Ends in {days} days", days).format(days=days)
    return _("Expired") if state == LiveState.EXPIRED else _("Live")


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
def unlocalized(number: float) -> str:
    """A number for an attribute of a drawing: with a point in every language."""
    return f"{number:g}"
