"""Comments as the page of a request shows them: each beside the field that it speaks of, and what they can be about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from offers.document.identity import Path
from offers.document.merge import ABSENT, ORDER, Conflict
from offers.document.touched import path_at
from offers.document.words.describe import Change
from offers.document.words.naming import Places
from offers.models import RequestComment
from offers.review import comments
from offers.review.standing import Place, Standing
from offers.web.frame.words import place_title
from offers.web.reviews.shown import Shown

# As many fields as a list of choices holds; of more, one speaks of the item.
CHOICES = 200
# Letters of a value that stands beside the one that is suggested.
BESIDE = 60
# As many lines of one item have room for comments; of the others, one speaks from the list of choices.
LINES = 100


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
    # What it suggests another value for, where that is as it was and short enough to stand beside it, and what that is called.
    instead: str = ""
    label: str = ""


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
    label = place_title(Places(versions, known).place(path))
    changed = comments.digest_of(value) != comment.value_digest
    is_short = isinstance(value, str | int | float) and len(str(value)) <= BESIDE
    instead = str(value) if is_short and suggestion and not changed else ""
    return Said(comment, f"{name} › {label}", changed, suggestion, instead, label)


@dataclass(frozen=True, slots=True)
class Line:
    """A change of one field, and what is said to it. `about` is what a comment says that it is about, "" where there is no room for one."""

    change: Change
    about: str = ""
    can_be_suggested: bool = False
    said: list[Said] = field(default_factory=list)
    # Whether somebody changed the same meanwhile.
    contested: bool = False

    @property
    def unresolved(self) -> list[Said]:
        return [one for one in self.said if one.comment.resolved_at is None]

    @property
    def resolved(self) -> list[Said]:
        return [one for one in self.said if one.comment.resolved_at is not None]


def lines_of(row: Shown, said: Sequence[Said]) -> list[Line]:
    """The changes of an item as lines, each with the comments on its field, on one within it or on one around it."""
    paths = [_path_of(row, change) for change in row.changes[:LINES]]
    placed: dict[int, list[Said]] = {}
    for one in said:
        if one.comment.item_id == row.id and one.comment.path:
            at = _nearest(paths, tuple(one.comment.path))
            if at is not None:
                placed.setdefault(at, []).append(one)
    rest = [Line(change) for change in row.changes[LINES:]]
    return [
        *(_line(row, *pair, placed.get(n, [])) for n, pair in enumerate(zip(row.changes, paths, strict=False))),
        *rest,
    ]


def _line(row: Shown, change: Change, path: Path | None, said: list[Said]) -> Line:
    if not path:
        return Line(change)
    suggested = comments.can_be_suggested(comments.value_of(row.place, path))
    contested = bool(row.contested) and any(_is_about(change, path, one) for one in row.place.conflicts)
    return Line(change, _written(row.id, *path), suggested, said, contested)


def _is_about(change: Change, path: Path, conflict: Conflict) -> bool:
    """Whether a conflict is about the field of this change; one about the order of a list is about what was moved in it."""
    if conflict.is_order:
        return change.action == "moved" and path[:-1] == conflict.place
    return change.action != "moved" and path[: len(conflict.path)] == conflict.path[: len(path)]


def _path_of(row: Shown, change: Change) -> Path | None:
    return path_at(row.before if change.action == "removed" else row.after, change.pointer)


def _nearest(paths: Sequence[Path | None], wanted: Path) -> int | None:
    """Which of these paths a comment stands at: the one that shares most with its own, and is within or around it."""
    within = [
        (min(len(path), len(wanted)), -at)
        for at, path in enumerate(paths)
        if path and path[: len(wanted)] == wanted[: len(path)]
    ]
    return -max(within)[1] if within else None
