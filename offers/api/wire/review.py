"""Change requests as they travel: bodies, strictly read, and answers."""

from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from zoneinfo import available_timezones

from django.http import HttpRequest
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from offers.api.wire import bodies
from offers.api.wire import request_shapes as shapes
from offers.api.wire.dates import shown
from offers.document.errors import DocumentError, Problem
from offers.document.kinds.fields import instant
from offers.document.validate import problems_of
from offers.document.words.labels import gettext_noop
from offers.models import ChangeRequest, RequestComment, RequestEvent
from offers.review import comments
from offers.review.requests import LATEST, When
from offers.review.standing import Place, Standing, standing

T = TypeVar("T")

NEW = TypeAdapter(shapes.NewRequest)
EDIT = TypeAdapter(shapes.RequestEdit)
COMMENT = TypeAdapter(shapes.NewComment)
VERDICT = TypeAdapter(shapes.GivenVerdict)
WITHDRAWAL = TypeAdapter(shapes.Withdrawal)
LOOK = TypeAdapter(shapes.Look)


class InvalidRequest(DocumentError):
    """The body is none of a change request (422): its pointers lead into the body."""

    title = gettext_noop("The change request is not valid")


def sent(request: HttpRequest, adapter: TypeAdapter[T], *, optional: bool = False) -> T:
    """The body, if it is of this shape. Raises ApiError (415), ParseError, InvalidRequest."""
    given = {} if optional and not request.body else bodies.sent_document(request)
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from None


def when(given: Any, before: When) -> When:
    """When the request is to be applied and taken back: what is `given` anew, and else as `before`. Raises InvalidRequest."""
    apply_at, until = (_time(given, name, was) for name, was in (("applyAt", before.apply_at), ("until", before.until)))
    now, problems = timezone.now(), []
    if "applyAt" in given and apply_at is not None and apply_at <= now:
        problems.append(Problem("/applyAt", "too-early", gettext_noop("This time has passed.")))
    if until is not None and until <= (apply_at or now):
        message = gettext_noop("This must be after the time at which it is applied.")
        problems.append(Problem("/until", "end-before-start", message))
    for name, at in (("applyAt", apply_at), ("until", until)):
        if name in given and at is not None and at > LATEST:
            problems.append(Problem(f"/{name}", "date-out-of-range", gettext_noop("This is too far ahead.")))
    zone = given.get("timeZone", before.time_zone)
    if zone and zone not in _zones():
        problems.append(Problem("/timeZone", "unknown-value", gettext_noop("There is no such time zone.")))
    if problems:
        raise InvalidRequest(problems)
    return When(apply_at, until, zone)


def _time(given: Any, name: str, before: datetime | None) -> datetime | None:
    if name not in given:
        return before
    return None if given[name] is None else instant(given[name])


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def summary(request: ChangeRequest) -> shapes.RequestSummary:
    return {
        "number": request.number,
        "title": request.title,
        "reason": request.reason,
        "state": cast(shapes.State, request.state),
        "conflicted": request.is_conflicted,
        "author": {"key": request.actor_key, "name": request.actor_label},
        "owner": {"key": request.owner_key, "name": request.owner_label},
        "version": request.version,
        "created": shown(request.created_at),
        "modified": shown(request.updated_at),
        "applyAt": shown(request.apply_at) if request.apply_at else None,
        "until": shown(request.until) if request.until else None,
        "timeZone": request.time_zone,
    }


def full(request: ChangeRequest) -> shapes.FullRequest:
    """The request as it stands now. Of one that is over, nothing is in the way, and what was agreed to stays agreed to."""
    found, open = standing(request), request.is_under_way
    approvals, dropped = (found.approvals, found.dropped) if open else ((*found.approvals, *found.dropped), ())
    return {
        **summary(request),
        "conflicted": found.is_conflicted,
        "contributors": list(request.contributors),
        "digest": found.digest,
        "ready": found.can_be_applied,
        "changes": [_change(place, open) for place in found.places],
        "approvals": [_opinion(event) for event in approvals],
        "droppedApprovals": [_opinion(event) for event in dropped],
        "objections": [_opinion(event) for event in found.objections],
        "events": [_event(event) for event in RequestEvent.objects.filter(request=request).order_by("key")],
        "comments": [_comment(found, one) for one in RequestComment.objects.filter(request=request).order_by("key")],
    }


def _change(place: Place, open: bool) -> shapes.RequestedChange:
    change = place.change
    return {
        "id": change.id,
        "kind": cast(shapes.ItemKind, change.kind),
        "etag": change.base_etag,
        "patch": change.patch,
        "trouble": place.trouble.value if open and place.trouble else None,
        "conflicts": [conflict.pointer for conflict in place.conflicts] if open else [],
        "carried": open and place.is_carried,
        "appliedEtag": change.applied_etag or None,
    }


def _opinion(event: RequestEvent) -> shapes.Opinion:
    return {
        "by": {"key": event.actor_key, "name": event.actor_label},
        "digest": event.digest,
        "text": event.text,
        "at": shown(event.created_at),
    }


def _event(event: RequestEvent) -> shapes.RequestEvent:
    told: shapes.RequestEvent = {
        "what": event.what,
        "by": {"key": event.actor_key, "name": event.actor_label} if event.actor_key else None,
        "version": event.version,
        "digest": event.digest,
        "text": event.text,
        "at": shown(event.created_at),
    }
    if event.what in (RequestEvent.What.OPENED, RequestEvent.What.EDITED):
        about = event.about
        told["changes"] = [_of_version(one) for one in about.get("changes", ())]
        if "leftOut" in about:
            told["leftOut"] = _of_version(about["leftOut"])
        if "was" in about:
            told["was"] = about["was"]
    return told


def _of_version(kept: dict[str, Any]) -> shapes.VersionChange:
    return {"id": kept["id"], "kind": kept["kind"], "etag": kept["baseEtag"], "patch": kept["patch"]}


def _comment(found: Standing, comment: RequestComment) -> shapes.Comment:
    place = next((place for place in found.places if place.change.id == comment.item_id), None)
    path = tuple(comment.path)
    return {
        "id": comment.key,
        "by": {"key": comment.actor_key, "name": comment.actor_label},
        "item": comment.item_id,
        "path": [str(part) for part in path],
        "pointer": comments.pointer_of(place, path) if path else None,
        "changed": bool(path) and comments.digest_of(comments.value_of(place, path)) != comment.value_digest,
        "text": comment.text,
        "suggestion": comment.suggestion,
        "at": shown(comment.created_at),
        "resolved": comment.resolved_at is not None,
    }
