"""What the pages of one item have in common: its heading, and one change of it in words."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest

from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.document.values import Document
from offers.document.words.describe import Change, describe, summary
from offers.ledger import history
from offers.ledger.references import used_by
from offers.lists import as_of
from offers.lists.names import names, names_in
from offers.lists.timely import TooSlow
from offers.models import LibraryItem, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame.curl import patch_curl
from offers.web.frame.moment import Then
from offers.web.frame.sections import SECTION_OF


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision with its change in words. `status` is (before, after) where the status changed."""

    revision: Revision
    changes: list[Change]
    before: Document | None
    after: Document | None
    status: tuple[str, str] | None

    @property
    def can_undo(self) -> bool:
        return self.before is not None and self.after is not None

    @property
    def compared(self) -> tuple[int, int]:
        """The etags of the two versions that its changes tell apart (templatetags/rendered.py)."""
        return self.revision.etag - 1, self.revision.etag


def item_context(item: LibraryItem, tab: str, **more: Any) -> dict[str, Any]:
    """The context of every page of an item: what the heading and the tabs need."""
    return {"item": item, "section": SECTION_OF[item.kind].slug, "tab": tab, **more}


def entries(item: LibraryItem, revisions: list[Revision]) -> list[Entry]:
    """These consecutive revisions of the item with their changes, in the same order. Three queries at most."""
    if not revisions:
        return []
    etags = [made.etag for made in revisions]
    documents = history.documents(item, max(1, min(etags) - 1), max(etags))
    known = names_in(item.sandbox_id, Kind(item.kind), documents.values())
    return [_entry(made, documents.get(made.etag - 1), documents[made.etag], known) for made in revisions]


def _entry(made: Revision, before: Document | None, after: Document | None, names: dict[str, str]) -> Entry:
    changes = describe(before, after, names=names, restored=made.etag > 1)
    statuses = (before or {}).get("status"), (after or {}).get("status")
    changed = isinstance(statuses[0], str) and isinstance(statuses[1], str) and statuses[0] != statuses[1]
    return Entry(made, changes, before, after, (str(statuses[0]), str(statuses[1])) if changed else None)


def last_entry(item: LibraryItem) -> Entry:
    """The change that made the item what it is."""
    return entries(item, [history.revision(item, item.etag)])[0]


def original_of(item: LibraryItem) -> tuple[str, str] | None:
    """The id and name of what this item was made of as a copy; None for any other."""
    # A copy says so once, where it was made: in its first revision.
    refers_to = Revision.objects.filter(item=item, etag=1).values_list("refers_to", flat=True).first() or {}
    id = refers_to.get("copy_of")
    if id is None:
        return None
    return id, names(item.sandbox_id, [id]).get(id, id)


def change_context(request: HttpRequest, item: LibraryItem, entry: Entry) -> dict[str, Any]:
    """What `item/_changes.html` shows of a recorded change: words, the patch as it was applied, and the call that makes it."""
    patch = orjson.loads(entry.revision.patch)
    context = {"changes": entry.changes, "compared": entry.compared, "patch": patch}
    if entry.can_undo:
        etag = entry.revision.etag - 1
        context["curl"] = patch_curl(request, item.sandbox, item.kind, item.id, patch, etag)
    return context


def summarised(entry: Entry) -> dict[str, Any]:
    """The first things that a change is about, for one line, how many more there are, and whose yes it had."""
    phrases, more = summary(entry.changes)
    made = entry.revision
    return {"phrases": phrases, "more": more, "made": made, "approvals": approvals_of(made.sandbox_id, [made])}


def around(then: Then) -> dict[str, Any]:
    """What an overview says around the item: the moment, what has come since, and what used it; `users` is None where nobody knows."""
    return {"moment": then.moment, "later": then.later, "now": then.now, "users": _users(then)}


def _users(then: Then) -> tuple[tuple[str, str, str], ...] | None:
    sandbox = then.item.sandbox_id
    try:
        return as_of.used_by(sandbox, then.item.id, then.at) if then.at else used_by(sandbox, then.item.id)
    except TooSlow:
        return None


def names_then(then: Then) -> dict[str, str]:
    """The names that what the item refers to had, by id."""
    ids = {found.id for found in references(Kind(then.item.kind), then.item.document)}
    return as_of.names_at(then.item.sandbox_id, ids, then.at)
