"""{% timing asked_for as when %}: what stands in the inputs that say when a change is made (templates/item/_when.html)."""

from django import template
from django.http import HttpRequest
from django.template import RequestContext

from offers.models import ChangeRequest
from offers.web.item.proposals.when import Typed, typed

register = template.Library()


@register.simple_tag(takes_context=True)
def timing(context: RequestContext, asked_for: ChangeRequest | str = "") -> Typed | None:
    """None where there is no request of a browser."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return None
    return typed(request, asked_for if isinstance(asked_for, ChangeRequest) else None)
