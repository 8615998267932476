"""The sections of a sandbox: which kinds of items each one shows, and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from offers.document.kinds.registry import OFFER_KINDS, Kind


@dataclass(frozen=True, slots=True)
class Section:
    """`slug` is its part of an address; `about` says on an empty page what the section is for."""

    slug: str
    kinds: tuple[Kind, ...]
    icon: str
    title: str | Promise
    one: str | Promise
    about: str | Promise


OFFERS = Section(
    "offers",
    OFFER_KINDS,
    "gift",
    _("Offers"),
    _("Offer"),
    _("An offer is what a customer sees: its content for each placement, when it may be shown, and to whom."),
)
PLACEMENTS = Section(
    "placements",
    (Kind.PLACEMENT,),
    "layout-board",
    _("Placements"),
    _("Placement"),
    _("A placement is a spot that offers can fill: a banner on the home page, a line in an email."),
)
RULES = Section(
    "rules",
    (Kind.RULE,),
    "filter",
    _("Rules"),
    _("Decision rule"),
    _("A decision rule says which customers may see an offer."),
)
TAGS = Section(
    "tags",
    (Kind.TAG,),
    "tag",
    _("Tags"),
    _("Tag"),
    _("Tags group offers, so that they can be found and put into collections."),
)
COLLECTIONS = Section(
    "collections",
    (Kind.COLLECTION,),
    "category",
    _("Collections"),
    _("Collection"),
    _("A collection is a set of offers, by their tags or one by one. Decisions choose from collections."),
)
DECISIONS = Section(
    "decisions",
    (Kind.DECISION,),
    "target",
    _("Decisions"),
    _("Decision"),
    _("A decision says which collection fills which placements, for whom, and what is shown when nothing fits."),
)

ALL = (OFFERS, PLACEMENTS, RULES, TAGS, COLLECTIONS, DECISIONS)
SECTIONS: Mapping[str, Section] = {section.slug: section for section in ALL}
SECTION_OF: Mapping[str, Section] = {kind: section for section in SECTIONS.values() for kind in section.kinds}


class SectionConverter:
    """In addresses: `offers`, `placements`, ...; views get the Section."""

    regex = "|".join(SECTIONS)

    def to_python(self, value: str) -> Section:
        return SECTIONS[value]

    def to_url(self, value: Section | str) -> str:
        return value if isinstance(value, str) else value.slug
