"""One member of a sandbox, a person or an API client: let in, given another role, removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked
from offers.access import members
from offers.access.client_secrets import has_old_secret, state_of
from offers.access.members import Given, Moved, Refused, given_of, subject_of
from offers.access.permissions import Actor, Role
from offers.models import Membership
from offers.web.access.asked import OVERLAPS, given_in, reason_of, was_in, was_text
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer

MAX_USERNAME = 150


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Let somebody in who has an account (`username`), with a `role`."""
    actor = actor_for(request, sandbox)
    members.check_manage(actor)
    username, given = asked.text(request.POST.get("username"), MAX_USERNAME), Given(Role.EDITOR)
    refused = None
    if request.method == "POST":
        given = given_in(request.POST)
        try:
            member = members.add_person(actor, username, given, reason_of(request))
        except Refused as problem:
            refused = problem
        else:
            said = _("Added: {name}, {role}.")
            messages.success(request, said.format(name=subject_of(member).label, role=Role(member.role).label))
            return HttpResponseRedirect(reverse("access", args=[sandbox]))
    context = {
        "username": username,
        "refused": refused,
        "note": request.POST.get("note", ""),
        **rights(given),
    }
    return answer(request, "access/new_person.html", context, status=422 if refused else 200)


def rights(given: Given) -> dict[str, object]:
    """For templates/access/_rights.html."""
    return {"roles": Role.choices, "given": given}


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, sandbox: str, member: int) -> HttpResponse:
    """GET shows a member; POST gives `role` and `may_bypass`, if the member still is what `was` says."""
    actor = actor_for(request, sandbox)
    found = members.member_for(actor, member)
    if request.method != "POST":
        return shown(request, actor, found)
    given = given_in(request.POST)
    try:
        changed = members.change_member(actor, member, given, was=was_in(request.POST), reason=reason_of(request))
    except Refused as refused:
        return shown(request, actor, found, given=given, refused=refused)
    except Moved:
        return moved(request, actor, member, given=given)
    if changed:
        said = _("Saved: {name}, {role}.")
        messages.success(request, said.format(name=subject_of(found).label, role=Role(given.role).label))
    return _gone_on(actor, found, given.role)


@require_POST
def remove(request: HttpRequest, sandbox: str, member: int) -> HttpResponse:
    """Take a member out, if it still is what `was` says."""
    actor = actor_for(request, sandbox)
    found = members.member_for(actor, member)
    try:
        about = members.remove_member(actor, member, was=was_in(request.POST), reason=reason_of(request))
    except Refused as refused:
        return shown(request, actor, found, refused=refused)
    except Moved:
        return moved(request, actor, member)
    messages.success(request, _("Removed: {name}.").format(name=about.label))
    return _gone_on(actor, found, "")


def _gone_on(actor: Actor, found: Membership, role: str) -> HttpResponse:
    """To where the actor may still go: who gave up her own role sees these pages no more, and maybe not the sandbox."""
    if found.user_id != actor.user_id or role == Role.ADMIN:
        return HttpResponseRedirect(reverse("access", args=[actor.sandbox.name]))
    return HttpResponseRedirect(reverse("sandbox", args=[actor.sandbox.name]) if role else "/")


def moved(request: HttpRequest, actor: Actor, key: int, *, given: Given | None = None) -> HttpResponse:
    """The member as it is now, with what was chosen: somebody else changed it meanwhile."""
    return shown(request, actor, members.member_for(actor, key), given=given, has_moved=True)


def shown(
    request: HttpRequest,
    actor: Actor,
    found: Membership,
    *,
    given: Given | None = None,
    refused: Refused | None = None,
    has_moved: bool = False,
) -> HttpResponse:
    present = given_of(found)
    context = {
        "member": found,
        "about": subject_of(found),
        "present": present,
        "was": was_text(present),
        "refused": refused,
        "moved": has_moved,
        "note": request.POST.get("note", ""),
        "is_me": found.user_id is not None and found.user_id == actor.user_id,
        "is_last": found.user_id == actor.user_id and not members.has_other_admin(actor),
        **rights(given or present),
        **(_of_a_client(actor, found) if found.client_id else {}),
    }
    return answer(request, "access/member.html", context, status=409 if has_moved else 422 if refused else 200)


def _of_a_client(actor: Actor, found: Membership) -> dict[str, object]:
    state = state_of(found.client)
    return {
        "state": state,
        "old_is_good": has_old_secret(state),
        "seen": members.secret_mark(state),
        "is_own": members.is_own(actor, str(found.client_id)),
        "overlaps": OVERLAPS,
    }
