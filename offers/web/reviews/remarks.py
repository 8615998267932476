"""Comments as the page of a request shows them, and what they can be about."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from offers.document.merge import ABSENT, ORDER
from offers.document.words.naming import Places
from offers.models import RequestComment
from offers.review import comments
from offers.review.standing import Place, Standing
from offers.web.frame.words import place_title

# As many fields as a list of choices holds; of more, one speaks of the item.
CHOICES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to speak of."""

    value: str
    title: str


def choices(found: Standing, known: dict[str, str]) -> list[Choice]:
    """The items of the request and the fields that it changes, to choose from."""
    return [one for place in found.places for one in _choices_of(place, known)][:CHOICES]


def _choices_of(place: Place, known: dict[str, str]) -> Iterator[Choice]:
    id, after = place.change.id, place.after
    name = known.get(id) or id
    yield Choice(_written(id), name)
    if after is None:
        return
    places = Places([after], known)
    for path in place.touched:
        if path and path[-1] != ORDER and comments.value_of(place, path) is not ABSENT:
            yield Choice(_written(id, *path), f"{name} › {place_title(places.place(path))}")


def _written(*steps: str) -> str:
    return orjson.dumps(steps).decode()


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown: what it is about in words, whether that is another value by now, and what it suggests."""

    comment: RequestComment
    title: str
    changed: bool
    suggestion: str


def said_of(found: Standing, comment: RequestComment, known: dict[str, str]) -> Said:
    place = next((place for place in found.places if place.change.id == comment.item_id), None)
    suggestion = str(comment.suggestion[0]["value"]) if comment.suggestion else ""
    if not comment.item_id:
        return Said(comment, "", False, suggestion)
    path, name = tuple(comment.path), known.get(comment.item_id) or comment.item_id
    if not path:
        return Said(comment, name, place is None, suggestion)
    value = comments.value_of(place, path)
    versions = [one for one in (place.after, place.before) if one is not None] if place else []
    title = f"{name} › {place_title(Places(versions, known).place(path))}"
    return Said(comment, title, comments.digest_of(value) != comment.value_digest, suggestion)
