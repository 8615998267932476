"""Who may bypass, approve and administer, at any moment, and how that was used: the controls of a sandbox, from what is recorded."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from offers.access.permissions import check_audit
from offers.access.then import access_at
from offers.log.taken.bypasses import Use, own_approvals, uses
from offers.models import LogCheck, Sandbox
from offers.web.frame.access import actor_for
from offers.web.frame.moment import at_of, moment_of, typed
from offers.web.frame.respond import answer

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Count:
    """Uses of a month, or of a person; `unseen` were looked at by nobody else so far, and `late` after the day that there is for it."""

    name: str
    uses: int
    late: int
    unseen: int


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`?at=` is the moment, now without it, and for one that is still to come."""
    actor, now = actor_for(request, sandbox), timezone.now()
    check_audit(actor)
    asked = at_of(request)
    at = asked if asked and asked < now else None
    every, more_uses = uses(actor.sandbox.pk)
    # Of a past moment, those until then; who has looked at them since is told, too.
    found = [one for one in every if at is None or one.at <= at]
    own, looked_at, more_requests = own_approvals(actor.sandbox.pk)
    access = access_at(actor.sandbox, at)
    context: dict[str, object] = {
        "at": at,
        "moment": moment_of(request),
        "to_come": asked is not None and at is None,
        "typed": typed(asked) if asked else "",
        "access": access,
        "programs": [one for one in access.members if one.is_program],
        "policy": Sandbox.ReviewPolicy(access.policy).label,
        "is_before": at is not None and (access.begins is None or at < access.begins),
        "uses": [(one, one.is_late(now)) for one in found[:SHOWN]],
        "count": len(found),
        "unseen": sum(use.looked_at is None for use in found),
        "more_uses": more_uses,
        "unlisted": max(0, len(found) - SHOWN),
        "months": _counts(found, now, _month),
        "people": sorted(_counts(found, now, _person), key=lambda one: -one.uses),
        "own": own,
        "looked_at": looked_at,
        "more_requests": more_requests,
        "passed": LogCheck.objects.filter(sandbox=actor.sandbox, differences=0).order_by("-pk").first(),
    }
    return answer(request, "audit/taken/controls.html", context)


def _counts(found: Sequence[Use], now: datetime, of: Callable[[Use], tuple[str, str]]) -> list[Count]:
    """How many there are of each (by a key, with its name), in the order in which these come."""
    every = Counter(of(use) for use in found)
    late = Counter(of(use) for use in found if use.is_late(now))
    unseen = Counter(of(use) for use in found if use.looked_at is None)
    return [Count(one[1], count, late[one], unseen[one]) for one, count in every.items()]


def _month(use: Use) -> tuple[str, str]:
    local = timezone.localtime(use.at)
    return f"{local:%Y-%m}", date_format(local, _("F Y"))


def _person(use: Use) -> tuple[str, str]:
    return use.key, use.by
