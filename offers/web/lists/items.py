"""Placements, rules, tags, collections and decisions: each section's list."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.access.people import with_names_of_now
from offers.lists.filters import DELETED, Wanted
from offers.lists.pages import page
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.facts import rows_of
from offers.web.lists.filters import Chip, address, deleted_filter, links, order_of, sorts


def item_list(request: HttpRequest, sandbox: str, section: Section) -> HttpResponse:
    """The section's items with a search; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    status = request.GET.get("status", "")
    wanted, order = (
        Wanted(asked.text(request.GET.get("q"), 200), status if status == DELETED else ""),
        order_of(request),
    )
    found = page(actor.sandbox.pk, section.kinds, wanted, order, request.GET.get("cursor", ""))
    results = f"lists/items/_{section.kinds[0]}.html"
    context = {
        "section": section,
        "results": results,
        "page": found,
        "rows": rows_of(with_names_of_now(found.items)),
        "wanted": wanted,
        "order": order,
        "chips": _chips(request, wanted),
        "filters": [deleted_filter(wanted)],
        "links": links(request, found.next, found.previous),
        "sorts": sorts(request, order, wanted),
    }
    return answer(request, "lists/items.html", context, fragment=results)


def _chips(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    chips = [Chip(f"“{wanted.text}”", address(request, q="", cursor=""))] if wanted.text else []
    return [*chips, Chip(_("Deleted"), address(request, status="", cursor=""))] if wanted.deleted else chips
