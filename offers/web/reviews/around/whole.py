"""All of what goes live by a request, as customers get it: whoever says yes says it about all of that, not only about what changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.document.words.describe import Change, describe
from offers.ledger.heads import Head
from offers.models import Sandbox
from offers.review.standing import AS_ASKED, Place, Standing
from offers.web.item.history.rendered import CONTENTS, content_at
from offers.web.item.history.rendered import Shown as Frame
from offers.web.item.shown import looks
from offers.web.item.shown.sentences import Sentence, constraints

# As many items lie open; of more, each is opened by who looks at it.
OPEN = 3
# As many are shown, and as many representations of one: of the others there is their own page.
ITEMS, REPRESENTATIONS = 20, 12
WITH = 20
# Letters in a line of a frame as wide as the page's main column, of one half as wide, and of one on a phone (static/item/devices.css).
LETTERS = (110, 64, 38)
# What sentences and previews tell, or the request itself.
TOLD = frozenset(
    {
        *("name", "status", "representations", "selectionConstraint", "rank"),
        *("cappingConstraint", "frequencyCappingConstraints"),
    }
)


@dataclass(frozen=True, slots=True)
class Content:
    """One content: `frame`, called `title`, shows how it looks, on the device of `seen`. `link` is an address that may be followed.

    `heights` are about the pixels that it needs in a wide frame, a middling one and on a phone; None where nobody knows.
    """

    title: str
    component: Document
    frame: Frame
    seen: looks.Content
    link: str
    heights: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    name: str
    placement: str
    channel: str
    contents: list[Content]


@dataclass(frozen=True, slots=True)
class With:
    """What an item is shown with, as it is once the request is applied; `is_changed`: the same request changes it."""

    kind: Kind
    id: str
    document: Document
    is_changed: bool = False
    is_new: bool = False
    is_deleted: bool = False


@dataclass(frozen=True)
class Whole:
    """One item that goes live. `shown_with` are the rules, placements, collections and fallbacks that it takes along."""

    sandbox: Sandbox
    place: Place
    document: Document
    known: Mapping[str, str]
    shown_with: Sequence[With]
    is_open: bool

    @property
    def sentences(self) -> list[Sentence]:
        return constraints(self.document, self.known)

    @property
    def fields(self) -> list[Change]:
        """What else it says, field by field."""
        others = {name: value for name, value in self.document.items() if name not in TOLD}
        return describe({}, others, names=self.known)

    @cached_property
    def representations(self) -> list[Representation]:
        found = self.document.get("representations", [])[:REPRESENTATIONS]
        return [self._representation(number, one) for number, one in enumerate(found)]

    @property
    def is_cut(self) -> bool:
        """Whether it has more contents than are shown."""
        found = self.document.get("representations", [])
        return len(found) > REPRESENTATIONS or any(len(one.get("components", [])) > CONTENTS for one in found)

    def _representation(self, number: int, found: Document) -> Representation:
        components, placement = found.get("components", []), found["placement"]
        name = self.known.get(placement, placement)
        channel = found["channel"]
        contents = [
            self._content(name, channel, (number, index), one) for index, one in enumerate(components[:CONTENTS])
        ]
        return Representation(name, placement, channel, contents)

    def _content(self, name: str, channel: str, at: tuple[int, int], component: Document) -> Content:
        head, id = self.place.head, self.place.change.id
        # What is stored so has an address; what this request writes has none yet, and is sent into its frame.
        etag = head.etag if head is not None and _stored(self.place.before, at) == component else 0
        link = str(component.get("linkURL", ""))
        followed = link if link.startswith(("https://", "http://")) else ""
        frame = content_at(self.sandbox.name, id, f"{id}whole", etag, at, component)
        seen = looks.content_in(channel, component)
        heights = looks.heights_of(seen.type, component.get("content", ""), LETTERS)
        return Content(name, component, frame, seen, followed, heights)


def _stored(document: Document | None, at: tuple[int, int]) -> Any:
    try:
        return (document or {})["representations"][at[0]]["components"][at[1]]
    except LookupError:
        return None


def wholes(sandbox: Sandbox, found: Standing, known: Mapping[str, str]) -> dict[str, Whole]:
    """What goes live by a request that is under way, by id. Reads nothing: the standing has all of it."""
    places = [one for one in found.places if one.goes_live and one.trouble not in AS_ASKED and one.after]
    is_open = len(places) <= OPEN
    return {
        place.change.id: Whole(sandbox, place, place.after, known, _shown_with(found, place)[:WITH], is_open)
        for place in places[:ITEMS]
        if place.after is not None
    }


def _shown_with(found: Standing, place: Place) -> list[With]:
    changed = {one.change.id: one for one in found.places if one.trouble not in AS_ASKED}
    heads = found.with_it(place)
    new = [changed[id] for id in sorted(place.newly_shown_with - {head.id for head in heads}) if id in changed]
    there = [_with(head, changed.get(head.id)) for head in heads]
    return [*there, *(With(one.kind, one.change.id, one.after, is_new=True) for one in new if one.after)]


def _with(head: Head, place: Place | None) -> With:
    is_deleted = head.deleted_at is not None if place is None else place.after is None
    if place is None or place.before is None or place.after is None:
        return With(head.kind, head.id, head.document, is_deleted=is_deleted)
    return With(head.kind, head.id, place.after, is_changed=place.before != place.after)
