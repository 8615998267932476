"""API clients: made, given a new secret, switched off. A secret is shown once, on the answer to the very click that made it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked
from offers.access import members
from offers.access.client_secrets import has_old_secret, state_of
from offers.access.members import MAX_NAME, Given, Moved, Refused, subject_of
from offers.access.permissions import Actor, Role
from offers.web.access.asked import given_in, overlap_in, reason_of
from offers.web.access.people import moved, rights, shown
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Make a client (`name`, `id`), or let one in that works elsewhere (`client`), with a `role`."""
    actor = actor_for(request, sandbox)
    members.check_manage(actor)
    name, id, client = (asked.text(request.POST.get(field), MAX_NAME + 1) for field in ("name", "id", "client"))
    given, refused = Given(Role.EDITOR), None
    if request.method == "POST":
        given = given_in(request.POST)
        try:
            if client:
                return _let_in(request, actor, client, given)
            member, secret = members.add_client(actor, id, name, given, reason_of(request))
            return _secret_shown(request, actor, member.pk, secret)
        except Refused as problem:
            refused = problem
    context = {
        "name": name,
        "id": id,
        "client": client,
        "elsewhere": members.clients_elsewhere(actor),
        "refused": refused,
        "note": request.POST.get("note", ""),
        **rights(given),
    }
    return answer(request, "access/new_client.html", context, status=422 if refused else 200)


def _let_in(request: HttpRequest, actor: Actor, client: str, given: Given) -> HttpResponse:
    member = members.let_client_in(actor, client, given, reason_of(request))
    said = _("Added: {name}, {role}.")
    messages.success(request, said.format(name=subject_of(member).label, role=Role(member.role).label))
    return HttpResponseRedirect(reverse("access", args=[actor.sandbox.name]))


@require_POST
def secret(request: HttpRequest, sandbox: str, member: int) -> HttpResponse:
    """A new secret; the old one goes on for `overlap` hours."""
    actor = actor_for(request, sandbox)
    seen = asked.text(request.POST.get("seen"), MAX_NAME)
    overlap, reason = overlap_in(request.POST), reason_of(request)
    try:
        made = members.make_secret(actor, member, seen=seen, overlap=overlap, reason=reason)
    except Refused as refused:
        return shown(request, actor, members.member_for(actor, member), refused=refused)
    except Moved:
        return moved(request, actor, member)
    return _secret_shown(request, actor, member, made)


@require_POST
def end_old_secret(request: HttpRequest, sandbox: str, member: int) -> HttpResponse:
    """End the secret before the present one now."""
    actor = actor_for(request, sandbox)
    members.end_old_secret(actor, member, reason_of(request))
    return _done(request, actor, member, _("The old secret is no longer good: {name}."))


@require_POST
def switch(request: HttpRequest, sandbox: str, member: int) -> HttpResponse:
    """Switch a client off, or on (`on`)."""
    actor, on = actor_for(request, sandbox), bool(request.POST.get("on"))
    members.switch_client(actor, member, on=on, reason=reason_of(request))
    return _done(request, actor, member, _("Switched on: {name}.") if on else _("Switched off: {name}."))


def _done(request: HttpRequest, actor: Actor, member: int, said: str) -> HttpResponse:
    messages.success(request, said.format(name=subject_of(members.member_for(actor, member)).label))
    return HttpResponseRedirect(reverse("access_member", args=[actor.sandbox.name, member]))


def _secret_shown(request: HttpRequest, actor: Actor, key: int, secret: str) -> HttpResponse:
    member = members.member_for(actor, key)
    state = state_of(member.client)
    context = {"member": member, "secret": secret, "until": state.old_secret_until if has_old_secret(state) else None}
    return answer(request, "access/secret.html", context)
