"""Decisions: which collection fills which placements, for whom, and what is shown when nothing fits."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from offers.document.errors import JSON, Problem
from offers.document.kinds import fields
from offers.document.kinds.declared import Declaration, Document, Member, Section, by, by_value, in_list
from offers.document.kinds.shared import (
    EndDate,
    Named,
    Priority,
    ProfileConstraint,
    StartDate,
    eligibility_problems,
    strict,
    window_problems,
)
from offers.document.words.labels import gettext_noop

# Named, so that the JSON Schema has it once.
DecisionStatus = TypeAliasType("DecisionStatus", Literal["draft", "live", "complete", "archived"])


@strict
class Order(TypedDict):
    orderEvaluationType: NotRequired[Annotated[fields.Short, Member(gettext_noop("Ranking method"))]]
    rankingStrategy: NotRequired[Annotated[fields.Short, Member(gettext_noop("Ranking strategy"))]]


@strict
class CriterionRank(TypedDict):
    priority: NotRequired[Priority]
    order: NotRequired[Annotated[Order, Member(gettext_noop("Ranking method"))]]


@strict
class OptionSelection(TypedDict):
    filter: Annotated[fields.Id, Member(gettext_noop("Collection"), refers_to="collection")]


@strict
class Criterion(TypedDict):
    profileConstraint: NotRequired[Annotated[ProfileConstraint, Member(gettext_noop("Shown to"))]]
    rank: NotRequired[Annotated[CriterionRank, Member(gettext_noop("Ranking"))]]
    placements: Annotated[
        fields.Placements,
        Member(gettext_noop("Placements"), item=gettext_noop("Placement"), refers_to="placement", identity=by_value),
    ]
    optionSelection: Annotated[OptionSelection, Member(gettext_noop("Collection"))]
    id: NotRequired[fields.Id]


def _from_where_to_what(item: Mapping[str, JSON], text: Callable[[str, JSON], str]) -> str:
    option = item.get("optionSelection")
    chosen = text("filter", option.get("filter")) if isinstance(option, dict) else ""
    return " → ".join(filter(None, (text("placements", in_list(item, "placements")), chosen)))


@strict
class Decision(Named):
    status: Annotated[
        DecisionStatus,
        Member(
            gettext_noop("Status"),
            words={
                "draft": gettext_noop("Draft"),
                "live": gettext_noop("Live"),
                "complete": gettext_noop("Complete"),
                "archived": gettext_noop("Archived"),
            },
        ),
    ]
    startDate: NotRequired[StartDate]
    endDate: NotRequired[EndDate]
    fallback: NotRequired[Annotated[fields.Id, Member(gettext_noop("Fallback offer"), refers_to="fallback-offer")]]
    criteria: NotRequired[
        Annotated[
            list[Criterion],
            Field(max_length=30),
            Member(
                gettext_noop("Decision scopes"),
                item=gettext_noop("Decision scope {number}"),
                identity=by(("id",), ("placements",)),
                summary=_from_where_to_what,
            ),
        ]
    ]


def _problems(document: Document) -> Iterator[Problem]:
    yield from window_problems(document, "")
    for index, criterion in enumerate(document.get("criteria", ())):
        yield from eligibility_problems(criterion.get("profileConstraint", {}), f"/criteria/{index}/profileConstraint")
    if document.get("status") == "live" and not document.get("fallback"):
        yield Problem("/fallback", "required", gettext_noop("A live decision needs a fallback offer."))


DECISION = Declaration(
    shape=Decision,
    uri="https://ns.adobe.com/experience/offer-management/offer-activity;version=0.15",
    label=gettext_noop("Decision"),
    section=Section(
        slug="decisions",
        path="offer-decisions",
        icon="target",
        title=gettext_noop("Decisions"),
        one=gettext_noop("Decision"),
        about=gettext_noop(
            "A decision says which collection fills which placements, for whom, and what is shown when nothing fits."
        ),
        an="a decision",
        many="decisions",
    ),
    steps={
        "draft": frozenset({"live", "archived"}),
        "live": frozenset({"draft", "complete", "archived"}),
        "complete": frozenset({"archived"}),
        "archived": frozenset[str](),
    },
    live="live",
    said={
        "live": gettext_noop("The decision is live."),
        "draft": gettext_noop("The decision is a draft again."),
        "complete": gettext_noop("The decision is complete."),
        "archived": gettext_noop("The decision is archived."),
    },
    problems=_problems,
    starts={"criteria": [{}]},
)
