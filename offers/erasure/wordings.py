"""Every wording that a field of an item ever had, where lists were reordered, too: which of them can be erased, and what stays. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from offers.access.members import Refused
from offers.document.erased import holds, number_of, text_at
from offers.document.identity import Path
from offers.document.touched import path_at, value_at
from offers.document.words.naming import Places
from offers.ledger.around import around
from offers.ledger.history import document_at, versions
from offers.models import LibraryItem

# One character alone is part of everything.
SHORTEST = 2
# Of one request: as many as people read before they agree.
MOST = 50


@dataclass(slots=True)
class Stretch:
    """The versions, one after the other, in which a field said the same; `until` is None for what is said still."""

    first: int
    since: datetime
    last: int = 0
    until: datetime | None = None


@dataclass(slots=True)
class Wording:
    """A text that a field had, in these versions, the oldest first. `why` is why it stays; "" where it can be erased."""

    text: str
    stretches: list[Stretch] = field(default_factory=list)
    why: str = ""

    @property
    def etag(self) -> int:
        """The last version that says it."""
        return self.stretches[-1].last


def of(item: LibraryItem, pointer: str, etag: int) -> list[Wording]:
    """What was ever said where this pointer leads in the version `etag`, the newest first. Raises Refused: no text of anybody's;
    NoSuchRevision.
    """
    path = _path(item, pointer, etag)
    found: dict[str, Wording] = {}
    was: str | None = None
    for made, document in versions(item, 1, item.etag):
        text = _text(document, path)
        if was is not None and text != was:
            found[was].stretches[-1].until = made.created_at
        if text is not None:
            wording = found.setdefault(text, Wording(text))
            if text != was:
                wording.stretches.append(Stretch(made.etag, made.created_at))
            wording.stretches[-1].last = made.etag
        was = text
    for wording in found.values():
        wording.why = _why_it_stays(item, wording.text)
    return sorted(found.values(), key=lambda one: -one.etag)


def texts_of(item: LibraryItem, pointer: str, etags: Sequence[int]) -> list[str]:
    """What was said in these versions where the pointer leads in the first of them. Raises Refused: nothing, no text, or too short a
    one; NoSuchRevision.
    """
    path = _path(item, pointer, etags[0])
    documents = around((item.key, etag) for etag in etags)
    found = {text for _before, document in documents.values() if (text := _text(document, path))}
    if not found:
        gone = any(number_of(value_at(document, path)) is not None for _before, document in documents.values())
        raise Refused(_("That is erased already.") if gone else _nothing(), "pointer")
    if any(len(text) < SHORTEST for text in found):
        raise Refused(_too_short(), "pointer")
    return sorted(found)


def moved(item: LibraryItem, pointer: str, etag: int, last: int) -> str:
    """Where in the version `last` stands what the pointer leads to in the version `etag`. Raises as `of` does."""
    return Places([document_at(item, last)]).place(_path(item, pointer, etag)).pointer


def still_said(item: LibraryItem, texts: Collection[str]) -> bool:
    """Whether the item says one of these as it stands."""
    return item.deleted_at is None and holds(item.document, texts)


def _path(item: LibraryItem, pointer: str, etag: int) -> Path:
    document = document_at(item, etag)
    path = path_at(document, pointer)
    if path is None or text_at(document, pointer) is None:
        raise Refused(_nothing(), "pointer")
    return path


def _text(document: Any, path: Path) -> str | None:
    """The text that stands there, if there is one that was not erased already."""
    value = value_at(document, path)
    return value if isinstance(value, str) and value.strip() and number_of(value) is None else None


def _why_it_stays(item: LibraryItem, text: str) -> str:
    if len(text) < SHORTEST:
        return _too_short()
    return _("The item still says it. Change that first.") if still_said(item, [text]) else ""


def _nothing() -> str:
    return _("In that version, nothing stands there that people write as they like.")


def _too_short() -> str:
    return _("That is part of nearly every text: erase something longer.")
