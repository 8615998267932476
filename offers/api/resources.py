"""Which address serves which kinds of library items."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers.api.wire.problems import ApiError
from offers.document.kinds.registry import OFFER_KINDS, Kind

BASE = "/data/core/dps"
OFFER_TYPES = {"personalized": Kind.PERSONALIZED_OFFER, "fallback": Kind.FALLBACK_OFFER}


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection of library items: `path` below the base, and what one and many of them are called."""

    path: str
    kinds: tuple[Kind, ...]
    one: str
    many: str


RESOURCES = (
    Resource("offers", OFFER_KINDS, "an offer", "offers"),
    Resource("placements", (Kind.PLACEMENT,), "a placement", "placements"),
    Resource("offer-rules", (Kind.RULE,), "a decision rule", "decision rules"),
    Resource("tags", (Kind.TAG,), "a tag", "tags"),
    Resource("offer-collections", (Kind.COLLECTION,), "a collection", "collections"),
    Resource("offer-decisions", (Kind.DECISION,), "a decision", "decisions"),
)


def kinds_of(request: HttpRequest, resource: Resource) -> tuple[Kind, ...]:
    """The kinds that a request is about. Offers are of both kinds, unless `offer-type` (in any case) says which.

    Raises ApiError (400) for an `offer-type` that there is not.
    """
    if len(resource.kinds) == 1:
        return resource.kinds
    offer_type = request.GET.get("offer-type")
    if offer_type is None:
        return resource.kinds
    kind = OFFER_TYPES.get(offer_type.lower())
    if kind is None:
        raise _unknown_offer_type()
    return (kind,)


def kind_to_create(request: HttpRequest, resource: Resource) -> Kind:
    """The one kind that a POST makes. Raises ApiError (400) where `offer-type` has to say it and does not."""
    kinds = kinds_of(request, resource)
    if len(kinds) > 1:
        raise _unknown_offer_type()
    return kinds[0]


def address_of(resource: Resource, kind: Kind, id: str) -> str:
    """Where an item is served, below the base."""
    offer_type = next((f"?offer-type={name}" for name, of_type in OFFER_TYPES.items() if of_type == kind), "")
    return f"/{resource.path}/{id}{offer_type}"


def _unknown_offer_type() -> ApiError:
    detail = _("Say offer-type=personalized or offer-type=fallback.")
    return ApiError(400, "bad-offer-type", _("A parameter could not be read"), detail)
