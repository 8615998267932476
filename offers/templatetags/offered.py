"""{% offered item as can %}: what the person of this page may do with an item. {% version_menu can entry %}, {% version_actions can entry %}: with a version.

{% own_requests item as mine %}: the person's open requests, into which a change of the item can be put.
"""

from django import template
from django.template import RequestContext

from offers.access.permissions import Actor
from offers.models import ChangeRequest, LibraryItem
from offers.review import queue
from offers.web.frame.respond import Frame
from offers.web.item.history.menu import version_actions, version_menu
from offers.web.item.offered import Offered

register = template.Library()
register.simple_tag(version_menu)
register.simple_tag(version_actions)


@register.simple_tag(takes_context=True)
def offered(context: RequestContext, item: LibraryItem) -> Offered | None:
    """Nothing for who is not in a sandbox, and without an item. All parts of a page get the same one, so what it asks is asked once."""
    actor = _actor(context)
    if not actor or not isinstance(item, LibraryItem):
        return None
    found: Offered = context["frame"].known.setdefault(id(item), Offered(actor, item))
    return found


@register.simple_tag(takes_context=True)
def own_requests(context: RequestContext, item: LibraryItem | str) -> list[ChangeRequest]:
    """None for who is not in a sandbox; without an item, for what is new."""
    actor = _actor(context)
    return queue.takes(actor, item if isinstance(item, LibraryItem) else None) if actor else []


def _actor(context: RequestContext) -> Actor | None:
    frame = context["frame"]
    return frame.actor if isinstance(frame, Frame) else None
