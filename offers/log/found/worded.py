"""Words of an item's name and of a note, of which days know nothing. Reads only.

A word that few items have leads to these, and so to their entries. Of one that thousands have, nearly every stretch of the log has
some: there it is looked at the entries that have all else, so many of them and no more (log/audit).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from offers import asked
from offers.lists.filters import MAX_WORDS, named_like, with_word
from offers.lists.keyset import Order, Page, Start, Values, cursor_after, cursor_before, page_of
from offers.models import LogEntry, LogNote

# Items, and notes, whose entries are found and sorted.
FEW = 1_000


@dataclass(frozen=True, slots=True)
class AuditPage(Page[LogEntry]):
    """A page that may have come to its bound before it was full: then `looked` says how many entries it looked at, 0 otherwise, and
    `further` which way it goes on to look ("next", "previous"). Where nobody knows how many there are, `total` is 0 and `more` true.
    """

    looked: int = 0
    further: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The first entries from a start on. `border`: it was looked as far as there, at so many; None where that is everything."""

    entries: list[LogEntry]
    border: Values | None = None
    looked: int = 0


def items_with(text: str) -> AbstractSet[int] | None:
    """The keys of the items that have each of these words in name, id or description; None where they are not few."""
    named, *others = named_like(text, MAX_WORDS)
    for other in others:
        named = named.filter(item_id__in=other)
    found = list(named[: FEW + 1])
    return set(found) if len(found) <= FEW else None


def notes_with(sandbox_id: int, note: str) -> list[int] | None:
    """The places of the entries that have all these words in their notes; None where they are not few."""
    noted = LogNote.objects.filter(_words(note), sandbox_id=sandbox_id)
    found = list(noted.values_list("index", flat=True)[: FEW + 1])
    return found if len(found) <= FEW else None


def having(sandbox_id: int, items: Mapping[int, int | None], text: str, note: str) -> AbstractSet[int]:
    """Those of these places of entries, each with its item, that have all words of the note, and whose item has all of the text in name,
    id or description.
    """
    places: AbstractSet[int] = items.keys()
    for named in named_like(text, MAX_WORDS):
        keys = {item for place in places if (item := items[place]) is not None}
        having_word = set(named.filter(these("item_key", keys)))
        places = {place for place in places if items[place] in having_word}
    if note:
        noted = LogNote.objects.filter(_words(note), these("index", places), sandbox_id=sandbox_id)
        places = set(noted.values_list("index", flat=True))
    return places


def these(column: str, keys: Collection[int]) -> RawSQL:
    """By the index of this column: PostgreSQL does not see how many there are, and so walks along no other index to find them."""
    return RawSQL(f'"{column}" = ANY(ARRAY(SELECT unnest(%s::bigint[])))', (sorted(keys),), BooleanField())  # noqa: S611


def _words(text: str) -> Q:
    return reduce(and_, map(with_word, asked.words(text, MAX_WORDS)), Q())


def page_to(
    seen: Looked,
    rows: Sequence[LogEntry],
    size: int,
    order: Order,
    start: Start,
    values_of: Callable[[LogEntry], Values],
    *,
    total: int,
    more: bool,
) -> AuditPage:
    """The page of these rows, which goes on from where it was looked to, if that did not fill it."""
    found = page_of(rows, size, order, start, values_of, total=total, more=more)
    if seen.border is None or len(rows) > size:
        return AuditPage(found.items, found.next, found.previous, total, more)
    # Whoever goes back goes back to a page that has something: the border itself may have been on the one before.
    before, after = (found.previous, found.next) if rows else ("", "")
    if start.backwards:
        before = cursor_before(order, seen.border)
    else:
        after = cursor_after(order, seen.border)
    return AuditPage(found.items, after, before, total, more, seen.looked, "previous" if start.backwards else "next")
