"""Erasures of a sandbox: asked for by one admin, confirmed by another; auditors read what was erased, by whom, and why."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.members import Moved, Refused, has_other_admin, may_manage
from offers.access.people import choices
from offers.access.permissions import Actor, NotFound, check_audit
from offers.document.kinds.registry import Kind
from offers.document.words.naming import place_at
from offers.erasure import asking, keeping, people, told
from offers.ledger.history import document_at
from offers.lists.names import names_in
from offers.models import Erasure
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer


def overview(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What was asked for, newest first (`?before=` a number goes on from there); what is kept; and to ask for a person's names."""
    return _shown(request, actor_for(request, sandbox))


@require_POST
def person(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Ask to erase the names of `person`, a key."""
    actor = actor_for(request, sandbox)
    key = asked.text(request.POST.get("person"), 160)
    try:
        made = asking.ask_person(actor, key, asked.note(request.POST.get("note")))
    except Refused as refused:
        return _shown(request, actor, refused=refused, form="person")
    messages.success(request, _("Asked. Another admin has to confirm it."))
    return HttpResponseRedirect(reverse("erasure", args=[sandbox, made.key]))


@require_POST
def set_class(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Make the retention class `name`, or give it another length in `months`."""
    months = asked.number(request.POST.get("months"))
    return _of_class(request, sandbox, lambda actor, name, note: keeping.set_class(actor, name, months, note))


@require_POST
def remove_class(request: HttpRequest, sandbox: str) -> HttpResponse:
    return _of_class(request, sandbox, keeping.remove_class)


def _of_class(request: HttpRequest, sandbox: str, do: Callable[[Actor, str, str], None]) -> HttpResponse:
    actor = actor_for(request, sandbox)
    try:
        do(actor, asked.text(request.POST.get("name"), 200), asked.note(request.POST.get("note")))
    except Refused as refused:
        return _shown(request, actor, refused=refused, form="class")
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("erasures", args=[sandbox]))


def erasure(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """One of them: what would go, or went; who asked, who confirmed, and why."""
    actor = actor_for(request, sandbox)
    return _one(request, actor, number)


@require_POST
def confirm(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    actor = actor_for(request, sandbox)
    try:
        done = asking.confirm(actor, number)
    except Refused as refused:
        return _one(request, actor, number, refused=refused)
    except Moved:
        return _one(request, actor, number, moved=True)
    is_done = done.state == Erasure.State.DONE
    messages.success(request, _("Erased.") if is_done else _("Confirmed. The worker erases it."))
    return HttpResponseRedirect(reverse("erasure", args=[sandbox, number]))


@require_POST
def refuse(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Say no, or withdraw what one asked for oneself."""
    actor = actor_for(request, sandbox)
    try:
        done = asking.refuse(actor, number, asked.note(request.POST.get("note")))
    except Refused as refused:
        return _one(request, actor, number, refused=refused)
    except Moved:
        return _one(request, actor, number, moved=True)
    messages.success(request, done.get_state_display())
    return HttpResponseRedirect(reverse("erasure", args=[sandbox, number]))


def _shown(request: HttpRequest, actor: Actor, *, refused: Refused | None = None, form: str = "") -> HttpResponse:
    check_audit(actor)
    before = asked.number(request.GET.get("before"), asked.MAX_KEY)
    found, older = told.recent(actor.sandbox.pk, before)
    page = reverse("erasures", args=[actor.sandbox.name])
    context = {
        "found": found,
        "waiting": told.waiting(actor.sandbox.pk),
        "next": f"{page}?before={older}" if older else "",
        "newest": page if before else "",
        "classes": keeping.classes(actor.sandbox.pk),
        "held": told.held(actor.sandbox.pk),
        "me": actor.key,
        "may_manage": may_manage(actor),
        "is_alone": may_manage(actor) and not has_other_admin(actor),
        "people": choices(people.gone(actor.sandbox)) if may_manage(actor) else (),
        "refused": refused,
        "form": form,
        "typed": {name: request.POST.get(name, "") for name in ("person", "note", "name", "months")},
    }
    return answer(request, "erasures/erasures.html", context, status=422 if refused else 200)


def _one(
    request: HttpRequest, actor: Actor, number: int, *, refused: Refused | None = None, moved: bool = False
) -> HttpResponse:
    check_audit(actor)
    found = Erasure.objects.filter(sandbox=actor.sandbox, key=number).select_related("item", "sandbox").first()
    if found is None:
        raise NotFound
    (shown,) = told.of([found])
    if found.item is not None:
        # By the version that it was asked for in: an index of another one may lead elsewhere.
        document = document_at(found.item, found.etags[0])
        shown.place = place_at(document, found.pointer, names_in(found.sandbox_id, Kind(found.item.kind), [document]))
    is_open = found.state == Erasure.State.ASKED
    own = shown.asked is not None and shown.asked.actor_key == actor.key
    context = {
        "told": shown,
        "is_open": is_open,
        "own": own,
        "may_manage": may_manage(actor),
        "is_alone": own and not has_other_admin(actor),
        "touched": None,
        "wordings": None,
        "refused": refused,
        "moved": moved,
        "note": request.POST.get("note", ""),
    }
    if is_open and may_manage(actor):
        try:
            if found.item is not None:
                context["wordings"] = asking.wordings_of(found)
            context["touched"] = asking.touched(found)
        except Refused as problem:
            context["refused"] = refused or problem
    return answer(request, "erasures/erasure.html", context, status=409 if moved else 422 if refused else 200)
