"""An offer's content as it would look, for a frame of a page.

Content is untrusted: the answer's own policy makes it a sandbox without scripts, forms, same origin or referrer, whoever
opens it. It is an address of its own rather than a `srcdoc`, because that would inherit our policy, which forbids inline
styles: no email would look like itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from offers.document.kinds.fields import component_type
from offers.document.values import Document
from offers.document.words.layout import laid_out
from offers.ledger.history import document_at
from offers.models import LibraryItem
from offers.web.frame.access import actor_for, item_for
from offers.web.frame.pictures import asked_for
from offers.web.frame.sections import OFFERS, Section
from offers.web.item.shown import expressions

# Our own pictures, and those of the sites that the reader asked for; nothing else is loaded.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src {}; frame-ancestors 'self'; sandbox"
# A <link> opens a connection to another site before any policy is asked, and so does a frame, for the page that it will not
# be allowed to show. In their place: an element that does nothing.
_CONNECTING = re.compile(r"<(?:link|iframe|frame|object|embed|portal|fencedframe)\b", re.IGNORECASE)
MAX_CONTENT = 300 * 1024


@require_GET
@xframe_options_sameorigin
def stored(
    request: HttpRequest, sandbox: str, section: Section, id: str, etag: int, representation: int, component: int
) -> HttpResponse:
    """One component of one version, by the positions that its representation and itself have there.

    Positions mean nothing without their version: somebody else may have moved what stood there.
    """
    if section is not OFFERS:
        raise Http404
    _actor, item = item_for(request, sandbox, id, deleted=True)
    try:
        found = _version(item, etag)["representations"][representation]["components"][component]
    except (KeyError, IndexError):
        raise Http404 from None
    return shown(request, found, asked_for(request.GET.getlist("pictures")))


def _version(item: LibraryItem, etag: int) -> Document:
    """The document at this etag; what the item has already is not read again. 404 where there was none."""
    is_head = etag == item.etag and item.deleted_at is None
    return (item.document if is_head else document_at(item, etag)) or {}


@require_POST
@xframe_options_sameorigin
def typed(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The same for what is being typed: `type`, `content`, `deliveryURL`, `linkURL` of a form, sent into a frame."""
    actor_for(request, sandbox)
    names = ("type", "content", "deliveryURL", "linkURL")
    component = {name: request.POST.get(name, "")[:MAX_CONTENT] for name in names}
    # A button has one value: its sites stand in one text.
    return shown(request, component, asked_for(",".join(request.POST.getlist("pictures")).split(",")))


def shown(request: HttpRequest, component: Mapping[str, Any], pictures: Sequence[str]) -> HttpResponse:
    """The content under a policy of its own, in frames of our pages only; with pictures of these sites."""
    type, content = component_type(component.get("type", "")), component.get("content", "")
    if type == "html":
        content = _CONNECTING.sub("<wbr ", expressions.in_html(content))
    elif type != "imagelink":
        content = expressions.in_text(laid_out(content) if type == "json" else content)
    context = {"component": {**component, "content": content}, "type": type}
    response = render(request, "item/preview.html", context)
    sources = ["'self'", "data:", *(f"https://{host}" for host in pictures)]
    response["Content-Security-Policy"] = POLICY.format(" ".join(sources))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-DNS-Prefetch-Control"] = "off"
    return response
