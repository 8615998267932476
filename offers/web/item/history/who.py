"""{% who "/rank" %}: the way from a field to who changed it last. A script shows that beside the field (static/item/who.js)."""

from collections.abc import Iterable
from urllib.parse import quote

from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from jsonpointer import resolve_pointer

from offers.document.values import escape
from offers.web.frame.addresses import address
from offers.web.frame.icons import icon
from offers.web.item.history.blaming import anchor


def who(context: RequestContext, *places: str | Iterable[str]) -> SafeString:
    """`places` are the pointers that the field shows, "" being all of the item; without any, nothing."""
    pointers = [one for place in places for one in ([place] if isinstance(place, str) else place)]
    # Of a version that is told by its own page, another page says who made what.
    if not pointers or context.get("is_version"):
        return SafeString("")
    item = context["item"]
    page = address(context, item, "blame")
    # A field may show several places, of which some have no value: there is no row of these.
    there = next((one for one in pointers if resolve_pointer(item.document, one, None) is not None), None)
    return format_html(
        '<a class="who-mark" href="{}{}" data-who="{}" aria-label="{}">{}</a>',
        page,
        f"#{anchor(there)}" if there else "",
        " ".join(quote(one) for one in pointers),
        _("Who changed this"),
        icon("user"),
    )


def into(pointer: str, name: object) -> str:
    """The pointer of a member of what is at this one."""
    return f"{pointer}/{escape(str(name))}"
