"""The items that a person means by a few letters: by name and id, those that fit best first. Reads only.

It costs the same however many have these letters: the items that changed last are looked at first, and an index is asked only where
these are not all, and too few of them have what is looked for. So of a word that everything has, those that changed last are meant.
"""

from collections.abc import Collection

from offers import asked
from offers.document.kinds.registry import Kind
from offers.lists.filters import MAX_WORDS, TRIGRAM, named_like
from offers.models import Listing, reading

# Of each kind, the items that changed last; and hits that are weighed against each other.
NEWEST = 1_000
WEIGHED = 200
# A row of nothing but NULL says that there are more of a kind.
NEWEST_SQL = """
WITH newest AS MATERIALIZED (
  SELECT found.* FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
    SELECT key, modified_at, normalize(lower(name || ' ' || id)) AS text FROM offers_listing
     WHERE sandbox_id = %(sandbox)s AND kind = wanted.kind AND deleted_at IS NULL
     ORDER BY modified_at DESC, key DESC LIMIT %(newest)s) AS found)
(SELECT key FROM newest WHERE text LIKE ALL(%(patterns)s::text[]) ORDER BY modified_at DESC LIMIT %(weighed)s)
UNION ALL
(SELECT NULL FROM newest OFFSET %(newest)s - 1 LIMIT 1)
"""


def meant(sandbox_id: int, kinds: Collection[Kind], text: str, most: int) -> list[Listing]:
    """At most so many items of these kinds whose name, id or description has all words of the text. Three queries at most."""
    words = asked.words(text, MAX_WORDS)
    if not words:
        return []
    keys = _newest(sandbox_id, kinds, words)
    # Three Latin letters are in most contents somewhere, which share the index: 400 ms in 100,000 offers.
    is_telling = any(len(word) > TRIGRAM or not word.isascii() for word in words)
    if None in keys and len(keys) <= most and is_telling:
        keys |= _indexed(text)
    found = Listing.objects.filter(pk__in=keys - {None}, sandbox_id=sandbox_id, kind__in=kinds, deleted_at=None)
    return sorted(found, key=lambda one: (_distance(one, words), -one.modified_at.timestamp()))[:most]


def _newest(sandbox_id: int, kinds: Collection[Kind], words: list[str]) -> set[int | None]:
    """The keys of the items that changed last and have all words in name and id; with None where there are others besides."""
    patterns = [f"%{_literally(word)}%" for word in words]
    values = {"sandbox": sandbox_id, "kinds": list(kinds), "newest": NEWEST, "weighed": WEIGHED, "patterns": patterns}
    return {key for (key,) in reading.rows(NEWEST_SQL, values)}


def _literally(word: str) -> str:
    """A word as a pattern of LIKE that means nothing but itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _indexed(text: str) -> set[int | None]:
    """The keys of some items that have all words, of any sandbox: whichever the index comes to first."""
    first, *others = named_like(text, MAX_WORDS)
    for keys in others:
        first = first.filter(item_id__in=keys)
    hits, params = first.query.sql_with_params()
    # A LIMIT on the hits themselves would let PostgreSQL believe that it comes to enough of them by reading one after the other.
    statement = f"WITH hits(key) AS MATERIALIZED ({hits}) SELECT key FROM hits LIMIT %s"
    return {key for (key,) in reading.rows(statement, [*params, WEIGHED])}


def _distance(one: Listing, words: list[str]) -> int:
    """How far an item is from what was typed: its id, the beginning of its name, beginnings of words of it, in it, or beside it."""
    name, whole = asked.composed(one.name), " ".join(words)
    if one.id.lower() == whole or name == whole:
        return 0
    if name.startswith(whole):
        return 1
    if all(f" {word}" in f" {name}" for word in words):
        return 2
    return 3 if all(word in name for word in words) else 4
