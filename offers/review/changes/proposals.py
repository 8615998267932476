"""What is asked for, before it is in a request: changes of items, each on top of what somebody looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from offers.document.diff import diff
from offers.document.kinds.registry import Kind
from offers.document.merge import merge, resolve
from offers.document.patch import replay
from offers.document.validate import with_defaults
from offers.document.values import Document, Patch, equal
from offers.ledger.heads import Head
from offers.ledger.leaf import RefersTo
from offers.models import RequestedChange


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one item that somebody wants: `patch` on top of `base`, the document that they looked at.

    Without an etag, of an item that is not there: a new one (`key` is None), or one that was deleted.
    """

    kind: Kind
    id: str
    patch: Patch
    source: str
    base: Document | None = None
    base_etag: int = 0
    key: int | None = None
    refers_to: RefersTo = field(default_factory=RefersTo)
    # The items that it is made of, by key, each with the last erasure that it had then (LibraryItem.last_erasure).
    seen: Mapping[int, int] = field(default_factory=dict)


def proposal(head: Head, patch: Patch, source: str, refers_to: RefersTo | None = None) -> Proposal:
    """A change of an item as it was just read; a patch that adds the root brings a deleted one back."""
    base = None if head.deleted_at is not None else head.document
    seen = {head.key: head.last_erasure}
    return Proposal(head.kind, head.id, patch, source, base, head.etag, head.key, refers_to or {}, seen)


def new_item(kind: Kind, id: str, document: Document, source: str, refers_to: RefersTo | None = None) -> Proposal:
    """A new item of this id."""
    patch = [{"op": "add", "path": "", "value": with_defaults(kind, document)}]
    return Proposal(kind, id, patch, source, refers_to=refers_to or {})


def combined(change: RequestedChange, one: Proposal) -> Patch:
    """What the request has for the item already with a further change: where both have a field, the one that came last.

    [] where nothing is left to change. A change that makes or deletes the item counts alone.
    """
    here, new = replay(change.base, change.patch), replay(one.base, one.patch)
    if one.base is None or change.base is None or here is None or new is None:
        return one.patch
    carried = merge(change.base, here, one.base).document
    picks = {conflict.key: conflict.ours for conflict in merge(one.base, new, carried).conflicts}
    both = resolve(one.base, new, carried, picks).document
    return [] if equal(both, one.base) else diff(one.base, both)


def is_same(change: RequestedChange, one: Proposal) -> bool:
    """Whether the request makes of its item, as that is by now, what this change makes of it."""
    here, new = replay(change.base, change.patch), replay(one.base, one.patch)
    if one.base is None or change.base is None or here is None or new is None:
        return (one.base is None) == (change.base is None) and equal(here, new)
    carried = merge(change.base, here, one.base)
    return not carried.conflicts and equal(carried.document, new)
