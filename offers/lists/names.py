"""Names: of items by their ids, and of those who changed items last. Reads only."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from offers.document.errors import JSON
from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.models import Listing, reading


def of_ids(sandbox_id: int, ids: Iterable[str]) -> QuerySet[Listing]:
    """What lists have of the items with these ids. An item's own row has the index of ids."""
    return Listing.objects.filter(item__sandbox_id=sandbox_id, item__id__in=list(ids))


def names(sandbox_id: int, ids: Iterable[str]) -> dict[str, str]:
    """The names of these items by id, in one query; deleted ones too, for history speaks of them."""
    wanted = set(ids)
    if not wanted:
        return {}
    return dict(of_ids(sandbox_id, wanted).values_list("id", "name"))


def names_in(sandbox_id: int, kind: Kind, documents: Iterable[JSON]) -> dict[str, str]:
    """The names of everything that these documents refer to, by id, in one query."""
    found = (reference.id for document in documents if document for reference in references(kind, document))
    return names(sandbox_id, found)


def changers(sandbox_id: int, kinds: Collection[Kind]) -> dict[str, str]:
    """Who changed items of these kinds last: the name that history copied last, by key; at most CHANGERS.

    One step along an index for each of them: PostgreSQL's DISTINCT would read every item.
    """
    return dict(reading.rows(CHANGERS_SQL, {"sandbox": sandbox_id, "kinds": list(kinds), "most": CHANGERS}))


CHANGERS = 100
CHANGERS_SQL = """
WITH RECURSIVE kinds(kind) AS (SELECT unnest(%(kinds)s::text[])),
changers(kind, key) AS (
  SELECT kind, (SELECT min(modified_by_key) FROM offers_listing AS item
                 WHERE sandbox_id = %(sandbox)s AND item.kind = kinds.kind AND deleted_at IS NULL) FROM kinds
  UNION ALL
  SELECT kind, (SELECT min(modified_by_key) FROM offers_listing AS item
                 WHERE sandbox_id = %(sandbox)s AND item.kind = changers.kind AND deleted_at IS NULL
                   AND modified_by_key > changers.key)
    FROM changers WHERE key IS NOT NULL
), found AS (SELECT kind, key FROM changers WHERE key IS NOT NULL LIMIT %(most)s)
SELECT DISTINCT ON (found.key) found.key, last.modified_by
  FROM found CROSS JOIN LATERAL (
    SELECT modified_by, modified_at FROM offers_listing AS item
     WHERE sandbox_id = %(sandbox)s AND item.kind = found.kind AND modified_by_key = found.key AND deleted_at IS NULL
     ORDER BY modified_at DESC LIMIT 1) AS last
 ORDER BY found.key, last.modified_at DESC
"""
