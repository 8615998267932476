"""A content that changed as it looks before and after, in frames that load when they are opened."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from offers.document.errors import JSON
from offers.document.kinds.fields import component_type
from offers.document.words.describe import Change
from offers.document.words.naming import Phrase
from offers.web.frame.addresses import address_at
from offers.web.frame.pictures import hosts_in, query_for
from offers.web.frame.sections import OFFERS

_PLACE = re.compile(r"/representations/([0-9]+)(?:/components/([0-9]+)(?:/(content|deliveryURL))?)?")

# As many of one representation as people look at.
CONTENTS = 6

Known = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A content in a frame. `name` is the frame's; `sites` have pictures that are loaded when the reader says so.

    `typed` is what is sent to be shown where the content is not stored and has no address.
    """

    address: str
    name: str
    type: str
    sites: list[str]
    typed: Known

    @property
    def with_pictures(self) -> str:
        return self.address + query_for(self.sites)


@dataclass(frozen=True, slots=True)
class Version:
    """What one version has in the place that changed. `etag` is 0 for one that is not stored, or not worth a mention."""

    title: str
    etag: int
    shown: list[Shown]


def versions_of(sandbox: str, id: str, change: Change, compared: tuple[int, int], frames: str = "") -> list[Version]:
    """The sides of a change that show something. `compared` are the etags before and after, 0 for what is not stored.

    Nothing for other fields and what only moved. `frames` is what the frames' names begin with, where a page shows several items.
    """
    if change.action == "moved":
        return []
    new_pointer = "" if change.action == "removed" else change.pointer
    before, after = compared
    sides = (
        (f"{frames}before", _("Before"), before, _contents(change, change.old_pointer, change.old)),
        (f"{frames}after", _("After"), after, _contents(change, new_pointer, change.new)),
    )
    versions = [
        Version(title, etag, [_shown(sandbox, id, side, etag, *content) for content in contents])
        for side, title, etag, contents in sides
    ]
    return [version for version in versions if version.shown]


def content_at(sandbox: str, id: str, frames: str, etag: int, place: tuple[int, int], known: Known) -> Shown:
    """One content of a document, by the positions of its representation and itself; `etag` is 0 for what is not stored so."""
    return _shown(sandbox, id, frames, etag, *place, known)


def field_content(member: str, around: Sequence[Phrase], value: JSON) -> Known | None:
    """The content that has this value in this field; None for a field that a preview does not show, or no text.

    What is around a field (`Change.context`) names the content that it is of by its type: "html, en-us".
    """
    type = around[-1][1].get("kind", "").split(",")[0] if around else ""
    is_shown = member == ("deliveryURL" if type == "imagelink" else "content")
    return {"type": type, member: value} if is_shown and isinstance(value, str) else None


def typed(name: str, known: Known) -> Shown:
    """A content that is not stored."""
    texts = {member: known[member] for member in ("type", "content", "deliveryURL") if member in known}
    return Shown("", name, _type(known), _sites(known), texts)


def _contents(change: Change, pointer: str, value: JSON) -> Iterator[tuple[int, int, Known]]:
    """The contents at a place, each with its positions: one, those of a representation, or the one of a field."""
    match = _PLACE.fullmatch(pointer)
    if match is None:
        return
    representation, component, member = int(match[1]), match[2], match[3]
    if member is not None:
        known = field_content(member, change.context, value)
        found = [] if known is None else [(int(component), known)]
    elif component is not None:
        found = [(int(component), value if isinstance(value, dict) else {})]
    else:
        found = list(enumerate(value.get("components", [])[:CONTENTS] if isinstance(value, dict) else []))
    yield from ((representation, index, known) for index, known in found)


def _shown(sandbox: str, id: str, side: str, etag: int, representation: int, component: int, known: Known) -> Shown:
    name = f"{side}-{etag}-{representation}-{component}"
    if not etag:
        return typed(name, known)
    address = address_at(sandbox, OFFERS, id, "preview", etag=etag, representation=representation, component=component)
    return Shown(address, name, _type(known), _sites(known), {})


def _type(known: Known) -> str:
    return component_type(known.get("type", "")) or "text"


def _sites(known: Known) -> list[str]:
    return list(dict.fromkeys(hosts_in(known)))
