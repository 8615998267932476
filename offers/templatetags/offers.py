"""What templates say about offers: icons, badges, times, people and the words for changes.

{% icon "tag" %}  {{ status|status_badge }}  {% live_state item %}  {{ when|ago }}  {{ when|exact }}
{% avatar label client %}  {% by made %}  {% address item "history" %}  {{ change|change_title }}  {{ change|old_text }}  {{ change|new_text }}  {{ channel|channel_name }}
"""

from collections.abc import Callable
from typing import Any

import orjson
from django import template

from offers.access import people
from offers.web.frame import addresses, icons, times, words
from offers.web.frame.curl import json_text
from offers.web.item import badges
from offers.web.item.history.door import approval, by, door, promotion, promotions
from offers.web.item.history.who import into, who

register = template.Library()

TAGS: tuple[Callable[..., Any], ...] = (
    icons.icon,
    icons.avatar,
    icons.channel_icon,
    icons.content_icon,
    icons.source_icon,
    badges.live_state,
    badges.deleted_badge,
    promotion,
)
FILTERS: tuple[Callable[..., Any], ...] = (
    json_text,
    times.ago,
    times.exact,
    times.clock,
    times.lasted,
    words.change_title,
    words.phrase,
    words.old_text,
    words.new_text,
    words.old_read,
    words.new_read,
    words.limit_spans,
    words.shown,
    people.readable,
    words.no_change,
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
    words.of_kind,
    words.version_name,
    badges.status_badge,
    badges.live_word,
    badges.changed_by,
    into,
)
for tag in TAGS:
    register.simple_tag(tag)
register.simple_tag(addresses.address, takes_context=True)
register.simple_tag(by, takes_context=True)
register.simple_tag(door, takes_context=True)
register.simple_tag(approval, takes_context=True)
register.simple_tag(promotions, takes_context=True)
register.simple_tag(who, takes_context=True)
register.simple_tag(addresses.address_by_id, takes_context=True, name="address_at")
for filter_ in FILTERS:
    register.filter(filter_)

PATCH_LINE = 110


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
