"""Which address serves which kinds of library items."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers.api.wire.problems import ApiError
from offers.document.kinds.registry import KINDS, SECTIONS, Kind, kinds_in

OFFER_TYPES = {one.offer_type: kind for kind, one in KINDS.items() if one.offer_type}


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection of library items: `path` below API_BASE, and what one and many of them are called."""

    path: str
    kinds: tuple[Kind, ...]
    one: str
    many: str


RESOURCES = tuple(Resource(section.path, kinds_in(section), section.an, section.many) for section in SECTIONS)


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


def _unknown_offer_type() -> ApiError:
    detail = _("Say offer-type=personalized or offer-type=fallback.")
    return ApiError(400, "bad-offer-type", _("A parameter could not be read"), detail)
