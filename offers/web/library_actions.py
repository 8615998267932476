"""What can be done with a library object besides editing it: duplicate, delete and bring back, and a decision's status."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from offers import writes
from offers.document.errors import DocumentError, InvalidDocument, Problem
from offers.document.naming import place_at
from offers.document.schema import Kind
from offers.document.values import clone
from offers.models import LibraryItem, Revision
from offers.permissions import Actor, NotAllowed
from offers.templatetags.offers import place_title, problem_text
from offers.web.access import item_for, stamp_of
from offers.web.frame import answer
from offers.web.items import COPY_OF, item_context, refuse_readers
from offers.web.sections import Section

MAX_NOTE = 500
MAX_NAME = 255

# The steps of a decision by the status they lead to, and what is said when one is done.
STEPS: Mapping[str, Any] = {
    "live": gettext_lazy("The decision is live."),
    "draft": gettext_lazy("The decision is a draft again."),
    "complete": gettext_lazy("The decision is complete."),
    "archived": gettext_lazy("The decision is archived."),
}


@require_POST
def set_status(request: HttpRequest, sandbox: str, section: Section, id: str, status: str) -> HttpResponse:
    """Take a decision to another status, from the version that the person saw."""
    if status not in STEPS or Kind.DECISION not in section.kinds:
        raise Http404
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    patch = [{"op": "replace", "path": "/status", "value": status}]
    stamp = stamp_of(request, Revision.Source.FORM)
    try:
        done = writes.change(actor, section.kinds, id, patch, stamp, if_match=_etag(request, item))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, stale.head)
    except DocumentError as error:
        said = format_html_join(" ", "{}", ((_in_words(item, problem),) for problem in error.problems))
        messages.error(request, said)
    else:
        if done.changed:
            _say_changed(request, actor, section, done.head, str(STEPS[status]))
    return _to_item(actor, section, id)


def _in_words(item: LibraryItem, problem: Problem) -> str:
    text = problem_text(problem)
    return f"{place_title(place_at(item.document, problem.pointer))}: {text}" if problem.pointer else text


@require_POST
def duplicate(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """A new item like this one, recorded as its copy; a decision's starts as a draft. Leads to it, to be edited."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    document = clone(item.document)
    document["name"] = _("Copy of {name}").format(name=item.name)[:MAX_NAME]
    if "status" in document:
        document["status"] = "draft"
    stamp = stamp_of(request, Revision.Source.FORM, source_ref=COPY_OF + item.id)
    try:
        made = writes.create(actor, Kind(item.kind), document, stamp).head
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except InvalidDocument as error:
        messages.error(request, format_html_join(" ", "{}", ((_in_words(item, found),) for found in error.problems)))
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
    refuse_readers(actor, item)
    users = writes.used_by(actor.sandbox.pk, item.id)
    if request.method != "POST":
        return answer(request, "library/delete.html", item_context(item, "", users=users, section_page=section))
    stamp = stamp_of(request, Revision.Source.FORM, note=request.POST.get("note", "").strip()[:MAX_NOTE])
    try:
        writes.delete(actor, section.kinds, id, stamp, if_match=_etag(request, item))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except writes.StaleEtag as stale:
        _say_stale(request, stale.head)
        return HttpResponseRedirect(request.path)
    except writes.InUse as refusal:
        context = item_context(item, "", users=refusal.users, section_page=section)
        return answer(request, "library/delete.html", context, status=409)
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("{name} is deleted. Its history stays.").format(name=item.name),
            reverse("undelete", args=[actor.sandbox.name, section.slug, id]),
            _("Undo"),
        ),
    )
    return HttpResponseRedirect(reverse("items", args=[actor.sandbox.name, section.slug]))


@require_http_methods(["GET", "HEAD", "POST"])
def undelete(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Ask (GET), then bring a deleted item back as it was (POST); 422 where something it needs is gone."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    if item.deleted_at is None:
        return _to_item(actor, section, id)
    refuse_readers(actor, item)
    problems: list[str] = []
    if request.method == "POST":
        stamp = stamp_of(request, Revision.Source.UNDO, source_ref=str(item.etag))
        try:
            done = writes.undelete(actor, section.kinds, id, stamp)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except InvalidDocument as error:
            problems = [_in_words(item, problem) for problem in error.problems]
        else:
            _say_changed(request, actor, section, done.head, _("It is back as it was."))
            return _to_item(actor, section, id)
    context = item_context(item, "history", problems=problems, section_page=section)
    return answer(request, "library/undelete.html", context, status=422 if problems else 200)


def _etag(request: HttpRequest, item: LibraryItem) -> int:
    """The version that the person saw; of an address without one, that which is there now."""
    text = request.POST.get("etag", "")
    return int(text[:9]) if text.isascii() and text.isdecimal() else item.etag


def _say_stale(request: HttpRequest, head: writes.Head) -> None:
    text = _("{name} saved version {etag} meanwhile, so nothing was done. Look at it first.")
    messages.warning(request, text.format(name=head.modified_by, etag=head.etag))


def _say_changed(request: HttpRequest, actor: Actor, section: Section, head: writes.Head, what: str) -> None:
    where = [actor.sandbox.name, section.slug, head.id, head.etag]
    messages.success(
        request,
        format_html(
            '{} {} <a href="{}">{}</a>',
            what,
            _("This is now version {etag}.").format(etag=head.etag),
            reverse("revision", args=where),
            _("View change"),
        ),
    )


def _to_item(actor: Actor, section: Section, id: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("item", args=[actor.sandbox.name, section.slug, id]))
