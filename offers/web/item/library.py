"""Placements, rules, tags, collections and decisions: lists and one item at a glance. And the API page that all items have, offers too."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from offers.access.people import with_names_of_now
from offers.ledger import writes
from offers.lists.pages import DELETED, Wanted, page
from offers.web.frame.access import actor_for, item_for
from offers.web.frame.curl import item_address, json_text, patch_curl, read_curl
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context, last_entry, original_of, summarised
from offers.web.item.facts import facts_of, rows_of
from offers.web.lists.filters import Chip, address, deleted_filter, links, order_of, sorts


def item_list(request: HttpRequest, sandbox: str, section: Section) -> HttpResponse:
    """The section's items with a search; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    status = request.GET.get("status", "")
    wanted, order = (
        Wanted(request.GET.get("q", "").strip()[:200], status if status == DELETED else ""),
        order_of(request),
    )
    found = page(actor.sandbox.pk, section.kinds, wanted, order, request.GET.get("cursor", ""))
    context = {
        "section": section,
        "page": found,
        "rows": rows_of(with_names_of_now(found.items)),
        "wanted": wanted,
        "order": order,
        "chips": _chips(request, wanted),
        "filters": [deleted_filter(wanted)],
        "links": links(request, found.next, found.previous),
        "sorts": sorts(request, order, wanted),
    }
    return answer(request, "lists/items.html", context, fragment="lists/_items.html")


def _chips(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    chips = [Chip(f"“{wanted.text}”", address(request, q="", cursor=""))] if wanted.text else []
    return [*chips, Chip(_("Deleted"), address(request, status="", cursor=""))] if wanted.deleted else chips


def overview(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """One item: its fields, and what uses it."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    last = last_entry(item)
    context = item_context(
        item,
        "overview",
        last=last,
        summary=summarised(last),
        original=original_of(item),
        users=writes.used_by(actor.sandbox.pk, item.id),
        **facts_of(actor, item),
    )
    return answer(request, "item/library.html", context)


def api(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """The item as programs see it: its document, and calls to read and change it, ready to paste."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    example = [{"op": "replace", "path": "/name", "value": item.name}]
    context = item_context(
        item,
        "api",
        address=item_address(request, item.kind, item.id),
        read=read_curl(request, actor.sandbox, item.kind, item.id),
        change=patch_curl(request, actor.sandbox, item.kind, item.id, example, item.etag),
        document=json_text(item.document),
    )
    return answer(request, "item/api.html", context)
