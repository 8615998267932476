"""One version of an item as its page shows it: as it was, with what its change made of it marked, and until when it was so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.values import Document
from offers.document.words.describe import Change
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.web.item.entries import Entry
from offers.web.item.shown.fields import Section, all_of, marked
from offers.web.item.shown.looks import Version
from offers.web.item.shown.whole import whole_of


def version_context(request: HttpRequest, item: LibraryItem, entry: Entry) -> dict[str, Any]:
    """What `item/history/revision.html` shows besides the change. Of a deletion, what it deleted."""
    etag = entry.revision.etag
    document = entry.after if entry.after is not None else entry.before
    before = entry.before if entry.after is not None else None
    shown = etag if entry.after is not None else etag - 1
    return {
        "version_status": (document or {}).get("status"),
        "later": Revision.objects.filter(item=item, etag=etag + 1).defer("snapshot", "patch").first(),
        "is_version": True,
        **(_shown(request, item, shown, document, before) if document else {}),
        "marked": bool(before) and bool(entry.changes),
        "sections": _sections(item, document, before, entry.changes) if document else [],
    }


def _shown(
    request: HttpRequest, item: LibraryItem, etag: int, document: Document, before: Document | None
) -> dict[str, Any]:
    if Kind(item.kind) not in OFFER_KINDS:
        return {}
    names = names_in(item.sandbox_id, Kind(item.kind), [document, before])
    version = Version(item.sandbox.name, item.id, etag, document, names)
    return whole_of(request, version, replace(version, etag=etag - 1, document=before) if before else None)


def _sections(
    item: LibraryItem, document: Document, before: Document | None, changes: Sequence[Change]
) -> list[Section]:
    """All fields of what has no overview of its own look, those that changed marked."""
    if Kind(item.kind) in OFFER_KINDS:
        return []
    found = all_of(document, names_in(item.sandbox_id, Kind(item.kind), [document]))
    return marked(found, changes) if before else found
