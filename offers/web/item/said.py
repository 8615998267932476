"""What a button sends along, and what is said on the next page when it was pressed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor
from offers.access.policy import refusal
from offers.document.errors import DocumentError, Problem
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import place_at
from offers.ledger.heads import Head
from offers.ledger.references import InUse
from offers.ledger.writes import Outcome
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests
from offers.review.applying import NotReady
from offers.review.requests import Proposal
from offers.web.frame.addresses import address_at, address_of
from offers.web.frame.sections import SECTION_OF
from offers.web.frame.times import exact_text
from offers.web.frame.words import place_title, problem_text
from offers.web.item.proposals.when import sent


def in_use(use: InUse) -> Problem:
    """That a placement in use cannot become another one, with its users."""
    message = gettext_noop("Its channel and content type stay as they are while it is used, by {names}.")
    return Problem("", "in-use", message, params={"names": ", ".join(f"“{name}”" for _kind, _id, name in use.users)})


def note_of(request: HttpRequest) -> str:
    """Why, as the form says it; "" for a button without one."""
    return asked.note(request.POST.get("note"))


def seen(request: HttpRequest, item: LibraryItem) -> int:
    """The etag that the person saw; of a button without one, that which the item has now."""
    return asked.number(request.POST.get("etag")) or item.etag


def next_steps(actor: Actor, done: Outcome, *, saved: bool = False) -> SafeString:
    """The links of a message that says what was written: to the change and, where it may be taken back, to its undo.

    `saved` tells the browser that its draft of the form is not needed any more.
    """
    revision, undo = (
        address_of(actor.sandbox.name, done.head, page, etag=done.head.etag) for page in ("revision", "undo")
    )
    mark = SafeString(" data-saved") if saved else ""
    link = format_html('<a{} href="{}">{}</a>', mark, revision, _("View change"))
    if done.before is None or refusal(actor, done.head.kind, done.head.id, done.head.document, done.before):
        return link
    return format_html('{} · <a href="{}">{}</a>', link, undo, _("Undo"))


def say_changed(request: HttpRequest, actor: Actor, done: Outcome, what: str) -> None:
    """Tell on the next page what was done, as which version, and what can be done next."""
    said = _("This is now version {etag}.").format(etag=done.head.etag)
    messages.success(request, format_html("{} {} {}", what, said, next_steps(actor, done)))


def say_stale(request: HttpRequest, actor: Actor, item: LibraryItem, head: Head) -> None:
    """Tell on the next page that somebody was first, and that nothing was done."""
    where = address_of(actor.sandbox.name, item, "compare")
    said = _("{name} saved version {etag} since you opened the page, so nothing was done. Look at it first.")
    messages.warning(
        request,
        format_html(
            '{} <a href="{}?from={}&amp;to={}">{}</a>',
            said.format(name=head.modified_by, etag=head.etag),
            where,
            seen(request, item),
            head.etag,
            _("What changed"),
        ),
    )


def to_item(actor: Actor, item: LibraryItem) -> HttpResponseRedirect:
    return HttpResponseRedirect(address_of(actor.sandbox.name, item))


def in_words(item: LibraryItem, problem: Problem) -> str:
    text = problem_text(problem)
    return f"{place_title(place_at(item.document, problem.pointer))}: {text}" if problem.pointer else text


def ask_for(request: HttpRequest, actor: Actor, one: Proposal) -> HttpResponseRedirect:
    """Open a request for this change, and lead to it; where it cannot be made, say why and lead back to the item."""
    # What is not there yet has no page to lead back to.
    back = reverse("items", args=[actor.sandbox.name, SECTION_OF[one.kind]])
    if one.key is not None:
        back = address_at(actor.sandbox.name, SECTION_OF[one.kind], one.id)
    try:
        made = requests.propose(actor, [one], "", note_of(request), when=sent(request))
    except DocumentError as error:
        messages.error(request, format_html_join(" ", "{}", ((problem_text(found),) for found in error.problems)))
        return HttpResponseRedirect(back)
    except InUse as use:
        messages.error(request, problem_text(in_use(use)))
        return HttpResponseRedirect(back)
    except NotReady:
        messages.info(request, _("Nothing was proposed: somebody changed it meanwhile."))
        return HttpResponseRedirect(back)
    return say_proposed(request, actor, made)


def say_proposed(request: HttpRequest, actor: Actor, made: ChangeRequest) -> HttpResponseRedirect:
    """Lead to the request. `data-saved` tells the browser that its draft of a form is not needed any more."""
    said = _("Proposed. A second person looks at it before it goes live.")
    if made.state == made.State.SCHEDULED and made.apply_at is not None:
        said = _("Scheduled: it is applied on {when}.").format(when=exact_text(made.apply_at))
    messages.success(request, format_html("<span data-saved>{}</span>", said))
    return HttpResponseRedirect(reverse("review", args=[actor.sandbox.name, made.number]))
