"""{% rendered change %}: a content that changed as it looks before and after, in frames that load when they are opened.

Only where a page says which versions its changes tell apart: `compared`, the etags before and after; 0 for what is not
stored, which is sent to be shown. {{ text|laid_out }}: JSON in lines.
"""

from typing import Any

from django import template
from django.template import RequestContext

from offers.document.words.describe import Change
from offers.document.words.layout import laid_out
from offers.web.item.history.rendered import versions_of

register = template.Library()
register.filter("laid_out", laid_out)


@register.filter
def is_representation(change: Change) -> bool:
    """Whether it is all that is shown in one placement."""
    return change.pointer.startswith("/representations/") and change.pointer.count("/") == 2


@register.inclusion_tag("item/_rendered.html", takes_context=True)
def rendered(context: RequestContext, change: Change) -> dict[str, Any]:
    frame = context["frame"]
    item, frames = context["item"], str(context.get("frames") or "")
    versions = versions_of(frame.sandbox.name, item.id, change, context["compared"], frames)
    return {"versions": versions, "frame": frame}
