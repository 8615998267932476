"""What an offer shows, placement by placement, in the frames of the devices on which customers see it.

Of two versions it says as well which contents came, went or changed. A sandboxed frame tells nobody how high its content is,
so that is guessed here from its text; what does not fit is seen when it is enlarged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from math import ceil
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from django.utils.translation import get_language

from offers.document.identity import both_keys
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type
from offers.document.values import Document, equal
from offers.document.words.reads import without_hidden
from offers.web.frame.addresses import address_at
from offers.web.frame.sections import OFFERS

# What a channel's contents are seen on; of another channel, on nothing in particular.
DEVICES = {"web": "browser", "email": "mail", "mobile": "phone", "messaging": "phone", "social": "phone"}
# How wide a line of each is, in letters of an alphabet; `below` and `beside` the text of the edit form.
LETTERS = {"browser": 66, "mail": 66, "phone": 42, "plain": 66, "below": 110, "beside": 48}
# The heights that a frame can have, in lines (static/item/devices.css).
ROOMS = (3, 5, 7, 9, 11, 14, 18)
# As much of a content as its height is guessed from.
LOOKED_AT = 6_000
# In pixels: a line of a preview, what is around all of them, and what is as high as a frame needs to be.
LINE, AROUND, MOST_HIGH = 21, 24, 720
# The choice of the languages that shows all of them.
ALL = "all"
_BLOCK = re.compile(r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|tr|table|section|header|footer)|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BIG = re.compile(r"<h[1-3]\b", re.IGNORECASE)
_HEADING = re.compile(r"<h[1-3]\b[^<>]*>([^<>]*)</h[1-3]>", re.IGNORECASE)
_HREF = re.compile(r"(<a\b[^<>]*?)\bhref=(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_PICTURE = re.compile(r"<(?:img|picture|svg|video)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """One content of a version. `address` shows how it looks, in a frame of `room` (an index of ROOMS, from 1).

    `pointer` is its place there. `mark` is "added", "removed" or "changed" beside another version, where `was` is what stood
    there; "" where they are equal or there is no other.
    """

    component: Document
    type: str
    languages: tuple[str, ...]
    pointer: str
    address: str
    device: str
    room: int
    is_long: bool
    # Where its link leads to.
    host: str
    mark: str = ""
    was: "Content | None" = None

    @property
    def looks_same(self) -> bool:
        """Whether it differs from what stood there in where its links lead to, and in nothing that is seen."""
        sides = [_without_links(one.component, one.type) for one in (self, self.was) if one]
        return len(sides) == 2 and equal(*sides)


@dataclass(frozen=True, slots=True)
class Placed:
    """What is shown in one placement. `mark` is as of a content."""

    placement: str
    name: str
    channel: str
    pointer: str
    contents: tuple[Content, ...]
    mark: str = ""
    # The languages in which contents differ that the choice of another one leaves out.
    elsewhere: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.mark or self.elsewhere) or any(content.mark for content in self.contents)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an offer, as far as what it shows: its preview is found by the id and the etag."""

    sandbox: str
    id: str
    etag: int
    document: Document
    names: Mapping[str, str]
    # What the addresses of its previews end with: the sites of which pictures are loaded.
    pictures: str = ""


def placed(after: Version, before: Version | None = None) -> list[Placed]:
    """Its placements in their order; with the version before them, what came, changed and, at the end, went."""
    found = list(_placed(after))
    if before is None:
        return found
    old = list(_placed(before))
    keys = both_keys("representations", _raw(before), _raw(after))
    if keys is None:
        return [_all(one, "added") for one in found] + [_all(one, "removed") for one in old]
    was = dict(zip(keys[0], old, strict=True))
    now = [_beside(one, was.pop(key, None)) for key, one in zip(keys[1], found, strict=True)]
    return [*now, *(_all(one, "removed") for one in was.values())]


def languages_of(shown: Sequence[Placed]) -> list[str]:
    """The languages of all contents, each once, in their order."""
    return list(dict.fromkeys(one for place in shown for content in place.contents for one in content.languages))


def chosen(languages: Sequence[str], asked_for: str) -> str:
    """The language that is shown: the one that is asked for, else the reader's own, else the first; ALL for all of them."""
    if asked_for in languages or asked_for == ALL:
        return asked_for
    own = (get_language() or "").split("-")[0]
    return next((one for one in languages if one.split("-")[0].lower() == own), next(iter(languages), ALL))


def in_language(shown: Sequence[Placed], language: str) -> list[Placed]:
    """The same with the contents in this language, those that differ where any does; where none is in it, with its first one.

    What differs in other languages is named, for nobody to take it for unchanged.
    """
    return [_in_language(place, language) for place in shown] if language != ALL else list(shown)


def differing(shown: Sequence[Placed]) -> list[Placed]:
    """Those that differ, with the contents that do."""
    return [replace(one, contents=tuple(part for part in one.contents if part.mark)) for one in shown if one.differs]


def first_of(shown: Sequence[Placed], most: int) -> tuple[list[Placed], int]:
    """The placements with the first contents, as many as a page can hold, and how many contents are left out."""
    kept, left = [], 0
    for place in shown:
        contents = place.contents[:most]
        left += len(place.contents) - len(contents)
        most -= len(contents)
        if contents or not place.contents:
            kept.append(replace(place, contents=contents))
    return kept, left


def _in_language(place: Placed, language: str) -> Placed:
    marked = [one for one in place.contents if one.mark]
    spoken = [one for one in place.contents if not one.languages or language in one.languages]
    kept = [one for one in spoken if one.mark] or spoken or marked[:1] or place.contents[:1]
    left = [one for one in marked if one not in kept and not place.mark]
    elsewhere = dict.fromkeys(name for one in left for name in one.languages)
    return replace(place, contents=tuple(kept), elsewhere=tuple(elsewhere))


def _raw(version: Version) -> list[Document]:
    found: list[Document] = version.document.get("representations", [])
    return found


def _placed(version: Version) -> Iterator[Placed]:
    stem = address_at(version.sandbox, OFFERS, version.id, "preview", etag=version.etag, representation=0, component=0)
    stem = stem.removesuffix("0/0/")
    for number, one in enumerate(_raw(version)):
        contents = tuple(
            content_in(
                one["channel"],
                component,
                f"/representations/{number}/components/{index}",
                f"{stem}{number}/{index}/{version.pictures}",
            )
            for index, component in enumerate(one.get("components", ()))
        )
        name = version.names.get(one["placement"], one["placement"])
        yield Placed(one["placement"], name, one["channel"], f"/representations/{number}", contents)


def content_in(channel: str, component: Document, pointer: str = "", address: str = "") -> Content:
    """A content as it looks on the device of its channel."""
    device = device_of(channel)
    type = component_type(component.get("type", "")) or "text"
    room, is_long = room_of(device, type, component.get("content", ""))
    languages, host = tuple(component.get("language", ())), _host(component.get("linkURL", ""))
    seen_on = device if type != "json" else "plain"
    return Content(component, type, languages, pointer, address, seen_on, room, is_long, host)


def room_of(device: str, type: str, text: str) -> tuple[int, bool]:
    """The height of a frame that shows it (an index of ROOMS, from 1), and whether even the highest is too low."""
    lines = ceil(_lines(type, text, LETTERS[device]))
    return next((number for number, fits in enumerate(ROOMS, 1) if lines <= fits), len(ROOMS)), lines > ROOMS[-1]


def heights_of(type: str, text: str, letters: Sequence[int]) -> list[int] | None:
    """About how many pixels high a content is in frames of so many letters a line; None where only its room is known."""
    if type not in ("html", "text") or len(text) > LOOKED_AT or _PICTURE.search(text):
        return None
    headings = [_width(unescape(_TAG.sub("", one))) for one in _HEADING.findall(text)] if type == "html" else []
    apart, widths = _parts(type, text)

    def high(line: int) -> int:
        more = sum(1.5 * (ceil(1.6 * width / line) - ceil(width / line)) for width in headings)
        return min(MOST_HIGH, ceil(LINE * (apart + _filled(widths, line) + more)) + AROUND)

    return [high(line) for line in letters]


def device_of(channel: str) -> str:
    return DEVICES.get(channel.removeprefix(CHANNEL_PREFIX), "plain")


def _without_links(component: Document, type: str) -> Document:
    content = component.get("content", "")
    return {**component, "linkURL": "", "content": _HREF.sub(r"\1", content) if type == "html" else content}


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # A template expression may stand anywhere in it.
        return ""


def _lines(type: str, text: str, letters: int) -> float:
    """About how many lines a content takes, of so many letters each."""
    if type == "imagelink":
        return ROOMS[1]
    apart, widths = _parts(type, text)
    return apart + _filled(widths, letters)


def _parts(type: str, text: str) -> tuple[float, list[int]]:
    """How many lines stand around the paragraphs of a content, and how wide each of these is, in letters."""
    seen = text[:LOOKED_AT]
    more = 0.0 if type != "html" else 0.8 * len(_BIG.findall(seen)) + 6 * len(_PICTURE.findall(seen))
    if type == "html":
        broken = _BLOCK.sub("\n", without_hidden(seen))
        parts = [part for part in unescape(_TAG.sub("", broken)).split("\n") if part.strip()]
        more += 0.7 * len(parts)
    else:
        parts = seen.split("\n")
    return more + (len(text) > LOOKED_AT) * 99, [_width(part) for part in parts]


def _filled(widths: Sequence[int], letters: int) -> int:
    return sum(max(1, ceil(width / letters)) for width in widths)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text.strip())


def _beside(now: Placed, was: Placed | None) -> Placed:
    if was is None:
        return _all(now, "added")
    keys = both_keys("components", [one.component for one in was.contents], [one.component for one in now.contents])
    if keys is None:
        # What cannot be told apart is told by its place.
        keys = [str(n) for n in range(len(was.contents))], [str(n) for n in range(len(now.contents))]
    before = dict(zip(keys[0], was.contents, strict=True))
    after = [_content_beside(one, before.pop(key, None)) for key, one in zip(keys[1], now.contents, strict=True)]
    return replace(now, contents=(*after, *(replace(one, mark="removed") for one in before.values())))


def _content_beside(now: Content, was: Content | None) -> Content:
    if was is None:
        return replace(now, mark="added")
    return now if equal(was.component, now.component) else replace(now, mark="changed", was=was)


def _all(place: Placed, mark: str) -> Placed:
    return replace(place, mark=mark, contents=tuple(replace(one, mark=mark) for one in place.contents))
