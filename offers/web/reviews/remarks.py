"""Comments as the page of a request shows them: each beside the field that it speaks of, and what they can be about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import orjson

from offers.access.permissions import NotFound
from offers.document.identity import Path
from offers.document.merge import ABSENT, ORDER, Conflict
from offers.document.touched import path_at, value_at
from offers.document.values import Document
from offers.document.words.describe import Change
from offers.document.words.naming import Places
from offers.models import RequestComment
from offers.review import comments
from offers.review.comments import About
from offers.review.standing import Place, Standing
from offers.web.frame.words import place_title
from offers.web.reviews.around.typed import COMMENT, SUGGESTION, at_field
from offers.web.reviews.shown import Shown

# As many fields as a list of choices holds; of more, one speaks of the item.
CHOICES = 200
MAX_ABOUT = 2_000
# Letters of a value that stands beside the one that is suggested.
BESIDE = 60
# As many lines of one item have their comments beside them.
LINES = 100
# As many lines of a page have inputs for another one; of the others, one speaks from the list of choices. All of them are sent with
# a decision, too, and a form of more than DATA_UPLOAD_MAX_NUMBER_FIELDS is refused.
INPUTS = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to speak of."""

    value: str
    title: str


def choices(found: Standing, known: dict[str, str]) -> list[Choice]:
    """The items of the request and the fields that it changes, to choose from."""
    chosen, room = [], CHOICES
    for place in found.places:
        id = place.change.id
        fields = list(islice(_fields_of(place, known), room))
        chosen += [Choice(_written(id), known.get(id) or id), *fields]
        room -= len(fields)
    return chosen


def _fields_of(place: Place, known: dict[str, str]) -> Iterator[Choice]:
    """What it changes, and what it takes away."""
    if place.after is None:
        return
    id, versions = place.change.id, _versions(place)
    places = Places(versions, known)
    for path in place.touched:
        if path and path[-1] != ORDER and any(value_at(one, path) is not ABSENT for one in versions):
            yield Choice(_written(id, *path), _title(known.get(id) or id, place_title(places.place(path))))


def _versions(place: Place) -> list[Document]:
    return [one for one in (place.after, place.before) if one is not None]


def _written(*steps: str) -> str:
    return orjson.dumps(steps).decode()


def about_from(sent: str) -> About:
    """What a comment is about, as the page says it: a list of the id and the steps of the path. Raises NotFound."""
    if not sent:
        return About()
    try:
        steps = orjson.loads(sent[:MAX_ABOUT])
    except orjson.JSONDecodeError:
        raise NotFound from None
    if (
        not isinstance(steps, list)
        or not steps
        or not all(isinstance(step, str) and "\0" not in step for step in steps)
    ):
        raise NotFound
    return About(steps[0], tuple(steps[1:]))


def title_of(found: Standing, sent: str, known: dict[str, str]) -> str:
    """What that is called; "" for what is nothing of this request."""
    try:
        about = about_from(sent)
        place = comments.place_of(found, about)
    except NotFound:
        return ""
    return _title(*_named(place, about, known))


def _title(item: str, field: str) -> str:
    return f"{item} › {field}" if field else item


def _named(place: Place | None, about: About, known: dict[str, str]) -> tuple[str, str]:
    """The names of an item, and of a field of it ("" for none)."""
    versions = _versions(place) if place else []
    label = place_title(Places(versions, known).place(about.path)) if about.path else ""
    return known.get(about.id) or about.id, label


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
    path = tuple(comment.path)
    name, label = _named(place, About(comment.item_id, path), known)
    if not path:
        return Said(comment, name, place is None, suggestion)
    value = comments.value_of(place, path)
    changed = comments.digest_of(value) != comment.value_digest
    is_short = isinstance(value, str | int | float) and len(str(value)) <= BESIDE
    instead = str(value) if is_short and suggestion and not changed else ""
    return Said(comment, _title(name, label), changed, suggestion, instead, label)


@dataclass(frozen=True, slots=True)
class Line:
    """A change of one field, and what is said to it. `about` is what a comment says that it is about, "" where there is no room for one."""

    change: Change
    about: str = ""
    can_be_suggested: bool = False
    said: list[Said] = field(default_factory=list)
    # Whether somebody changed the same meanwhile.
    contested: bool = False
    # What was typed in its inputs and not sent yet, and which of the two was refused.
    comment: str = ""
    suggestion: str = ""
    refused: str = ""

    @property
    def unresolved(self) -> list[Said]:
        return [one for one in self.said if one.comment.resolved_at is None]

    @property
    def resolved(self) -> list[Said]:
        return [one for one in self.said if one.comment.resolved_at is not None]

    @property
    def is_written(self) -> bool:
        """Whether a comment is being written here."""
        return bool(self.comment or self.suggestion or self.refused)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to see what is said, or written, here."""
        return bool(self.unresolved or self.is_written)


def lines_of(rows: Sequence[Shown], said: Sequence[Said], typed: Mapping[str, str], at: str) -> list[list[Line]]:
    """The changes of each item as lines, each with the comments on its field, on one within it or on one around it.

    The first of each field have inputs for another one, with what was `typed` there; `at` is the input that was refused.
    """
    lines, written = [_lines_of(row, said) for row in rows], set[str]()
    for of_row in lines:
        for n, line in enumerate(of_row):
            if line.about in written or len(written) == INPUTS:
                of_row[n] = replace(line, about="")
            elif line.about:
                written.add(line.about)
                of_row[n] = _with_typed(line, typed, at)
    return lines


def _with_typed(line: Line, typed: Mapping[str, str], at: str) -> Line:
    comment, suggestion = (at_field(name, line.about) for name in (COMMENT, SUGGESTION))
    return replace(
        line,
        comment=typed.get(comment, ""),
        suggestion=typed.get(suggestion, ""),
        refused={comment: COMMENT, suggestion: SUGGESTION}.get(at, ""),
    )


def _lines_of(row: Shown, said: Sequence[Said]) -> list[Line]:
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
