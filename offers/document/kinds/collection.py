"""Collections: sets of offers, by their tags or one by one."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypeAliasType

from offers.document.kinds import fields
from offers.document.kinds.declared import Declaration, Document, Member, Section, by_value
from offers.document.kinds.shared import Labels, Named, strict
from offers.document.words.labels import gettext_noop

# Named, so that the JSON Schema has it once.
FilterType = TypeAliasType("FilterType", Literal["any-tags", "all-tags", "offers"])


def _of_what(collection: Document) -> str:
    return "personalized-offer" if collection.get("filterType") == "offers" else "tag"


@strict
class Collection(Named):
    labels: NotRequired[Labels]
    filterType: Annotated[
        FilterType,
        Member(
            gettext_noop("Chosen by"),
            words={
                "any-tags": gettext_noop("Any of the tags"),
                "all-tags": gettext_noop("All of the tags"),
                "offers": gettext_noop("Named offers"),
            },
        ),
    ]
    ids: Annotated[
        fields.Members,
        Member(gettext_noop("Members"), item=gettext_noop("Member"), refers_to=_of_what, identity=by_value),
    ]


COLLECTION = Declaration(
    shape=Collection,
    uri="https://ns.adobe.com/experience/offer-management/offer-filter;version=0.15",
    label=gettext_noop("Collection"),
    section=Section(
        slug="collections",
        path="offer-collections",
        icon="category",
        title=gettext_noop("Collections"),
        one=gettext_noop("Collection"),
        about=gettext_noop(
            "A collection is a set of offers, chosen by tag or one by one. Decisions choose from collections."
        ),
        an="a collection",
        many="collections",
    ),
    starts={"filterType": "any-tags"},
)
