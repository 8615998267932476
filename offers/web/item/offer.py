"""One offer at a glance."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from offers.promotion import promoted
from offers.web.frame.moment import item_then
from offers.web.frame.pictures import asked_for, hosts_of, query_for
from offers.web.frame.respond import answer
from offers.web.item.entries import around, item_context, last_entry, names_then, original_of, summarised
from offers.web.item.proposals.requested import requested_of
from offers.web.item.sentences import constraints


def overview(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """One offer: what it shows where, when and to whom, where it is used, and what changed last. With `?at=`, as it was then."""
    then = item_then(request, sandbox, id)
    actor, item, moment = then.actor, then.item, then.moment
    known = names_then(then)
    last = last_entry(item)
    document = item.document
    hosts = hosts_of(document)
    pictures = [host for host in asked_for(request.GET.getlist("pictures")) if host in hosts]
    context = item_context(
        item,
        "overview",
        requested=None if moment else requested_of(actor, item),
        last=last,
        summary=summarised(last),
        sentences=constraints(document, known),
        pictures=query_for(pictures),
        other_sites=[host for host in hosts if host not in pictures],
        all_pictures=query_for(hosts),
        representations=_named(document.get("representations", ()), known),
        tags=[(tag, known.get(tag, tag)) for tag in document.get("tags", ())],
        attributes=sorted(document.get("characteristics", {}).items()),
        original=original_of(item),
        promoted=promoted(item, request.user.pk, then.at),
        **around(then),
    )
    return answer(request, "item/offer.html", context)


def _named(representations: Iterable[dict[str, Any]], known: dict[str, str]) -> list[dict[str, Any]]:
    return [{**found, "name": known.get(found["placement"], found["placement"])} for found in representations]
