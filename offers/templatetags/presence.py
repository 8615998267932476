"""{% presence item etag %}: who else has the item of an edit page open, kept up to date by htmx."""

import secrets
from typing import Any

from django import template
from django.template import RequestContext
from django.utils import timezone

from offers.models import LibraryItem
from offers.web.edit.presence import who_else
from offers.web.frame.respond import Frame

register = template.Library()


@register.inclusion_tag("edit/_presence.html", takes_context=True)
def presence(context: RequestContext, item: LibraryItem | str, etag: int) -> dict[str, Any]:
    """Nothing for a new item. `tab` names this page in this tab, for as long as it is shown."""
    frame = context["frame"]
    if not isinstance(item, LibraryItem) or not isinstance(frame, Frame) or frame.actor is None:
        return {}
    return {
        "frame": frame,
        "item": item,
        "section": context["section"],
        "etag": etag,
        "tab": secrets.token_hex(8),
        "others": who_else(frame.actor, item, timezone.now()),
    }
