"""An offer's status by one button: approve and back, archive. What all library objects share is in library_actions.py.

Buttons carry the etag that the person was looking at: nobody approves what they have not seen.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked
from offers.access.permissions import Actor, NotAllowed
from offers.document.errors import DocumentError
from offers.document.validate import OFFER_KINDS
from offers.ledger import writes
from offers.ledger.records import Head
from offers.models import LibraryItem, Revision
from offers.templatetags.offers import problem_text
from offers.web.frame.access import item_for, stamp_of
from offers.web.item.lifecycle import ask, note_of
from offers.web.item.offered import next_steps


@require_POST
def approve(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    return _status(request, sandbox, id, "approved", _("Approved."))


@require_POST
def unapprove(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    return _status(request, sandbox, id, "draft", _("Back to draft."))


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """Ask (GET), because it is final for most, then do it (POST)."""
    if request.method == "POST":
        return _status(request, sandbox, id, "archived", _("Archived."))
    actor, item = item_for(request, sandbox, id)
    return ask(request, actor, item, "archived")


def _status(request: HttpRequest, sandbox: str, id: str, status: str, said: str) -> HttpResponse:
    """Give the offer another status, as a change like any other, and go back to it."""
    actor, item = item_for(request, sandbox, id)
    patch = [{"op": "replace", "path": "/status", "value": status}]
    stamp = stamp_of(request, Revision.Source.FORM, note=note_of(request))
    try:
        done = writes.change(actor, OFFER_KINDS, id, patch, stamp, if_match=_seen(request, item))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, actor, item, stale.head)
    except DocumentError as error:
        messages.error(request, " ".join(problem_text(problem) for problem in error.problems))
    else:
        if done.changed:
            messages.success(
                request,
                format_html(
                    "{} {} {}",
                    said,
                    _("This is version {etag}.").format(etag=done.head.etag),
                    next_steps(actor, "offers", done),
                ),
            )
    return redirect("offer", sandbox, id)


def _seen(request: HttpRequest, item: LibraryItem) -> int:
    """The etag that the button was shown with; without one, the present one."""
    return asked.number(request.POST.get("etag")) or item.etag


def _say_stale(request: HttpRequest, actor: Actor, item: LibraryItem, head: Head) -> None:
    where = reverse("compare", args=[actor.sandbox.name, "offers", item.id])
    messages.warning(
        request,
        format_html(
            '{} <a href="{}?from={}&amp;to={}">{}</a>',
            _("{name} saved version {etag} since you opened the page, so nothing was done. Look at it first.").format(
                name=head.modified_by, etag=head.etag
            ),
            where,
            _seen(request, item),
            head.etag,
            _("What changed"),
        ),
    )
