"""How many offers there are to each item of another list: those that name it; of a collection, those it holds."""

from collections.abc import Sequence
from typing import Any

import orjson

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.lists.pages import COUNT_LIMIT
from offers.lists.timely import TooSlow, in_time
from offers.models import LibraryItem, reading

COUNTED = frozenset({Kind.PLACEMENT, Kind.RULE, Kind.TAG, Kind.COLLECTION})
# A list comes without its counts rather than late: what most of a large library names takes longer to count than to list.
MILLISECONDS = 300

# Each is counted by an index, as far as counting goes. A collection of offers names them itself.
_EACH = """
SELECT wanted.id, CASE wanted.how
  WHEN 'named' THEN (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" @> wanted.ids
       AND kind = ANY(%(kinds)s) AND deleted_at IS NULL LIMIT %(most)s) AS found)
  WHEN 'all-tags' THEN (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" @> wanted.ids
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  WHEN 'offers' THEN (SELECT count(*) FROM (
    SELECT FROM offers_libraryitem WHERE sandbox_id = %(sandbox)s AND id = ANY(wanted.ids)
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  ELSE (SELECT count(*) FROM (
    SELECT FROM offers_listing WHERE sandbox_id = %(sandbox)s AND "references" && wanted.ids
       AND kind = %(personalized)s AND deleted_at IS NULL LIMIT %(most)s) AS found)
  END
  FROM jsonb_to_recordset(%(wanted)s::jsonb) AS wanted(id text, how text, ids text[])
"""


def offers_of(items: Sequence[LibraryItem]) -> dict[str, int]:
    """How many offers there are to each of these items of one list, by its id: COUNT_LIMIT + 1 stands for more.

    One statement. Empty where that takes too long, or there is nothing to count.
    """
    if not items or items[0].kind not in COUNTED:
        return {}
    values = {
        "sandbox": items[0].sandbox_id,
        "kinds": [kind.value for kind in OFFER_KINDS],
        "personalized": Kind.PERSONALIZED_OFFER.value,
        "most": COUNT_LIMIT + 1,
        "wanted": orjson.dumps([_wanted(item) for item in items]).decode(),
    }
    try:
        with in_time(MILLISECONDS):
            return dict(reading.rows(_EACH, values))
    except TooSlow:
        return {}


def _wanted(item: LibraryItem) -> dict[str, Any]:
    if item.kind == Kind.COLLECTION:
        return {"id": item.id, "how": item.document["filterType"], "ids": item.document["ids"]}
    return {"id": item.id, "how": "named", "ids": [item.id]}
