"""What differs in the library between two moments: `?from=` and `?to=`, of one `?kind=` or of all."""

from collections import Counter
from datetime import datetime, timedelta

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.document.kinds.registry import KINDS, Kind
from offers.log import between
from offers.web.audit.differences import grouped, told
from offers.web.frame.access import actor_for
from offers.web.frame.moment import at_of, machine_text, typed
from offers.web.frame.respond import answer
from offers.web.lists.filters import address

MAX_CURSOR = 400
# Items that pages before this one have had: no more are counted.
MAX_SEEN = 1_000_000
# What is asked for by who says no moment.
BEFORE = timedelta(days=7)


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What changed last in front. Without `to`, up to now; without `from`, the week before. Which is the earlier one is seen to."""
    actor, now = actor_for(request, sandbox), timezone.now()
    kind = request.GET.get("kind", "")
    if kind not in ["", *Kind]:
        raise BadRequest("a kind that is none")
    asked_to = at_of(request, "to")
    last = min(asked_to or now, now)
    first, last = sorted((at_of(request, "from") or last - BEFORE, last))
    cursor = asked.text(request.GET.get("cursor"), MAX_CURSOR)
    found = between.differences(actor.sandbox.pk, [Kind(kind)] if kind else list(Kind), first, last, cursor)
    differences = told(actor.sandbox.pk, found.pairs)
    seen = (asked.number(request.GET.get("seen"), MAX_SEEN) or 0) if cursor else 0
    reached = seen + len(differences)
    context = {
        "first": first,
        "last": last,
        "kind": kind,
        "kinds": [(one.value, _(KINDS[one].label)) for one in Kind],
        "typed": {"first": typed(first), "last": typed(last) if asked_to else ""},
        "differences": differences,
        "groups": grouped(differences),
        "counts": Counter(one.how for one in differences),
        "links": {"next": address(request, cursor=found.next, seen=str(reached)) if found.next else ""},
        "newest": address(request, cursor="", seen="") if cursor else "",
        # Its first and its last item, among all.
        "position": (seen + 1, reached) if differences else None,
        "behind": found.behind,
        "picks": _picks(request, now),
    }
    return answer(request, "audit/changes.html", context)


def _picks(request: HttpRequest, now: datetime) -> list[tuple[str, str]]:
    """Spans up to now that are asked for most, each with its address; a month begins where the viewer is."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    spans = (
        (_("Last 24 hours"), now - timedelta(days=1)),
        (_("Last 7 days"), now - timedelta(days=7)),
        (_("This month"), month),
    )
    return [
        (said, address(request, **{"from": machine_text(at), "to": "", "cursor": "", "seen": ""})) for said, at in spans
    ]
