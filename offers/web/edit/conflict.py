"""The page that asks which of two changes of the same field stays: what others saved, or what stands in the form."""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from offers.access.permissions import Actor
from offers.document.errors import InvalidDocument, Problem
from offers.document.words.describe import describe
from offers.document.words.naming import Place, Places, place_at
from offers.forms.kinds import Form
from offers.ledger.blamed import changed_since
from offers.lists.names import names_in
from offers.models import LibraryItem
from offers.web.edit.saving import Plan, people, since
from offers.web.frame.respond import answer
from offers.web.item.entries import item_context
from offers.web.item.history.contested import Pick, Titles, fields_of
from offers.web.item.proposals import made_of
from offers.web.item.proposals.when import INPUTS
from offers.web.item.said import CANNOT_WAIT


def page(
    request: HttpRequest,
    actor: Actor,
    item: LibraryItem,
    form: Form,
    opened: int,
    plan: Plan,
    picks: Mapping[str, Pick],
    refused: InvalidDocument | None = None,
) -> HttpResponse:
    """409: what is contested, what merged by itself, and the whole form carried along, so that nothing typed is lost.

    422 with what is wrong, where everything was decided but the outcome was `refused`.
    """
    item.refresh_from_db()
    made = since(item, opened)
    mine = form.before, plan.document
    names = names_in(item.sandbox_id, plan.head.kind, [*mine, plan.head.document])
    places = Places([plan.form, plan.head.document, plan.base], names)
    changed = changed_since(item, opened, [conflict.path for conflict in plan.conflicts])
    titles = Titles(_("Before"), _("Theirs"), _("Yours"))
    fields = fields_of(plan.conflicts, places, picks, form.zone, changed, titles)
    context = item_context(
        item,
        "",
        fields=fields,
        undecided=sum(not found.is_decided for found in fields),
        tried=bool(picks),
        problems=_placed(refused, names) if refused else [],
        # The merge has our value wherever there is a conflict: what else it makes of our document came from them.
        theirs=describe(plan.form, plan.document, names=names),
        others=people(made),
        head=plan.head,
        opened=opened,
        carried=list(_carried(request.POST)),
        note=request.POST.get("note", ""),
        # The button that led here, also by way of one that only chooses.
        wants=request.POST.get("action") or request.POST.get("then", ""),
    )
    return answer(request, "edit/conflict.html", context, status=422 if refused else 409)


def _placed(refused: InvalidDocument, names: Mapping[str, str]) -> list[tuple[Problem, Place | None]]:
    """What is wrong with the outcome, each with its place there."""
    return [
        (problem, place_at(refused.document, problem.pointer, names) if problem.pointer else None)
        for problem in refused.problems
    ]


def _carried(sent: QueryDict) -> Iterable[tuple[str, str]]:
    """The form as it was sent, to be sent again with the decisions."""
    for name, values in sent.lists():
        if name.startswith("/") or name in (
            "etag",
            "zone",
            "person",
            "title",
            "into",
            made_of.INPUT,
            CANNOT_WAIT,
            *INPUTS,
        ):
            yield from ((name, str(value)) for value in values)
