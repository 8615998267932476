"""Placements, rules, tags, collections and decisions: each section's list."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import asked
from offers.access.people import with_names_of_now
from offers.document.kinds.reading import walk, ways_to
from offers.document.kinds.registry import Kind
from offers.lists import as_of
from offers.lists.filters import DELETED, Wanted
from offers.lists.pages import COUNT_LIMIT, offers_of
from offers.models import LibraryItem
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.lists.filters import Chip, address, deleted_filter, links, not_understood, order_of, sorts
from offers.web.lists.of_a_moment import found_of, list_moment

NAMED_IN_A_ROW = 2
# The ways to the lists of each kind's documents whose items name other library items.
_LISTED = {kind: ways_to(kind, lambda says: bool(says.refers_to and says.identity)) for kind in Kind}


def item_list(request: HttpRequest, sandbox: str, section: Section) -> HttpResponse:
    """The section's items with a search, those of now or of `?at=`; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    moment, status = list_moment(request, actor, section.kinds), request.GET.get("status", "")
    shown = status if status == DELETED and not moment else ""
    wanted, orders = Wanted(asked.text(request.GET.get("q"), 200), shown), as_of.ORDERS if moment else None
    # They are looked up by their names, not watched like offers.
    order = order_of(request, orders, usual="name")
    found, too_slow = found_of(actor, section.kinds, wanted, moment, order, request.GET.get("cursor", ""))
    offers = reverse("offers", args=[sandbox])
    rows = rows_of(found.items, at=moment.at) if moment else rows_of(with_names_of_now(found.items), offers)
    results = f"lists/items/_{section.kinds[0]}.html"
    context = {
        "section": section,
        "results": results,
        "page": found,
        "rows": rows,
        "moment": moment,
        "too_slow": too_slow,
        "wanted": wanted,
        "order": order,
        "chips": _chips(request, wanted),
        "filters": [] if moment else [deleted_filter(wanted)],
        "links": links(request, found.next, found.previous),
        "sorts": sorts(request, order, wanted, orders),
    }
    return answer(request, "lists/items.html", context, fragment=results, status=422 if too_slow else 200)


def _chips(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    chips = [Chip(f"“{wanted.text}”", address(request, q="", cursor=""))] if wanted.text else []
    without = address(request, status="", cursor="")
    if wanted.deleted:
        return [*chips, Chip(_("Deleted"), without)]
    unread = ["status"] if request.GET.get("status") else []
    return [*chips, *(Chip(text, without) for text, _names in not_understood(request.GET, unread))]


@dataclass(frozen=True, slots=True)
class Row:
    """An item in its list: `named` are the first things it refers to, by name, and `more` how many there are besides.

    `offers` says how many offers there are to it, "" where that is not known, `count` the same as a number alone, and `to` leads
    to their list.
    """

    item: LibraryItem
    named: list[tuple[str, str]]
    more: int
    offers: str = ""
    to: str = ""
    count: str = ""


# What the list of offers is filtered by for an item of these kinds.
FILTERED_BY = {Kind.PLACEMENT: "placement", Kind.RULE: "uses", Kind.TAG: "tag", Kind.COLLECTION: "collection"}


def rows_of(items: list[LibraryItem], offers: str = "", at: datetime | None = None) -> list[Row]:
    """The items with what their rows name, in one query, and how many offers there are to each, in another.

    `offers` is the address of the list of offers. Of a moment by the names of then, in two queries, and without a count.
    """
    if not items:
        return []
    wanted = {item.key: _referred(item) for item in items}
    first = {key: list(islice(ids, NAMED_IN_A_ROW)) for key, ids in wanted.items()}
    known = as_of.names_at(items[0].sandbox_id, {id for ids in first.values() for id in ids}, at)
    by = FILTERED_BY.get(Kind(items[0].kind), "")
    counts = {} if at or items[0].deleted_at else offers_of(items)
    return [
        Row(
            item,
            [(id, known.get(id, id)) for id in first[item.key]],
            len(wanted[item.key]) - len(first[item.key]),
            _counted(counts.get(item.id)),
            f"{offers}?{by}={quote(item.id)}",
            _number(counts.get(item.id)),
        )
        for item in items
    ]


def _counted(offers: int | None) -> str:
    if offers is None:
        return ""
    if offers > COUNT_LIMIT:
        return _("More than 1,000 offers")
    return ngettext("{n} offer", "{n} offers", offers).format(n=intcomma(offers))


def _number(offers: int | None) -> str:
    if offers is None:
        return ""
    return f"{intcomma(COUNT_LIMIT)}+" if offers > COUNT_LIMIT else str(intcomma(offers))


def _referred(item: LibraryItem) -> list[str]:
    """What a row says an item is made of: a collection's tags or offers, a decision's placements."""
    found = walk(_LISTED[Kind(item.kind)], item.document)
    return list(dict.fromkeys(id for _pointer, _says, _holder, id in found if isinstance(id, str)))
