"""The edit form: open it, see what it would change as it changes, save it. web/edit/new.py has it for a new item.

Without JavaScript every button submits the form and gets the whole page back; with it, htmx asks the same address for
the part that changes. Everything that was typed comes back with every answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from offers import asked
from offers.access import policy
from offers.access.asking import asking
from offers.access.permissions import Actor, NotAllowed, NotFound, check_edit
from offers.document.errors import JSON, InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.forms.decision import CRITERIA
from offers.forms.kinds import MAX_CONTENTS, fits_form, form_for, form_from, form_problems, operated
from offers.forms.library import SEARCH, LibraryForm
from offers.forms.offer import ATTRIBUTES, CAPPINGS, REPRESENTATIONS, OfferForm
from offers.ledger import heads, history, writes
from offers.ledger.heads import head_of_item
from offers.ledger.history import NoSuchRevision
from offers.ledger.references import InUse
from offers.models import LibraryItem, Revision
from offers.review.requests import proposal
from offers.web.account.session import keeps_typed, opened_by_another
from offers.web.edit import conflict
from offers.web.edit.choices import LibraryChoices
from offers.web.edit.desk import Desk, nothing_left, preview, still_asks, why_proposed
from offers.web.edit.form_page import FormPage, form_page, tags_like
from offers.web.edit.saving import Contested, Plan, Saved, people, plan_for, planned, save, since
from offers.web.edit.wanted import begun, begun_at, marks
from offers.web.edit.warnings import has_ended
from offers.web.frame.access import item_for, stamp_of
from offers.web.frame.addresses import address_of
from offers.web.frame.middleware import zone_named, zone_of
from offers.web.frame.respond import answer, wants_fragment
from offers.web.frame.sections import OFFERS, Section
from offers.web.frame.words import problem_text
from offers.web.item.entries import item_context
from offers.web.item.history import contested
from offers.web.item.proposals.made_of import made_of
from offers.web.item.proposals.when import NotSent
from offers.web.item.said import PROPOSALS, RequestMoved, in_use, is_asked_for, next_steps, note_of, send

# What a preview is answered with: no inputs.
ANSWER = "edit/_answer.html"
# The part of the page that a row button changes: its template, and its id.
PARTS = {
    REPRESENTATIONS: ("edit/_representations.html", "representations"),
    CAPPINGS: ("edit/_limits.html", "limits"),
    ATTRIBUTES: ("edit/_attributes.html", "attributes"),
    CRITERIA.pointer: ("edit/library/_criteria.html", "criteria"),
}


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, sandbox: str, id: str, section: Section = OFFERS) -> HttpResponse:
    """GET: the form. POST: what its button `action` says: save, preview (also by htmx, as one types), or a row's."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    if request.method != "POST":
        if item.deleted_at is not None:
            return redirect(address_of(sandbox, item, "history"))
        closed = why_closed(actor, item)
        if closed:
            context = item_context(item, "", closed=closed)
            return answer(request, "edit/closed.html", context, status=403)
        return _first(request, actor, item)
    check_edit(actor)
    etag, before = opened(request, item)
    if not fits_form(before):
        raise PermissionDenied(too_large())
    form = form_from(Kind(item.kind), before, dict(request.POST.lists()), sent_zone(request))
    made = made_of(request)
    desk = Desk(request, actor, item, etag, form, begun=begun_at(actor, item, before, made) if made else None)
    if request.POST.get(contested.ALL):
        return _all_of_one_side(desk, item)
    if request.POST.get("action") not in ("save", *PROPOSALS):
        return other(desk)
    # Whose session it is now did not see this form: nothing is recorded under their name before they have.
    return page(desk, status=409) if opened_by_another(request) else _save(desk, item)


def _first(request: HttpRequest, actor: Actor, item: LibraryItem) -> HttpResponse:
    """The form as it is opened: with the item as it is, or with what the reader's own request, whose number `into` is, makes of it."""
    kind, zone = Kind(item.kind), zone_of(request)
    number = asked.number(request.GET.get("into"))
    mine = begun(actor, item, number) if number else None
    if mine is None:
        return page(Desk(request, actor, item, item.etag, form_for(kind, item.document, zone)))
    form = form_for(kind, mine.document, zone, before=item.document)
    desk = Desk(request, actor, item, item.etag, form, begun=mine)
    return page(desk, **preview(desk))


def why_closed(actor: Actor, item: LibraryItem) -> str:
    """Why this person cannot edit this item, in words, before they type; "" when they can."""
    found = policy.ruling(actor, Kind(item.kind), item.id, item.document, item.document)
    return found.refusal or ("" if fits_form(item.document) else too_large())


def too_large() -> str:
    return _("It has more than {n} contents, which no form holds. Change it through the API.").format(n=MAX_CONTENTS)


def sent_zone(request: HttpRequest) -> ZoneInfo:
    """The zone that the form's dates were shown in: the viewer's may have changed since, in another tab."""
    return zone_named(request.POST.get("zone", "")) or zone_of(request)


def opened(request: HttpRequest, item: LibraryItem) -> tuple[int, Document]:
    """The etag that the form was opened at, and the document that it had. BadRequest for one that was never there."""
    etag = asked.number(request.POST.get("etag")) or 0
    if etag == item.etag and item.deleted_at is None:
        return etag, item.document
    try:
        document = history.document_at(item, etag)
    except NoSuchRevision:
        document = None
    if document is None:
        raise BadRequest("no version of the item has this etag")
    return etag, document


def other(desk: Desk) -> HttpResponse:
    """Every button but Save: a row's, the search for tags, the preview."""
    action = desk.request.POST.get("action", "")
    if action == "tags":
        return page(desk, fragment="edit/_tags.html")
    picker = desk.choices.pickers.get(action.removeprefix(SEARCH)) if isinstance(desk.choices, LibraryChoices) else None
    if picker:
        return page(desk, fragment="edit/library/_picker.html", picker=picker, searched=picker.name)
    if action.startswith(SEARCH) and isinstance(desk.form, OfferForm):
        return _found(desk, action.removeprefix(SEARCH))
    changed = operated(desk.form, action)
    if changed:
        # Rows have other names now, and a new one can choose from what the last page did not need to offer.
        desk = replace(desk)
        template, part = PARTS["/" + changed.split("/")[1]]
        return trigger_client_event(page(desk, fragment=template), "rows", {"target": f"#{part}"}, after="settle")
    if action == "edit":
        return page(desk)
    return _answer(desk)


def _answer(desk: Desk) -> HttpResponse:
    """What Save would do now, and what is wrong at the inputs that the page names; after a refused save, at all of them."""
    context = preview(desk)
    shown = context.pop("page", None) or form_page(desk.actor, desk.form, desk.choices)
    refused = desk.request.POST.getlist("refused")
    renewed = {*desk.request.POST.getlist("renew"), *(shown.problems if refused else ())}
    context |= {"page": shown, "renewed": sorted(renewed), "refused_list": "listed" in refused}
    return page(desk, fragment=ANSWER, **context)


def _found(desk: Desk, name: str) -> HttpResponse:
    """The select of this name with the placements or rules that were searched for."""
    text = desk.request.POST.get(f"{SEARCH}{name}", "")[:200]
    desk = replace(desk, search=text)
    rows = desk.form.representations if isinstance(desk.form, OfferForm) else []
    row = next((row for row in rows if f"{row.pointer}/placement" == name), None)
    return page(desk, fragment="edit/_placement.html" if row else "edit/_rule.html", row=row)


def _save(desk: Desk, item: LibraryItem) -> HttpResponse:
    document = desk.saved_document
    own = form_problems(desk.form)
    if own:
        return refused(desk, InvalidDocument(own))
    stamp = stamp_of(desk.request, Revision.Source.FORM, note=note_of(desk.request))
    picks = contested.picks_from(desk.request.POST)

    def settle(plan: Plan) -> dict[str, JSON]:
        return contested.settled(plan.conflicts, picks, desk.form.zone)

    try:
        if is_asked_for(desk.request):
            plan = planned(head_of_item(item), desk.form.before, document, settle)
            if not plan.patch:
                asks = still_asks(desk)
                return page(desk, status=409, refusal=nothing_left(desk, asks)) if asks else _nothing(desk, item)
            return send(desk.request, desk.actor, proposal(plan.head, plan.patch, stamp.source))
        saved = save(desk.actor, head_of_item(item), desk.etag, desk.form.before, document, stamp, settle)
    except Contested as both:
        return conflict.page(desk.request, desk.actor, item, desk.form, desk.etag, both.plan, picks)
    except NotFound:
        item.refresh_from_db()
        return page(desk, status=409, **preview(desk))
    except NotSent as why:
        return not_sent(desk, why)
    except NotAllowed as refusal:
        return page(desk, status=403, refusal=str(refusal))
    except InvalidDocument as error:
        return _refused_again(desk, item, picks, error) or refused(desk, error)
    except InUse as use:
        return page(desk, status=409, refusal=problem_text(in_use(use)))
    except writes.StaleEtag:
        return page(desk, status=409, refusal=_("Too many people are saving this right now. Save again."))
    if saved.outcome is None:
        return _nothing(desk, item)
    messages.success(desk.request, said_saved(desk, item, saved, saved.outcome))
    return redirect(address_of(desk.actor.sandbox.name, item))


def _nothing(desk: Desk, item: LibraryItem) -> HttpResponse:
    # Nor is its draft needed any more: what it says is what there is, or what a conflict was settled by.
    said = _("Nothing was changed, so there is no new version.")
    messages.info(desk.request, format_html("<span data-saved>{}</span>", said))
    return redirect(address_of(desk.actor.sandbox.name, item, "edit"))


def not_sent(desk: Desk, why: NotSent) -> HttpResponse:
    """The form again, with everything that was typed, and why it was not proposed at the input that it is about."""
    if not why.at:
        return page(desk, status=409, refusal=why.text)
    context = preview(desk) | {"not_sent": why}
    if isinstance(why, RequestMoved):
        context["made_of"] = why.made_of
    return page(desk, status=422, **context)


def _all_of_one_side(desk: Desk, item: LibraryItem) -> HttpResponse:
    """The conflict page with one side of all fields chosen; nothing is written by that."""
    plan = plan_for(head_of_item(item), desk.form.before, desk.saved_document)
    if item.deleted_at is not None or not plan.conflicts:
        return page(desk, **preview(desk))
    picks = contested.picks_for(desk.request.POST, plan.conflicts)
    return conflict.page(desk.request, desk.actor, item, desk.form, desk.etag, plan, picks)


def _refused_again(
    desk: Desk, item: LibraryItem, picks: Mapping[str, contested.Pick], error: InvalidDocument
) -> HttpResponse | None:
    """The conflict page with what is wrong, where something was written there: the form knows nothing of that."""
    if not any(pick.side == contested.OTHER for pick in picks.values()):
        return None
    plan = plan_for(heads.read(desk.actor, desk.section.kinds, item.id), desk.form.before, desk.document)
    if not plan.conflicts:
        return None
    return conflict.page(desk.request, desk.actor, item, desk.form, desk.etag, plan, picks, error)


def said_saved(desk: Desk, item: LibraryItem, saved: Saved, done: writes.Outcome) -> SafeString:
    """ "Saved as version 14, merged with version 13 by Jisoo Kim. View change · Undo" """
    etag = done.head.etag
    text = _("Saved as version {etag}.").format(etag=etag)
    if saved.plan.head.etag != desk.etag:
        names = people([made for made in since(item, desk.etag) if made.etag < etag])
        text = _("Saved as version {etag}, merged with version {other} by {names}.").format(
            etag=etag, other=saved.plan.head.etag, names=", ".join(names)
        )
    return format_html("{} {}", text, next_steps(desk.actor, done, saved=True))


def _address(desk: Desk) -> str:
    """The form's own address. A new item's says its kind, or its template: a sign-in that comes between leads back to the same form."""
    if desk.template:
        return f"{desk.request.path}?{urlencode({'template': desk.template.id})}"
    other_kind = desk.item is None and desk.form.kind != desk.section.kinds[0]
    return f"{desk.request.path}?kind={desk.form.kind}" if other_kind else desk.request.path


def refused(desk: Desk, error: InvalidDocument) -> HttpResponse:
    """The form again, with everything that was typed, and what is wrong with it: 422."""
    context = preview(desk)
    shown = context.get("page")
    if isinstance(shown, FormPage) and not shown.listed:
        shown.add_problems(error.problems, error.document or desk.document, elsewhere="head" in context)
    return page(desk, status=422, refused=True, **context)


def page(desk: Desk, *, status: int = 200, fragment: str = "", **context: Any) -> HttpResponse:
    """The form's page, or with htmx a fragment of it."""
    shown = context.pop("page", None) or form_page(desk.actor, desk.form, desk.choices)
    is_whole = not fragment or not wants_fragment(desk.request)
    query = desk.request.POST.get("tag-query", "")
    if (is_whole or fragment == "edit/_tags.html") and not isinstance(desk.form, LibraryForm):
        shown.found_tags, shown.tag_query = tags_like(desk.actor, query, desk.form.tags), query
    if is_whole or fragment != ANSWER:
        shown.marks = marks(desk.actor, desk.form, desk.requested)
    base = item_context(desk.item, "") if desk.item else {"section": desk.section.slug}
    values = {
        "page": shown,
        "desk": desk,
        "form": desk.form,
        "etag": desk.etag,
        "note": desk.request.POST.get("note", ""),
        # What was sent stays, also of a version that is gone: `send` says so before anything is put over it.
        "made_of": made_of(desk.request) or (desk.begun.made_of if desk.begun else ""),
        "id": desk.request.POST.get("id") or heads.new_id(),
        "action": _address(desk),
        "is_new": desk.item is None,
        "begins": f"{desk.form.kind}@{desk.template.id}" if desk.template else desk.form.kind,
        "proposes": why_proposed(desk) if is_whole else "",
        "is_fallback": desk.form.kind == Kind.FALLBACK_OFFER,
        "one": desk.section.one,
        "begins_here": desk.item is None and desk.request.method != "POST",
        "is_dirty": desk.request.method == "POST",
        "not_saved": status >= 400,
        "is_stale": asking(desk.request).is_stale,
        "is_another": opened_by_another(desk.request),
        "ended": has_ended(desk.form.before, timezone.now()),
    }
    template = f"edit/library/{desk.form.kind}.html" if isinstance(desk.form, LibraryForm) else "edit/form.html"
    return answer(desk.request, template, {**base, **values, **context}, fragment=fragment, status=status)
