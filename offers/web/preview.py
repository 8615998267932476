"""An offer's content as it would look, for a frame of a page.

Content is untrusted: the answer's own policy makes it a sandbox without scripts, forms, same origin or referrer, whoever
opens it. It is an address of its own rather than a `srcdoc`, because that would inherit our policy, which forbids inline
styles: no email would look like itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from offers.document.fields import component_type
from offers.web.access import actor_for, item_for
from offers.web.sections import OFFERS, Section

P = ParamSpec("P")

# Pictures may come from anywhere over https, because that is where they are; nothing else is loaded.
_policy = csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["https:", "data:"],
        "frame-ancestors": [SELF],
        "sandbox": True,
    }
)
MAX_CONTENT = 300 * 1024


def sandboxed(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Under a policy of its own, in frames of our pages only."""
    return xframe_options_sameorigin(_policy(view))  # type: ignore[arg-type, return-value]  # typed for bare views only


@require_GET
@sandboxed
def stored(
    request: HttpRequest, sandbox: str, section: Section, id: str, representation: int, component: int
) -> HttpResponse:
    """One component of the offer as it is stored, by the positions of its representation and its own."""
    if section is not OFFERS:
        raise Http404
    _actor, item = item_for(request, sandbox, id)
    try:
        found = item.document["representations"][representation]["components"][component]
    except (KeyError, IndexError):
        raise Http404 from None
    return shown(request, found)


@require_POST
@sandboxed
def typed(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The same for what is being typed: `type`, `content`, `deliveryURL`, `linkURL` of a form, sent into a frame."""
    actor_for(request, sandbox)
    names = ("type", "content", "deliveryURL", "linkURL")
    return shown(request, {name: request.POST.get(name, "")[:MAX_CONTENT] for name in names})


def shown(request: HttpRequest, component: Mapping[str, Any]) -> HttpResponse:
    response = render(
        request, "preview.html", {"component": component, "type": component_type(component.get("type", ""))}
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    return response
