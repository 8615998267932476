"""What becomes of a change request by time: applied when its moment comes, and taken back when its period is over;
and what other requests do to the same fields in the same time, for the last one would win, silently.

Nothing here waits for a job. A worker looks every second (`manage.py worker`), and holds the request's row from the look until
what it did is stored: of two workers one passes it by, and one that dies leaves it as it was.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed
from offers.document.errors import InvalidDocument
from offers.document.identity import Path
from offers.document.kinds.registry import Kind
from offers.document.live import is_live
from offers.document.patch import replay
from offers.document.touched import touched
from offers.document.values import Document, Patch
from offers.ledger.references import InUse
from offers.models import ChangeRequest, RequestedChange, RequestEvent, reading
from offers.review import applying, records, taking_back
from offers.review.applying import NoOwner, NotReady
from offers.review.recheck import told
from offers.review.standing import standing

log = logging.getLogger(__name__)

State = ChangeRequest.State
What = RequestEvent.What

# Changes of others that are looked at: who collides with that many has a larger problem than the next one.
LOOKED_AT = 50
# The same, of a request in a calendar.
SHARED = 10


def begun(request: ChangeRequest, actor: Actor) -> ChangeRequest:
    """A held request in a new version, and what follows from a time of its own: others hear of collisions, by `actor`."""
    _tell_others(request, actor)
    return gone_on(request)


def gone_on(request: ChangeRequest) -> ChangeRequest:
    """A held request, which waits for its time from now on where nobody has to agree to it (any more)."""
    if request.apply_at is not None:
        applying.scheduled(request, standing(request))
    return request


def keep() -> None:
    """Do what is due: the upkeep of a worker. Two queries by index where nothing is."""
    # What begins as something else ends was agreed to as on top of what was there before that.
    while _take_back_next():
        pass
    while _apply_next():
        pass


def _apply_next() -> bool:
    with transaction.atomic():
        now = timezone.now()
        request = _claimed(
            ChangeRequest.objects.filter(state=State.SCHEDULED, apply_at__lte=now).order_by("apply_at", "key")
        )
        if request is not None:
            _apply(request, now)
    return request is not None


def _take_back_next() -> bool:
    with transaction.atomic():
        over = Q(state=State.APPLIED, until__lte=timezone.now(), taken_back_at=None)
        request = _claimed(ChangeRequest.objects.filter(over).order_by("until", "-key"))
        if request is not None:
            taking_back.take_back(request)
    return request is not None


def _claimed(due: QuerySet[ChangeRequest]) -> ChangeRequest | None:
    return due.select_related("sandbox").select_for_update(skip_locked=True, of=("self",)).first()


def _apply(request: ChangeRequest, now: datetime) -> None:
    """Apply a request that is held, or store why not: either way it is not due any more."""
    assert request.apply_at is not None
    tolerance = timedelta(minutes=request.sandbox.schedule_tolerance_minutes)
    if now - request.apply_at > tolerance or (request.until is not None and request.until <= now):
        records.comes_to(request, State.EXPIRED, What.EXPIRED, {"due": request.apply_at.isoformat()})
        return
    try:
        applying.apply(request, None)
    except OperationalError:
        # The database went away, or others hold the items: it is tried again.
        raise
    except (NotReady, NoOwner, NotAllowed, InvalidDocument, InUse) as error:
        records.comes_to(request, State.FAILED, What.FAILED, _why(error))
    except Exception:
        log.exception("request %s failed at its time", request.key)
        records.comes_to(request, State.FAILED, What.FAILED, {"why": "unforeseen"})


def _why(error: NotReady | NoOwner | NotAllowed | InvalidDocument | InUse) -> dict[str, Any]:
    """Why a request was not applied, for its event: fields and people, problems, or what still uses what it deletes."""
    match error:
        case NotReady(standing=found):
            people = sorted({verdict.actor_label for verdict in found.dropped})
            return {"why": "not-ready", "dropped": people, "changes": told(found.places)}
        case InvalidDocument(problems=problems):
            return {"why": "invalid", "problems": [{"pointer": one.pointer, "code": one.code} for one in problems]}
        case InUse(users=users):
            return {"why": "in-use", "users": [list(user) for user in users]}
        case NotAllowed():
            return {"why": "not-ready", "dropped": [], "changes": []}
    return {"why": "no-owner"}


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, up to another one; None stands for good."""

    begin: datetime
    end: datetime | None = None

    def meets(self, other: "Period") -> bool:
        """Whether there is a moment at which both count, or at which one follows on the other."""
        return (other.end is None or self.begin <= other.end) and (self.end is None or other.begin <= self.end)


@dataclass(frozen=True, slots=True)
class Collision:
    """Another request that changes the same places of an item."""

    request: ChangeRequest
    kind: str
    id: str
    paths: tuple[Path, ...]


def period_of(request: ChangeRequest) -> Period:
    """The time in which what the request makes counts: from now on, where it has no moment that is still to come."""
    begin = None if request.state == State.APPLIED else request.apply_at
    return Period(max(begin, timezone.now()) if begin else timezone.now(), request.until)


def collisions(request: ChangeRequest) -> list[Collision]:
    """What this request collides with, in the order of their times: two statements."""
    changes = RequestedChange.objects.filter(request=request)
    mine = {change.id: touched_by(change) for change in changes}
    return colliding(request.sandbox_id, mine, period_of(request), but=request.key)


def colliding(
    sandbox_id: int, mine: Mapping[str, Collection[Path]], period: Period, but: int | None = None
) -> list[Collision]:
    """What collides with a change of these places of these items (by id) in this time; `but` is the key of its own request."""
    others = (
        RequestedChange.objects.filter(with_a_time("request__"), request__sandbox=sandbox_id, id__in=mine)
        .exclude(request=but)
        .select_related("request")
        .order_by("request__apply_at", "request", "key")
    )
    found = (
        Collision(change.request, change.kind, change.id, tuple(_shared(mine[change.id], touched_by(change))))
        for change in others[:LOOKED_AT]
        if period.meets(period_of(change.request))
    )
    return [one for one in found if one.paths]


def with_a_time(to: str = "") -> Q:
    """Requests that are still to be applied at a moment, or to be taken back. `to` leads to them ("request__")."""
    now = timezone.now()
    to_come = {f"{to}state__in": ChangeRequest.UNDER_WAY, f"{to}apply_at__gte": now}
    to_go = {f"{to}state": State.APPLIED, f"{to}until__gte": now, f"{to}taken_back_at": None}
    return Q(**to_come) | Q(**to_go)


def _tell_others(request: ChangeRequest, actor: Actor) -> None:
    """Tell those who see to other schedules that this one collides with theirs; each once. `actor` is who made it so."""
    if request.apply_at is None:
        return
    others: dict[int, list[Collision]] = {}
    for one in collisions(request):
        others.setdefault(one.request.key, []).append(one)
    told = RequestEvent.objects.filter(request__in=others, what=What.COLLIDES, about__request=request.number)
    for key in others.keys() - set(told.values_list("request", flat=True)):
        fields = [{"id": one.id, "kind": one.kind, "fields": _fields(one)} for one in others[key]]
        about = {"request": request.number, "changes": fields}
        records.event(
            others[key][0].request, actor, What.COLLIDES, text=f"#{request.number} {request.title}", about=about
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A request that is applied, or taken back, in some weeks; `collides` has the numbers of those among them that it collides with."""

    request: ChangeRequest
    collides: tuple[int, ...]


def due_within(sandbox_id: int, begin: datetime, end: datetime, most: int) -> list[Due]:
    """What is scheduled to be applied before `end`, or applied and taken back from `begin` on, the first ones: one statement."""
    rows = reading.rows(_DUE, {"sandbox": sandbox_id, "begin": begin, "end": end, "most": most})
    found = [(ChangeRequest(**dict(zip(_DUE_COLUMNS, row[:-1], strict=True))), _places(row[-1])) for row in rows]
    return [
        Due(
            request,
            tuple(
                other.number for other, theirs in found if other is not request and _meet(request, other, mine, theirs)
            ),
        )
        for request, mine in found
    ]


def _places(changes: str | None) -> dict[str, tuple[Path, ...]]:
    found = orjson.loads(changes) if changes else []
    return {one["id"]: _touched(one["kind"], one["base"], one["patch"]) for one in found}


def _meet(
    one: ChangeRequest,
    other: ChangeRequest,
    mine: Mapping[str, Collection[Path]],
    theirs: Mapping[str, Collection[Path]],
) -> bool:
    both = mine.keys() & theirs.keys()
    # Most pairs have no item in common: of those nothing else is asked.
    if not both or not period_of(one).meets(period_of(other)):
        return False
    return any(path for id in both for path in _shared(mine[id], theirs[id]))


_DUE_COLUMNS = ("key", "number", "title", "state", "apply_at", "until", "updated_at", "time_zone", "owner_label")
# Of items that several of them change, the changes come along; of a request so many as can be looked at in no time.
_DUE = f"""
WITH due AS (
  (SELECT {", ".join(_DUE_COLUMNS)} FROM offers_changerequest
    WHERE state = 'scheduled' AND sandbox_id = %(sandbox)s AND apply_at < %(end)s ORDER BY apply_at LIMIT %(most)s)
  UNION ALL
  (SELECT {", ".join(_DUE_COLUMNS)} FROM offers_changerequest
    WHERE until >= %(begin)s AND taken_back_at IS NULL AND state = 'applied' AND sandbox_id = %(sandbox)s
    ORDER BY until LIMIT %(most)s))
, change AS (
  SELECT one.request_id, one.id, one.kind, one.base, one.patch, count(*) OVER (PARTITION BY one.id) AS many
    FROM offers_requestedchange AS one JOIN due ON due.key = one.request_id)
SELECT due.*, (SELECT jsonb_agg(jsonb_build_object('id', own.id, 'kind', own.kind, 'base', own.base, 'patch', own.patch))::text
                 FROM (SELECT * FROM change WHERE request_id = due.key AND many > 1 LIMIT {SHARED}) AS own)
  FROM due
 ORDER BY CASE state WHEN 'applied' THEN until ELSE apply_at END, key
 LIMIT %(most)s"""


def _fields(one: Collision) -> list[dict[str, object]]:
    return [{"path": list(path), "by": one.request.actor_label} for path in one.paths]


def touched_by(change: RequestedChange) -> tuple[Path, ...]:
    """The identity paths that a change is about: of what goes live by it all, as for whoever agrees (standing.Place.judged)."""
    return _touched(change.kind, change.base, change.patch)


def _touched(kind: str, base: Document | None, patch: Patch) -> tuple[Path, ...]:
    wanted = replay(base, patch)
    if base is None or wanted is None or is_live(Kind(kind), base) or not is_live(Kind(kind), wanted):
        return touched(base, wanted)
    return tuple((name,) for name in sorted(base.keys() | wanted.keys()))


def _shared(mine: Collection[Path], theirs: Collection[Path]) -> Iterator[Path]:
    """The narrower one of each two places of which one lies within the other."""
    for here in mine:
        for there in theirs:
            length = min(len(here), len(there))
            if here[:length] == there[:length]:
                yield max(here, there, key=len)
