"""The page of one request: what it changes, what is to be known about that, and what the reader may do."""

from collections.abc import Collection, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from offers.access.permissions import Actor, can_edit
from offers.access.policy import can_review, ruling
from offers.document.words.describe import Change, describe
from offers.ledger import history as past
from offers.models import ChangeRequest, RequestComment, RequestEvent, reading
from offers.review import notices, requests
from offers.review import queue as waiting
from offers.review.changes.whose import may_own
from offers.review.standing import Place, Standing, standing
from offers.review.verdicts import not_agreed_by, not_judged_by
from offers.web.account.session import keeps_typed
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer
from offers.web.item.proposals.when import NoSuchTime
from offers.web.reviews.alike import Row, grouped
from offers.web.reviews.around.outcome import at_approval, in_its_zone
from offers.web.reviews.around.reach import reach_of, reach_said
from offers.web.reviews.around.revised import Revised
from offers.web.reviews.around.typed import COMMENT, NOTE, has_words, note_and_comment, typed_on
from offers.web.reviews.around.whole import wholes
from offers.web.reviews.checks import checks, period_said, still_to_agree, trouble_said
from offers.web.reviews.refusals import refused_at, why_not
from offers.web.reviews.remarks import choices, lines_of, said_of, title_of
from offers.web.reviews.shown import Shown, changes_of, names_of
from offers.web.reviews.told import TOLD, reason_agreed_to, timeline

State = ChangeRequest.State


@keeps_typed
def page(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """A change request, for everybody in its sandbox. Nothing is done by a POST: it has what was typed before somebody signed in again."""
    actor, asked_for = request_for(request, sandbox, number)
    notices.seen(actor, asked_for)
    problem = _("You signed in since, so nothing was done. Press it again.") if request.method == "POST" else ""
    return shown(request, actor, asked_for, problem=problem)


def request_for(request: HttpRequest, sandbox: str, number: int) -> tuple[Actor, ChangeRequest]:
    """The signed-in person and the request with this number; a 404 where either is not to be had."""
    actor = actor_for(request, sandbox)
    return actor, requests.get(actor, number)


def shown(
    request: HttpRequest,
    actor: Actor,
    asked_for: ChangeRequest,
    *,
    problem: str = "",
    at: str = "",
    not_sent: NoSuchTime | None = None,
    moved: list[tuple[str, list[Change]]] | None = None,
    revised: list[Revised] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as things stand now; `problem` (`at` a field) or `not_sent` says why what was pressed was not done, and what was typed is kept."""
    found = standing(asked_for)
    under_way = asked_for.is_under_way
    known = names_of(actor.sandbox, found.places)
    rows = changes_of(request, actor.sandbox, found, known)
    comments = RequestComment.objects.filter(request=asked_for).order_by("-key")[:TOLD]
    said = [said_of(found, one, known) for one in reversed(comments)]
    typed = typed_on(request, asked_for)
    lines = lines_of(rows, said, typed, at)
    fields = {line.about for of_row in lines for line in of_row}
    placed = {one.comment.key for of_row in lines for line in of_row for one in line.said}
    whole = wholes(actor.sandbox, found, known) if under_way else {}
    reach = reach_of(actor.sandbox, found) if under_way else {}
    not_judged = not_judged_by(actor, asked_for)
    to_speak_of = choices(found, known) if can_edit(actor) else []
    has_note = not not_judged and (under_way or asked_for.is_to_look_at)
    if at.partition(" ")[2] not in {"", *fields} or (at == NOTE and not has_note):
        # Its input is not there any more: what was typed stands in the main one.
        at = COMMENT

    def reached_by(row: Shown) -> list[str]:
        return [reach_said(one, row.kind) for one in reach.get(row.id, [])]

    context: dict[str, Any] = {
        "asked": asked_for,
        "found": found,
        "groups": grouped(
            Row(row, trouble_said(row.place) if under_way else "", of_row, whole.get(row.id), reached_by(row))
            for row, of_row in zip(rows, lines, strict=True)
        ),
        "of_items": len(rows),
        "several": len(rows) > 1,
        "views": len(rows) > 1 and any(row.how != "deleted" for row in rows),
        "in_words": "reviews/_lines.html",
        "seen": ",".join(str(place.head.etag if place.head else 0) for place in found.places),
        "checks": checks(actor, found, known, said) if under_way else [],
        "period": period_said(asked_for, known),
        "who": still_to_agree(actor, asked_for, found, said) if under_way else "",
        "when": at_approval(asked_for, found, reach) if under_way else "",
        "approved_by": _approved_by(found),
        "scheduled": in_its_zone(asked_for, asked_for.apply_at) if asked_for.apply_at else "",
        "not_judged": not_judged,
        "not_agreed": not_agreed_by(actor, found) if under_way else "",
        "may_review": can_review(actor),
        # What can be undone from here: the one change of a request that was applied.
        "undoes": rows[0] if len(rows) == 1 and rows[0].is_there and rows[0].place.change.applied_etag else None,
        "has_agreed": any(event.actor_key == actor.key for event in found.approvals),
        "jump": _jump(actor, asked_for, found, not_judged),
        "may_edit": can_edit(actor),
        "may_own": may_own(actor, asked_for),
        "changed_here": changed_here(actor, asked_for, rows, reach),
        "may_apply": found.can_be_applied and not found.is_early,
        "may_claim": can_edit(actor) and actor.key not in (asked_for.owner_key, asked_for.actor_key),
        "agreed_reason": reason_agreed_to(found),
        "told": timeline(found, known, said, placed),
        "following": following(actor, asked_for),
        "choices": to_speak_of,
        "form": "decide" if has_note else "say",
        **note_and_comment(
            typed,
            fields,
            {one.value for one in to_speak_of},
            lambda about: title_of(found, about, known),
            has_note=has_note,
        ),
        "has_typed": has_words(typed),
        "problem": problem,
        "at": at,
        "not_sent": not_sent,
        "takes_another": not found.is_owners_own,
        "moved": moved or [],
        "revised": revised or [],
    }
    return answer(request, "reviews/page.html", context, status=status)


def _jump(actor: Actor, asked_for: ChangeRequest, found: Standing, not_judged: str) -> str:
    """What the way past the changes leads to on phones; "" where nothing is to be done there."""
    if asked_for.is_to_look_at:
        return "" if not_judged else pgettext("button", "Review")
    if found.objections and not_judged and may_own(actor, asked_for):
        return _("Next step")
    has_said = any(event.actor_key == actor.key for event in (*found.approvals, *found.objections))
    return _("Decide") if asked_for.is_under_way and not not_judged and not has_said else ""


def _approved_by(found: Standing) -> str:
    """Who approved it as it is; once it is applied, the values that they approved a change of are not there any more."""
    yes = [event for event in found.last_verdicts.values() if event.what == RequestEvent.What.APPROVED]
    return ", ".join(event.actor_label for event in yes)


def changed_here(actor: Actor, asked_for: ChangeRequest, rows: Sequence[Shown], reach: Collection[str]) -> set[str]:
    """The ids of the items whose edit form proposes, so that what is edited there goes into this request of the actor's own.

    `reach` has those that are live by what refers to them.
    """
    if asked_for.owner_key != actor.key or not asked_for.is_under_way:
        return set()

    def proposes(one: Place) -> bool:
        found = ruling(actor, one.kind, one.change.id, one.before, one.before, reached=lambda _sandbox, id: id in reach)
        return bool(found.review)

    return {row.id for row in rows if row.how == "changed" and not row.place.trouble and proposes(row.place)}


def not_done(
    request: HttpRequest, actor: Actor, asked_for: ChangeRequest, refused: Exception, field: str = ""
) -> HttpResponse:
    """The page as things stand by now, which says why what was pressed (at a `field`) was not done: one of REFUSALS."""
    said, status = why_not(refused)
    held = requests.get(actor, asked_for.number)
    return shown(request, actor, held, problem=said, at=refused_at(refused, field), status=status)


def following(actor: Actor, asked_for: ChangeRequest) -> ChangeRequest | None:
    """Another request that waits for this person, once there is nothing left to decide about this one."""
    over = not asked_for.is_under_way or not_judged_by(actor, asked_for)
    return waiting.other(actor, asked_for) if over else None


def address(actor: Actor, asked_for: ChangeRequest) -> str:
    return reverse("review", args=[actor.sandbox.name, asked_for.number])


def moved_since(actor: Actor, found: Standing, seen: str, known: dict[str, str]) -> list[tuple[str, list[Change]]]:
    """What changed of the items since they were at these versions, which the page had along, by the name of the item."""
    etags = seen.split(",")
    if len(etags) != len(found.places):
        return []
    return [
        (known.get(place.change.id) or place.change.id, changes)
        for place, etag in zip(found.places, etags, strict=True)
        if etag.isdecimal() and (changes := _changes_since(actor, place, etag, known))
    ]


def _changes_since(actor: Actor, place: Place, etag: str, known: dict[str, str]) -> list[Change]:
    if place.head is None or str(place.head.etag) == etag or not 0 < int(etag[:9]) <= place.head.etag:
        return []
    item = reading.item_of(actor.sandbox, place.change.id)
    if item is None:
        return []
    return describe(past.document_at(item, int(etag)), place.before, names=known)
