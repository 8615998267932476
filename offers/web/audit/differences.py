"""What differs between two moments, in words, for the pages that tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import thread_time

from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.document.values import Document
from offers.document.words.describe import Change, describe
from offers.lists.names import names
from offers.log.between import Pair
from offers.models import LibraryItem

# Seconds of the processor for the words of one page: of documents as large as they may be, few can be told apart in that time.
ENOUGH = 0.3


@dataclass(frozen=True, slots=True)
class Difference:
    """An item as it was at the moment `before` and at the moment `after`, and what tells them apart.

    `untold`: the page had no time left to compare both.
    """

    pair: Pair
    before: LibraryItem | None
    after: LibraryItem | None
    changes: list[Change]
    untold: bool = False


def told(sandbox_id: int, pairs: Sequence[Pair], *, backwards: bool = False) -> list[Difference]:
    """In words, from the earlier moment to the later one, or `backwards`; in one query."""
    sides = [(pair, pair.last, pair.first) if backwards else (pair, pair.first, pair.last) for pair in pairs]
    known = names(sandbox_id, {id for side in sides for item in side[1:] if item for id in _referred_to(item)})
    until = thread_time() + ENOUGH
    found = []
    for pair, before, after in sides:
        if thread_time() > until:
            found.append(Difference(pair, before, after, [], untold=True))
        else:
            found.append(Difference(pair, before, after, describe(_of(before), _of(after), names=known)))
    return found


def _of(item: LibraryItem | None) -> Document | None:
    return item.document if item else None


def _referred_to(item: LibraryItem) -> set[str]:
    return {reference.id for reference in references(Kind(item.kind), item.document)}
