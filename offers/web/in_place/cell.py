"""Dates and priority, changed in the row of the list: a small form in the cell, one patch, and the row anew.

It is the edit form of one or two fields: what others saved meanwhile is merged with, what takes a second person is proposed.
Without JavaScript the cell leads to the edit form, at that field.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from offers.access.people import with_names_of_now
from offers.access.permissions import Actor, NotAllowed
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.merge import Conflict
from offers.document.values import Document
from offers.forms.kinds import document_of, form_for, form_from
from offers.forms.offer import OfferForm
from offers.ledger import writes
from offers.ledger.heads import head_of_item
from offers.lists import names
from offers.models import LibraryItem, Revision
from offers.review import requests
from offers.review.requests import proposal
from offers.web.account.session import opened_by_another
from offers.web.edit.form import opened, sent_zone, why_closed
from offers.web.edit.saving import Contested, Saved, people, planned, save, since
from offers.web.edit.warnings import warnings
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import wants_fragment
from offers.web.frame.times import date_text
from offers.web.frame.words import field_label, problem_text
from offers.web.item.offered import Offered
from offers.web.item.said import next_steps, say_proposed
from offers.web.lists.cells import drawn
from offers.web.lists.rows import known_columns, rows_of

START, END, PRIORITY = "selectionConstraint/startDate", "selectionConstraint/endDate", "rank/priority"
# What the form in a cell has, by the cell's column.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "window": (START, END),
    "starts": (START,),
    "ends": (END,),
    "priority": (PRIORITY,),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One field: its path in the document, which is also the name of its input, and what is to be said of it."""

    path: str
    value: str
    said: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"/{self.path}"

    @property
    def label(self) -> str:
        return field_label(self.path.rpartition("/")[2])

    @property
    def is_date(self) -> bool:
        return self.path != PRIORITY


@dataclass(frozen=True, slots=True)
class Cell:
    """Who changes what in which column's cell: the `form` has the texts, opened at the version `etag`."""

    request: HttpRequest
    actor: Actor
    item: LibraryItem
    column: str
    form: OfferForm
    etag: int

    def shown(self, said: Mapping[str, list[str]] | None = None, problem: str = "", status: int = 200) -> HttpResponse:
        """The form in the cell; with something to say about its fields, in the place of the one that was sent."""
        said = said or {}
        # With any other dates than it has; of contents nothing is said here.
        moved: Document = {"status": self.item.status, "selectionConstraint": {}}
        can = Offered(self.actor, self.item)
        inputs = [Input(path, self.form.texts.get(path, ""), said.get(path, [])) for path in FIELDS[self.column]]
        context = {
            "item": self.item,
            "column": self.column,
            "inputs": inputs,
            "zone": self.form.zone.key,
            "etag": self.etag,
            "proposes": can.proposes,
            "problem": problem,
            "warnings": warnings(self.item.document, moved, timezone.now()) if self.column != "priority" else [],
            "drawn_as": drawn_as(self.request.POST or self.request.GET),
        }
        answer = render(self.request, "in_place/_cell.html", context, status=status)
        return answer if status == 200 else reswap(retarget(answer, "#in-place"), "outerHTML")


@require_http_methods(["GET", "HEAD", "POST"])
def in_place(request: HttpRequest, sandbox: str, id: str, column: str) -> HttpResponse:
    """GET: the form for the cell of this column. POST: save it, or propose it; answered by the row as it is then."""
    if column not in FIELDS:
        raise Http404
    actor, item = item_for(request, sandbox, id, kinds=(Kind.PERSONALIZED_OFFER,), deleted=True)
    if not wants_fragment(request):
        return HttpResponseRedirect(address_of(sandbox, item, "edit"))
    if item.deleted_at is not None:
        return HttpResponseClientRefresh()
    closed = why_closed(actor, item)
    if closed:
        raise NotAllowed(closed)
    if request.method != "POST":
        return Cell(request, actor, item, column, _form_of(item, zone_of(request)), item.etag).shown()
    etag, before = opened(request, item)
    sent = {f"/{path}": request.POST.getlist(f"/{path}") for path in FIELDS[column] if f"/{path}" in request.POST}
    form = form_from(Kind(item.kind), before, sent, sent_zone(request))
    assert isinstance(form, OfferForm)
    cell = Cell(request, actor, item, column, form, etag)
    if opened_by_another(request):
        raise PermissionDenied
    return _saved(cell)


def _form_of(item: LibraryItem, zone: ZoneInfo) -> OfferForm:
    form = form_for(Kind(item.kind), item.document, zone)
    assert isinstance(form, OfferForm)
    return form


def _saved(cell: Cell) -> HttpResponse:
    item, document = cell.item, document_of(cell.form, {})
    stamp = stamp_of(cell.request, Revision.Source.FORM)
    try:
        if Offered(cell.actor, item).proposes:
            return _proposed(cell)
        saved = save(cell.actor, head_of_item(item), cell.etag, cell.form.before, document, stamp, lambda plan: {})
    except Contested as both:
        return _contested(cell, both)
    except InvalidDocument as error:
        return _refused(cell, error)
    except writes.StaleEtag:
        return cell.shown(problem=_("Too many people are saving this right now. Save again."), status=409)
    if saved.outcome is not None:
        messages.success(cell.request, _said(cell, saved, saved.outcome))
    return row_anew(cell)


def _proposed(cell: Cell) -> HttpResponse:
    plan = planned(head_of_item(cell.item), cell.form.before, document_of(cell.form, {}), lambda plan: {})
    if plan.patch:
        one = proposal(plan.head, plan.patch, Revision.Source.FORM)
        try:
            made = requests.propose(cell.actor, [one], "", once=True)
        except requests.AlreadyProposed as before:
            made = before.request
        say_proposed(cell.request, cell.actor, made)
    return row_anew(cell)


def _said(cell: Cell, saved: Saved, done: writes.Outcome) -> str:
    """ "Saved as version 14. View change · Undo" """
    etag = done.head.etag
    text = _("Saved as version {etag}.").format(etag=etag)
    if saved.plan.head.etag != cell.etag:
        by = people([made for made in since(cell.item, cell.etag) if made.etag < etag])
        text = _("Saved as version {etag}, merged with version {other} by {names}.").format(
            etag=etag, other=saved.plan.head.etag, names=", ".join(by)
        )
    return format_html("{} {}", text, next_steps(cell.actor, done))


def _contested(cell: Cell, both: Contested) -> HttpResponse:
    """Who made what of it meanwhile, at the input; to save once more is to decide for what stands there."""
    head = both.plan.head
    by = ", ".join(people(since(cell.item, cell.etag)))
    said: dict[str, list[str]] = {}
    for conflict in both.plan.conflicts:
        path = next((one for one in FIELDS[cell.column] if f"/{one}" == conflict.pointer), FIELDS[cell.column][0])
        text = _("{name} made it “{value}” meanwhile, version {etag}. Save again to put yours in its place.")
        said.setdefault(path, []).append(text.format(name=by, value=_shown(conflict), etag=head.etag))
    cell.item.refresh_from_db()
    form = form_for(Kind.PERSONALIZED_OFFER, head.document, cell.form.zone)
    assert isinstance(form, OfferForm)
    form.texts |= {path: cell.form.texts.get(path, "") for path in FIELDS[cell.column]}
    return Cell(cell.request, cell.actor, cell.item, cell.column, form, head.etag).shown(said, status=409)


def _shown(conflict: Conflict) -> str:
    return date_text(conflict.theirs) if isinstance(conflict.theirs, str) else str(conflict.theirs)


def _refused(cell: Cell, error: InvalidDocument) -> HttpResponse:
    """What is wrong, at the input that it is about, or above the button."""
    said: dict[str, list[str]] = {}
    for problem in error.problems:
        path = next((path for path in FIELDS[cell.column] if problem.pointer == f"/{path}"), "")
        said.setdefault(path, []).append(problem_text(problem))
    return cell.shown(said, " ".join(said.get("", ())), status=422)


def row_anew(cell: Cell) -> HttpResponse:
    """The row as it is now, drawn like the others of its list, and what was said."""
    item = LibraryItem.objects.get(pk=cell.item.pk)
    columns, axis = _how(cell.request.POST)
    (item,) = with_names_of_now([item])
    known = names.names(item.sandbox_id, item.document.get("tags", ()))
    rows = drawn(rows_of(cell.actor, [item], known, axis=axis), columns, may_edit=True)
    toasts = render_to_string("frame/_toasts.html", {"swap": True}, cell.request)
    return HttpResponse(f"{rows}\n{toasts}")


def drawn_as(sent: QueryDict) -> dict[str, str]:
    """How the list that the row is in was drawn, as the page says it and the form carries it along."""
    return {name: sent.get(name, "")[:200] for name in ("columns", "axis")}


def _how(sent: QueryDict) -> tuple[Collection[str], tuple[datetime, datetime] | None]:
    """The columns of the list and its time axis, where what was sent says one."""
    first, _slash, last = sent.get("axis", "")[:200].partition("/")
    try:
        ends = parse_datetime(first), parse_datetime(last)
    except ValueError:
        ends = None, None
    axis = (ends[0], ends[1]) if ends[0] and ends[1] and ends[0].tzinfo and ends[1].tzinfo else None
    return known_columns(sent.get("columns", "")[:200].split()), axis if axis and axis[0] < axis[1] else None
