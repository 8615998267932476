"""Requests whose items changed meanwhile are looked at again, so that who sees to them hears of it before anything is due.

What is found is not stored but told, in an event: whether a request still fits is found out at every look.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from offers.ledger.blamed import changed_since
from offers.models import ChangeRequest, LibraryItem, RequestedChange, RequestEvent, reading
from offers.review import records
from offers.review.standing import Place, Standing, Trouble, standing

State = ChangeRequest.State
What = RequestEvent.What

# Requests that one look takes; the others have their turn at the next.
AT_ONCE = 50
WATCHED = (State.OPEN, State.CHANGES_REQUESTED, State.APPROVED, State.SCHEDULED)


def keep() -> None:
    """Look at the requests whose items have moved on: the upkeep of a worker. One query where none has."""
    for (key,) in reading.rows(_BEHIND, [list(WATCHED), AT_ONCE]):
        with transaction.atomic():
            held = ChangeRequest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("sandbox")
            request = held.filter(key=key, state__in=WATCHED).first()
            if request is not None:
                look(request)


_BEHIND = """
SELECT DISTINCT request.key
  FROM offers_sandbox AS sandbox
  JOIN offers_changerequest AS request ON request.sandbox_id = sandbox.id AND request.state = ANY(%s)
  JOIN offers_requestedchange AS change ON change.request_id = request.key
  JOIN offers_libraryitem AS item ON item.key = change.item_id
 WHERE item.etag > change.seen_etag
 LIMIT %s"""


def look(request: ChangeRequest) -> None:
    """Tell what the changes since the last look made of a request that is held: approvals dropped, conflicts."""
    found = standing(request)
    moved = [place for place in found.places if place.head and place.head.etag > place.change.seen_etag]
    _tell_dropped(request, found, moved)
    troubled = [place for place in moved if place.trouble]
    if troubled:
        records.event(request, None, What.CONFLICTED, about={"changes": told(troubled)})
    for place in moved:
        assert place.head is not None
        RequestedChange.objects.filter(key=place.change.key).update(seen_etag=place.head.etag)
    if request.state in (State.APPROVED, State.SCHEDULED) and not found.is_approved:
        request.state, request.updated_at = State.OPEN, timezone.now()
        request.save(update_fields=["state", "updated_at"])


def _tell_dropped(request: ChangeRequest, found: Standing, moved: list[Place]) -> None:
    before = RequestEvent.objects.filter(request=request, what=What.DROPPED, version=request.version)
    known = {about.get("verdict") for about in before.values_list("about", flat=True)}
    news = [verdict for verdict in found.dropped if verdict.key not in known]
    changes = told(moved) if news else []
    for verdict in news:
        about = {"verdict": verdict.key, "whose": verdict.actor_label, "changes": changes}
        records.event(request, None, What.DROPPED, about=about)


def told(places: Iterable[Place]) -> list[dict[str, Any]]:
    """What became of the items meanwhile, as events tell it: the trouble, the fields that both are about, and who changed them."""
    return [
        {"kind": place.change.kind, "id": place.change.id, "trouble": place.trouble or "", "fields": _fields(place)}
        for place in places
        if place.trouble or _fields(place)
    ]


def _fields(place: Place) -> list[dict[str, Any]]:
    head, since = place.head, place.change.base_etag
    # Whoever made a new one with the same id, or deleted it, changed all of it: there is no field to name.
    if head is None or since == 0 or head.etag == since or place.trouble == Trouble.GONE:
        return []
    item = LibraryItem.objects.get(key=head.key)
    made = changed_since(item, since, place.judged)
    return [
        {"path": list(path), "by": made[path].actor_label, "etag": made[path].etag}
        for path in place.judged
        if path in made
    ]
