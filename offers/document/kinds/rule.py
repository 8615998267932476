"""Decision rules: which customers may see an offer."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from offers.document.kinds import fields
from offers.document.kinds.declared import Declaration, Input, Member, Section, by_value
from offers.document.kinds.shared import Named, strict
from offers.document.words.labels import gettext_noop


@strict
class RuleCondition(TypedDict):
    type: Annotated[Literal["PQL"], Member(gettext_noop("Condition language"))]
    format: Annotated[Literal["pql/text"], Member(gettext_noop("Condition format"))]
    value: Annotated[fields.Condition, Member(gettext_noop("Condition"))]


@strict
class ProfileSchema(TypedDict):
    ref: Annotated[fields.Short, Member(gettext_noop("Profile schema"))]
    version: NotRequired[Annotated[fields.Short, Member(gettext_noop("Schema version"))]]


@strict
class DefinedOnProfile(TypedDict):
    schema: Annotated[ProfileSchema, Member(gettext_noop("Profile schema"))]
    referencePaths: NotRequired[
        Annotated[
            list[fields.Short],
            Field(max_length=500),
            Member(
                gettext_noop("Profile fields"),
                item=gettext_noop("Profile field"),
                identity=by_value,
                input=Input.LINES,
            ),
        ]
    ]


@strict
class DefinedOn(TypedDict):
    profile: Annotated[DefinedOnProfile, Member(gettext_noop("Profile schema"))]


@strict
class Rule(Named):
    condition: Annotated[RuleCondition, Member(gettext_noop("Condition"))]
    definedOn: NotRequired[Annotated[DefinedOn, Member(gettext_noop("Profile schema"))]]


RULE = Declaration(
    shape=Rule,
    uri="https://ns.adobe.com/experience/offer-management/eligibility-rule;version=0.15",
    label=gettext_noop("Decision rule"),
    section=Section(
        slug="rules",
        path="offer-rules",
        icon="filter",
        title=gettext_noop("Rules"),
        one=gettext_noop("Rule"),
        about=gettext_noop("A decision rule says which customers may see an offer."),
        an="a decision rule",
        many="decision rules",
    ),
)
