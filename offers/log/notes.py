"""Signed notes (C2SP signed-note): a text, and under it lines that say who signed it, with Ed25519."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "— "
LONGEST = 1_000_000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class BadNote(ValueError):
    """A note that is none, or that the key did not sign."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A name, and the private key that signs for it."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, seed: bytes) -> "Signer":
        """From the key's 32 bytes. Raises ValueError for any other number, and for a name that a note cannot have."""
        if not name or not name.isprintable() or {"+", " "} & set(name):
            raise ValueError(f"{name!r} is no name of a key")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def vkey(self) -> str:
        """What others check the signatures with: `name+id+base64`."""
        public = self.key.public_key().public_bytes_raw()
        return f"{self.name}+{_id(self.name, public).hex()}+{_b64(ED25519 + public)}"

    def sign(self, text: str) -> str:
        """The note with the signature. The text ends with a line break."""
        public = self.key.public_key().public_bytes_raw()
        return f"{text}\n{DASH}{self.name} {_b64(_id(self.name, public) + self.key.sign(text.encode()))}\n"


def text_of(note: str, vkey: str) -> str:
    """The text of a note that the key of this verifier has signed. Raises BadNote."""
    name, id, public = _read(vkey)
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or len(note) > LONGEST or _CONTROL.search(note):
        raise BadNote("There is no signature.")
    text += "\n"
    for line in lines.split("\n"):
        signed = _signature(line, name, id)
        if signed is not None:
            try:
                public.verify(signed, text.encode())
            except InvalidSignature:
                raise BadNote(f"The signature of {name} is wrong.") from None
            return text
    raise BadNote(f"{name} has not signed it.")


def _signature(line: str, name: str, id: bytes) -> bytes | None:
    """The signature on a line, where it is one of this key."""
    by, _space, encoded = line.removeprefix(DASH).rpartition(" ")
    if not line.startswith(DASH) or by != name:
        return None
    try:
        found = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise BadNote("A signature is not base64.") from None
    return found[4:] if found[:4] == id else None


def _read(vkey: str) -> tuple[str, bytes, Ed25519PublicKey]:
    try:
        name, id, encoded = vkey.strip().split("+", 2)
        key = base64.b64decode(encoded, validate=True)
        public = Ed25519PublicKey.from_public_bytes(key[1:])
        if key[:1] != ED25519 or bytes.fromhex(id) != _id(name, key[1:]):
            raise ValueError
    except ValueError:
        raise BadNote("That is no key of a verifier.") from None
    return name, bytes.fromhex(id), public


def _id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + ED25519 + public).digest()[:4]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
