"""What differs between two moments, in words, for the pages that tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import thread_time
from typing import TypeAlias

from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.document.values import Document, equal
from offers.document.words.alike import together
from offers.document.words.describe import Change, describe
from offers.lists.names import names
from offers.log.between import Pair
from offers.models import LibraryItem

# What an item's change comes to, so that the same of another one can be told with it.
Same: TypeAlias = tuple[str, tuple[tuple[str, str, str], ...]]

# Changes of an item up to which it is looked for whether others have the same: nobody makes more of them in many.
FEW = 3
# Items that the line of a group names.
GROUP_NAMES = 2
# Seconds of the processor for the words of one page: of documents as large as they may be, few can be told apart in that time.
ENOUGH = 0.3
# Changes of an item that its line shows, the others being folded; one alone is not: it takes no more room than what would open it.
IN_FRONT = 2


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

    @property
    def how(self) -> str:
        """Whether the later moment has it newly, any more, or otherwise."""
        return "changed" if self.before and self.after else "came" if self.after else "went"

    @property
    def in_front(self) -> list[Change]:
        return self.changes if len(self.changes) <= IN_FRONT + 1 else self.changes[:IN_FRONT]

    @property
    def behind(self) -> list[Change]:
        return self.changes[len(self.in_front) :]


@dataclass(frozen=True, slots=True)
class Group:
    """Items that have become the same way what they are, the one that was changed last in front; most have no `others`."""

    first: Difference
    others: list[Difference]

    @property
    def every(self) -> list[Difference]:
        return [self.first, *self.others]

    @property
    def named(self) -> list[Difference]:
        return self.every[:GROUP_NAMES]

    @property
    def more(self) -> int:
        """How many there are besides those that the line names."""
        return max(0, len(self.every) - GROUP_NAMES)

    @property
    def is_from_one(self) -> bool:
        """Whether they were the same before, too."""
        was = [[one.old for one in told.changes] for told in self.every if told.how == "changed"]
        return all(equal(one, was[0]) for one in was)


def grouped(found: Sequence[Difference]) -> list[Group]:
    """Each with what is alike under it: the same fields have the same values now, or all came, or all went."""
    return [Group(first, others) for first, *others in together(found, _same)]


def _same(one: Difference) -> Same | None:
    kind = one.pair.item.kind
    if one.how != "changed":
        return kind, ((one.how, "", ""),)
    if one.untold or len(one.changes) > FEW or any(change.action == "moved" for change in one.changes):
        return None
    return kind, tuple((change.action, change.title, repr(change.new)) for change in one.changes)


def told(sandbox_id: int, pairs: Sequence[Pair]) -> list[Difference]:
    """In words, from the earlier moment to the later one; in one query."""
    both = [item for pair in pairs for item in (pair.first, pair.last) if item]
    known = names(sandbox_id, {id for item in both for id in _referred_to(item)})
    until = thread_time() + ENOUGH
    found = []
    for pair in pairs:
        before, after = pair.first, pair.last
        if thread_time() > until:
            found.append(Difference(pair, before, after, [], untold=True))
        else:
            found.append(Difference(pair, before, after, _in_parts(describe(_of(before), _of(after), names=known))))
    return found


def _in_parts(changes: Sequence[Change]) -> list[Change]:
    """The same with a row for each part of a content, as its text and an address, so that each is named in full."""
    return [row for change in changes for row in _rows_of(change)]


def _rows_of(change: Change) -> list[Change]:
    read = change.reading
    if read is None or len(read.parts) < 2:
        return [change]
    last = read.parts[-1]
    return [
        replace(change, reading=read._replace(parts=(part,), and_markup=read.and_markup and part is last))
        for part in read.parts
    ]


def _of(item: LibraryItem | None) -> Document | None:
    return item.document if item else None


def _referred_to(item: LibraryItem) -> set[str]:
    return {reference.id for reference in references(Kind(item.kind), item.document)}
