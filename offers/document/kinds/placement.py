"""Placements: the spots that offers can fill."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from offers.document.kinds import fields
from offers.document.kinds.declared import Declaration, Member, Section
from offers.document.kinds.shared import CONTENT_TYPES, Channel, Named, content_type, strict
from offers.document.words.labels import gettext_noop


@strict
class ReturnMetaData(TypedDict):
    decisionName: NotRequired[Annotated[bool, Member(gettext_noop("Return the decision's name"))]]
    offerName: NotRequired[Annotated[bool, Member(gettext_noop("Return the offer's name"))]]
    offerAttributes: NotRequired[Annotated[bool, Member(gettext_noop("Return the offer's attributes"))]]
    offerPriority: NotRequired[Annotated[bool, Member(gettext_noop("Return the offer's priority"))]]
    placementName: NotRequired[Annotated[bool, Member(gettext_noop("Return the placement's name"))]]
    channelType: NotRequired[Annotated[bool, Member(gettext_noop("Return the channel"))]]
    contentType: NotRequired[Annotated[bool, Member(gettext_noop("Return the content type"))]]


@strict
class Placement(Named):
    channel: Channel
    componentType: Annotated[
        fields.ComponentType, Member(gettext_noop("Content type"), words=CONTENT_TYPES, short=content_type)
    ]
    itemCount: NotRequired[Annotated[fields.Count, Member(gettext_noop("Number of offers"))]]
    allowDuplicatePlacements: NotRequired[Annotated[bool, Member(gettext_noop("Same offer in several placements"))]]
    returnContent: NotRequired[Annotated[bool, Member(gettext_noop("Return the content"), absent="yes")]]
    returnMetaData: NotRequired[Annotated[ReturnMetaData, Member(gettext_noop("Returned data"))]]


PLACEMENT = Declaration(
    shape=Placement,
    uri="https://ns.adobe.com/experience/offer-management/offer-placement;version=0.15",
    label=gettext_noop("Placement"),
    section=Section(
        slug="placements",
        path="placements",
        icon="layout-board",
        title=gettext_noop("Placements"),
        one=gettext_noop("Placement"),
        about=gettext_noop(
            "A placement is a spot that offers can fill: a banner on the home page, a line in an email."
        ),
        an="a placement",
        many="placements",
    ),
)
