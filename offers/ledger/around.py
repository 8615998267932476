"""Documents before and after many changes of many items at once. Reads only."""

from collections.abc import Iterable

import orjson

from offers.document.patch import replay
from offers.document.values import Document
from offers.models import reading

# The key of an item, and an etag that it had.
Version = tuple[int, int]
Around = tuple[Document | None, Document | None]


def around(wanted: Iterable[Version]) -> dict[Version, Around]:
    """The documents before and after the change that made each of these versions, in one query: at most SNAPSHOT_EVERY patches are
    replayed for each.
    """
    each = [*dict.fromkeys(wanted)]
    found: dict[Version, Around] = {}
    document: Document | None = None
    for item, etag, patch, snapshot in reading.rows(_CHAINS, [[item for item, _ in each], [etag for _, etag in each]]):
        start = (item, etag) not in found
        before = None if start else document
        # A chain begins at a snapshot, or with the patch that makes the item.
        document = orjson.loads(snapshot) if start and snapshot else replay(before, orjson.loads(patch))
        found[item, etag] = (before, document)
    return found


_CHAINS = """
SELECT wanted.item, wanted.etag, near.patch, CASE WHEN near.etag = start.etag THEN near.snapshot END
  FROM unnest(%s::bigint[], %s::int[]) AS wanted(item, etag)
 CROSS JOIN LATERAL (SELECT coalesce(max(etag), 1) AS etag FROM offers_revision
                      WHERE item_id = wanted.item AND etag < wanted.etag AND snapshot IS NOT NULL) AS start
  JOIN offers_revision AS near ON near.item_id = wanted.item AND near.etag BETWEEN start.etag AND wanted.etag
 ORDER BY wanted.item, wanted.etag, near.etag
"""
