"""{% styles "frame" "base shell table" %}: the styles of a room, in this order, in one request."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from offeradmin import assets

register = template.Library()


@register.simple_tag
def styles(room: str, names: str) -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', assets.joined_address(room, names.split()))
