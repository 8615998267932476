"""What people say to a request: to the whole, to one of its items, or to a field of that; with another value, or not."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from offers.access.permissions import Actor, NotFound, check_edit
from offers.document.blame import changed
from offers.document.diff import diff
from offers.document.errors import JSON
from offers.document.identity import Path
from offers.document.merge import ABSENT
from offers.document.patch import applied, replay
from offers.document.touched import path_at, value_at
from offers.document.values import Document, Patch, canonical
from offers.document.words.naming import Places
from offers.models import ChangeRequest, Notice, RequestComment
from offers.review import notices, records, requests
from offers.review.applying import NotReady
from offers.review.requests import HasMoved, Proposal
from offers.review.standing import Place, Standing, standing

MOST_TEXT = 4_000


class NothingSaid(Exception):
    """A comment says something, or suggests another value."""


class TooLong(Exception):
    """What is said has at most MOST_TEXT characters; `str` of it is the name of what was longer."""


class NoSuggestion(Exception):
    """In words another value is suggested for a text or a number only; as a patch, for what lies within the field alone."""


@dataclass(frozen=True, slots=True)
class About:
    """What a comment is about: the whole request without an `id`, an item without a `path`, else a field of it."""

    id: str = ""
    path: Path = ()


def say(
    actor: Actor, request: ChangeRequest, text: str, about: About = About(), suggestion: str | Patch = ""
) -> RequestComment:
    """Say something to the request, whatever its state; a `suggestion` is what the field is to be instead, in words or as a
    patch of what the request makes of the item.

    Raises NotAllowed (who only reads), NothingSaid, TooLong, NoSuggestion, NotFound (no such item or field in it), and PatchError.
    """
    check_edit(actor)
    if not text.strip() and not suggestion:
        raise NothingSaid
    if len(text) > MOST_TEXT:
        raise TooLong("comment")
    place = place_of(standing(request), about) if about.id else None
    value = value_of(place, about.path)
    # What the request takes away can be spoken of, too.
    if about.path and value is ABSENT and (place is None or value_at(place.before, about.path) is ABSENT):
        raise NotFound
    with transaction.atomic():
        comment = RequestComment.objects.create(
            request=request,
            item_id=about.id,
            path=list(about.path),
            value_digest=digest_of(value) if about.path else "",
            text=text,
            suggestion=_suggested(place, about.path, value, suggestion) if suggestion else None,
            created_at=timezone.now(),
            **records.by(actor),
        )
        ChangeRequest.objects.filter(key=request.key).update(comment_count=F("comment_count") + 1)
        notices.tell(request, actor, Notice.What.COMMENTED, text, notices.took_part(request))
        return comment


def resolve(actor: Actor, comment: RequestComment) -> None:
    """Say that it is dealt with. Raises NotAllowed."""
    check_edit(actor)
    left = RequestComment.objects.filter(key=comment.key, resolved_at=None)
    left.update(resolved_at=timezone.now(), resolved_by=actor.label)


def accept(actor: Actor, comment: RequestComment) -> ChangeRequest:
    """Put what was suggested into the request. Who suggested it wrote part of it from then on, as who accepts it did.

    Raises NotAllowed, NotYours, NotFound (it suggests nothing), HasMoved (the value is another one by now), NotReady (the change does not
    fit any more), and what `requests.add` raises.
    """
    with transaction.atomic():
        held = requests.own_under_way(actor, comment.request)
        found = standing(held)
        about = About(comment.item_id, tuple(comment.path))
        place = place_of(found, about)
        value = value_of(place, about.path)
        if place is None or place.after is None or not comment.suggestion or comment.resolved_at is not None:
            raise NotFound
        if digest_of(value) != comment.value_digest:
            raise HasMoved(found)
        if place.trouble:
            raise NotReady(found)
        patch = [comment.suggestion[0] | {"path": _pointer(place.after, about.path)}]
        document = replay(place.after, patch)
        assert document is not None, "a suggestion leaves the document there"
        records.contributed(held, comment.actor_key)
        resolve(actor, comment)
        return requests.add(actor, held, [_proposal(place, document)])


def get(request: ChangeRequest, key: int) -> RequestComment:
    """The comment of this request with this key. Raises NotFound."""
    try:
        return RequestComment.objects.select_related("request__sandbox").get(request=request, key=key)
    except ObjectDoesNotExist:
        raise NotFound from None


def place_of(found: Standing, about: About) -> Place | None:
    """The item that is spoken of; None for the whole request. Raises NotFound where it is none of the request's."""
    if not about.id:
        return None
    place = next((place for place in found.places if place.change.id == about.id), None)
    if place is None:
        raise NotFound
    return place


def value_of(place: Place | None, path: Path) -> JSON:
    """What the request makes of the field; ABSENT where nothing is there."""
    return ABSENT if place is None or place.after is None else value_at(place.after, path)


def digest_of(value: JSON) -> str:
    return "" if value is ABSENT else hashlib.sha256(canonical(value)).hexdigest()


def can_be_suggested(value: JSON) -> bool:
    """Whether another value can be written as what it is: a text or a whole number."""
    return isinstance(value, str) or type(value) is int


def about_at(request: ChangeRequest, id: str, pointer: str) -> About:
    """The field of an item that a pointer leads to, in what the request makes of it, else in what is there. Raises NotFound."""
    place = place_of(standing(request), About(id))
    documents = [place.after, place.before] if place is not None else []
    for document in documents:
        path = path_at(document, pointer) if document is not None else None
        if path:
            return About(id, path)
    raise NotFound


def pointer_of(place: Place | None, path: Path) -> str | None:
    """Where the field is in what the request makes of the item; None where it is not."""
    if place is None or place.after is None or value_of(place, path) is ABSENT:
        return None
    return _pointer(place.after, path)


def _suggested(place: Place | None, path: Path, value: JSON, suggestion: str | Patch) -> list[dict[str, JSON]]:
    if place is None or place.after is None or not path or value is ABSENT:
        raise NoSuggestion
    wanted = _typed(value, suggestion) if isinstance(suggestion, str) else _patched(place.after, path, suggestion)
    return [{"op": "replace", "path": _pointer(place.after, path), "value": wanted}]


def _typed(value: JSON, typed: str) -> JSON:
    if not can_be_suggested(value):
        raise NoSuggestion
    if isinstance(value, str):
        return typed
    if typed.strip().isascii() and typed.strip().isdecimal() and len(typed.strip()) < 16:
        return int(typed)
    raise NoSuggestion


def _patched(document: Document, path: Path, patch: Patch) -> JSON:
    """The field as the patch makes it, which changes nothing else."""
    wanted, _ = applied(document, patch)
    value = value_at(wanted, path)
    if value is ABSENT or any(place[: len(path)] != path for place in changed(document, wanted, ())):
        raise NoSuggestion
    return value


def _pointer(document: Document, path: Path) -> str:
    return Places([document]).place(path).pointer


def _proposal(place: Place, document: Document) -> Proposal:
    """The item's change, with this document as what it makes of it."""
    if place.head is None or place.before is None:
        patch = [{"op": "add", "path": "", "value": document}]
        key = None if place.head is None else place.head.key
        return Proposal(place.kind, place.change.id, patch, "review", None, place.change.base_etag, key)
    patch = diff(place.before, document)
    return Proposal(place.kind, place.change.id, patch, "review", place.before, place.head.etag, place.head.key)
