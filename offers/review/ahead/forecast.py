"""What the library will say at a moment to come if nothing but what is scheduled happens until then. Reads only.

Requests are applied on paper in the order of their times, each on top of the ones before and all of it or nothing, and taken
back where their period is over by then. What only their moment decides (who may still answer for them, what else is changed until
then) is not known yet.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate

from django.db.models import Count

from offers.access.permissions import Actor, Role
from offers.document.merge import merge
from offers.document.values import Document
from offers.ledger.heads import Head, first_head, read_each
from offers.ledger.history import undone_each
from offers.models import ChangeRequest, LibraryItem, RequestedChange, Sandbox
from offers.review.applying import deletes
from offers.review.schedule import Due, due_within
from offers.review.standing import Place

# Requests that are looked at, the first ones, and changes in them: each is applied in full, which costs about a millisecond.
MOST, MOST_CHANGES = 50, 300
Versions = tuple[Document | None, Document | None]


@dataclass(slots=True)
class Forecast:
    """`due` are the requests, by their times; `stuck` the numbers of those that cannot be applied as they stand.

    `before` and `after` are the items that they change, by id, and `by` the numbers of who does; `more`: there are more of them.
    """

    due: list[Due]
    more: bool
    before: dict[str, Head] = field(default_factory=dict)
    after: dict[str, Head] = field(default_factory=dict)
    stuck: set[int] = field(default_factory=set)
    by: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def forecast(sandbox: Sandbox, now: datetime, at: datetime) -> Forecast:
    """What is scheduled to happen before that moment, on paper: four statements, and two where something is taken back."""
    due = due_within(sandbox.pk, now, at, MOST + 1)
    looked_at = _first(due)
    found = Forecast(looked_at, len(due) > len(looked_at))
    changes = defaultdict(list)
    for change in RequestedChange.objects.filter(request__in=[one.request.key for one in found.due]).order_by("key"):
        changes[change.request_id].append(change)
    found.before = dict(read_each(sandbox.pk, {change.id for some in changes.values() for change in some}))
    found.after = dict(found.before)
    # What each change made of what, which its end takes back.
    made = _made_already(found.due, changes)
    for when, request, ends in sorted(_steps(found.due, at), key=lambda step: (step[0], not step[2])):
        if ends:
            for change in changes[request.key]:
                _take_back(found, request, change, made.get(change.key), when)
        else:
            _apply(found, sandbox, request, changes[request.key], made, when)
    return found


def _first(due: Sequence[Due]) -> list[Due]:
    """Those of them that are looked at."""
    changes = RequestedChange.objects.filter(request__in=[one.request.key for one in due])
    counts = dict(changes.values_list("request").annotate(Count("key")))
    sums = accumulate(counts.get(one.request.key, 0) for one in due[:MOST])
    return [one for one, changed in zip(due, sums, strict=False) if changed <= MOST_CHANGES]


def _steps(due: Sequence[Due], at: datetime) -> Iterator[tuple[datetime, ChangeRequest, bool]]:
    """When which request is applied, or ends."""
    for request in (one.request for one in due):
        if request.state == ChangeRequest.State.SCHEDULED and request.apply_at:
            yield request.apply_at, request, False
        if request.until and request.until < at:
            yield request.until, request, True


def _apply(
    found: Forecast,
    sandbox: Sandbox,
    request: ChangeRequest,
    changes: Sequence[RequestedChange],
    made: dict[int, Versions],
    when: datetime,
) -> None:
    places = [Place(change, found.after.get(change.id)) for change in changes]
    if any(place.trouble for place in places):
        found.stuck.add(request.number)
        return
    by = Actor(sandbox, Role.EDITOR, request.owner_label)
    for place in places:
        id, head = place.change.id, place.head or first_head(by, place.kind, place.change.id, {}, when)
        made[place.change.key] = place.before, place.after
        _becomes(found, id, head, place.after, when)
        found.by[id].append(request.number)


def _becomes(found: Forecast, id: str, head: Head, document: Document | None, when: datetime) -> None:
    gone = document is None
    kept = head.document if document is None else document
    found.after[id] = replace(head, document=kept, etag=head.etag + 1, deleted_at=when if gone else None)


def _take_back(
    found: Forecast, request: ChangeRequest, change: RequestedChange, versions: Versions | None, when: datetime
) -> None:
    """As `taking_back` does it: what somebody else has changed since stays."""
    head = found.after.get(change.id)
    if versions is None or head is None:
        return
    before, made = versions
    now = None if head.deleted_at else head.document
    if before is None or made is None:
        # All of the item: where nobody has touched it since.
        if now != made:
            return
        document = before
    elif now is None:
        return
    else:
        document = merge(made, now, before).document
    _becomes(found, change.id, head, document, when)
    found.by[change.id].append(request.number)


def _made_already(due: Sequence[Due], changes: dict[int, list[RequestedChange]]) -> dict[int, Versions]:
    """What each change of the requests that are applied already made of what."""
    applied = [one.request.key for one in due if one.request.state == ChangeRequest.State.APPLIED]
    done = [change for key in applied for change in changes[key] if change.applied_etag and change.item_id]
    items = LibraryItem.objects.in_bulk([change.item_id for change in done]) if done else {}
    edits = [change for change in done if change.base is not None and not deletes(change)]
    versions: dict[int, Versions] = {}
    undone = undone_each([(items[change.item_id], change.applied_etag) for change in edits]) if edits else []
    for change, merged in zip(edits, undone, strict=True):
        if merged is not None:
            _now, before, made = merged.versions
            versions[change.key] = before, made
    for change in done:
        item = items[change.item_id]
        if change.key not in versions and item.etag == change.applied_etag:
            versions[change.key] = (item.document, None) if deletes(change) else (None, item.document)
    return versions
