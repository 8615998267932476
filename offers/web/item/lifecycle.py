"""What can be done with a library object besides editing it: duplicate, delete and bring back, and a decision's status."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked
from offers.access.permissions import Actor, NotAllowed, is_live, refusal
from offers.document.errors import DocumentError, InvalidDocument
from offers.document.validate import Kind
from offers.document.values import clone
from offers.ledger import writes
from offers.ledger.records import Head
from offers.models import LibraryItem, Revision
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import SECTION_OF, Section
from offers.web.item.deleted import in_words
from offers.web.item.entries import item_context, refuse_before
from offers.web.item.offered import say_changed

MAX_NAME = 255

# The steps of a decision by the status they lead to, and what is said when one is done.
STEPS: Mapping[str, Any] = {
    "live": gettext_lazy("The decision is live."),
    "draft": gettext_lazy("The decision is a draft again."),
    "complete": gettext_lazy("The decision is complete."),
    "archived": gettext_lazy("The decision is archived."),
}
# The steps that are asked about first: from there nobody, or only an admin, leads back.
FINAL = ("complete", "archived")


@require_http_methods(["GET", "HEAD", "POST"])
def set_status(request: HttpRequest, sandbox: str, section: Section, id: str, status: str) -> HttpResponse:
    """Take a decision to another status, from the version that the person saw. GET asks first, where that is final."""
    if status not in STEPS or Kind.DECISION not in section.kinds:
        raise Http404
    if request.method != "POST" and status not in FINAL:
        return HttpResponseNotAllowed(["POST"])
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    if request.method != "POST":
        return ask(request, actor, item, status)
    patch = [{"op": "replace", "path": "/status", "value": status}]
    stamp = stamp_of(request, Revision.Source.FORM, note=note_of(request))
    try:
        done = writes.change(actor, section.kinds, id, patch, stamp, if_match=_etag(request, item))
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, stale.head)
    except DocumentError as error:
        said = format_html_join(" ", "{}", ((in_words(item, problem),) for problem in error.problems))
        messages.error(request, said)
    else:
        if done.changed:
            say_changed(request, actor, section, done, str(STEPS[status]))
    return _to_item(actor, section, id)


def ask(request: HttpRequest, actor: Actor, item: LibraryItem, status: str) -> HttpResponse:
    """The question before a step that cannot be taken back by everybody, or by nobody. Also of offers (web/item/actions.py)."""
    after = {**item.document, "status": status}
    refuse_before(actor, item, item.document, after)
    if refusal(actor, Kind(item.kind), item.document, after):
        return HttpResponseRedirect(reverse("item", args=[actor.sandbox.name, SECTION_OF[item.kind].slug, item.id]))
    was_live = is_live(item.kind, item.document)
    return answer(request, "item/final.html", item_context(item, "", to=status, was_live=was_live))


def note_of(request: HttpRequest) -> str:
    """Why, as the form says it; "" for a button without one."""
    return asked.note(request.POST.get("note"))


@require_POST
def duplicate(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """A new item like this one, recorded as its copy; a decision's starts as a draft. Leads to it, to be edited."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    document = clone(item.document)
    document["name"] = _("Copy of {name}").format(name=item.name)[:MAX_NAME]
    if "status" in document:
        document["status"] = "draft"
    stamp = stamp_of(request, Revision.Source.FORM, refers_to={"copy_of": item.id})
    try:
        made = writes.create(actor, Kind(item.kind), document, stamp).head
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from None
    except InvalidDocument as error:
        messages.error(request, format_html_join(" ", "{}", ((in_words(item, found),) for found in error.problems)))
        return _to_item(actor, section, id)
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("This is a copy of {name}.").format(name=item.name),
            reverse("item", args=[actor.sandbox.name, section.slug, item.id]),
            _("View the original"),
        ),
    )
    return HttpResponseRedirect(reverse("edit", args=[actor.sandbox.name, section.slug, made.id]))


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Ask (GET), then delete what nothing refers to (POST). Otherwise 409 with the users, by name."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    refuse_before(actor, item, item.document, None)
    users = writes.used_by(actor.sandbox.pk, item.id)
    if request.method != "POST":
        return answer(request, "item/delete.html", item_context(item, "", users=users, section_page=section))
    stamp = stamp_of(request, Revision.Source.FORM, note=note_of(request))
    try:
        writes.delete(actor, section.kinds, id, stamp, if_match=_etag(request, item))
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, stale.head)
        return HttpResponseRedirect(request.path)
    except writes.InUse as use:
        context = item_context(item, "", users=use.users, section_page=section)
        return answer(request, "item/delete.html", context, status=409)
    said = _("{name} is deleted. Its history stays.").format(name=item.name)
    if not refusal(actor, Kind(item.kind), None, item.document):
        back = reverse("item", args=[actor.sandbox.name, section.slug, id])
        said = format_html('{} <a href="{}">{}</a>', said, back, _("Undo"))
    messages.success(request, said)
    return HttpResponseRedirect(reverse("items", args=[actor.sandbox.name, section.slug]))


def _etag(request: HttpRequest, item: LibraryItem) -> int:
    """The version that the person saw; of an address without one, that which is there now."""
    return asked.number(request.POST.get("etag")) or item.etag


def _say_stale(request: HttpRequest, head: Head) -> None:
    text = _("{name} saved version {etag} meanwhile, so nothing was done. Look at it first.")
    messages.warning(request, text.format(name=head.modified_by, etag=head.etag))


def _to_item(actor: Actor, section: Section, id: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("item", args=[actor.sandbox.name, section.slug, id]))
