"""What a placement, rule, tag, collection or decision is, for its overview."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from offers.access.permissions import Actor
from offers.document.kinds.declared import Document
from offers.document.kinds.registry import Kind
from offers.lists.names import names, names_in
from offers.lists.pages import COUNT_LIMIT
from offers.models import LibraryItem, Listing

MEMBERS_SHOWN = 20


def facts_of(actor: Actor, item: LibraryItem) -> dict[str, Any]:
    """The part of an overview's context that is this kind's own."""
    make = _FACTS.get(Kind(item.kind))
    return make(actor, item) if make else {}


def _placement(actor: Actor, item: LibraryItem) -> dict[str, Any]:
    returned = item.document.get("returnMetaData", {})
    return {"returned": sorted(name for name, on in returned.items() if on)}


def _collection(actor: Actor, item: LibraryItem) -> dict[str, Any]:
    ids = item.document["ids"]
    by_tags = item.document["filterType"] != "offers"
    found, total, more = members(actor.sandbox.pk, item.document, MEMBERS_SHOWN)
    known = names(actor.sandbox.pk, ids) if by_tags else {}
    return {
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
    if collection["filterType"] == "offers":
        found = offers.filter(item__id__in=ids, item__sandbox=sandbox_id)
    elif collection["filterType"] == "all-tags":
        found = offers.filter(references__contains=ids) if ids else offers.none()
    else:
        found = offers.filter(references__overlap=ids)
    total = found[: COUNT_LIMIT + 1].count()
    return list(found.order_by("name", "pk")[:limit]), min(total, COUNT_LIMIT), total > COUNT_LIMIT


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


def _decision(actor: Actor, item: LibraryItem) -> dict[str, Any]:
    known = names_in(actor.sandbox.pk, Kind.DECISION, [item.document])
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
_FACTS: Mapping[Kind, Callable[[Actor, LibraryItem], dict[str, Any]]] = {
    Kind.PLACEMENT: _placement,
    Kind.COLLECTION: _collection,
    Kind.DECISION: _decision,
}
