"""Who may bypass, approve and administer, at any moment, and how that was used: the controls of a sandbox, from what is recorded."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.access.members import may_manage
from offers.access.permissions import check_audit
from offers.access.then import Member, access_at
from offers.log.taken.bypasses import Use, own_approvals, uses
from offers.models import LogCheck, Sandbox
from offers.web.frame.access import actor_for
from offers.web.frame.moment import at_of, moment_of, typed
from offers.web.frame.respond import answer
from offers.web.frame.times import exact_text

SHOWN = 50
# Requests that the row of a control leads to.
WAYS = 3
PROGRAMS = "#programs-title"
# When what was looked at happened, and whether there is more of it.
Counted = tuple[Sequence[datetime], bool]


@dataclass(frozen=True, slots=True)
class Count:
    """Uses of a month, or of a person; `unseen` were looked at by nobody else so far, and `late` after the day that there is for it."""

    name: str
    uses: int
    late: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Control:
    """What is to be so, whether it is (`holds`), what that was seen by, and where on the page, or beside it, there is more.

    `ways`: where it is seen to, where it does not hold, each a name and an address. `is_sure`: not by the last ones alone.
    `waits`: it holds so far, and there is something to do whose time is not over. `exceptions`: so many that it allows.
    """

    name: str
    holds: bool
    found: str
    more: str
    ways: Sequence[tuple[str, str]] = ()
    is_sure: bool = True
    waits: bool = False
    exceptions: int = 0


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`?at=` is the moment, now without it, and for one that is still to come."""
    actor, now = actor_for(request, sandbox), timezone.now()
    check_audit(actor)
    asked = at_of(request)
    at = asked if asked and asked < now else None
    # Everything is judged by the moment, and nothing by what came after it.
    then = at or now
    found, more_uses = uses(actor.sandbox.pk, at)
    own, applied, more_requests = own_approvals(actor.sandbox.pk, at)
    access = access_at(actor.sandbox, at)
    programs = [one for one in access.members if one.is_program]
    checks = LogCheck.objects.filter(sandbox=actor.sandbox, at__lte=then).order_by("-pk")
    last = checks.first()
    proved = _proved(last, reverse("audit_integrity", args=[sandbox]), then=at is not None)
    policies = [one for one in access.policies if at is None or one.since is None or one.since <= at]
    controls = [
        _own_approval(own, len(applied), more_requests, sandbox, then=at is not None, is_verified=proved.holds),
        _second_person(
            access.policy,
            next((one.since for one in policies), None),
            (applied, more_requests),
            ([use.at for use in found], more_uses),
        ),
        _looked_at(found, then, sandbox),
        _owned(programs, f"{reverse('access', args=[sandbox])}#clients-title" if may_manage(actor) else PROGRAMS),
        proved,
    ]
    context: dict[str, object] = {
        "controls": controls,
        "look": sum(not one.holds for one in controls),
        "waiting": sum(one.waits for one in controls),
        "at": at,
        "moment": moment_of(request),
        "to_come": asked is not None and at is None,
        "typed": typed(asked) if asked else "",
        "access": access,
        "policies": policies,
        "programs": programs,
        "unowned": any(_is_nobodys(one) for one in programs),
        "is_before": at is not None and (access.begins is None or at < access.begins),
        "uses": [(one, one.is_late(then)) for one in found[:SHOWN]],
        "count": len(found),
        "more_uses": more_uses,
        "unlisted": max(0, len(found) - SHOWN),
        "months": _counts(found, then, _month),
        "people": sorted(_counts(found, then, _person), key=lambda one: -one.uses),
    }
    return answer(request, "audit/taken/controls.html", context)


def _own_approval(
    own: Sequence[int], looked_at: int, more: bool, sandbox: str, *, then: bool, is_verified: bool
) -> Control:
    """By the last applied requests, which the page looks at; all of them are looked at where the history is verified."""
    if own:
        said = ngettext(
            "%(n)s applied request was approved by one of its authors",
            "%(n)s applied requests were approved by one of their authors",
            len(own),
        )
        said = f"{said % {'n': len(own)}} · {_('tell your operator to run verify_history')}"
    elif looked_at and then:
        said = ngettext(
            "None in the only request applied by then", "None in the last %(n)s requests applied by then", looked_at
        )
        said = said % {"n": looked_at}
    elif looked_at:
        said = ngettext("None in the only applied request", "None in the last %(n)s applied requests", looked_at)
        said = said % {"n": looked_at}
    elif more:
        said = _("None of the requests that are looked at here was applied by then.")
    else:
        said = _("None was applied.")
    # Of a moment before the oldest one that is looked at, this page knows nothing.
    holds = not own and bool(looked_at or not more)
    ways = [(f"#{number}", reverse("review", args=[sandbox, number])) for number in own[:WAYS]]
    if looked_at and not own and not is_verified:
        ways = [(_("verify the history to check every request"), reverse("audit_integrity", args=[sandbox]))]
    more_of_it = f"{reverse('reviews', args=[sandbox])}?tab=all&state=applied"
    return Control(_("Nobody approves their own change"), holds, said, more_of_it, ways, is_verified)


def _second_person(policy: str, since: datetime | None, applied: Counted, alone: Counted) -> Control:
    """Where the policy asks for one: since when, and how many requests were applied since, and how many of them without review, which have a control of their own."""
    used, ways = 0, []
    holds = policy in Sandbox.SECOND_PERSON
    said = str(Sandbox.ReviewPolicy(policy).label)
    if holds and since:
        said = _("Required since {when}").format(when=exact_text(since))
        (n, number), (used, uses_) = _since(since, *applied), _since(since, *alone)
        said += " · " + ngettext("%(n)s request applied", "%(n)s requests applied", n) % {"n": number}
        if used:
            ways = [(_("{n} of them without review").format(n=uses_), "#bypass-title")]
    return Control(_("Live changes need a second person"), holds, said, "#policies-title", ways, exceptions=used)


def _since(since: datetime, times: Sequence[datetime], more: bool) -> tuple[int, str]:
    """How many of the times are not before `since`, as a number and in words: "2000+" where there may be more than were looked at."""
    n = sum(one >= since for one in times)
    return n, f"{n}+" if more and n == len(times) else str(n)


def _looked_at(found: Sequence[Use], then: datetime, sandbox: str) -> Control:
    """What did not wait for a second person: one is to look at it afterwards, within the time that there is for it."""
    unseen, late = sum(use.looked_at is None for use in found), sum(use.is_late(then) for use in found)
    if not found:
        said = _("Nothing was published without review.")
    else:
        said = _("{n} published without review").format(n=len(found))
        left = ((_("{n} not reviewed yet"), unseen), (_("{n} too late"), late))
        said += "".join(f" · {words.format(n=n)}" for words, n in left if n)
    due = min((use.due for use in found if use.looked_at is None and use.due), default=None)
    if due and not late:
        said += " · " + _("due by {when}").format(when=exact_text(due))
    unreviewed = [use.request.number for use in found if use.looked_at is None]
    ways = [
        (_("review #{number}").format(number=number), reverse("review", args=[sandbox, number]))
        for number in unreviewed[:WAYS]
    ]
    name = _("Unreviewed changes are reviewed on time")
    return Control(name, not late, said, "#bypass-title", ways, waits=bool(unseen) and not late)


def _owned(programs: Sequence[Member], where: str) -> Control:
    """`where` the clients are, with their owners: for whoever may set these, where they do."""
    nobodys = [one for one in programs if _is_nobodys(one)]
    said = _("{n} of {all} without an owner").format(n=len(nobodys), all=len(programs))
    said = said if nobodys else _("Each has an owner")
    said = said if programs else _("No program works in this sandbox.")
    ways = [(_("API clients"), where)] if nobodys else []
    return Control(_("Every API client has an owner"), not nobodys, said, PROGRAMS, ways)


def _is_nobodys(program: Member) -> bool:
    return bool(program.is_open) and not program.owner


def _proved(last: LogCheck | None, more: str, *, then: bool) -> Control:
    if last is None:
        said = _("Not verified by then") if then else _("Not verified yet")
    elif last.differences:
        said = ngettext("%(n)s difference was found", "%(n)s differences were found", last.differences)
        said = said % {"n": last.differences}
    else:
        said = _("Verified on {when}").format(when=exact_text(last.at))
    holds = last is not None and not last.differences
    return Control(_("History is verified"), holds, said, more, [] if holds else [(_("Integrity"), more)])


def _counts(found: Sequence[Use], then: datetime, of: Callable[[Use], tuple[str, str]]) -> list[Count]:
    """How many there are of each (by a key, with its name), in the order in which these come."""
    every = Counter(of(use) for use in found)
    late = Counter(of(use) for use in found if use.is_late(then))
    unseen = Counter(of(use) for use in found if use.looked_at is None)
    return [Count(one[1], count, late[one], unseen[one]) for one, count in every.items()]


def _month(use: Use) -> tuple[str, str]:
    local = timezone.localtime(use.at)
    return f"{local:%Y-%m}", date_format(local, _("F Y"))


def _person(use: Use) -> tuple[str, str]:
    return use.key, use.by
