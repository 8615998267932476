"""The schema of every kind's document: fields, types and limits, as the Offer Library API documents them.

TypedDicts, which pydantic checks as strictly as its models: a document stays the plain JSON that was sent, a member that
is not required may be absent but not null, and nothing is converted, filled in or reordered.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypeAliasType, TypedDict

from offers.document.kinds.fields import (
    AttributeName,
    Channel,
    ComponentType,
    Condition,
    Count,
    DateTime,
    Description,
    Id,
    Kilobyte,
    Labels,
    Languages,
    Members,
    MimeType,
    Name,
    Placements,
    Priority,
    Short,
    Tags,
    Url,
)


class Kind(StrEnum):
    """What a library item is."""

    PERSONALIZED_OFFER = "personalized-offer"
    FALLBACK_OFFER = "fallback-offer"
    PLACEMENT = "placement"
    RULE = "rule"
    TAG = "tag"
    COLLECTION = "collection"
    DECISION = "decision"


# No unknown members, and no converting: "1" is not a number and 1 is not a text.
strict = with_config(ConfigDict(strict=True, extra="forbid"))

# Named, so that the JSON Schema has each of them once.
OfferStatus = TypeAliasType("OfferStatus", Literal["draft", "approved", "archived"])
DecisionStatus = TypeAliasType("DecisionStatus", Literal["draft", "live", "complete", "archived"])
FilterType = TypeAliasType("FilterType", Literal["any-tags", "all-tags", "offers"])


@strict
class Component(TypedDict):
    id: NotRequired[Id]
    type: ComponentType
    format: MimeType
    language: NotRequired[Languages]
    content: NotRequired[str]
    deliveryURL: NotRequired[Url]
    linkURL: NotRequired[Url]


@strict
class Representation(TypedDict):
    channel: Channel
    placement: Id
    components: NotRequired[Annotated[list[Component], Field(max_length=100)]]


@strict
class Namespace(TypedDict):
    code: Short


@strict
class Segment(TypedDict):
    _id: NotRequired[Id]
    namespace: NotRequired[Namespace]
    xid: NotRequired[Id]


@strict
class ProfileConstraint(TypedDict):
    profileConstraintType: NotRequired[Literal["none", "eligibilityRule", "anySegments", "allSegments", "rules"]]
    eligibilityRule: NotRequired[Id]
    segmentIdentities: NotRequired[Annotated[list[Segment], Field(max_length=100)]]


@strict
class SelectionConstraint(ProfileConstraint):
    startDate: DateTime
    endDate: DateTime


@strict
class Rank(TypedDict):
    priority: Priority


@strict
class Capping(TypedDict):
    globalCap: NotRequired[Count]
    profileCap: NotRequired[Count]


@strict
class Repeat(TypedDict):
    enabled: NotRequired[bool]
    unit: NotRequired[Literal["day", "week", "month"]]
    unitCount: NotRequired[Count]


@strict
class FrequencyCapping(TypedDict):
    id: NotRequired[Id]
    enabled: NotRequired[bool]
    limit: Count
    scope: Literal["global", "profile"]
    entity: Literal["offer", "placement"]
    events: NotRequired[Annotated[list[Literal["decisioning", "custom", "click", "impression"]], Field(max_length=4)]]
    customQuery: NotRequired[Condition]
    repeat: NotRequired[Repeat]
    startDate: NotRequired[DateTime]
    endDate: NotRequired[DateTime]


@strict
class Offer(TypedDict):
    """What both kinds of offers have."""

    name: Name
    description: NotRequired[Description]
    status: OfferStatus
    representations: NotRequired[Annotated[list[Representation], Field(max_length=100)]]
    characteristics: NotRequired[Annotated[dict[AttributeName, Kilobyte], Field(max_length=30)]]
    tags: NotRequired[Tags]
    labels: NotRequired[Labels]


@strict
class PersonalizedOffer(Offer):
    selectionConstraint: SelectionConstraint
    rank: Rank
    cappingConstraint: NotRequired[Capping]
    frequencyCappingConstraints: NotRequired[Annotated[list[FrequencyCapping], Field(max_length=10)]]


@strict
class FallbackOffer(Offer):
    """Without eligibility and capping; a window and a priority are tolerated, because programs send them."""

    selectionConstraint: NotRequired[SelectionConstraint]
    rank: NotRequired[Rank]


@strict
class ReturnMetaData(TypedDict):
    decisionName: NotRequired[bool]
    offerName: NotRequired[bool]
    offerAttributes: NotRequired[bool]
    offerPriority: NotRequired[bool]
    placementName: NotRequired[bool]
    channelType: NotRequired[bool]
    contentType: NotRequired[bool]


@strict
class Placement(TypedDict):
    name: Name
    description: NotRequired[Description]
    componentType: ComponentType
    channel: Channel
    itemCount: NotRequired[Count]
    allowDuplicatePlacements: NotRequired[bool]
    returnContent: NotRequired[bool]
    returnMetaData: NotRequired[ReturnMetaData]


@strict
class RuleCondition(TypedDict):
    type: Literal["PQL"]
    format: Literal["pql/text"]
    value: Condition


@strict
class ProfileSchema(TypedDict):
    ref: Short
    version: NotRequired[Short]


@strict
class DefinedOnProfile(TypedDict):
    schema: ProfileSchema
    referencePaths: NotRequired[Annotated[list[Short], Field(max_length=500)]]


@strict
class DefinedOn(TypedDict):
    profile: DefinedOnProfile


@strict
class Rule(TypedDict):
    name: Name
    description: NotRequired[Description]
    condition: RuleCondition
    definedOn: NotRequired[DefinedOn]


@strict
class Tag(TypedDict):
    name: Name
    description: NotRequired[Description]


@strict
class Collection(TypedDict):
    name: Name
    description: NotRequired[Description]
    filterType: FilterType
    ids: Members
    labels: NotRequired[Labels]


@strict
class Order(TypedDict):
    orderEvaluationType: NotRequired[Short]
    rankingStrategy: NotRequired[Short]


@strict
class CriterionRank(TypedDict):
    priority: NotRequired[Priority]
    order: NotRequired[Order]


@strict
class OptionSelection(TypedDict):
    filter: Id


@strict
class Criterion(TypedDict):
    id: NotRequired[Id]
    placements: Placements
    rank: NotRequired[CriterionRank]
    profileConstraint: NotRequired[ProfileConstraint]
    optionSelection: OptionSelection


@strict
class Decision(TypedDict):
    name: Name
    description: NotRequired[Description]
    status: DecisionStatus
    startDate: NotRequired[DateTime]
    endDate: NotRequired[DateTime]
    fallback: NotRequired[Id]
    criteria: NotRequired[Annotated[list[Criterion], Field(max_length=30)]]


ADAPTERS: Mapping[Kind, TypeAdapter[Any]] = {
    Kind.PERSONALIZED_OFFER: TypeAdapter(PersonalizedOffer),
    Kind.FALLBACK_OFFER: TypeAdapter(FallbackOffer),
    Kind.PLACEMENT: TypeAdapter(Placement),
    Kind.RULE: TypeAdapter(Rule),
    Kind.TAG: TypeAdapter(Tag),
    Kind.COLLECTION: TypeAdapter(Collection),
    Kind.DECISION: TypeAdapter(Decision),
}


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind's document, for the OpenAPI description."""
    return ADAPTERS[kind].json_schema()
