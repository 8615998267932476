"""What becomes of a change request by time: applied when its moment comes, and taken back when its period is over.

Nothing here waits for a job. A worker looks every second (`manage.py worker`), and holds the request's row from the look until
what it did is stored: of two workers one passes it by, and one that dies leaves it as it was.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from offers.document.errors import InvalidDocument
from offers.document.identity import Path
from offers.document.patch import replay
from offers.document.touched import touched
from offers.ledger.references import InUse
from offers.models import ChangeRequest, RequestedChange, RequestEvent
from offers.review import applying, records, taking_back
from offers.review.applying import NoOwner, NotReady
from offers.review.recheck import told

log = logging.getLogger(__name__)

State = ChangeRequest.State
What = RequestEvent.What


def keep() -> None:
    """Do what is due: the upkeep of a worker. Two queries by index where nothing is."""
    while _apply_next():
        pass
    while _take_back_next():
        pass


def _apply_next() -> bool:
    with transaction.atomic():
        now = timezone.now()
        request = _claimed(ChangeRequest.objects.filter(state=State.SCHEDULED, apply_at__lte=now).order_by("apply_at"))
        if request is not None:
            _apply(request, now)
    return request is not None


def _take_back_next() -> bool:
    with transaction.atomic():
        over = Q(state=State.APPLIED, until__lte=timezone.now(), taken_back_at=None)
        request = _claimed(ChangeRequest.objects.filter(over).order_by("until"))
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
        _end(request, State.EXPIRED, What.EXPIRED, {"due": request.apply_at.isoformat()})
        return
    try:
        applying.apply(request, None)
    except OperationalError:
        # The database went away, or others hold the items: it is tried again.
        raise
    except (NotReady, NoOwner, InvalidDocument, InUse) as error:
        _end(request, State.FAILED, What.FAILED, _why(error))
    except Exception:
        log.exception("request %s failed at its time", request.key)
        _end(request, State.FAILED, What.FAILED, {"why": "unforeseen"})


def _end(request: ChangeRequest, state: State, what: RequestEvent.What, about: dict[str, Any]) -> None:
    request.state, request.updated_at = state, timezone.now()
    request.save(update_fields=["state", "updated_at"])
    records.event(request, None, what, about=about)


def _why(error: NotReady | NoOwner | InvalidDocument | InUse) -> dict[str, Any]:
    """Why a request was not applied, for its event: fields and people, problems, or what still uses what it deletes."""
    match error:
        case NotReady(standing=found):
            people = sorted({verdict.actor_label for verdict in found.dropped})
            return {"why": "not-ready", "dropped": people, "changes": told(found.places)}
        case InvalidDocument(problems=problems):
            return {"why": "invalid", "problems": [{"pointer": one.pointer, "code": one.code} for one in problems]}
        case InUse(users=users):
            return {"why": "in-use", "users": [list(user) for user in users]}
    return {"why": "no-owner"}


@dataclass(frozen=True, slots=True)
class Collision:
    """Another request with a time of its own that changes the same places of an item."""

    request: ChangeRequest
    kind: str
    id: str
    paths: tuple[Path, ...]


def collisions(request: ChangeRequest) -> list[Collision]:
    """Other schedules that touch what this one does, in the order of their times: two statements."""
    mine = {change.id: _touched(change) for change in RequestedChange.objects.filter(request=request)}
    to_come = Q(request__state__in=ChangeRequest.UNDER_WAY, request__apply_at__gte=timezone.now())
    to_go = Q(request__state=State.APPLIED, request__until__gte=timezone.now(), request__taken_back_at=None)
    others = (
        RequestedChange.objects.filter(to_come | to_go, request__sandbox=request.sandbox_id, id__in=mine)
        .exclude(request=request)
        .select_related("request")
        .order_by("request__apply_at", "request", "key")
    )
    found = ((change, tuple(_both(mine[change.id], _touched(change)))) for change in others)
    return [Collision(change.request, change.kind, change.id, paths) for change, paths in found if paths]


def _touched(change: RequestedChange) -> tuple[Path, ...]:
    return touched(change.base, replay(change.base, change.patch))


def _both(mine: Collection[Path], theirs: Collection[Path]) -> Iterator[Path]:
    """The narrower one of each two places of which one lies within the other."""
    for here in mine:
        for there in theirs:
            length = min(len(here), len(there))
            if here[:length] == there[:length]:
                yield max(here, there, key=len)
