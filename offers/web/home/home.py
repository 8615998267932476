"""Where a person starts: the sandbox last used, and what needs looking at in it."""

from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from offers.access.changes import policy_changed_since
from offers.access.people import with_names_of_now
from offers.access.permissions import Actor, can_edit
from offers.access.policy import can_change_live, can_review
from offers.document.kinds.registry import OFFER_KINDS
from offers.document.live import ENDING_WITHIN, LiveState
from offers.lists import on_air
from offers.lists.filters import Wanted
from offers.lists.pages import COUNT_LIMIT, recent
from offers.models import LibraryItem, Revision, Sandbox
from offers.review import queue
from offers.review.changes.approvals import approvals_of
from offers.review.schedule import due_within
from offers.web.frame.access import actor_for, actor_of_last
from offers.web.frame.respond import answer
from offers.web.home import calendar

PANEL_SIZE = 8
BARS = 20
MARKS = 10
# For so long the home page tells that the review policy was changed.
POLICY_IS_NEWS = timedelta(days=7)


def start(request: HttpRequest) -> HttpResponse:
    """To the sandbox last used, else to production; a page that says so where there is none."""
    actor = actor_of_last(request)
    if actor is None:
        return answer(request, "home/no_sandbox.html", {})
    return HttpResponseRedirect(reverse("sandbox", args=[actor.sandbox.name]))


def home(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What is on air, what starts and ends within a week, what waits for this person, and what changed last."""
    actor = actor_for(request, sandbox)
    now, place = timezone.now(), actor.sandbox.pk
    live = on_air.live_count(place, now)
    due = due_within(place, now, calendar.span(now)[1], MARKS)
    items, total = on_air.on_air(place, *calendar.span(now), BARS)
    changes = _last_changes(place)
    context = {
        "live": min(live, COUNT_LIMIT),
        "more_live": live > COUNT_LIMIT,
        "span": calendar.days(now),
        "me": actor.key,
        "strip": calendar.strip(items, now, due),
        "hidden": min(total, COUNT_LIMIT) - len(items),
        "more_hidden": total > COUNT_LIMIT,
        "starting": on_air.starting(place, now, now + ENDING_WITHIN, PANEL_SIZE),
        "ending": recent(place, OFFER_KINDS, Wanted(state=LiveState.ENDING), "ends", PANEL_SIZE),
        "revisions": changes,
        "approvals": approvals_of(place, changes),
        "may_edit": can_edit(actor),
        **_waiting(actor),
        **_of_reviews(actor, now),
    }
    return answer(request, "home/home.html", context)


def _waiting(actor: Actor) -> dict[str, object]:
    """The drafts that wait for this person: their own and, for who approves in a reviewed sandbox, those of others."""
    mine = on_air.drafts_of(actor.sandbox.pk, actor.key, PANEL_SIZE) if can_edit(actor) else []
    reviews = actor.sandbox.review_policy != Sandbox.ReviewPolicy.NONE and can_change_live(actor)
    if not reviews:
        return {"mine": mine}
    others = on_air.drafts_of_others(actor.sandbox.pk, actor.key, PANEL_SIZE)
    return {"mine": mine, "others": with_names_of_now(others)}


def _of_reviews(actor: Actor, now: datetime) -> dict[str, object]:
    """What who answers for reviews is told, and auditors are."""
    if can_edit(actor) and not can_review(actor):
        return {}
    return {"unseen": _unseen(actor, now), "policy": _policy_changed(actor, now)}


def _policy_changed(actor: Actor, now: datetime) -> dict[str, object] | None:
    """The last change of the review policy, while it is news."""
    found = policy_changed_since(actor.sandbox.pk, now - POLICY_IS_NEWS)
    if found is None:
        return None
    labels = dict(Sandbox.ReviewPolicy.choices)
    old, new = (labels.get(facts.get("review_policy", "")) for facts in (found.before, found.after))
    return {"change": found, "old": old, "new": new}


def _unseen(actor: Actor, now: datetime) -> dict[str, object]:
    """How many changes that were published without waiting nobody else has looked at."""
    due = queue.due_of_unseen(actor.sandbox.pk)
    more = len(due) > queue.MOST_COUNTED
    return {"count": min(len(due), queue.MOST_COUNTED), "more": more, "overdue": sum(at < now for at in due)}


def _last_changes(sandbox_id: int) -> list[Revision]:
    """The sandbox's last revisions; documents stay where they are."""
    items = Prefetch("item", LibraryItem.objects.select_related("listing").defer("document"))
    found = Revision.objects.filter(sandbox_id=sandbox_id).order_by("-xid", "-key").defer("patch", "snapshot")
    return list(found.prefetch_related(items)[: 2 * PANEL_SIZE])
