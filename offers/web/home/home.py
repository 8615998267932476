"""Where a person starts: the sandbox last used, and in it what waits for them, what is on air, and what changed last."""

from datetime import datetime, timedelta

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
from offers.models import Sandbox
from offers.review import queue
from offers.review.schedule import due_within
from offers.web.frame.access import actor_for, actor_of_last
from offers.web.frame.respond import answer
from offers.web.home import calendar
from offers.web.home.changes import last_changes
from offers.web.home.waiting import waiting_for

PANEL_SIZE = 6
BARS = 12
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
    """What waits for this person, what is on air, what starts and ends within a week, and what changed last; first steps where nothing did."""
    actor, now = actor_for(request, sandbox), timezone.now()
    changes = last_changes(actor.sandbox)
    if not changes:
        return answer(request, "home/first_steps.html", {"is_reviewed": is_reviewed(actor), **_of_reviews(actor, now)})
    place = actor.sandbox.pk
    waiting, more_waiting = waiting_for(actor, now)
    live = on_air.live_count(place, now)
    due = due_within(place, now, calendar.span(now)[1], MARKS)
    items, total = on_air.on_air(place, *calendar.span(now), BARS)
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
        "changes": changes,
        "waiting": waiting,
        "more_waiting": more_waiting,
        "may_edit": can_edit(actor),
        **_drafts(actor),
        **_of_reviews(actor, now, below=sum(one.to_see for one in waiting)),
    }
    return answer(request, "home/home.html", context)


def is_reviewed(actor: Actor) -> bool:
    """Whether what customers see changes with a second person only."""
    return actor.sandbox.review_policy != Sandbox.ReviewPolicy.NONE


def _drafts(actor: Actor) -> dict[str, object]:
    """The drafts that wait for this person: their own and, for who approves in a reviewed sandbox, those of others."""
    mine = on_air.drafts_of(actor.sandbox.pk, actor.key, PANEL_SIZE) if can_edit(actor) else []
    if not (is_reviewed(actor) and can_change_live(actor)):
        return {"mine": mine}
    others = on_air.drafts_of_others(actor.sandbox.pk, actor.key, PANEL_SIZE)
    return {"mine": mine, "others": with_names_of_now(others)}


def _of_reviews(actor: Actor, now: datetime, below: int = 0) -> dict[str, object]:
    """What who answers for reviews is told, and auditors are; `below` are so many changes to look at."""
    if can_edit(actor) and not can_review(actor):
        return {}
    return {"unseen": _unseen(actor, now, below), "policy": _policy_changed(actor, now)}


def _policy_changed(actor: Actor, now: datetime) -> dict[str, object] | None:
    """The last change of the review policy, while it is news."""
    found = policy_changed_since(actor.sandbox.pk, now - POLICY_IS_NEWS)
    if found is None:
        return None
    labels = dict(Sandbox.ReviewPolicy.choices)
    old, new = (labels.get(facts.get("review_policy", "")) for facts in (found.before, found.after))
    return {"change": found, "old": old, "new": new}


def _unseen(actor: Actor, now: datetime, below: int) -> dict[str, object]:
    """How many changes that were published without review nobody else has looked at; nothing where each stands below, in time."""
    due = queue.due_of_unseen(actor.sandbox.pk)
    overdue = sum(at < now for at in due)
    if len(due) <= below and not overdue:
        return {}
    return {"count": min(len(due), queue.MOST_COUNTED), "more": len(due) > queue.MOST_COUNTED, "overdue": overdue}
