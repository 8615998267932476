"""Whether a change may be made: allowed, to be looked at by a second person first, or refused. Every door asks here.

What a sandbox's policy protects is what customers can see: an approved offer, a live decision, and what such a one refers to,
directly or through others, because the rule of a live offer decides who gets it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from offers.access.permissions import REVIEWERS, Actor, NotAllowed, Role, can_edit, check_edit
from offers.document.errors import Problem
from offers.document.kinds.registry import Kind
from offers.document.live import is_live
from offers.document.validate import transition_problem
from offers.models import Sandbox, reading

Policy = Sandbox.ReviewPolicy

# What a live item may refer to so that an edit of it changes what customers get. A tag has only a name, and an offer that a
# live collection names is shown to nobody before it is approved.
REACHED = frozenset({Kind.RULE, Kind.PLACEMENT, Kind.COLLECTION, Kind.FALLBACK_OFFER})
# A live decision also serves what its fallback offer refers to, whatever the status of that. MATERIALIZED, for else the planner
# would look for the first one through the whole table; what it finds by the index is read as far as the first that counts.
_REACH_OF = """
WITH naming AS MATERIALIZED (
  SELECT id, kind, status FROM offers_listing
   WHERE sandbox_id = %(sandbox)s AND "references" @> ARRAY[{id}::text] AND deleted_at IS NULL
     AND (status IN ('approved', 'live') OR kind = 'fallback-offer'))
SELECT EXISTS (SELECT FROM naming WHERE status IN ('approved', 'live'))
    OR EXISTS (SELECT FROM naming CROSS JOIN LATERAL (
          SELECT FROM offers_listing
           WHERE sandbox_id = %(sandbox)s AND "references" @> ARRAY[naming.id::text] AND deleted_at IS NULL
             AND kind = 'decision' AND status = 'live' OFFSET 0) AS decision
         WHERE naming.kind = 'fallback-offer')
"""
REACH = _REACH_OF.format(id="%(id)s")
REACH_EACH = f"SELECT id FROM unnest(%(ids)s::text[]) AS wanted(id) WHERE ({_REACH_OF.format(id='wanted.id')})"

# Who they are: for each of these items the live offers and the live decisions, how many (up to a limit) and a few names.
REACHING = """
SELECT wanted.id, live.kind = 'decision' AS decides, count(*), (array_agg(live.name))[1:%(named)s]
  FROM unnest(%(ids)s::text[]) AS wanted(id) CROSS JOIN LATERAL (
    WITH naming AS MATERIALIZED (
      SELECT id, kind, name, status FROM offers_listing
       WHERE sandbox_id = %(sandbox)s AND "references" @> ARRAY[wanted.id::text] AND deleted_at IS NULL
         AND (status IN ('approved', 'live') OR kind = 'fallback-offer'))
    (SELECT id, kind, name FROM naming WHERE status IN ('approved', 'live') LIMIT %(most)s)
    UNION
    (SELECT decision.id, decision.kind, decision.name FROM naming CROSS JOIN LATERAL (
       SELECT id, kind, name FROM offers_listing
        WHERE sandbox_id = %(sandbox)s AND "references" @> ARRAY[naming.id::text] AND deleted_at IS NULL
          AND kind = 'decision' AND status = 'live' OFFSET 0) AS decision
      WHERE naming.kind = 'fallback-offer' LIMIT %(most)s)) AS live
 GROUP BY wanted.id, live.kind = 'decision' ORDER BY wanted.id, decides
"""
# As many are counted of what one item reaches, and named.
MOST_REACHING, NAMED_REACHING = 1000, 3


class ReviewRequired(NotAllowed):
    """The change is not refused, but takes a second person: it can be proposed. The message is for people."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the policy says to a change, in words: why it is refused, or else why it takes a second person; "" for what does not hold."""

    refusal: str = ""
    review: str = ""

    @property
    def allows(self) -> bool:
        return not self.refusal and not self.review

    @property
    def is_offered(self) -> bool:
        """Whether there is a way: made at once, or proposed."""
        return not self.refusal


def is_reached(sandbox_id: int, id: str) -> bool:
    """Whether something that is live refers to this item, directly or through others."""
    return bool(reading.rows(REACH, {"sandbox": sandbox_id, "id": id})[0][0])


def reached_among(sandbox_id: int, ids: Collection[str]) -> set[str]:
    """The same of several items at once: a page of them, not a library."""
    found = reading.rows(REACH_EACH, {"sandbox": sandbox_id, "ids": list(ids)}) if ids else []
    return {id for (id,) in found}


@dataclass(frozen=True, slots=True)
class Reaching:
    """What is live and refers to an item, directly or through others: offers, or decisions. `count` is at most MOST_REACHING + 1."""

    decides: bool
    count: int
    names: list[str]


def reaching(sandbox_id: int, ids: Collection[str]) -> dict[str, list[Reaching]]:
    """What live offers and decisions an edit of these items changes, by their ids: in one statement."""
    values = {"sandbox": sandbox_id, "ids": list(ids), "most": MOST_REACHING + 1, "named": NAMED_REACHING}
    found: dict[str, list[Reaching]] = {}
    for id, *rest in reading.rows(REACHING, values) if ids else []:
        found.setdefault(id, []).append(Reaching(*rest))
    return found


def can_change_live(actor: Actor) -> bool:
    """Whether this person changes what customers see without asking anybody."""
    policy = actor.sandbox.review_policy
    if policy == Policy.NONE:
        return can_edit(actor)
    return policy == Policy.REVIEWER and can_review(actor)


def can_review(actor: Actor) -> bool:
    """May say yes or no to the changes of others."""
    return actor.role in REVIEWERS


def can_restore_archived(actor: Actor) -> bool:
    return actor.role == Role.ADMIN


def check_change(
    actor: Actor, kind: Kind, id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """Refuse a change that this actor may not make alone; None stands for an item that is not there (yet, or any more).

    Raises NotAllowed, or ReviewRequired, which is one, where somebody else could say yes to it. Every write goes through
    here, whatever door it came by.
    """
    check_edit(actor)
    why = _why_review(actor, kind, id, before, after)
    if why:
        raise ReviewRequired(why)


def step_problem(
    actor: Actor, kind: Kind, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Problem | None:
    """Why this actor may not take the status this way, or None. An admin may bring back what is archived."""
    if before is None or after is None:
        return None
    return transition_problem(kind, before.get("status"), after.get("status"), can_restore_archived(actor))


def ruling(
    actor: Actor,
    kind: Kind,
    id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    reached: Callable[[int, str], bool] = is_reached,
) -> Ruling:
    """What the write path would say to this change by this actor. Pages ask before they offer something.

    `before` and `after` are as in `check_change`; equal ones stand for any edit. `reached` says what
    `is_reached` does, by somebody who may know it already.
    """
    try:
        check_edit(actor)
    except NotAllowed as refused:
        return Ruling(str(refused))
    why = _why_review(actor, kind, id, before, after, reached)
    problem = step_problem(actor, kind, before, after)
    if problem is None:
        return Ruling(review=why)
    # The write path asks who may do it first: an editor is told that before anything about the step.
    return Ruling(why if why and not can_review(actor) else _(problem.message).format(**problem.params))


def refusal(
    actor: Actor, kind: Kind, id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> str:
    """Why this actor may not make the change alone, in words; "" where the write path lets it pass."""
    found = ruling(actor, kind, id, before, after)
    return found.refusal or found.review


def _why_review(
    actor: Actor,
    kind: Kind,
    id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    reached: Callable[[int, str], bool] = is_reached,
) -> str:
    """Why this change takes a second person, in words; "" where it takes none."""
    policy = actor.sandbox.review_policy
    if can_change_live(actor):
        return ""
    if policy == Policy.EVERYTHING:
        return _("Every change needs a second person.")
    shown = is_live(kind, before) or is_live(kind, after)
    if not shown and before is not None and kind in REACHED:
        shown = reached(actor.sandbox.pk, id)
    if not shown:
        return ""
    if policy == Policy.REVIEWER:
        return _("Changes to live offers need a reviewer.")
    return _("Changes to live offers need a second person.")
