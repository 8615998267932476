"""One offer at a glance."""

from django.http import HttpRequest, HttpResponse

from offers.promotion import promoted
from offers.web.frame.moment import item_then
from offers.web.frame.respond import answer
from offers.web.item.entries import around, item_context, last_entry, names_then, original_of, summarised
from offers.web.item.facts import collected
from offers.web.item.proposals.requested import requested_of
from offers.web.item.shown.looks import Version
from offers.web.item.shown.whole import whole_of
from offers.web.item.template import mark_of


def overview(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """One offer: what it shows where, when and to whom, where it is used, and what changed last. With `?at=`, as it was then."""
    then = item_then(request, sandbox, id)
    actor, item, moment = then.actor, then.item, then.moment
    last = last_entry(item)
    context = item_context(
        item,
        "overview",
        requested=None if moment else requested_of(actor, item),
        last=last,
        summary=summarised(last),
        original=original_of(item),
        template=None if moment else mark_of(item),
        promoted=promoted(item, request.user.pk, then.at),
        collected=collected(item, then.at),
        **whole_of(request, Version(actor.sandbox.name, item.id, item.etag, item.document, names_then(then))),
        **around(then),
    )
    return answer(request, "item/offer.html", context)
