"""What can be done to an offer with one button: approve and back, archive, duplicate, delete and bring back.

Buttons carry the etag that the person was looking at: nobody approves or deletes what they have not seen.
"""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers import writes
from offers.document.errors import DocumentError
from offers.document.schema import OFFER_KINDS, Kind
from offers.models import LibraryItem, Revision
from offers.permissions import Actor, NotAllowed
from offers.templatetags.offers import problem_text
from offers.web.access import item_for, stamp_of
from offers.web.frame import answer
from offers.web.items import item_context

MAX_NAME = 255


@require_POST
def approve(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    return _status(request, sandbox, id, "approved", _("Approved."))


@require_POST
def unapprove(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    return _status(request, sandbox, id, "draft", _("Back to draft."))


@require_POST
def archive(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    return _status(request, sandbox, id, "archived", _("Archived."))


def _status(request: HttpRequest, sandbox: str, id: str, status: str, said: str) -> HttpResponse:
    """Give the offer another status, as a change like any other, and go back to it."""
    actor, item = item_for(request, sandbox, id)
    patch = [{"op": "replace", "path": "/status", "value": status}]
    stamp = stamp_of(request, Revision.Source.FORM)
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
            where = [sandbox, "offers", id, done.head.etag]
            messages.success(
                request,
                format_html(
                    '{} {} <a href="{}">{}</a> · <a href="{}">{}</a>',
                    said,
                    _("This is version {etag}.").format(etag=done.head.etag),
                    reverse("revision", args=where),
                    _("View change"),
                    reverse("undo", args=where),
                    _("Undo"),
                ),
            )
    return redirect("offer", sandbox, id)


@require_POST
def duplicate(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """A draft that says the same under another name; leads to its form."""
    actor, item = item_for(request, sandbox, id)
    name = _("{name} (copy)")
    room = MAX_NAME - len(name.format(name=""))
    document = {**item.document, "name": name.format(name=item.name[:room]), "status": "draft"}
    note = _("A copy of {id} at version {etag}").format(id=item.id, etag=item.etag)
    try:
        made = writes.create(actor, Kind(item.kind), document, stamp_of(request, Revision.Source.FORM, note=note))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except DocumentError as error:
        messages.error(request, " ".join(problem_text(problem) for problem in error.problems))
        return redirect("offer", sandbox, id)
    messages.success(request, _("This is the copy: a draft of its own."))
    return redirect("edit", sandbox, made.head.id)


@require_POST
def delete(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """Delete an offer that nothing uses; else 409 and what uses it. The next page offers to bring it back."""
    actor, item = item_for(request, sandbox, id)
    try:
        writes.delete(actor, OFFER_KINDS, id, stamp_of(request, Revision.Source.FORM), if_match=_seen(request, item))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, actor, item, stale.head)
        return redirect("offer", sandbox, id)
    except writes.InUse as use:
        return answer(request, "offers/in_use.html", item_context(item, "", users=use.users), status=409)
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a> · <a href="{}">{}</a>',
            _("“{name}” was deleted.").format(name=item.name),
            reverse("undelete", args=[sandbox, id]),
            _("Undo"),
            reverse("history", args=[sandbox, "offers", id]),
            _("History"),
        ),
    )
    return redirect("offers", sandbox)


@require_http_methods(["GET", "HEAD", "POST"])
def undelete(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """Bring a deleted offer back as it was. GET asks, POST does it."""
    actor, item = item_for(request, sandbox, id, deleted=True)
    if item.deleted_at is None:
        return redirect("offer", sandbox, id)
    problems: list[str] = []
    if request.method == "POST":
        try:
            writes.undelete(actor, OFFER_KINDS, id, stamp_of(request, Revision.Source.FORM))
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except DocumentError as error:
            problems = [problem_text(problem) for problem in error.problems]
        else:
            messages.success(request, _("“{name}” is back.").format(name=item.name))
            return redirect("offer", sandbox, id)
    context = item_context(item, "", problems=problems)
    return answer(request, "offers/undelete.html", context, status=422 if problems else 200)


def _seen(request: HttpRequest, item: LibraryItem) -> int:
    """The etag that the button was shown with; without one, the present one."""
    sent = request.POST.get("etag", "")
    return int(sent) if re.fullmatch(r"[0-9]{1,9}", sent) else item.etag


def _say_stale(request: HttpRequest, actor: Actor, item: LibraryItem, head: writes.Head) -> None:
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
