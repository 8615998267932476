"""What the API answers with, member by member: mypy holds the code to it, and the OpenAPI document is made of it."""

from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from offers.document.errors import JSON
from offers.document.patch import MAX_OPERATIONS, MAX_POINTER_LENGTH
from offers.document.words.describe import Action

Etag: TypeAlias = Annotated[int, Field(ge=1)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Instant: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Pointer: TypeAlias = Annotated[
    str, Field(max_length=MAX_POINTER_LENGTH, json_schema_extra={"pattern": "^(?:/(?:[^~/]|~[01])*)*$"})
]
# As the history of an item was written: a form, the API, an undo, a restore, a review, a bulk edit, an import.
Source = TypeAliasType("Source", Literal["form", "api", "undo", "restore", "review", "bulk", "import"])


# The same patch operation six times, because each has its own members (RFC 6902 section 4). Written as calls: `from`
# is no name in Python.
class AddOperation(TypedDict):
    op: Literal["add"]
    path: Pointer
    value: JSON


class ReplaceOperation(TypedDict):
    op: Literal["replace"]
    path: Pointer
    value: JSON


class TestOperation(TypedDict):
    op: Literal["test"]
    path: Pointer
    value: JSON


class RemoveOperation(TypedDict):
    op: Literal["remove"]
    path: Pointer


CopyOperation = TypedDict("CopyOperation", {"op": Literal["copy"], "path": Pointer, "from": Pointer})
MoveOperation = TypedDict("MoveOperation", {"op": Literal["move"], "path": Pointer, "from": Pointer})
Operation = TypeAliasType(
    "Operation",
    Annotated[
        AddOperation | ReplaceOperation | TestOperation | RemoveOperation | CopyOperation | MoveOperation,
        Field(discriminator="op"),
    ],
)
JsonPatch = TypeAliasType("JsonPatch", Annotated[list[Operation], Field(min_length=1, max_length=MAX_OPERATIONS)])
OfferType = TypeAliasType("OfferType", Literal["personalized", "fallback"])


class Receipt(TypedDict):
    """The answer to POST and PATCH: what the item is now called and at, and not its document."""

    etag: Etag
    createdBy: str
    lastModifiedBy: str
    id: str
    sandboxId: str
    createdDate: Instant
    lastModifiedDate: Instant
    createdByClientId: str
    lastModifiedByClientId: str


class ServerMembers(TypedDict):
    """What the server adds to a document."""

    created: Instant
    modified: Instant
    etag: Etag
    schemas: list[str]
    createdBy: str
    lastModifiedBy: str


class Link(TypedDict):
    href: str
    type: str


class Links(TypedDict):
    """This page and its neighbours, relative to the API's base."""

    self: Link
    next: NotRequired[Link]
    prev: NotRequired[Link]


class Page(TypedDict):
    """A page of a list."""

    results: list[dict[str, Any]]
    count: Count
    total: Count
    _links: Links


class Change(TypedDict):
    """One difference, in words."""

    action: Action
    label: str
    pointer: Pointer
    old: JSON
    new: JSON


class Preview(TypedDict):
    """The answer to a dry run: the document and the etag that the change would make, and the change in words."""

    etag: Etag
    document: dict[str, Any]
    changes: list[Change]


class Bypass(TypedDict):
    """Published without a second person: by whom and why, and who else has looked since (null while nobody has)."""

    by: str
    reason: str
    lookedAtBy: str | None


class Approval(TypedDict, total=False):
    """Of a change that came by a change request: its number, and who agreed to it; `bypass` where nobody was waited for."""

    request: Etag
    approvedBy: list[str]
    bypass: Bypass


class Recorded(TypedDict):
    """One change of an item: what, who, when, how and why."""

    etag: Etag
    patch: list[Operation]
    modifiedBy: str
    clientId: str
    modified: Instant
    source: Source
    note: str
    digest: str


class Revision(Recorded, Approval):
    """One change of an item, and whose yes it had."""


class RevisionPage(TypedDict):
    """A page of an item's history, newest first."""

    results: list[Revision]
    count: Count
    total: Count
    _links: Links


class Version(Revision):
    """A revision, with the document that it made: null where it deleted the item."""

    document: dict[str, Any] | None


class LoggedRevision(Revision):
    """A revision with its item."""

    id: str
    kind: str


class LoggedStep(TypedDict):
    """A step of a change request; `digest` is what a verdict was about, `text` what was said to it."""

    number: Etag
    what: str
    version: Etag
    digest: str
    text: str


class LoggedAccess(TypedDict):
    """A change of who may do what: whom it is about (a key, "" for the sandbox itself), and what was so before and after."""

    what: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    note: str


class LoggedErasure(TypedDict):
    """A step of an erasure (by its number), or of what has to be kept (without one)."""

    number: Count | None
    what: str
    item: str
    about: dict[str, JSON]
    text: str


class LoggedImport(TypedDict):
    """A library that came with its past: the log that it comes from, when it was written there, the checkpoint that it had then (""
    where nothing is signed), and SHA-256 of the file.
    """

    origin: str
    exported: Instant
    checkpoint: str
    sha256: str
    items: Count
    revisions: Count
    note: str


class LogEntry(TypedDict):
    """What happened, at its place in the sandbox's log; it is about one of what may be left out. `byKey` is who did it, "" for nobody."""

    index: Count
    leafHash: str
    time: Instant
    byKey: str
    by: str
    revision: NotRequired[LoggedRevision]
    changeRequest: NotRequired[LoggedStep]
    access: NotRequired[LoggedAccess]
    erasure: NotRequired[LoggedErasure]
    imported: NotRequired[LoggedImport]


class ChangePage(TypedDict):
    """A piece of the log. `next` is the index to go on from, later too, when there are no more now; `total` is how many entries there are."""

    results: list[LogEntry]
    count: Count
    total: Count
    next: Count
    _links: Links


class BlameLine(TypedDict):
    """A value, and the revision that last changed it."""

    pointer: Pointer
    value: JSON
    etag: Etag
    modifiedBy: str
    modified: Instant


class Blame(TypedDict):
    """Who last changed each value of a document, as far back as the version `since`.

    A line of that etag may be older, unless it is 1: the page `next` tells it.
    """

    results: list[BlameLine]
    count: Count
    since: Etag
    _links: Links


class ProblemDetail(TypedDict):
    """One thing that is wrong, and where; `operation` counts from 0.

    With `item`, the pointer leads into that item's document, because several items were to be changed.
    """

    pointer: str
    code: str
    message: str
    operation: NotRequired[Count]
    item: NotRequired[str]


class ProblemHead(TypedDict):
    """How the item stands that a refusal depends on."""

    etag: Etag
    modifiedBy: str
    modified: Instant


class Problem(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemDetail]
    requestId: str
    etag: NotRequired[Etag]
    modifiedBy: NotRequired[str]
    modified: NotRequired[Instant]
    digest: NotRequired[str]


class TokenRequest(TypedDict):
    """The form of RFC 6749 section 4.4. Client id and secret may come as HTTP Basic authentication instead."""

    grant_type: Literal["client_credentials"]
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    scope: NotRequired[str]


class Token(TypedDict):
    """An access token; `expires_in` is in seconds."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


TokenErrorCode = TypeAliasType(
    "TokenErrorCode", Literal["invalid_request", "invalid_client", "unsupported_grant_type", "unauthorized_client"]
)


class TokenError(TypedDict):
    """Why there is no token (RFC 6749 section 5.2)."""

    error: TokenErrorCode
    error_description: str
