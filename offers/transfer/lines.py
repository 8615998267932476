"""The lines of a library that travels: a header, each item with all of its revisions, and an end that is over all of it.

A line is one JSON object with one member, which says what it is: `library`, `item`, `revision` or `end`. A revision has what its
leaf is made of (ledger/leaf.py), by the same names, and the texts with the salts of their commitments: so whoever has the file can
make each digest again, with no more than the name of the sandbox in front of it.
"""

from datetime import datetime
from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from offers.converters import ItemIdConverter
from offers.document.errors import JSON
from offers.document.values import Patch, canonical_text
from offers.ledger.leaf import Leaf, RefersTo, Salts, commitment, time_text

# A body of a megabyte makes a patch of no more, and a patch that a form makes is of two documents; what is around it is small.
LINE_LIMIT = 2_000_000
FORMAT: Literal["offeradmin-library/1"] = "offeradmin-library/1"

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0)]
_strict = with_config(ConfigDict(strict=True, extra="forbid"))


@_strict
class Library(TypedDict):
    """What is in the file: the log that it comes from (`host/organisation/sandbox`) at a moment, with its newest checkpoint or ""."""

    format: Literal["offeradmin-library/1"]
    origin: Annotated[str, Field(pattern=r"^[!-~]+/[!-~]+/[a-zA-Z0-9_-]{1,60}$", max_length=400)]
    exported: str
    checkpoint: Annotated[str, Field(max_length=10_000)]


@_strict
class Item(TypedDict):
    """An item, whose revisions follow: how many, and the digest of the last."""

    id: Annotated[str, Field(pattern=f"^{ItemIdConverter.regex}$")]
    kind: str
    revisions: Annotated[int, Field(ge=1, le=2**31 - 1)]
    digest: Hash


@_strict
class SaltTexts(TypedDict):
    """The salts of a revision, in hex; none of a text that was erased."""

    patch: Salt | None
    document: Salt | None
    label: Salt | None
    note: Salt | None


@_strict
class ErasedTexts(TypedDict):
    """The commitments, in hex, of what was erased of a revision."""

    patch: NotRequired[Hash]
    document: NotRequired[Hash]
    label: NotRequired[Hash]
    note: NotRequired[Hash]


@_strict
class Revision(TypedDict):
    """One change. `label` is who made it, `door` how; `time` as its leaf says it."""

    etag: Annotated[int, Field(ge=1, le=2**31 - 1)]
    patch: Annotated[list[dict[str, JSON]], Field(min_length=1)]
    label: Annotated[str, Field(max_length=150)]
    actor: int | None
    client: Annotated[str, Field(max_length=100)]
    door: Annotated[str, Field(max_length=8)]
    note: str
    request: Annotated[str, Field(max_length=64)]
    refers_to: dict[str, JSON]
    time: str
    salts: SaltTexts
    erased: NotRequired[ErasedTexts]
    digest: Hash


@_strict
class End(TypedDict):
    """How much there was, and SHA-256 of every byte before this line."""

    items: Count
    revisions: Count
    sha256: Hash


@_strict
class Line(TypedDict):
    """A line of any kind."""

    library: NotRequired[Library]
    item: NotRequired[Item]
    revision: NotRequired[Revision]
    end: NotRequired[End]


LINE = TypeAdapter(Line)


def salts_of(revision: Revision) -> Salts:
    return Salts(**{name: bytes.fromhex(str(salt or "")) for name, salt in revision["salts"].items()})


def erased_of(revision: Revision) -> dict[str, str]:
    """The commitments of what was erased of it, by name."""
    return {name: str(kept) for name, kept in revision.get("erased", {}).items()}


def digest_of(revision: Revision, *, sandbox: str, item: Item, before: str, document: str) -> str:
    """The digest by the recipe, of a revision in that sandbox: `before` is that of the one before, `document` the text after it."""
    salts, erased = salts_of(revision), erased_of(revision)
    patch: Patch = revision["patch"]
    return Leaf(
        sandbox=sandbox,
        item=item["id"],
        kind=item["kind"],
        etag=revision["etag"],
        before=before,
        patch=erased.get("patch") or commitment(salts.patch, canonical_text(patch)),
        document=erased.get("document") or commitment(salts.document, document),
        label=erased.get("label") or commitment(salts.label, revision["label"]),
        note=erased.get("note") or commitment(salts.note, revision["note"]),
        actor=revision["actor"],
        client=revision["client"],
        door=revision["door"],
        refers_to=RefersTo(**revision["refers_to"]),  # type: ignore[typeddict-item]  # of another installation, as it is
        request=revision["request"],
        time=revision["time"],
    ).digest()


def sandbox_of(origin: str) -> str:
    """The name of the sandbox that a log is of."""
    return origin.rpartition("/")[2]


def instant(text: str) -> datetime | None:
    """The time that a leaf's text says; None for a text that a leaf would not have."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and time_text(found) == text else None
