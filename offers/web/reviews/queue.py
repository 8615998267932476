"""The queue of a sandbox's requests: what needs the reader, what is theirs, and everything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from offers import asked
from offers.access.permissions import Actor, can_edit
from offers.access.policy import can_review
from offers.document.kinds.reading import CALLED, DECLARED
from offers.lists.names import names
from offers.models import ChangeRequest, Sandbox
from offers.review import queue as waiting
from offers.review.applying import deletes
from offers.review.queue import Wanted
from offers.review.standing import Standing, standings
from offers.review.verdicts import not_agreed_by, not_judged_by
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.frame.times import day, exact_text
from offers.web.reviews.around.outcome import in_its_zone
from offers.web.reviews.checks import trouble_said

TABS = ("needs-me", "mine", "all")
MAX_ID = 64
MAX_CURSOR = 400
# Items of a request that a row names, and fields.
NAMED, FIELDS = 2, 3
# Requests that an empty queue tells the end of.
LAST = 5
State = ChangeRequest.State


@dataclass(frozen=True, slots=True)
class Why:
    """What the state of a request says, with its reason. It `is_mine` where nothing is left but that the reader decides, or looks;
    `elsewhere` is the time in it in the zone that it was said in.
    """

    text: str
    is_mine: bool = False
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the queue."""

    asked: ChangeRequest
    found: Standing
    names: list[str]
    more: int
    fields: str
    why: Why
    may_judge: bool
    has_agreed: bool

    @property
    def may_tick(self) -> bool:
        """Whether it can be agreed to from here, and was not yet by who looks."""
        return self.may_judge and not self.has_agreed and not self.found.troubled


def queue(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The sandbox's requests, the one that something happened to last first."""
    actor = actor_for(request, sandbox)
    wanted = wanted_in(request.GET)
    found = waiting.page(actor, wanted, asked.text(request.GET.get("cursor"), MAX_CURSOR))
    rows = rows_of(actor, found.items)
    tabs = [("needs-me", _("Needs me")), ("mine", _("Mine")), ("all", pgettext("requests", "All"))]
    context = {
        "tabs": [(name, title, _to(wanted, tab=name)) for name, title in tabs],
        "wanted": wanted,
        "filtered": wanted != Wanted(wanted.tab),
        "rarer": bool(wanted.id or wanted.field or wanted.age or wanted.scheduled or wanted.unseen),
        "states": [*State.choices[:1], (ChangeRequest.CONFLICTED, ChangeRequest.IN_CONFLICT), *State.choices[1:]],
        "authors": sorted({*waiting.authors(actor.sandbox.pk), *filter(None, [wanted.author])}),
        "fields": sorted(((label, _(label)) for label in CALLED), key=lambda field: field[1]),
        "ages": [("day", _("Nothing new for a day")), ("week", _("Nothing new for a week"))],
        "rows": rows,
        "links": {"next": _to(wanted, cursor=found.next), "previous": _to(wanted, cursor=found.previous)},
        "reviews": can_review(actor),
        "reads_only": not can_edit(actor),
        "is_reviewed": actor.sandbox.review_policy != Sandbox.ReviewPolicy.NONE,
        "last": waiting.over_last(actor.sandbox.pk, LAST) if not rows else [],
        "judges": any(row.may_tick for row in rows),
    }
    return answer(request, "reviews/queue.html", context)


def wanted_in(sent: QueryDict) -> Wanted:
    return Wanted(
        _one_of(TABS, sent.get("tab")) or TABS[0],
        _one_of([*State.values, ChangeRequest.CONFLICTED], sent.get("state")),
        asked.text(sent.get("author"), MAX_ID),
        asked.text(sent.get("id"), MAX_ID),
        _one_of(CALLED, sent.get("field")),
        _one_of(waiting.AGES, sent.get("age")),
        sent.get("scheduled") == "yes",
        sent.get("unseen") == "yes",
    )


def _one_of(known: Collection[str], sent: str | None) -> str:
    return sent if sent is not None and sent in known else ""


def _to(wanted: Wanted, *, tab: str = "", cursor: str | None = None) -> str:
    """The address of another tab, or of another page of this one; "" where there is none."""
    if cursor == "":
        return ""
    query = QueryDict(mutable=True)
    kept: Mapping[str, str] = {
        "tab": tab or wanted.tab,
        "state": wanted.state,
        "author": wanted.author,
        "id": wanted.id,
        "field": wanted.field,
        "age": wanted.age,
        "scheduled": "yes" if wanted.scheduled else "",
        "unseen": "yes" if wanted.unseen else "",
        "cursor": cursor or "",
    }
    query.update({name: value for name, value in kept.items() if value})
    return f"?{query.urlencode()}"


def rows_of(actor: Actor, found: list[ChangeRequest]) -> list[Row]:
    """The requests with how they stand, in as many statements however many they are."""
    stand = standings(found)
    known = names(actor.sandbox.pk, {place.change.id for one in stand for place in one.places[:NAMED]})
    return [_row(actor, one, known) for one in stand]


def _row(actor: Actor, found: Standing, known: dict[str, str]) -> Row:
    request = found.request
    named = [known.get(place.change.id) or _new_name(place.wanted) or place.change.id for place in found.places[:NAMED]]
    may_look = (request.is_under_way or request.is_to_look_at) and not not_judged_by(actor, request)
    judges = request.is_under_way and may_look and not not_agreed_by(actor, found)
    agreed = any(event.actor_key == actor.key for event in found.approvals)
    more = max(0, len(found.places) - NAMED)
    what = _counted(found) or fields_of(request)
    return Row(request, found, named, more, what, why(found, judges, may_look), judges, agreed)


def _counted(found: Standing) -> str:
    """Of several items of which some come or go, how many: no field would be one of all of them. "" for others."""
    changes = [place.change for place in found.places]
    new, gone = sum(change.base is None for change in changes), sum(map(deletes, changes))
    if len(changes) < 2 or not new + gone:
        return ""
    counts = ((_("{n} new"), new), (_("{n} changed"), len(changes) - new - gone), (_("{n} deleted"), gone))
    return ", ".join(said.format(n=n) for said, n in counts if n)


def fields_of(request: ChangeRequest) -> str:
    """Which fields it touches, by what they are called: "End date, Priority (+2)"."""
    leaves = [one for one in request.fields if not any(other.startswith(f"{one}/") for other in request.fields)]
    called = list(dict.fromkeys(DECLARED[name] for name in leaves if name in DECLARED))
    said = ", ".join(_(label) for label in called[:FIELDS])
    return f"{said} (+{len(called) - FIELDS})" if len(called) > FIELDS else said


def _new_name(document: dict[str, Any] | None) -> str:
    return str((document or {}).get("name", ""))


def look_by(request: ChangeRequest) -> str:
    """Of what was published without review, until when it is to be looked at."""
    assert request.review_due_at is not None, "by which it is to be looked at"
    return _("Published without review · review by {day}").format(day=day(request.review_due_at))


def why(found: Standing, judges: bool, may_look: bool) -> Why:
    """Why the request stands where it stands, in a few words; whether the reader `judges` it, or may look at what is live already."""
    request = found.request
    if request.is_to_look_at and may_look:
        return Why(look_by(request), is_mine=True)
    if request.is_to_look_at:
        return Why(_("Published without review: nobody else has reviewed it yet"))
    if not request.is_under_way:
        return Why("")
    if found.troubled:
        return Why(trouble_said(found.troubled[0]))
    if found.objections:
        return Why(_("{person} asked for changes").format(person=found.objections[-1].actor_label))
    if found.dropped and not found.approvals:
        said = _("approval of {person} dropped: what it was about has changed")
        return Why(said.format(person=found.dropped[-1].actor_label))
    if request.apply_at is not None and found.is_approved:
        at = request.apply_at
        return Why(_("on {when}").format(when=exact_text(at)), elsewhere=in_its_zone(request, at))
    if found.approvals:
        return Why(_("{person} approved it").format(person=found.approvals[-1].actor_label))
    return Why(_("waits for you"), is_mine=True) if judges else Why(_("waits for a reviewer"))
