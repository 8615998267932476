"""The pydantic model of every kind's document: fields, types and limits, as the Offer Library API documents them.

The models only check. Documents stay the plain JSON that was sent: nothing is converted, filled in or reordered.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from offers.document.fields import (
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


class Strict(BaseModel):
    """No unknown members, and no converting: "1" is not a number and 1 is not a text."""

    model_config = ConfigDict(strict=True, extra="forbid")


OfferStatus: TypeAlias = Literal["draft", "approved", "archived"]
DecisionStatus: TypeAlias = Literal["draft", "live", "complete", "archived"]


class Component(Strict):
    id: Id = ""
    type: ComponentType
    format: MimeType
    language: Languages = []
    content: str = ""
    deliveryURL: Url = ""
    linkURL: Url = ""


class Representation(Strict):
    channel: Channel
    placement: Id
    components: Annotated[list[Component], Field(max_length=100)] = []


class Namespace(Strict):
    code: Short


class Segment(Strict):
    id: Annotated[Id, Field(alias="_id")] = ""
    namespace: Namespace | None = None
    xid: Id = ""


class ProfileConstraint(Strict):
    profileConstraintType: Literal["none", "eligibilityRule", "anySegments", "allSegments", "rules"] = "none"
    eligibilityRule: Id = ""
    segmentIdentities: Annotated[list[Segment], Field(max_length=100)] = []


class SelectionConstraint(ProfileConstraint):
    startDate: DateTime
    endDate: DateTime


class Rank(Strict):
    priority: Priority


class Capping(Strict):
    globalCap: Count = 1
    profileCap: Count = 1


class Repeat(Strict):
    enabled: bool = False
    unit: Literal["day", "week", "month"] = "day"
    unitCount: Count = 1


class FrequencyCapping(Strict):
    id: Id = ""
    enabled: bool = True
    limit: Count
    scope: Literal["global", "profile"]
    entity: Literal["offer", "placement"]
    events: Annotated[list[Literal["decisioning", "custom", "click", "impression"]], Field(max_length=4)] = []
    customQuery: Condition = ""
    repeat: Repeat = Repeat()
    startDate: DateTime = ""
    endDate: DateTime = ""


class Offer(Strict):
    """What both kinds of offers have."""

    name: Name
    description: Description = ""
    status: OfferStatus
    representations: Annotated[list[Representation], Field(max_length=100)] = []
    characteristics: Annotated[dict[AttributeName, Kilobyte], Field(max_length=30)] = {}
    tags: Tags = []
    labels: Labels = []


class PersonalizedOffer(Offer):
    selectionConstraint: SelectionConstraint
    rank: Rank
    cappingConstraint: Capping = Capping()
    frequencyCappingConstraints: Annotated[list[FrequencyCapping], Field(max_length=10)] = []


class FallbackOffer(Offer):
    """Without eligibility and capping; a window and a priority are tolerated, because programs send them."""

    selectionConstraint: SelectionConstraint | None = None
    rank: Rank | None = None


class ReturnMetaData(Strict):
    decisionName: bool = False
    offerName: bool = False
    offerAttributes: bool = False
    offerPriority: bool = False
    placementName: bool = False
    channelType: bool = False
    contentType: bool = False


class Placement(Strict):
    name: Name
    description: Description = ""
    componentType: ComponentType
    channel: Channel
    itemCount: Count = 1
    allowDuplicatePlacements: bool = False
    returnContent: bool = True
    returnMetaData: ReturnMetaData = ReturnMetaData()


class RuleCondition(Strict):
    type: Literal["PQL"]
    format: Literal["pql/text"]
    value: Condition


class ProfileSchema(Strict):
    ref: Short
    version: Short = ""


class DefinedOnProfile(Strict):
    profile_schema: Annotated[ProfileSchema, Field(alias="schema")]
    referencePaths: Annotated[list[Short], Field(max_length=500)] = []


class DefinedOn(Strict):
    profile: DefinedOnProfile


class Rule(Strict):
    name: Name
    description: Description = ""
    condition: RuleCondition
    definedOn: DefinedOn | None = None


class Tag(Strict):
    name: Name
    description: Description = ""


class Collection(Strict):
    name: Name
    description: Description = ""
    filterType: Literal["any-tags", "all-tags", "offers"]
    ids: Members
    labels: Labels = []


class Order(Strict):
    orderEvaluationType: Short = ""
    rankingStrategy: Short = ""


class CriterionRank(Strict):
    priority: Priority = 0
    order: Order = Order()


class OptionSelection(Strict):
    filter: Id


class Criterion(Strict):
    id: Id = ""
    placements: Placements
    rank: CriterionRank = CriterionRank()
    profileConstraint: ProfileConstraint = ProfileConstraint()
    optionSelection: OptionSelection


class Decision(Strict):
    name: Name
    description: Description = ""
    status: DecisionStatus
    startDate: DateTime = ""
    endDate: DateTime = ""
    fallback: Id = ""
    criteria: Annotated[list[Criterion], Field(max_length=30)] = []


MODELS: dict[Kind, type[Strict]] = {
    Kind.PERSONALIZED_OFFER: PersonalizedOffer,
    Kind.FALLBACK_OFFER: FallbackOffer,
    Kind.PLACEMENT: Placement,
    Kind.RULE: Rule,
    Kind.TAG: Tag,
    Kind.COLLECTION: Collection,
    Kind.DECISION: Decision,
}


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind's document, for the OpenAPI description."""
    return MODELS[kind].model_json_schema(ref_template="#/components/schemas/{model}")
