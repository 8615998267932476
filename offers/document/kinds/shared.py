"""What documents of several kinds are made of, and the rules that go with it."""

from collections.abc import Iterator
from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from offers.document.errors import Problem
from offers.document.kinds import fields
from offers.document.kinds.declared import Document, Member, by, by_value
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type, instant
from offers.document.words.labels import gettext_noop

# No unknown members, and no converting: "1" is not a number and 1 is not a text.
strict = with_config(ConfigDict(strict=True, extra="forbid"))

StartDate = Annotated[fields.DateTime, Member(gettext_noop("Start date"))]
EndDate = Annotated[fields.DateTime, Member(gettext_noop("End date"))]
Priority = Annotated[fields.Priority, Member(gettext_noop("Priority"))]
Labels = Annotated[
    fields.Labels, Member(gettext_noop("Data labels"), item=gettext_noop("Data label"), identity=by_value)
]

_CHANNELS = {
    "web": gettext_noop("Web"),
    "email": gettext_noop("Email"),
    "mobile": gettext_noop("Mobile"),
    "messaging": gettext_noop("Messaging"),
    "social": gettext_noop("Social"),
    "offline": gettext_noop("Offline"),
    "display": gettext_noop("Display"),
    "search": gettext_noop("Search"),
    "video": gettext_noop("Video"),
}
Channel = Annotated[
    fields.Channel,
    Member(gettext_noop("Channel"), words=_CHANNELS, short=lambda channel: channel.removeprefix(CHANNEL_PREFIX)),
]

CONTENT_TYPES = {
    "html": gettext_noop("HTML"),
    "imagelink": gettext_noop("Image"),
    "text": gettext_noop("Plain text"),
    "json": gettext_noop("JSON"),
}


def content_type(text: str) -> str:
    """The short name of a content type; the text itself where it is none."""
    return component_type(text) or text


@strict
class Named(TypedDict):
    """What every kind begins with."""

    name: Annotated[fields.Name, Member(gettext_noop("Name"))]
    description: NotRequired[Annotated[fields.Description, Member(gettext_noop("Description"))]]


@strict
class Namespace(TypedDict):
    code: fields.Short


@strict
class Segment(TypedDict):
    _id: NotRequired[fields.Id]
    namespace: NotRequired[Namespace]
    xid: NotRequired[fields.Id]


@strict
class ProfileConstraint(TypedDict):
    profileConstraintType: NotRequired[
        Annotated[
            Literal["none", "eligibilityRule", "anySegments", "allSegments", "rules"],
            Member(
                gettext_noop("Shown to"),
                absent="none",
                words={
                    "none": gettext_noop("Everybody"),
                    "eligibilityRule": gettext_noop("By decision rule"),
                    "anySegments": gettext_noop("In any of the audiences"),
                    "allSegments": gettext_noop("In all of the audiences"),
                    "rules": gettext_noop("By rules"),
                },
            ),
        ]
    ]
    eligibilityRule: NotRequired[Annotated[fields.Id, Member(gettext_noop("Decision rule"), refers_to="rule")]]
    segmentIdentities: NotRequired[
        Annotated[
            list[Segment],
            Field(max_length=100),
            Member(gettext_noop("Audiences"), item=gettext_noop("Audience"), identity=by(("xid",), ("_id",))),
        ]
    ]


def window_problems(window: Document, pointer: str) -> Iterator[Problem]:
    if "startDate" in window and "endDate" in window and instant(window["startDate"]) >= instant(window["endDate"]):
        yield Problem(f"{pointer}/endDate", "end-before-start", gettext_noop("The end must be after the start."))


def eligibility_problems(constraint: Document, pointer: str) -> Iterator[Problem]:
    kind = constraint.get("profileConstraintType", "none")
    if kind == "eligibilityRule" and not constraint.get("eligibilityRule"):
        yield Problem(f"{pointer}/eligibilityRule", "required", gettext_noop("Choose the decision rule."))
    if kind in ("anySegments", "allSegments") and not constraint.get("segmentIdentities"):
        yield Problem(f"{pointer}/segmentIdentities", "required", gettext_noop("Choose at least one audience."))
