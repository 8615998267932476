"""What is kept of an item, and what is to be erased of it: a legal hold, a retention class, what a field ever said."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.members import Refused, has_other_admin, may_manage
from offers.access.permissions import Actor, check_audit
from offers.document.blame import leaves
from offers.document.erased import number_of, text_at
from offers.document.kinds.registry import Kind
from offers.document.words.naming import Place, place_at
from offers.erasure import asking, keeping, told, values, wordings
from offers.ledger.history import document_at
from offers.lists.names import names_in
from offers.models import LibraryItem
from offers.web.frame.access import item_for
from offers.web.frame.addresses import address_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context

MAX_POINTER = 1_000


def page(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """What is kept of it; `?etag=` a version whose fields can be chosen, `?p=` a pointer in that: every wording that it had."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    return _shown(request, actor, item)


@require_POST
def hold(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Set a legal hold, or lift the one that this step set (`lift`)."""
    lift = request.POST.get("lift")

    def do(actor: Actor, item: LibraryItem, note: str) -> None:
        if lift:
            keeping.lift_hold(actor, item, note, asked.number(lift, asked.MAX_KEY))
        else:
            keeping.set_hold(actor, item, note)

    return _done(request, sandbox, section, id, do, "hold")


@require_POST
def retention(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Give it the retention class `retention`, "" for none."""
    name = asked.text(request.POST.get("retention"), 200)

    def do(actor: Actor, item: LibraryItem, note: str) -> None:
        keeping.give_class(actor, item, name, note)

    return _done(request, sandbox, section, id, do, "class")


def _done(
    request: HttpRequest,
    sandbox: str,
    section: Section,
    id: str,
    do: Callable[[Actor, LibraryItem, str], None],
    form: str,
) -> HttpResponse:
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    try:
        do(actor, item, asked.note(request.POST.get("note")))
    except Refused as refused:
        return _shown(request, actor, item, refused=refused, form=form)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(address_of(sandbox, item, "keep"))


@require_POST
def erase(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Ask to erase what stood in the versions `said` where `pointer` leads in the version `etag`."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    pointer, etag = asked.text(request.POST.get("pointer"), MAX_POINTER), asked.number(request.POST.get("etag"))
    said = [asked.number(one) for one in request.POST.getlist("said")[: wordings.MOST + 1]]
    try:
        if not pointer or not etag:
            raise Refused(_("Choose a text."), "pointer")
        if not all(said) or not said:
            raise Refused(_("Choose at least one wording."), "said")
        note = asked.note(request.POST.get("note"))
        made = asking.ask_value(actor, item, pointer, [one for one in said if one], note, seen=etag)
    except Refused as refused:
        return _shown(request, actor, item, refused=refused, form="erase")
    messages.success(request, _("Asked. Another admin has to confirm it."))
    return HttpResponseRedirect(reverse("erasure", args=[sandbox, made.key]))


def _shown(
    request: HttpRequest, actor: Actor, item: LibraryItem, *, refused: Refused | None = None, form: str = ""
) -> HttpResponse:
    check_audit(actor)
    sent = request.POST or request.GET
    context = item_context(
        item,
        "history",
        kept=told.kept_of(item),
        classes=keeping.classes(actor.sandbox.pk),
        erased=told.of_item(item),
        may_manage=may_manage(actor),
        refused=refused,
        # A reason is kept in the form that it was typed in: it is none for what the others do.
        typed={form: request.POST.get("note", "")},
    )
    if may_manage(actor):
        etag, pointer = (
            asked.number(sent.get("etag")) or item.etag,
            asked.text(sent.get("p") or sent.get("pointer"), MAX_POINTER),
        )
        context |= {"etag": etag, "pointer": pointer, "texts": _texts(item, etag)}
        context |= {"is_alone": not has_other_admin(actor)}
        if pointer:
            context |= _asked_for(item, pointer, etag, request.POST.getlist("said") if form == "erase" else None)
    return answer(request, "erasures/of_item.html", context, status=422 if refused else 200)


def _asked_for(item: LibraryItem, pointer: str, etag: int, said: Sequence[str] | None) -> dict[str, Any]:
    """What the field ever said, all of that chosen at first; and what else would go, and stay, with all of it."""
    try:
        found = wordings.of(item, pointer, etag)
    except Refused as refused:
        return {"pointer": "", "refused": refused}
    document = document_at(item, etag)
    can_go = [one for one in found if not one.why]
    first = can_go[: wordings.MOST]
    chosen = {one.etag for one in first} if said is None else {asked.number(one) for one in said}
    context = {
        "where": place_at(document, pointer, names_in(item.sandbox_id, Kind(item.kind), [document])),
        "go": first,
        "stay": [one for one in found if one.why],
        "later": len(can_go) - len(first),
        "chosen": chosen,
    }
    if not first:
        return context
    try:
        keeping.check([item.key])
        return context | {"touched": values.ready(item, [one.text for one in first])}
    except Refused as refused:
        return context | {"problem": refused}


def _texts(item: LibraryItem, etag: int) -> list[tuple[str, Place, str, bool]]:
    """The texts of a version: where each stands, in words too, what it says, and whether the item still says just that.

    That wording stays, while the field's others can be erased.
    """
    document = document_at(item, etag)
    said = set() if item.deleted_at else {str(value) for _path, _pointer, value in leaves(item.document)}
    names = names_in(item.sandbox_id, Kind(item.kind), [document])
    texts = [(pointer, text_at(document, pointer)) for _path, pointer, _value in leaves(document)]
    return [
        (pointer, place_at(document, pointer, names), text, text in said)
        for pointer, text in texts
        if text and document is not None and number_of(text) is None
    ]
