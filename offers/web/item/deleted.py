"""An item that was deleted: every address of it leads to its page, which says who and when, and brings it back.

The page answers 200: it is there, for people, for as long as the history is. 410 would say that nothing will ever be here
again, and let caches keep that; programs ask the API, where a deleted item is a 404 as before.
"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers.access.permissions import Actor
from offers.access.policy import ReviewRequired, ruling
from offers.document.errors import InvalidDocument, Problem
from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.ledger import history, writes
from offers.ledger.heads import head_of_item
from offers.ledger.references import reference_problems
from offers.models import LibraryItem, Revision
from offers.review.requests import proposal
from offers.web.frame.access import Deleted, item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.moment import NotThere
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context
from offers.web.item.proposals.requested import requested_of
from offers.web.item.proposals.when import NotSent
from offers.web.item.said import ask_for, in_words, say_changed

Handler = Callable[[HttpRequest], HttpResponse]


def deleted_items(get_response: Handler) -> Handler:
    """Middleware: who asks for anything of an item that is deleted is taken to its page; whatever was sent, nothing is done.

    Who asks for it as of a moment at which it was not there is told so.
    """

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotThere):
            context = item_context(exception.item, "overview", moment=exception.moment)
            return answer(request, "item/not_there.html", context, status=404)
        if not isinstance(exception, Deleted):
            return None
        own = address_of(exception.actor.sandbox.name, exception.item)
        return page(request, exception.actor, exception.item) if request.path == own else HttpResponseRedirect(own)

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # how Django finds it
    return middleware


@require_http_methods(["GET", "HEAD", "POST"])
def undelete(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Bring a deleted item back as it was (POST); 422 where something it needs is gone. GET: the item's page."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    own = HttpResponseRedirect(address_of(actor.sandbox.name, item))
    if item.deleted_at is None or request.method != "POST":
        return own
    stamp = stamp_of(request, Revision.Source.UNDO, refers_to={"undoes": item.etag})
    try:
        done = writes.undelete(actor, section.kinds, id, stamp)
    except ReviewRequired:
        patch = [{"op": "add", "path": "", "value": item.document}]
        wanted = proposal(head_of_item(item), patch, Revision.Source.UNDO, stamp.refers_to)
        return ask_for(request, actor, wanted, lambda why: page(request, actor, item, not_sent=why, status=422))
    except InvalidDocument as error:
        return page(request, actor, item, error.problems, status=422)
    say_changed(request, actor, done, _("It is back as it was."))
    return own


def page(
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    problems: tuple[Problem, ...] = (),
    *,
    not_sent: NotSent | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a deleted item: who deleted it, when and why; how it comes back, or why it cannot, or not by this person."""
    found = ruling(actor, Kind(item.kind), item.id, None, item.document)
    context = item_context(
        item,
        "overview",
        made=history.revision(item, item.etag),
        requested=requested_of(actor, item),
        refusal=found.refusal,
        proposes=found.review,
        not_sent=not_sent,
        problems=[in_words(item, problem) for problem in problems or (() if found.refusal else _missing(item))],
    )
    return answer(request, "item/deleted.html", context, status=status)


def _missing(item: LibraryItem) -> list[Problem]:
    """What it refers to and is gone too, or does not fit any more."""
    with transaction.atomic():
        return reference_problems(item.sandbox_id, item.document, references(Kind(item.kind), item.document))
