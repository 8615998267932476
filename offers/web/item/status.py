"""The one verb that takes an item to another status, whatever its kind: a change like any other.

Buttons carry the etag that the person was looking at: nobody approves what they have not seen.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers.access.permissions import Actor, check_edit
from offers.access.policy import ReviewRequired, ruling
from offers.document.errors import DocumentError
from offers.document.kinds.registry import KINDS, Kind
from offers.document.live import is_live
from offers.ledger import writes
from offers.ledger.heads import head_of_item
from offers.models import LibraryItem, Revision
from offers.review.requests import proposal
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import OFFERS, Section
from offers.web.item.entries import item_context
from offers.web.item.proposals.when import NoSuchTime, NotSent, sent
from offers.web.item.said import ask_for, in_words, note_of, say_changed, say_stale, seen, to_item

# The steps that are asked about first in any case: from there nobody, or only an admin, leads back.
FINAL = ("complete", "archived")


@require_http_methods(["GET", "HEAD", "POST"])
def set_status(request: HttpRequest, sandbox: str, id: str, status: str, section: Section = OFFERS) -> HttpResponse:
    """Take the item to another status, from the version that the person saw. GET asks first, why and when."""
    said = KINDS[section.kinds[0]].said
    if status not in said:
        raise Http404
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    if request.method != "POST":
        return _ask(request, actor, item, status)

    def again(why: NotSent) -> HttpResponse:
        return _ask(request, actor, item, status, why)

    try:
        timed = sent(request).apply_at is not None
    except NoSuchTime as why:
        return again(why)
    patch = [{"op": "replace", "path": "/status", "value": status}]
    stamp = stamp_of(request, Revision.Source.FORM, note=note_of(request))
    wanted = proposal(head_of_item(item), patch, Revision.Source.FORM)
    try:
        done = writes.change(actor, section.kinds, id, patch, stamp, if_match=seen(request, item), dry_run=timed)
    except writes.StaleEtag as stale:
        say_stale(request, actor, item, stale.head)
    except ReviewRequired:
        return ask_for(request, actor, wanted, again)
    except DocumentError as error:
        messages.error(request, " ".join(in_words(item, found) for found in error.problems))
    else:
        if done.changed and timed:
            return ask_for(request, actor, wanted, again)
        if done.changed:
            say_changed(request, actor, done, _(said[status]))
    return to_item(actor, item)


def _ask(
    request: HttpRequest, actor: Actor, item: LibraryItem, status: str, not_sent: NotSent | None = None
) -> HttpResponse:
    """The question before a step that cannot be taken back by everybody, or by nobody, that is proposed, or that is for later."""
    after = {**item.document, "status": status}
    check_edit(actor)
    found = ruling(actor, Kind(item.kind), item.id, item.document, after)
    if found.refusal or item.status == status:
        return to_item(actor, item)
    was_live = is_live(item.kind, item.document)
    context = item_context(item, "", to=status, was_live=was_live, proposes=found.review, not_sent=not_sent)
    template = "item/final.html" if status in FINAL else "item/step.html"
    return answer(request, template, context, status=422 if not_sent else 200)
