"""A conflict of a request is settled: for each field the value that is there by now, the one that is asked for, or another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.document.merge import resolve
from offers.review import requests
from offers.review.standing import standing
from offers.web.account.session import typed_is_shown_by
from offers.web.frame.middleware import zone_of
from offers.web.item.history.contested import ALL, picks_for, settled
from offers.web.reviews.around.typed import is_typed, keep
from offers.web.reviews.page import address, not_done, request_for, shown
from offers.web.reviews.refusals import REFUSALS
from offers.web.reviews.shown import CONFLICTS_SHOWN

MAX_ID = 64


@typed_is_shown_by("review", is_typed)
@require_POST
def settle(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Make a version of the request in which this item's conflicts are decided; nothing is written of half of them.

    The name of a choice names the values that it is between: what others changed since then has to be chosen again.
    """
    actor, found = request_for(request, sandbox, number)
    if request.POST.get(ALL):
        # One side of everything is only chosen by that, and shown so.
        return shown(request, actor, found)
    id = asked.text(request.POST.get("id"), MAX_ID)
    place = next((one for one in standing(found).places if one.change.id == id), None)
    asked_for = place.conflicts[:CONFLICTS_SHOWN] if place else ()
    picks = settled(asked_for, picks_for(request.POST, asked_for), zone_of(request))
    # The change may have been taken out of the request, or the item deleted.
    if place is None or place.head is None or place.before is None or place.wanted is None or place.change.base is None:
        problem = _("There is nothing left to choose: look at what became of it.")
        return shown(request, actor, found, problem=problem, status=409)
    if len(picks) < len(asked_for):
        problem = _("Choose for every field, as they are by now.")
        return shown(request, actor, found, problem=problem, status=422)
    kept = {conflict.key: conflict.theirs for conflict in place.conflicts[CONFLICTS_SHOWN:]}
    document = resolve(place.change.base, place.wanted, place.before, picks | kept).document
    assert isinstance(document, dict), "both sides are documents"
    try:
        requests.revise(actor, found, place.head, document)
    except REFUSALS as refused:
        return not_done(request, actor, found, refused)
    keep(request, found, used=[])
    messages.success(request, _("Settled. Somebody else has to agree to this version."))
    return HttpResponseRedirect(address(actor, found))
