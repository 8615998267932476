"""Requests whose items changed meanwhile are looked at again, so that who sees to them hears of it before anything is due.

What is found is not stored but told, in an event: whether a request still fits is found out at every look.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction

from offers.access.permissions import EDITORS, REVIEWERS, can_edit
from offers.document.blame import changed
from offers.document.identity import Path
from offers.document.kinds.reading import DECLARED
from offers.document.touched import touched
from offers.document.words.naming import Places
from offers.ledger.blamed import changed_since
from offers.ledger.heads import Head
from offers.ledger.history import document_at
from offers.models import ChangeRequest, LibraryItem, RequestedChange, RequestEvent, ShownWith, reading
from offers.review import applying, records
from offers.review.changes.whose import owner_of
from offers.review.standing import Place, Standing, Trouble, standing

State = ChangeRequest.State
What = RequestEvent.What

# Requests that one look takes; the others have their turn at the next.
AT_ONCE = 50
WATCHED = (State.OPEN, State.CHANGES_REQUESTED, State.APPROVED, State.SCHEDULED)


def keep() -> None:
    """Look at the requests whose items or people have moved on: the upkeep of a worker. One query where none has."""
    roles = {"editors": list(EDITORS), "reviewers": list(REVIEWERS)}
    for (key,) in reading.rows(_BEHIND, {"watched": list(WATCHED), "most": AT_ONCE, **roles}):
        with transaction.atomic():
            held = ChangeRequest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("sandbox")
            request = held.filter(key=key, state__in=WATCHED).first()
            if request is not None:
                look(request)


# A change's item is looked for by its id: what a request makes new may be there by now, made by somebody else. The last two are what
# waits for its moment while whoever sees to it, or agreed to it, may not do so any more.
_BEHIND = """
WITH member AS (
  SELECT membership.sandbox_id, membership.role, COALESCE('user-' || person.id, 'client-' || membership.client_id) AS key
    FROM offers_membership AS membership LEFT JOIN auth_user AS person ON person.id = membership.user_id
   WHERE person.is_active IS NOT FALSE)
, scheduled AS (
  SELECT key, sandbox_id, version, owner_key FROM offers_changerequest WHERE state = 'scheduled')
, agreed AS (
  SELECT scheduled.key, scheduled.sandbox_id, event.actor_key
    FROM scheduled JOIN offers_requestevent AS event
      ON event.request_id = scheduled.key AND event.version = scheduled.version AND event.what = 'approve')
SELECT request.key
  FROM offers_sandbox AS sandbox
  JOIN offers_changerequest AS request ON request.sandbox_id = sandbox.id AND request.state = ANY(%(watched)s)
  JOIN offers_requestedchange AS change ON change.request_id = request.key
  JOIN offers_libraryitem AS item ON item.sandbox_id = sandbox.id AND item.id = change.id
 WHERE item.etag > change.seen_etag
UNION
SELECT request.key
  FROM offers_shownwith AS shown
  JOIN offers_changerequest AS request ON request.key = shown.request_id AND request.state = ANY(%(watched)s)
  JOIN offers_libraryitem AS item ON item.key = shown.item_id
 WHERE item.etag > shown.seen_etag
UNION
SELECT key FROM scheduled
 WHERE NOT EXISTS (SELECT FROM member WHERE member.sandbox_id = scheduled.sandbox_id
                      AND member.key = scheduled.owner_key AND role = ANY(%(editors)s))
UNION
SELECT key FROM agreed
 WHERE NOT EXISTS (SELECT FROM member WHERE member.sandbox_id = agreed.sandbox_id
                      AND member.key = agreed.actor_key AND role = ANY(%(reviewers)s))
 LIMIT %(most)s"""


def look(request: ChangeRequest) -> None:
    """Tell what the changes since the last look made of a request that is held: approvals dropped, conflicts."""
    found = standing(request)
    moved = [place for place in found.places if place.head and place.head.etag > place.change.seen_etag]
    _tell_dropped(request, found, moved)
    troubled = [place for place in moved if place.trouble]
    if troubled:
        _tell_troubled(request, told(troubled))
    for place in moved:
        assert place.head is not None
        RequestedChange.objects.filter(key=place.change.key).update(seen_etag=place.head.etag)
    remember(found)
    if request.state == State.SCHEDULED and not can_edit(owner_of(request)):
        records.comes_to(request, State.FAILED, What.FAILED, {"why": "no-owner"})
    elif request.state in (State.APPROVED, State.SCHEDULED) and not found.is_approved:
        records.to(request, State.OPEN)
    else:
        # What was in its way may be gone: a period is over, and all is as it was agreed to.
        applying.scheduled(request, found)


def remember(found: Standing) -> None:
    """Keep what this look at a held request found for lists, and what it is shown with, so that the next look is due when that moves."""
    request = found.request
    request.is_stuck = bool(found.troubled)
    request.fields = sorted(DECLARED.keys() & {name for place in found.places for name in _names(place)})
    request.save(update_fields=["is_stuck", "fields"])
    ShownWith.objects.filter(request=request).delete()
    heads = found.shown_with.values()
    ShownWith.objects.bulk_create(ShownWith(request=request, item_id=head.key, seen_etag=head.etag) for head in heads)


def _names(place: Place) -> Iterator[str]:
    """What leads to the members that a change touches, and to those around them, as in `reading.CALLED`."""
    before, after = place.change.base, place.wanted
    if before is None or after is None:
        return
    places = Places([after, before])
    for path in changed(before, after, ()):
        names = [name for name in places.place(path).pattern if name != "*"]
        yield from ("/".join(names[: length + 1]) for length in range(len(names)))


def _tell_troubled(request: ChangeRequest, changes: list[dict[str, Any]]) -> None:
    """Tell of what is in the way, unless just that was told, and still was in the way at the last look."""
    before = RequestEvent.objects.filter(request=request, what=What.CONFLICTED, version=request.version)
    last = before.order_by("-key").first() if request.is_stuck else None
    known = list(map(_which, last.about["changes"])) if last else []
    if not all(_which(change) in known for change in changes):
        records.event(request, None, What.CONFLICTED, about={"changes": changes})


def _which(change: dict[str, Any]) -> tuple[Any, ...]:
    return change["id"], change["trouble"], sorted(field["path"] for field in change["fields"])


def _tell_dropped(request: ChangeRequest, found: Standing, moved: list[Place]) -> None:
    before = RequestEvent.objects.filter(request=request, what=What.DROPPED, version=request.version)
    known = {about.get("verdict") for about in before.values_list("about", flat=True)}
    news = [verdict for verdict in found.dropped if verdict.key not in known]
    changes = [*told(moved), *_told_shown(found)] if news else []
    for verdict in news:
        about = {"verdict": verdict.key, "whose": verdict.actor_label, "changes": changes}
        records.event(request, None, What.DROPPED, about=about, also=[verdict.actor_key])


def _told_shown(found: Standing) -> list[dict[str, Any]]:
    """What was changed since the last look of what the request is shown with, as `told` tells it of its own items."""
    heads = {head.key: head for head in found.shown_with.values()}
    seen = ShownWith.objects.filter(request=found.request, item__in=heads).select_related("item").order_by("key")
    return [
        {"kind": one.item.kind, "id": one.item.id, "trouble": "", "fields": _since(one, heads[one.item_id])}
        for one in seen
        if heads[one.item_id].etag > one.seen_etag
    ]


def _since(shown: ShownWith, head: Head) -> list[dict[str, Any]]:
    now = None if head.deleted_at is not None else head.document
    return _made(shown.item, shown.seen_etag, touched(document_at(shown.item, shown.seen_etag), now))


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
    return _made(LibraryItem.objects.get(key=head.key), since, place.judged)


def _made(item: LibraryItem, since: int, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Who changed which of these fields of the item since this version, and in which."""
    made = changed_since(item, since, paths)
    return [
        {"path": list(path), "by": made[path].actor_label, "etag": made[path].etag} for path in paths if path in made
    ]
