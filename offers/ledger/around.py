"""Documents before and after many changes of many items at once. Reads only."""

from collections.abc import Sequence

import orjson

from offers.document.patch import replay
from offers.document.values import Document
from offers.models import Revision, reading

Around = tuple[Document | None, Document | None]


def around(made: Sequence[Revision]) -> dict[int, Around]:
    """The documents before and after each of these revisions, by its key, in one query: at most SNAPSHOT_EVERY patches are replayed for each."""
    each = {one.key: one for one in made}.values()
    wanted = [[one.key for one in each], [one.item_id for one in each], [one.etag for one in each]]
    found: dict[int, Around] = {}
    document: Document | None = None
    for key, patch, snapshot in reading.rows(_CHAINS, wanted):
        start = key not in found
        before = None if start else document
        # A chain begins at a snapshot, or with the patch that makes the item.
        document = orjson.loads(snapshot) if start and snapshot else replay(before, orjson.loads(patch))
        found[key] = (before, document)
    return found


_CHAINS = """
SELECT wanted.key, near.patch, CASE WHEN near.etag = start.etag THEN near.snapshot END
  FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS wanted(key, item, etag)
 CROSS JOIN LATERAL (SELECT coalesce(max(etag), 1) AS etag FROM offers_revision
                      WHERE item_id = wanted.item AND etag < wanted.etag AND snapshot IS NOT NULL) AS start
  JOIN offers_revision AS near ON near.item_id = wanted.item AND near.etag BETWEEN start.etag AND wanted.etag
 ORDER BY wanted.key, near.etag
"""
