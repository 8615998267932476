"""What a placement, rule, tag, collection or decision is, for its overview."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from offers.access.permissions import Actor
from offers.document.kinds.declared import Document
from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.lists import as_of
from offers.lists.filters import Wanted, in_collection
from offers.lists.pages import COUNT_LIMIT
from offers.lists.timely import TooSlow
from offers.models import LibraryItem, Listing

MEMBERS_SHOWN = 20
# Collections of an offer's tags that are looked at.
COLLECTED = 20
# The same of a page of offers at once.
COLLECTED_EACH = 200


def facts_of(actor: Actor, item: LibraryItem, at: datetime | None = None) -> dict[str, Any]:
    """The part of an overview's context that is this kind's own; of a moment, with what else was so `at` that."""
    make = _FACTS.get(Kind(item.kind))
    return make(actor, item, at) if make else {}


def _placement(actor: Actor, item: LibraryItem, at: datetime | None) -> dict[str, Any]:
    returned = item.document.get("returnMetaData", {})
    return {"returned": sorted(name for name, on in returned.items() if on)}


def _collection(actor: Actor, item: LibraryItem, at: datetime | None) -> dict[str, Any]:
    ids = item.document["ids"]
    by_tags = item.document["filterType"] != "offers"
    too_slow = False
    found: Sequence[Listing | LibraryItem]
    try:
        found, total, more = (
            members_then(actor.sandbox.pk, item.document, MEMBERS_SHOWN, at)
            if at
            else members(actor.sandbox.pk, item.document, MEMBERS_SHOWN)
        )
    except TooSlow:
        found, total, more, too_slow = [], 0, False, True
    known = as_of.names_at(actor.sandbox.pk, ids, at) if by_tags else {}
    return {
        "too_slow": too_slow,
        "by_tags": by_tags,
        "tags": [(id, known.get(id, id)) for id in ids] if by_tags else [],
        "members": found,
        "total": total,
        "more_than_total": more,
    }


def members(sandbox_id: int, collection: Document, limit: int) -> tuple[list[Listing], int, bool]:
    """The offers that a collection's document holds now, by name; how many, at most COUNT_LIMIT, and whether more."""
    ids = collection["ids"]
    offers = Listing.objects.filter(sandbox_id=sandbox_id, kind=Kind.PERSONALIZED_OFFER, deleted_at=None)
    found = offers.filter(in_collection(sandbox_id, collection)) if ids else offers.none()
    total = found[: COUNT_LIMIT + 1].count()
    return list(found.order_by("name", "pk")[:limit]), min(total, COUNT_LIMIT), total > COUNT_LIMIT


def members_then(
    sandbox_id: int, collection: Document, limit: int, at: datetime
) -> tuple[list[LibraryItem], int, bool]:
    """The same of a moment. Raises TooSlow."""
    if not collection["ids"]:
        return [], 0, False
    asks = in_collection(sandbox_id, collection)
    page = as_of.page(sandbox_id, (Kind.PERSONALIZED_OFFER,), Wanted(), at, "name", size=limit, asks=asks)
    return page.items, page.total, page.more


def collected(offer: LibraryItem, at: datetime | None = None) -> list[tuple[str, str]]:
    """The id and name of the collections that have an offer by its tags, now or `at` a moment: of many, the first ones."""
    tags = offer.document.get("tags", [])
    if not tags or offer.kind != Kind.PERSONALIZED_OFFER:
        return []
    asks = Q(references__overlap=tags)
    found: Iterable[LibraryItem]
    if at:
        try:
            found = as_of.page(
                offer.sandbox_id, (Kind.COLLECTION,), Wanted(), at, "name", size=COLLECTED, asks=asks
            ).items
        except TooSlow:
            return []
    else:
        found = _collections(offer.sandbox_id, asks)[:COLLECTED]
    return [(one.id, one.name) for one in found if _has_by_tags(one.document, set(tags))]


def collected_each(sandbox_id: int, offers: Iterable[Listing]) -> dict[int, list[tuple[str, str]]]:
    """The same, as it is now, of several offers, by their keys: of very many collections, the first ones. One query."""
    # Whatever else an offer refers to is no tag, and stands in no collection as one.
    tags = {one.pk: set(one.references) for one in offers if one.kind == Kind.PERSONALIZED_OFFER}
    asks = Q(references__overlap=sorted(set().union(*tags.values())))
    found = list(_collections(sandbox_id, asks)[:COLLECTED_EACH]) if any(tags.values()) else []
    return {key: [(one.id, one.name) for one in found if _has_by_tags(one.document, has)] for key, has in tags.items()}


def _collections(sandbox_id: int, asks: Q) -> QuerySet[LibraryItem]:
    """What there is of them now, by name."""
    rows = Listing.objects.filter(asks, sandbox_id=sandbox_id, kind=Kind.COLLECTION, deleted_at=None)
    return LibraryItem.objects.filter(key__in=rows.values("item_id")).order_by("listing__name", "key")


def _has_by_tags(collection: Document, tags: set[str]) -> bool:
    ids = set(collection["ids"])
    return {"any-tags": bool(ids & tags), "all-tags": ids <= tags}.get(collection["filterType"], False)


@dataclass(frozen=True, slots=True)
class Scope:
    """One of a decision's criteria, with names: (id, name) of what it refers to."""

    number: int
    placements: list[tuple[str, str]]
    collection: tuple[str, str]
    kind: str
    rule: tuple[str, str] | None
    audiences: str
    priority: int | None
    method: str


def _decision(actor: Actor, item: LibraryItem, at: datetime | None) -> dict[str, Any]:
    known = as_of.names_at(actor.sandbox.pk, {one.id for one in references(Kind.DECISION, item.document)}, at)
    fallback = item.document.get("fallback")
    return {
        "scopes": [_scope(index, one, known) for index, one in enumerate(item.document.get("criteria", ()), 1)],
        "fallback": (fallback, known.get(fallback, fallback)) if fallback else None,
    }


def _scope(number: int, criterion: Document, known: Mapping[str, str]) -> Scope:
    constraint, rank = criterion.get("profileConstraint", {}), criterion.get("rank", {})
    order = rank.get("order", {})
    kind, rule = constraint.get("profileConstraintType", "none"), constraint.get("eligibilityRule", "")
    chosen = criterion["optionSelection"]["filter"]
    return Scope(
        number,
        _named(criterion["placements"], known),
        (chosen, known.get(chosen, chosen)),
        kind,
        (rule, known.get(rule, rule)) if kind == "eligibilityRule" else None,
        ", ".join(one.get("xid") or one.get("_id", "") for one in constraint.get("segmentIdentities", ())),
        rank.get("priority"),
        " · ".join(filter(None, (order.get("orderEvaluationType"), order.get("rankingStrategy")))),
    )


def _named(ids: Iterable[str], known: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(id, known.get(id, id)) for id in ids]


# What these overviews show is not as it stands in their documents: what a placement gives back, who is in a collection now, what
# the things that a decision names are called. So it is made here, and not declared with the kind.
_FACTS: Mapping[Kind, Callable[[Actor, LibraryItem, datetime | None], dict[str, Any]]] = {
    Kind.PLACEMENT: _placement,
    Kind.COLLECTION: _collection,
    Kind.DECISION: _decision,
}
