"""Which kinds of library items there are: the one table of them. What each is stands in a module of its own.

Documents are typed dictionaries, which pydantic checks as strictly as its models: a document stays the plain JSON that
was sent, a member that is not required may be absent but not null, and nothing is converted, filled in or reordered.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from offers.document.kinds.collection import COLLECTION
from offers.document.kinds.decision import DECISION
from offers.document.kinds.declared import Declaration, Section
from offers.document.kinds.offer import FALLBACK, OFFERS, PERSONALIZED
from offers.document.kinds.placement import PLACEMENT
from offers.document.kinds.rule import RULE
from offers.document.kinds.tag import TAG


class Kind(StrEnum):
    """What a library item is."""

    PERSONALIZED_OFFER = "personalized-offer"
    FALLBACK_OFFER = "fallback-offer"
    PLACEMENT = "placement"
    RULE = "rule"
    TAG = "tag"
    COLLECTION = "collection"
    DECISION = "decision"


KINDS: Mapping[Kind, Declaration] = {
    Kind.PERSONALIZED_OFFER: PERSONALIZED,
    Kind.FALLBACK_OFFER: FALLBACK,
    Kind.PLACEMENT: PLACEMENT,
    Kind.RULE: RULE,
    Kind.TAG: TAG,
    Kind.COLLECTION: COLLECTION,
    Kind.DECISION: DECISION,
}
ADAPTERS: Mapping[Kind, TypeAdapter[Any]] = {kind: TypeAdapter(one.shape) for kind, one in KINDS.items()}
# In the order of the table, each once.
SECTIONS: tuple[Section, ...] = tuple(dict.fromkeys(one.section for one in KINDS.values()))


# Below this are the addresses of the API, as the Offer Library's are.
API_BASE = "/data/core/dps"


def kinds_in(section: Section) -> tuple[Kind, ...]:
    """The kinds that a section shows."""
    return tuple(kind for kind, one in KINDS.items() if one.section is section)


OFFER_KINDS = kinds_in(OFFERS)


def api_address(kind: Kind, id: str) -> str:
    """Where the API serves an item, on whatever host; the id as it is to stand in an address."""
    one = KINDS[kind]
    return f"{API_BASE}/{one.section.path}/{id}{f'?offer-type={one.offer_type}' if one.offer_type else ''}"


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind's document, for the OpenAPI description."""
    return ADAPTERS[kind].json_schema()
