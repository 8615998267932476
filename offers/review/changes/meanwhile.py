"""Who changed what goes live by a request after it was proposed as it is now: what its author has not seen.

Whoever made such a change alone does not say yes to the request, for then nobody else would have looked at it. What came by a
request of its own was looked at by somebody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

import orjson
from django.utils.translation import gettext as _

from offers.access.client_secrets import who_is_behind, who_was_behind
from offers.access.permissions import actor_key
from offers.document.values import Document
from offers.document.words.describe import titled
from offers.document.words.naming import Place, place_at
from offers.models import reading

# Fields that are named.
NAMED = 3


@dataclass(frozen=True)
class Made:
    """The last change of an item by somebody, of those after the request was proposed; `alone` without a second person."""

    request: int
    id: str
    etag: int
    actor_key: str
    actor_label: str
    at: datetime
    patch: str
    alone: bool

    @cached_property
    def people(self) -> set[str]:
        return people(self.actor_key, self.at)

    def fields(self, document: Document | None) -> str:
        """What it changed, by the labels of the fields, in the document as it is now."""
        pointers = (operation["path"] for operation in orjson.loads(self.patch))
        labels = dict.fromkeys(_label(place_at(document, pointer)) for pointer in pointers if pointer)
        named = ", ".join(islice(labels, NAMED)) or _("all of it")
        return f"{named} (+{len(labels) - NAMED})" if len(labels) > NAMED else named


def _label(place: Place) -> str:
    return titled([_(label).format(**params) for label, params in (*place.context, (place.label, place.params))])


def people(key: str, at: datetime) -> set[str]:
    """Who acts, or acted then, where this one does."""
    return {*who_is_behind(key), *who_was_behind(key, at)}


# An item's times only grow; and whatever the clocks of two servers say, what began later was stored later.
_MADE = """
WITH seen AS MATERIALIZED (
  SELECT asked.request, asked.id, item.key AS item,
         COALESCE((SELECT etag FROM offers_revision
                    WHERE item_id = item.key AND created_at <= proposed.created_at AND xid <= proposed.xid
                    ORDER BY etag DESC LIMIT 1), 0) AS etag
    FROM unnest(%(requests)s::bigint[], %(versions)s::integer[], %(ids)s::text[]) AS asked(request, version, id)
    JOIN offers_libraryitem AS item ON item.sandbox_id = %(sandbox)s AND item.id = asked.id
   CROSS JOIN LATERAL (
         SELECT created_at, xid FROM offers_requestevent
          WHERE request_id = asked.request AND version = asked.version AND what IN ('opened', 'edited')
          ORDER BY key DESC LIMIT 1) AS proposed)
SELECT DISTINCT ON (seen.request, seen.item, made.actor_id, made.client_id, reviewed.alone)
       seen.request, seen.id, made.etag, made.actor_id, made.client_id, made.actor_label, made.created_at, made.patch,
       reviewed.alone
  FROM seen JOIN offers_revision AS made ON made.item_id = seen.item AND made.etag > seen.etag
 CROSS JOIN LATERAL (
       SELECT made.source <> 'review' OR NOT EXISTS (
         SELECT FROM offers_changerequest AS other JOIN offers_requestevent AS applied ON applied.request_id = other.key
          WHERE other.sandbox_id = %(sandbox)s AND other.number = (made.refers_to ->> 'request')::integer
            AND applied.what = 'applied' AND applied.about -> 'approvedBy' <> '[]') AS alone OFFSET 0) AS reviewed
 WHERE made.created_at <= %(until)s::timestamptz
 ORDER BY seen.request, seen.item, made.actor_id, made.client_id, reviewed.alone, made.etag DESC"""


def made_since(
    sandbox_id: int, asked: Collection[tuple[int, int, str]], until: datetime | None = None
) -> tuple[Made, ...]:
    """What was changed of these items, each given with the key and the version of its request: one statement."""
    requests, versions, ids = zip(*asked, strict=True)
    given = {"sandbox": sandbox_id, "requests": list(requests), "versions": list(versions), "ids": list(ids)}
    found: Iterable[tuple[Any, ...]] = reading.rows(_MADE, {**given, "until": until or "infinity"})
    return tuple(
        Made(request, id, etag, actor_key(actor, client or "", label), label, at, patch, alone)
        for request, id, etag, actor, client, label, at, patch, alone in found
    )
