"""What a revision proves: the text that its digest is made of.

A leaf says everything about a change but the words of people and what was written, of which it holds commitments:
SHA-256 over a random salt and the text. Whoever has both opens it; once both are erased nobody can, not even by guessing,
and every digest is as it was. Each text has a salt of its own, so that opening one says nothing about another.
"""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple, NotRequired, TypedDict

from offers.document.values import canonical

# It is in the leaf, so that another recipe one day can be told from this one by what was proved.
VERSION = 1
SALT_BYTES = 16


class Origin(TypedDict):
    """What a revision that came with an import was where it came from: its digest, and what means something else here: the number
    of who made it, the program, the door, and what it referred to. `erased`: of what had been erased there, by name, SHA-256 of what
    stands in its place.
    """

    digest: str
    door: str
    actor: NotRequired[int]
    client: NotRequired[str]
    refers_to: NotRequired[dict[str, Any]]
    erased: NotRequired[dict[str, str]]


class PromotedFrom(TypedDict):
    """What a change was promoted from: an item of another sandbox as it was at an etag, and the digest of that."""

    sandbox: str
    id: str
    etag: int
    digest: str


class RefersTo(TypedDict, total=False):
    """What a change refers to, besides the item's own past: etags of the item, an item's id, the number of a bulk run, that of the
    change request it was part of, and whether that was published without a second person. And where it came from.
    """

    merged_with: int
    undoes: int
    restores: int
    copy_of: str
    bulk: int
    request: int
    bypass: bool
    origin: Origin
    promoted_from: PromotedFrom


class Salts(NamedTuple):
    """The salts of one revision's commitments."""

    patch: bytes
    document: bytes
    label: bytes
    note: bytes


class Leaf(NamedTuple):
    """The members of a revision's leaf; `patch`, `document`, `label` and `note` are commitments, in hex.

    `before` is the digest of the item's revision before, "" for the first; `time` is in UTC to the microsecond.
    """

    sandbox: str
    item: str
    kind: str
    etag: int
    before: str
    patch: str
    document: str
    label: str
    note: str
    actor: int | None
    client: str
    door: str
    refers_to: RefersTo
    request: str
    time: str

    def text(self) -> bytes:
        """The one text of the leaf: JSON with sorted keys, no spaces, in UTF-8 (RFC 8785 for the values that it has)."""
        return canonical({"version": VERSION, "event": "revision", **self._asdict()})

    def digest(self) -> str:
        """SHA-256, in hex, of a zero byte and the text: the hash of a leaf in a Merkle tree (RFC 6962 section 2.1)."""
        # Inner nodes begin with a one byte there, so that neither can be passed off as the other.
        return hashlib.sha256(b"\0" + self.text()).hexdigest()


def text_hash(text: str | bytes) -> str:
    """SHA-256, in hex, of a text in UTF-8: of what stands in the place of an erased one."""
    return commitment(b"", text)


def commitment(salt: bytes, text: str | bytes) -> str:
    """SHA-256, in hex, of the salt and the text in UTF-8."""
    return hashlib.sha256(salt + (text.encode() if isinstance(text, str) else text)).hexdigest()


def new_salts() -> Salts:
    """Salts for a new revision, from the system's source of randomness, asked once."""
    random = secrets.token_bytes(4 * SALT_BYTES)
    return Salts(*(random[start : start + SALT_BYTES] for start in range(0, len(random), SALT_BYTES)))


def time_text(instant: datetime) -> str:
    """A time as a leaf says it: `2026-11-23T14:00:00.000000+00:00`."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
