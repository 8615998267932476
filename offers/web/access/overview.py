"""Who may do what in a sandbox, for its admins: members, API clients, the review policy, and what was changed of it last."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access import members
from offers.access.changes import PAGE_SIZE, recent
from offers.access.client_secrets import state_of
from offers.access.members import Moved, Refused
from offers.access.permissions import Actor
from offers.models import Membership, Sandbox
from offers.web.access.asked import MAX_WORD, reason_of
from offers.web.access.changes import lines
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer

LAST_CHANGES = 3


def overview(request: HttpRequest, sandbox: str) -> HttpResponse:
    return _shown(request, actor_for(request, sandbox))


@require_POST
def policy(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Set the review policy to `policy`, if it still is what `was` says."""
    actor = actor_for(request, sandbox)
    wanted, was = (asked.text(request.POST.get(name), MAX_WORD) for name in ("policy", "was"))
    reason = reason_of(request)
    try:
        if wanted != was and not reason.note:
            raise Refused(_("Say why: those who review here, and auditors, see it on their home page."), "note")
        changed = members.change_policy(actor, wanted, was=was, reason=reason)
    except Refused as refused:
        return _shown(request, actor, problem=str(refused), status=422)
    except Moved:
        # As somebody else made it meanwhile.
        actor.sandbox.refresh_from_db()
        return _shown(request, actor, wanted=wanted, moved=True, status=409)
    if changed:
        said = _("The review policy is now: {policy}.")
        messages.success(request, said.format(policy=Sandbox.ReviewPolicy(wanted).label))
    return HttpResponseRedirect(reverse("access", args=[sandbox]))


def changes(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What was changed, newest first; `?before=` a change's key goes on from there."""
    actor = actor_for(request, sandbox)
    members.check_manage(actor)
    before = asked.number(request.GET.get("before"), asked.MAX_KEY)
    found = recent(actor.sandbox.pk, before=before, size=PAGE_SIZE + 1)
    older = f"?before={found[PAGE_SIZE - 1].key}" if len(found) > PAGE_SIZE else ""
    newest = request.path if before else ""
    told = lines(found[:PAGE_SIZE])
    return answer(request, "access/changes.html", {"lines": told, "next": older, "newest": newest})


def _shown(
    request: HttpRequest, actor: Actor, *, wanted: str = "", problem: str = "", moved: bool = False, status: int = 200
) -> HttpResponse:
    found = members.members(actor)
    present = actor.sandbox.review_policy
    context = {
        "people": sorted((one for one in found if one.user), key=_name),
        "programs": [(one, state_of(one.client)) for one in sorted((one for one in found if one.client), key=_name)],
        "policies": Sandbox.ReviewPolicy.choices,
        "present": present,
        "wanted": wanted if wanted in Sandbox.ReviewPolicy.values else present,
        "note": request.POST.get("note", ""),
        "problem": problem,
        "moved": moved,
        "lines": lines(recent(actor.sandbox.pk, size=LAST_CHANGES)),
        "me": actor.user_id,
    }
    return answer(request, "access/overview.html", context, status=status)


def _name(member: Membership) -> tuple[str, int]:
    return members.subject_of(member).label.casefold(), member.pk
