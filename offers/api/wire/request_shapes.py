"""What the calls about change requests take and answer with, as in shapes.py."""

from typing import Annotated, Literal, NotRequired, TypeAlias

from pydantic import Field, SkipValidation
from typing_extensions import TypeAliasType, TypedDict

from offers.api.wire.shapes import Count, Etag, Instant, JsonPatch, Links, Operation, Pointer
from offers.converters import ItemIdConverter
from offers.document.kinds import fields
from offers.document.kinds.shared import strict
from offers.review.requests import MOST_CHANGES, MOST_TITLE

MOST_TEXT = 4_000

Number: TypeAlias = Annotated[int, Field(ge=1)]
Digest: TypeAlias = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
# As ChangeRequest.State, RequestEvent.What, Trouble and Kind have them.
State = TypeAliasType(
    "State",
    Literal[
        "open",
        "changes-requested",
        "approved",
        "scheduled",
        "applied",
        "rejected",
        "withdrawn",
        "expired",
        "failed",
    ],
)
Trouble = TypeAliasType("Trouble", Literal["conflict", "gone", "archived", "taken", "invalid", "done"])
ItemKind = TypeAliasType(
    "ItemKind",
    Literal["personalized-offer", "fallback-offer", "placement", "rule", "tag", "collection", "decision"],
)
Verdict = TypeAliasType("Verdict", Literal["approve", "request-changes", "reject"])

ItemId: TypeAlias = Annotated[str, Field(pattern=f"^{ItemIdConverter.regex}$")]
Title: TypeAlias = Annotated[str, Field(min_length=1, max_length=MOST_TITLE, pattern=r"\S")]
Text: TypeAlias = Annotated[str, Field(max_length=MOST_TEXT)]
TimeZone: TypeAlias = Annotated[str, Field(max_length=64)]


class Proposed(TypedDict):
    """The answer to a proposal: the number of the change request that it became."""

    changeRequest: Number
    state: State


@strict
class WantedChange(TypedDict):
    """A change of one item: a patch on top of the document at `etag`, or as it is now.

    `[{"op": "add", "path": "", "value": ...}]` without `etag` makes a new item of this `kind`, `[{"op": "remove", "path": ""}]`
    deletes one.
    """

    id: ItemId
    kind: NotRequired[ItemKind]
    etag: NotRequired[Etag]
    # Looked at by the parser of patches, which says more exactly what is wrong with one.
    patch: SkipValidation[JsonPatch]


@strict
class Promotion(TypedDict):
    """Items of another sandbox that are to come here.

    `references` says for the id of something that they refer to which item takes its place here; `picks`, by item and field, whose
    value stays of what is contested. With `statuses`, what is new comes with its status, and not as a draft.
    """

    sandbox: Annotated[str, Field(min_length=1, max_length=60)]
    ids: Annotated[list[ItemId], Field(min_length=1, max_length=MOST_CHANGES)]
    references: NotRequired[dict[ItemId, ItemId]]
    picks: NotRequired[dict[ItemId, dict[str, Literal["source", "target"]]]]
    statuses: NotRequired[bool]


@strict
class NewRequest(TypedDict):
    """Changes that are to be made together, or what is to come from another sandbox: one of the two. `applyAt` is when, once somebody
    agreed; at `until` they are taken back.
    """

    title: Title
    reason: NotRequired[Text]
    applyAt: NotRequired[fields.DateTime | None]
    until: NotRequired[fields.DateTime | None]
    timeZone: NotRequired[TimeZone]
    changes: NotRequired[Annotated[list[WantedChange], Field(min_length=1, max_length=MOST_CHANGES)]]
    promoteFrom: NotRequired[Promotion]


@strict
class RequestEdit(TypedDict):
    """What is to be said anew of a request, and changes that are added to it."""

    title: NotRequired[Title]
    reason: NotRequired[Text]
    applyAt: NotRequired[fields.DateTime | None]
    until: NotRequired[fields.DateTime | None]
    timeZone: NotRequired[TimeZone]
    changes: NotRequired[Annotated[list[WantedChange], Field(min_length=1, max_length=MOST_CHANGES)]]


@strict
class GivenVerdict(TypedDict):
    """Yes, not yet or no to what `digest` names. The latter two need a `text`; without `apply`, a yes is only a yes."""

    verdict: Verdict
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    text: NotRequired[Text]
    apply: NotRequired[bool]


@strict
class Withdrawal(TypedDict):
    text: NotRequired[Text]


@strict
class Look(TypedDict):
    """What is to be said of what was published without review, by somebody else who has looked at it."""

    text: NotRequired[Text]


@strict
class NewComment(TypedDict):
    """Something to say to the whole request, to one of its items, or to the field of it that `pointer` leads to.

    `suggestion` is a patch of what the request makes of the item, within that field: whoever accepts it puts it into the request.
    """

    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S")]
    item: NotRequired[ItemId]
    pointer: NotRequired[Pointer]
    # Looked at by the parser of patches, which says more exactly what is wrong with one.
    suggestion: NotRequired[SkipValidation[JsonPatch]]


class Person(TypedDict):
    """Somebody, or a program: what they were called then, and the key that they keep."""

    key: str
    name: str


class RequestSummary(TypedDict):
    """A change request as lists have it."""

    number: Number
    title: str
    reason: str
    state: State
    # Whether it cannot be applied as things are now, in a state in which it still is to be.
    conflicted: bool
    author: Person
    owner: Person
    version: Number
    created: Instant
    modified: Instant
    applyAt: Instant | None
    until: Instant | None
    timeZone: str


class RequestPage(TypedDict):
    """A page of change requests, newest first. `total` counts those that were asked for, up to 1,000."""

    results: list[RequestSummary]
    count: Count
    total: Count
    _links: Links


class RequestedChange(TypedDict):
    """What a request makes of one item. `etag` is the version that it was made on, 0 for none.

    `trouble` says why it cannot be made now, and `conflicts` where; `carried` that it goes with what was changed since.
    """

    id: str
    kind: ItemKind
    etag: Count
    patch: list[Operation]
    trouble: Trouble | None
    conflicts: list[Pointer]
    carried: bool
    appliedEtag: Etag | None


class Opinion(TypedDict):
    """What somebody said to the present version, and the digest of what they looked at."""

    by: Person
    digest: Digest
    text: str
    at: Instant


class VersionChange(TypedDict):
    """What a version of the request made of one item, on top of its version `etag` (0 for none)."""

    id: str
    kind: ItemKind
    etag: Count
    patch: list[Operation]


class RequestEvent(TypedDict):
    """Something that happened to the request; `by` is null for what nobody did, like the coming of a time.

    What opened or edited it has the `changes` of the version that it made, and what was `leftOut`; `was` is what it said before
    of `title`, `reason`, `applyAt` and `until`, where that was said anew.
    """

    what: str
    by: Person | None
    version: Number
    digest: str
    text: str
    at: Instant
    changes: NotRequired[list[VersionChange]]
    leftOut: NotRequired[VersionChange]
    was: NotRequired[dict[str, str | None]]


class Comment(TypedDict):
    """What somebody said, to the whole or to an `item`; `path` names the field of that, where it is about one.

    `pointer` is where that is in what the request makes of the item, null where it is not (any more); `changed`: its value is
    another one by now. `suggestion` is what the field is to be instead.
    """

    id: Number
    by: Person
    item: str
    path: list[str]
    pointer: Pointer | None
    changed: bool
    text: str
    suggestion: list[Operation] | None
    at: Instant
    resolved: bool


class FullRequest(RequestSummary):
    """A change request as it stands now. A verdict names its `digest`; `ready`: it can be applied."""

    contributors: list[str]
    digest: Digest
    ready: bool
    changes: list[RequestedChange]
    approvals: list[Opinion]
    droppedApprovals: list[Opinion]
    objections: list[Opinion]
    events: list[RequestEvent]
    comments: list[Comment]
