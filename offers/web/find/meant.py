"""The items that a person means by a few letters: by name and id, those that fit best first. Reads only.

It costs the same however many have these letters: so many of them are looked at, and of a word that everything has, so many of
the items that changed last.
"""

from collections.abc import Collection, Iterator

from django.db.models import F, QuerySet

from offers import asked
from offers.document.kinds.registry import Kind
from offers.lists.filters import MAX_WORDS, named_like
from offers.models import Listing, SearchText

LOOKED_AT = 300
# Of each kind, the items that changed last.
NEWEST = 1_000


def meant(sandbox_id: int, kinds: Collection[Kind], text: str, most: int) -> list[Listing]:
    """At most so many items of these kinds whose name, id or description has all words of the text. Two queries, or one more for
    each kind.
    """
    words = asked.words(text, MAX_WORDS)
    if not words:
        return []
    keys = [key for (key,) in _having(text)]
    here = Listing.objects.filter(sandbox_id=sandbox_id, deleted_at=None)
    found = list(here.filter(pk__in=keys, kind__in=kinds))
    if len(keys) > LOOKED_AT:
        known = {one.pk for one in found}
        found += [one for kind in kinds for one in _newest(here, kind, words) if one.pk not in known]
    return sorted(found, key=lambda one: (_distance(one, words), -one.modified_at.timestamp()))[:most]


def _having(text: str) -> QuerySet[SearchText, tuple[int]]:
    """The keys of some items that have all words, of any sandbox: whichever the index comes to first."""
    first, *others = named_like(text, MAX_WORDS)
    for keys in others:
        first = first.filter(item_id__in=keys)
    return first.values_list("item_id")[: LOOKED_AT + 1]


def _newest(here: QuerySet[Listing], kind: Kind, words: list[str]) -> Iterator[Listing]:
    """Those of the items that changed last that have all words in their names."""
    newest = here.filter(kind=kind).order_by(F("modified_at").desc(), F("item").desc()).values("pk")[:NEWEST]
    named = Listing.objects.filter(pk__in=newest)
    for word in words:
        named = named.filter(name__icontains=word)
    return named.iterator()


def _distance(one: Listing, words: list[str]) -> int:
    """How far an item is from what was typed: its id, the beginning of its name, beginnings of words of it, in it, or beside it."""
    name, whole = one.name.lower(), " ".join(words)
    if one.id.lower() == whole or name == whole:
        return 0
    if name.startswith(whole):
        return 1
    if all(f" {word}" in f" {name}" for word in words):
        return 2
    return 3 if all(word in name for word in words) else 4
