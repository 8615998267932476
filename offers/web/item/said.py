"""What a button sends along, and what is said on the next page when it was pressed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers import asked
from offers.access.asking import asking
from offers.access.permissions import Actor, NotFound
from offers.access.policy import refusal
from offers.document.errors import DocumentError, Problem
from offers.document.patch import replay
from offers.document.values import Document
from offers.document.words.describe import describe, summary
from offers.document.words.labels import gettext_noop
from offers.document.words.naming import place_at
from offers.ledger.heads import Head
from offers.ledger.references import InUse
from offers.ledger.writes import Outcome
from offers.lists.names import names_in
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests
from offers.review.applying import NotReady
from offers.review.changes.proposals import combined
from offers.review.changes.whose import NotYours
from offers.review.requests import AlreadyProposed, HasMoved, NothingToPropose, NotNow, Proposal, ReasonMissing, TooMany
from offers.web.frame.addresses import address_of
from offers.web.frame.sections import SECTION_OF
from offers.web.frame.times import exact_text
from offers.web.frame.words import phrase, place_title, problem_text
from offers.web.item.proposals.made_of import MadeOf, made_of
from offers.web.item.proposals.when import WAY, NotSent, sent, typed


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


# Fields that are named of several.
FIELDS_TOLD = 3
PUBLISH = "publish"
PROPOSALS = ("propose", PUBLISH)
# The input that says why something is published without review.
CANNOT_WAIT = "cannot_wait"


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a form is sent to become a request: proposed, or saved for later, which nobody has to agree to."""
    return request.POST.get("action") in PROPOSALS or typed(request).is_timed


def send(request: HttpRequest, actor: Actor, one: Proposal) -> HttpResponseRedirect:
    """Ask for this change as the page says: in a new request, in one that is under way, or without review; leads to the request.

    Raises NotSent, and what `requests.propose` raises besides.
    """
    into, timed = request.POST.get("into", ""), typed(request).is_timed
    try:
        if request.POST.get("action") == PUBLISH:
            if timed:
                raise NotSent(_("Without review it applies at once, and at no other time."), WAY)
            return _published(request, actor, one)
        if into:
            if timed:
                raise NotSent(_("A request has one time for all of it: change that on its page."), WAY)
            return _put_into(request, actor, requests.get(actor, asked.number(into) or 0), one)
        made = requests.propose(actor, [one], title_of(request), note_of(request), when=sent(request), once=True)
    except AlreadyProposed as before:
        return _proposed_before(request, actor, before.request)
    except ReasonMissing:
        raise NotSent(_("Say why it cannot wait: whoever reviews it afterwards wants to know."), CANNOT_WAIT) from None
    except NotFound:
        raise NotSent(_("There is no such request. Choose another one."), "into") from None
    except NotYours as refused:
        raise NotSent(str(refused), "into") from None
    except HasMoved as moved:
        # The form has what the request had: sent like that, it would undo what came since.
        raise RequestMoved(_moved_said(actor, moved, one), moved.standing.request) from None
    except NotNow as late:
        said = _("Request {number} is “{state}” by now. Choose another one.")
        text = said.format(number=late.request.number, state=late.request.get_state_display())
        raise NotSent(text, "into") from None
    except TooMany:
        raise NotSent(_("A request has at most {n} changes.").format(n=requests.MOST_CHANGES), "into") from None
    except NothingToPropose:
        raise NotSent(_("Together with what the request has of it, nothing would change."), "into") from None
    except NotReady:
        if into:
            said = _("Request {number} does not fit what is there by now, so nothing is put into it. Look at it first.")
            raise NotSent(said.format(number=into), "into") from None
        raise NotSent(_("Somebody is saving this right now. Propose it again.")) from None
    return say_proposed(request, actor, made)


class RequestMoved(NotSent):
    """The request of which the form was made is another by now: `made_of` is what the form says of it from now on."""

    def __init__(self, text: str, request: ChangeRequest) -> None:
        super().__init__(text, "into")
        self.made_of = MadeOf(request.number, request.version, warned=True)


def _moved_said(actor: Actor, moved: HasMoved, one: Proposal) -> str:
    """That the request is another by now, and what this would change of that if it is sent again."""
    place = next((place for place in moved.standing.places if place.change.id == one.id), None)
    after = replay(one.base, combined(place.change, one)) if place else None
    fields = ""
    if place and place.after and after:
        fields = fields_said(place.after, after, names_in(actor.sandbox.pk, one.kind, [place.after, after]))
    if place is None:
        said = _(
            "This was left out of request {number} since this form was opened. Sent again, it is put back into it."
        )
    elif fields:
        said = _(
            "Request {number} was changed since this form was opened. Look at it first; sent again, this changes in it: {fields}."
        )
    else:
        said = _(
            "Request {number} was changed since this form was opened. Look at it first; sent again, this is put together with it."
        )
    return said.format(number=moved.standing.request.number, fields=fields)


def fields_said(before: Document | None, after: Document | None, known: dict[str, str]) -> str:
    """Which fields are not the same, by their labels: "Priority, End date"."""
    phrases, more = summary(describe(before, after, names=known), FIELDS_TOLD)
    said = ", ".join(phrase(one) for one in phrases)
    return f"{said} (+{more})" if more else said


def title_of(request: HttpRequest) -> str:
    """What the request is to be called, as the form says it; "" where it says nothing."""
    return asked.text(request.POST.get("title"), requests.MOST_TITLE)


def _published(request: HttpRequest, actor: Actor, one: Proposal) -> HttpResponseRedirect:
    known_as = asking(request).request_id
    why = asked.note(request.POST.get(CANNOT_WAIT))
    if not why:
        raise ReasonMissing
    # What was said of the change itself is kept beside it.
    reason = "\n".join(text for text in (why, note_of(request)) if text)
    made = requests.publish(actor, [one], title_of(request), reason, request_id=known_as)
    said = _("Published without review. Somebody else has to review it within 24 hours.")
    return _to_request(request, actor, made, said)


def _put_into(request: HttpRequest, actor: Actor, held: ChangeRequest, one: Proposal) -> HttpResponseRedirect:
    """One more change in a request; what it has of the item already stays where the new one does not touch it."""
    had = held.changes.filter(id=one.id).exists()
    version = held.version
    form = made_of(request)
    seen = form.version if form and form.number == held.number else None
    is_instead = form is not None and seen is not None and not form.warned
    made = requests.add(actor, held, [one], note_of(request), seen=seen, instead=is_instead)
    if made.version == version:
        said = _("The request has this already.")
    elif is_instead:
        said = _("The request is changed. Whoever had agreed to it reviews it again.")
    elif had:
        said = _("Put together with what the request had of it already: where both change a field, this one counts.")
    else:
        said = _("Put into the request. Whoever had agreed to it reviews it again.")
    return _to_request(request, actor, made, said)


def _proposed_before(request: HttpRequest, actor: Actor, before: ChangeRequest) -> HttpResponseRedirect:
    """The same was sent again: it leads to the request that there is; a title and a reason that are given now are its own."""
    title, reason = title_of(request) or before.title, note_of(request) or before.reason
    if (title, reason) != (before.title, before.reason):
        when = requests.When(before.apply_at, before.until, before.time_zone)
        requests.describe(actor, before, title, reason, when)
    return _to_request(request, actor, before, _("You had proposed this already: this is that request."))


def ask_for(
    request: HttpRequest, actor: Actor, one: Proposal, again: Callable[[NotSent], HttpResponse] | None = None
) -> HttpResponse:
    """Ask for this change, and lead to its request. Where it cannot be made, say why and lead back to the item.

    `again` is the page that it was asked on, with what was typed: where that has to be put right.
    """
    # What is not there yet has no page to lead back to.
    back = reverse("items", args=[actor.sandbox.name, SECTION_OF[one.kind]])
    if one.key is not None:
        back = address_of(actor.sandbox.name, one)
    try:
        return send(request, actor, one)
    except NotSent as why:
        if again is not None and why.at:
            return again(why)
        messages.info(request, why.text)
    except DocumentError as error:
        messages.error(request, " ".join(problem_text(found) for found in error.problems))
    except InUse as use:
        messages.error(request, problem_text(in_use(use)))
    return HttpResponseRedirect(back)


def say_proposed(request: HttpRequest, actor: Actor, made: ChangeRequest) -> HttpResponseRedirect:
    said = _("Proposed. A second person reviews it before it goes live.")
    if made.state == made.State.SCHEDULED and made.apply_at is not None:
        said = _("Scheduled: it is applied on {when}.").format(when=exact_text(made.apply_at))
    return _to_request(request, actor, made, said)


def _to_request(request: HttpRequest, actor: Actor, made: ChangeRequest, said: str) -> HttpResponseRedirect:
    """Lead to the request. `data-saved` tells the browser that its draft of a form is not needed any more."""
    messages.success(request, format_html("<span data-saved>{}</span>", said))
    return HttpResponseRedirect(reverse("review", args=[actor.sandbox.name, made.number]))
