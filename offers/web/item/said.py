"""What a button sends along, and what is said on the next page when it was pressed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor
from offers.access.policy import refusal
from offers.document.errors import Problem
from offers.document.words.labels import gettext_noop
from offers.ledger.heads import Head
from offers.ledger.references import InUse
from offers.ledger.writes import Outcome
from offers.models import LibraryItem
from offers.web.frame.addresses import address_of


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
