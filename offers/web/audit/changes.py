"""What differs in the library between two moments: `?from=` and `?to=`."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from offers import asked
from offers.document.kinds.registry import Kind
from offers.log import between
from offers.web.audit.differences import told
from offers.web.frame.access import actor_for
from offers.web.frame.moment import at_of, typed
from offers.web.frame.respond import answer
from offers.web.lists.filters import address, links

MAX_CURSOR = 400
# What is asked for by who says no moment.
BEFORE = timedelta(days=7)


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What changed last in front. Without `to`, up to now; without `from`, the week before. Which is the earlier one is seen to."""
    actor, now = actor_for(request, sandbox), timezone.now()
    asked_to = at_of(request, "to")
    last = min(asked_to or now, now)
    first, last = sorted((at_of(request, "from") or last - BEFORE, last))
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = between.differences(actor.sandbox.pk, list(Kind), first, last, cursor)
    context = {
        "first": first,
        "last": last,
        "to_now": last == now,
        "typed": {"first": typed(first), "last": typed(last) if asked_to else ""},
        "differences": told(actor.sandbox.pk, found.pairs),
        "links": links(request, found.next, ""),
        "newest": address(request, cursor="") if cursor else "",
        "behind": found.behind,
    }
    return answer(request, "audit/changes.html", context)
