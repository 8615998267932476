"""{% rendered change %}: a content that changed as it looks in both versions, in frames that load when they are opened.

Only where a page says which versions its changes tell apart: `compared`, the etags before and after.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse

from offers.document.errors import JSON
from offers.document.kinds.fields import component_type
from offers.document.words.describe import Change
from offers.web.frame.pictures import hosts_in, query_for

register = template.Library()

_PLACE = re.compile(r"/representations/([0-9]+)(?:/components/([0-9]+)(?:/(content|deliveryURL))?)?")

# As many of one representation as people look at.
CONTENTS = 6
# A content by the positions of its representation and itself, and what is known of it.
Content = tuple[int, int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A content of one version. `name` is its frame's; `sites` have pictures that are loaded when the reader says so."""

    address: str
    name: str
    type: str
    sites: list[str]

    @property
    def with_pictures(self) -> str:
        return self.address + query_for(self.sites)


@register.inclusion_tag("item/_rendered.html", takes_context=True)
def rendered(context: RequestContext, change: Change) -> dict[str, Any]:
    """Nothing for other fields, what only moved, and what is not stored."""
    if change.action == "moved":
        return {}
    compared: tuple[int, int] = context["compared"]
    sandbox, item = context["frame"].sandbox, context["item"]
    sides = []
    for side, etag, pointer, value in (
        ("before", compared[0], change.old_pointer, change.old),
        ("after", compared[1], "" if change.action == "removed" else change.pointer, change.new),
    ):
        shown = [_shown(sandbox.name, item.id, side, etag, content) for content in _contents(change, pointer, value)]
        if shown:
            sides.append({"side": side, "etag": etag, "shown": shown})
    return {"sides": sides}


def _contents(change: Change, pointer: str, value: JSON) -> Iterator[Content]:
    """The contents at a place: a content, those of a representation, or the one of which this is what a preview shows."""
    match = _PLACE.fullmatch(pointer)
    if match is None:
        return
    representation, component, member = int(match[1]), match[2], match[3]
    if component is None:
        found = value.get("components", []) if isinstance(value, dict) else []
        yield from ((representation, index, content) for index, content in enumerate(found[:CONTENTS]))
    elif member is None:
        yield representation, int(component), value if isinstance(value, dict) else {}
    else:
        # The row of a field names the content that it is of by its type: "html, en-us".
        type = change.context[-1][1].get("kind", "").split(",")[0] if change.context else ""
        if member == ("deliveryURL" if type == "imagelink" else "content"):
            yield representation, int(component), {"type": type, member: value}


def _shown(sandbox: str, id: str, side: str, etag: int, content: Content) -> Shown:
    representation, component, known = content
    return Shown(
        reverse("preview", args=[sandbox, "offers", id, etag, representation, component]),
        f"{side}-{etag}-{representation}-{component}",
        component_type(known.get("type", "")) or "",
        list(dict.fromkeys(hosts_in(known))),
    )
