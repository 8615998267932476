"""Offers, personalized and fallback: what a customer sees, when it may be shown, and to whom."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from offers.document.errors import JSON, Problem
from offers.document.kinds import fields
from offers.document.kinds.addresses import PICTURES
from offers.document.kinds.declared import (
    Declaration,
    Document,
    Input,
    Member,
    Section,
    by,
    by_value,
    in_list,
    key_text,
)
from offers.document.kinds.shared import (
    CONTENT_TYPES,
    Channel,
    EndDate,
    Labels,
    Named,
    Priority,
    ProfileConstraint,
    StartDate,
    content_type,
    eligibility_problems,
    strict,
    window_problems,
)
from offers.document.words.labels import gettext_noop

OFFERS = Section(
    slug="offers",
    path="offers",
    icon="gift",
    title=gettext_noop("Offers"),
    one=gettext_noop("Offer"),
    about=gettext_noop(
        "An offer is what a customer sees: its content for each placement, when it may be shown, and to whom."
    ),
    an="an offer",
    many="offers",
)

# Named, so that the JSON Schema has it once.
OfferStatus = TypeAliasType("OfferStatus", Literal["draft", "approved", "archived"])


@strict
class Component(TypedDict):
    type: Annotated[fields.ComponentType, Member(gettext_noop("Type"), words=CONTENT_TYPES, short=content_type)]
    format: Annotated[fields.MimeType, Member(gettext_noop("Format"))]
    language: NotRequired[
        Annotated[fields.Languages, Member(gettext_noop("Language"), item=gettext_noop("Language"), identity=by_value)]
    ]
    content: NotRequired[Annotated[str, Member(gettext_noop("Text"), input=Input.CODE)]]
    deliveryURL: NotRequired[Annotated[fields.Url, Member(gettext_noop("Asset address"), schemes=PICTURES)]]
    linkURL: NotRequired[Annotated[fields.Url, Member(gettext_noop("Link"))]]
    id: NotRequired[Annotated[fields.Id, Member(gettext_noop("Content id"))]]


def _shown_of_a_content(item: Mapping[str, JSON], text: Callable[[str, JSON], str]) -> str:
    return next((str(item[name]) for name in ("content", "deliveryURL", "linkURL") if item.get(name)), "")


def _contents(item: Mapping[str, JSON], text: Callable[[str, JSON], str]) -> str:
    return " · ".join(text("components", [component]) for component in in_list(item, "components"))


@strict
class Representation(TypedDict):
    channel: Channel
    placement: Annotated[fields.Id, Member(gettext_noop("Placement"), refers_to="placement")]
    components: NotRequired[
        Annotated[
            list[Component],
            Field(max_length=100),
            Member(
                gettext_noop("Contents"),
                item=gettext_noop("Content ({kind})"),
                around="{short}",
                identity=by(("id",), ("format", "language")),
                summary=_shown_of_a_content,
            ),
        ]
    ]


@strict
class Window(TypedDict):
    startDate: StartDate
    endDate: EndDate


@strict
class SelectionConstraint(Window, ProfileConstraint):
    pass


@strict
class Rank(TypedDict):
    priority: Priority


@strict
class Capping(TypedDict):
    globalCap: NotRequired[Annotated[fields.Count, Member(gettext_noop("Times in total"))]]
    profileCap: NotRequired[Annotated[fields.Count, Member(gettext_noop("Times for each person"))]]


@strict
class Repeat(TypedDict):
    enabled: NotRequired[Annotated[bool, Member(gettext_noop("Repeat"))]]
    unit: NotRequired[
        Annotated[
            Literal["day", "week", "month"],
            Member(
                gettext_noop("Repeat unit"),
                words={"day": gettext_noop("Day"), "week": gettext_noop("Week"), "month": gettext_noop("Month")},
            ),
        ]
    ]
    unitCount: NotRequired[Annotated[fields.Count, Member(gettext_noop("Repeat every"))]]


def _capping(item: JSON) -> str | None:
    """A capping row: its id, else what it counts; how much and until when is what people edit."""
    if not isinstance(item, dict):
        return None
    if item.get("id") is not None:
        return key_text(["id", item["id"]])
    repeat = item.get("repeat")
    unit = repeat.get("unit") if isinstance(repeat, dict) else None
    return key_text(["scope", item.get("scope"), item.get("entity"), item.get("events"), unit])


def _capping_in_short(item: Mapping[str, JSON], text: Callable[[str, JSON], str]) -> str:
    """How often, for whom, of what, counting what, and from when it counts anew."""
    repeat = item.get("repeat")
    repeats = isinstance(repeat, dict) and repeat.get("enabled")
    again = [f"{repeat.get('unitCount')} {repeat.get('unit')}"] if isinstance(repeat, dict) and repeats else []
    named = [text(name, item.get(name)) for name in ("scope", "entity", "events")]
    return " · ".join([f"≤ {item.get('limit')}", *filter(None, named), *again])


def _capping_told(item: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the sentence of a limit says (web/frame/words.limit_text)."""
    repeat = item.get("repeat")
    repeats = isinstance(repeat, dict) and repeat.get("enabled") and "unit" in repeat
    return {
        **{name: item.get(name) for name in ("limit", "scope", "entity", "startDate", "endDate")},
        "events": item.get("events") or None,
        "enabled": item.get("enabled", True),
        "repeat": [repeat["unit"], repeat.get("unitCount", 1)] if isinstance(repeat, dict) and repeats else None,
    }


@strict
class FrequencyCapping(TypedDict):
    startDate: NotRequired[StartDate]
    endDate: NotRequired[EndDate]
    enabled: NotRequired[Annotated[bool, Member(gettext_noop("Enabled"), absent="yes")]]
    limit: Annotated[fields.Count, Member(gettext_noop("Times"))]
    scope: Annotated[
        Literal["global", "profile"],
        Member(
            gettext_noop("Counted for"),
            words={"global": gettext_noop("All people"), "profile": gettext_noop("Each person")},
        ),
    ]
    entity: Annotated[
        Literal["offer", "placement"],
        Member(
            gettext_noop("Counted per"),
            words={"offer": gettext_noop("Offer"), "placement": gettext_noop("Placement")},
        ),
    ]
    events: NotRequired[
        Annotated[
            list[Literal["decisioning", "custom", "click", "impression"]],
            Field(max_length=4),
            Member(
                gettext_noop("Counted events"),
                item=gettext_noop("Counted event"),
                identity=by_value,
                words={
                    "decisioning": gettext_noop("Decision"),
                    "impression": gettext_noop("Impression"),
                    "click": gettext_noop("Click"),
                    "custom": gettext_noop("Custom event"),
                },
            ),
        ]
    ]
    customQuery: NotRequired[Annotated[fields.Condition, Member(gettext_noop("Custom event"))]]
    repeat: NotRequired[Annotated[Repeat, Member(gettext_noop("Repeat"))]]
    id: NotRequired[fields.Id]


@strict
class OfferHead(Named):
    status: Annotated[
        OfferStatus,
        Member(
            gettext_noop("Status"),
            words={
                "draft": gettext_noop("Draft"),
                "approved": gettext_noop("Approved"),
                "archived": gettext_noop("Archived"),
            },
        ),
    ]


@strict
class OfferBody(TypedDict):
    characteristics: NotRequired[
        Annotated[
            dict[fields.AttributeName, fields.Kilobyte],
            Field(max_length=30),
            Member(gettext_noop("Attributes"), item=gettext_noop("Attribute {name}")),
        ]
    ]
    tags: NotRequired[
        Annotated[
            fields.Tags,
            Member(gettext_noop("Tags"), item=gettext_noop("Tag"), refers_to="tag", identity=by_value),
        ]
    ]
    labels: NotRequired[Labels]
    representations: NotRequired[
        Annotated[
            list[Representation],
            Field(max_length=100),
            Member(
                gettext_noop("Representations"),
                item=gettext_noop("Representation for {placement}"),
                around="{placement}",
                identity=by(("placement", "channel")),
                summary=_contents,
            ),
        ]
    ]


@strict
class Limits(TypedDict):
    selectionConstraint: Annotated[SelectionConstraint, Member(gettext_noop("Eligibility and dates"))]
    rank: Annotated[Rank, Member(gettext_noop("Ranking"))]
    cappingConstraint: NotRequired[Annotated[Capping, Member(gettext_noop("Limits"))]]
    frequencyCappingConstraints: NotRequired[
        Annotated[
            list[FrequencyCapping],
            Field(max_length=10),
            Member(
                gettext_noop("Limits"),
                item=gettext_noop("Limit {number}"),
                identity=_capping,
                summary=_capping_in_short,
                told=_capping_told,
            ),
        ]
    ]


@strict
class Tolerated(TypedDict):
    selectionConstraint: NotRequired[Annotated[SelectionConstraint, Member(gettext_noop("Eligibility and dates"))]]
    rank: NotRequired[Annotated[Rank, Member(gettext_noop("Ranking"))]]


@strict
class PersonalizedOffer(OfferHead, Limits, OfferBody):
    pass


@strict
class FallbackOffer(OfferHead, Tolerated, OfferBody):
    """Without eligibility and capping; a window and a priority are tolerated, because programs send them."""


def _problems(document: Document) -> Iterator[Problem]:
    constraint = document.get("selectionConstraint")
    if constraint is not None:
        yield from window_problems(constraint, "/selectionConstraint")
        yield from eligibility_problems(constraint, "/selectionConstraint")
    for index, capping in enumerate(document.get("frequencyCappingConstraints", ())):
        yield from _capping_problems(capping, f"/frequencyCappingConstraints/{index}")
    yield from _repeated_placements(document.get("representations", ()))


def _capping_problems(capping: Document, pointer: str) -> Iterator[Problem]:
    yield from window_problems(capping, pointer)
    if "custom" in capping.get("events", ()) and not capping.get("customQuery"):
        yield Problem(f"{pointer}/customQuery", "required", gettext_noop("Say which custom event is counted."))


def _repeated_placements(representations: list[Document]) -> Iterator[Problem]:
    seen = set()
    for index, representation in enumerate(representations):
        place = representation["placement"], representation["channel"]
        if place in seen:
            message = gettext_noop("There is already a representation for this placement and channel.")
            yield Problem(f"/representations/{index}/placement", "repeated", message)
        seen.add(place)


_STEPS = {
    "draft": frozenset({"approved", "archived"}),
    "approved": frozenset({"draft", "archived"}),
    "archived": frozenset[str](),
}
_SAID = {
    "approved": gettext_noop("Approved."),
    "draft": gettext_noop("Back to draft."),
    "archived": gettext_noop("Archived."),
}

PERSONALIZED = Declaration(
    shape=PersonalizedOffer,
    uri="https://ns.adobe.com/experience/offer-management/personalized-offer;version=0.15",
    label=gettext_noop("Personalized offer"),
    section=OFFERS,
    offer_type="personalized",
    steps=_STEPS,
    live="approved",
    said=_SAID,
    problems=_problems,
)
FALLBACK = Declaration(
    shape=FallbackOffer,
    uri="https://ns.adobe.com/experience/offer-management/fallback-offer;version=0.15",
    label=gettext_noop("Fallback offer"),
    section=OFFERS,
    offer_type="fallback",
    steps=_STEPS,
    live="approved",
    said=_SAID,
    problems=_problems,
    starts={"status": "draft"},
)
