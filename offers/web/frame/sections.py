"""The sections of a sandbox, as pages speak of them: what is declared (document/kinds/), with words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from offers.document.kinds import declared, registry


@dataclass(frozen=True, slots=True)
class Section:
    """`slug` is its part of an address; `about` says on an empty page what the section is for."""

    slug: str
    kinds: tuple[registry.Kind, ...]
    icon: str
    title: Promise
    one: Promise
    about: Promise


def _section(one: declared.Section) -> Section:
    words = gettext_lazy(one.title), gettext_lazy(one.one), gettext_lazy(one.about)
    return Section(one.slug, registry.kinds_in(one), one.icon, *words)


SECTIONS: Mapping[str, Section] = {one.slug: _section(one) for one in registry.SECTIONS}
SECTION_OF: Mapping[str, Section] = {kind: section for section in SECTIONS.values() for kind in section.kinds}
OFFERS = SECTION_OF[registry.Kind.PERSONALIZED_OFFER]


class SectionConverter:
    """In addresses: `offers`, `placements`, ...; views get the Section."""

    regex = "|".join(SECTIONS)

    def to_python(self, value: str) -> Section:
        return SECTIONS[value]

    def to_url(self, value: Section | str) -> str:
        return value if isinstance(value, str) else value.slug
