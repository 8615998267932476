"""Witness a log: keep the last checkpoint, see that a newer one only adds to it, and cosign that.

    python witness.py new NAME --signing-key FILE
    python witness.py cosign SOURCE --key VKEY --state FILE --signing-key FILE [--headers FILE]

For a machine and people other than those who run the log. Needs Python 3.11, the package `cryptography` and Linux or macOS, and
nothing of ours. SOURCE is where `checkpoint` and `tile/` are: an https address or a directory. VKEY is the log's key, from
somebody you trust; --headers a file with lines such as `Authorization: Bearer ...`, for an address that asks who you are.

Prints the checkpoint with this witness's signature and exits 0; or says what is wrong, signs nothing and exits 1. Formats:
C2SP tlog-checkpoint, tlog-tiles, tlog-cosignature (cosignature/v1, Ed25519). The tree is RFC 6962's.
"""

import argparse
import base64
import fcntl
import hashlib
import os
import re
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG_KEY, WITNESS_KEY = b"\x01", b"\x04"
WIDTH, HASH, MOST = 256, 32, 1_000_000
TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


class Refused(Exception):
    """Why nothing is signed."""


class Checkpoint(NamedTuple):
    text: str
    size: int
    root: bytes


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def key_id(name: str, key: bytes) -> bytes:
    return sha256(name.encode(), b"\n", key)[:4]


def read_checkpoint(note: str, vkey: str) -> Checkpoint:
    """What a checkpoint says, after its signature was checked, and that it is of the log that the key is of."""
    name, named_id, encoded = vkey.strip().split("+", 2)
    key = base64.b64decode(encoded)
    if key[:1] != LOG_KEY or key_id(name, key).hex() != named_id:
        raise Refused("The log's key is damaged.")
    if not note.endswith("\n"):
        raise Refused("The checkpoint is cut off.")
    body, _, signatures = note.rpartition("\n\n")
    text = body + "\n"
    for line in signatures.split("\n"):
        by, _, encoded = line.removeprefix("— ").rpartition(" ")
        signed = base64.b64decode(encoded) if by == name else b""
        if signed[:4].hex() == named_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], text.encode())
            except InvalidSignature:
                raise Refused("The checkpoint's signature is wrong.") from None
            break
    else:
        raise Refused("The checkpoint is not signed with the log's key.")
    found = TEXT.fullmatch(text)
    if found is None or found[1] != name:
        raise Refused(f"That is no checkpoint of {name}.")
    return Checkpoint(text, int(found[2]), base64.b64decode(found[3]))


class Source:
    """Where a log's checkpoint and tiles are."""

    def __init__(self, place: str, headers: dict[str, str]) -> None:
        self.place, self.headers = place.rstrip("/"), headers
        # Who is told to go elsewhere does not take what it knows of us there.
        self.opener = urllib.request.build_opener(_Nowhere)

    def read(self, name: str) -> bytes:
        try:
            if not self.place.startswith(("https://", "http://")):
                return (Path(self.place) / name).read_bytes()
            request = urllib.request.Request(f"{self.place}/{name}", headers=self.headers)  # noqa: S310 - checked above
            with self.opener.open(request, timeout=60) as answer:
                found: bytes = answer.read(MOST)
                return found
        except (OSError, HTTPException) as error:
            raise Refused(f"{name} could not be read: {error}") from None


class _Nowhere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **more: object) -> None:
        return None


class Tree:
    """The tree of a log of this size, as its tiles have it, each fetched once."""

    def __init__(self, source: Source, size: int) -> None:
        self.source, self.size = source, size
        self.tiles: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self.tiles:
            width = min(WIDTH, (self.size >> 8 * level) - index * WIDTH)
            place = f"{index % 1000:03d}"
            rest = index
            while rest := rest // 1000:
                place = f"x{rest % 1000:03d}/{place}"
            name = f"tile/{level}/{place}" + (f".p/{width}" if width < WIDTH else "")
            hashes = self.source.read(name)
            if len(hashes) != width * HASH:
                raise Refused(f"{name} does not have {width} hashes.")
            self.tiles[level, index] = hashes
        return self.tiles[level, index]

    def over(self, start: int, end: int) -> bytes:
        """The root over the entries from `start` on, before `end`, which are a subtree."""
        count = end - start
        if count & (count - 1):
            middle = start + split(count)
            return sha256(b"\x01", self.over(start, middle), self.over(middle, end))
        level = (count.bit_length() - 1) // 8
        place, width = start // WIDTH**level, count // WIDTH**level
        tile, first = self.tile(level, place // WIDTH), place % WIDTH
        nodes = [tile[HASH * at : HASH * (at + 1)] for at in range(first, first + width)]
        while len(nodes) > 1:
            nodes = [sha256(b"\x01", *pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
        return nodes[0]

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this tree begins with that of the `old` size (RFC 6962 section 2.1.2)."""
        return self._begins(old, 0, self.size, known=True)

    def _begins(self, old: int, start: int, end: int, *, known: bool) -> list[bytes]:
        if old == end:
            return [] if known else [self.over(start, end)]
        middle = start + split(end - start)
        if old <= middle:
            return [*self._begins(old, start, middle, known=known), self.over(middle, end)]
        return [*self._begins(old, middle, end, known=False), self.over(start, middle)]


def split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def begins_with(old: Checkpoint, new: Checkpoint, proof: list[bytes]) -> bool:
    """Whether the proof leads to both roots (RFC 9162 section 2.1.4.2). It does not matter who made it."""
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else proof
    here, last = old.size - 1, new.size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    if not path:
        return False
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = sha256(b"\x01", sibling, first), sha256(b"\x01", sibling, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = sha256(b"\x01", second, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old.root and second == new.root


def check(old: Checkpoint | None, new: Checkpoint, source: Source) -> None:
    """That the new checkpoint only adds to the old one. Raises Refused."""
    if old is None or old.size == 0:
        # The first: there is nothing to agree with but the tiles.
        if new.root != (Tree(source, new.size).over(0, new.size) if new.size else sha256()):
            raise Refused(f"The tiles are not of the checkpoint of {new.size} entries.")
    elif new.size < old.size:
        raise Refused(f"THE LOG SHRANK: it had {old.size} entries, and now says {new.size}.")
    elif new.size == old.size:
        if new.root != old.root:
            raise Refused(f"THE LOG WAS REWRITTEN: it has {new.size} entries as before, and they are not the same.")
    elif not begins_with(old, new, Tree(source, new.size).consistency(old.size)):
        raise Refused(
            f"THE LOG WAS REWRITTEN: nothing shows that its {new.size} entries begin with the {old.size} it had before."
        )


def cosigned(note: str, text: str, signing_key: str, now: int) -> str:
    """The note with this witness's signature of its text under the log's."""
    name, key = read_signing_key(signing_key)
    message = f"cosignature/v1\ntime {now}\n{text}".encode()
    public = WITNESS_KEY + key.public_key().public_bytes_raw()
    signature = key_id(name, public) + now.to_bytes(8, "big") + key.sign(message)
    return f"{note}— {name} {base64.b64encode(signature).decode()}\n"


def witness(source: Source, vkey: str, signing_key: str, state: Path, now: int) -> str:
    """The source's checkpoint, cosigned, after it was kept in `state`. Raises Refused."""
    with Path(f"{state}.lock").open("a") as lock:
        # Two at once might sign two futures of one past.
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = source.read("checkpoint").decode()
        new = read_checkpoint(note, vkey)
        check(read_checkpoint(state.read_text("utf-8"), vkey) if state.exists() else None, new, source)
        made = cosigned(note, new.text, signing_key, now)
        keep(state, made)
    return made


def keep(file: Path, text: str) -> None:
    """Written whole or not at all, and on the disk before anything goes out."""
    beside = Path(f"{file}.new")
    with beside.open("w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    beside.replace(file)


def new_key(name: str) -> tuple[str, str]:
    """A new key's file and, for everybody, the key that its signatures are checked with."""
    if not name or not name.isprintable() or {"+", " "} & set(name):
        raise Refused("A name has no spaces and no +: take one such as witness.example.com/w1.")
    key = Ed25519PrivateKey.generate()
    public = WITNESS_KEY + key.public_key().public_bytes_raw()
    named = f"{name}+{key_id(name, public).hex()}"
    private = base64.b64encode(WITNESS_KEY + key.private_bytes_raw()).decode()
    return f"PRIVATE+KEY+{named}+{private}\n", f"{named}+{base64.b64encode(public).decode()}"


def read_signing_key(text: str) -> tuple[str, Ed25519PrivateKey]:
    head, word, name, _id, encoded = text.strip().split("+", 4)
    raw = base64.b64decode(encoded)
    if (head, word, raw[:1]) != ("PRIVATE", "KEY", WITNESS_KEY):
        raise Refused("That is no signing key of a witness: make one with `new`.")
    return name, Ed25519PrivateKey.from_private_bytes(raw[1:])


def arguments(parser: argparse.ArgumentParser) -> None:
    of = parser.add_subparsers(dest="what", required=True)
    new = of.add_parser("new", help="make this witness's key, and print the one that others check with")
    new.add_argument("name", help="what this witness is called, such as witness.example.com/w1")
    cosign = of.add_parser("cosign", help="check the newest checkpoint against the last one, and cosign it")
    cosign.add_argument("source", help="an address or a directory that has checkpoint and tile/")
    cosign.add_argument("--key", required=True, help="the log's key, or a file that has it")
    cosign.add_argument("--state", required=True, type=Path, help="the file that the last checkpoint is kept in")
    cosign.add_argument("--headers", type=Path, help="a file of headers, one a line")
    for one in (new, cosign):
        one.add_argument("--signing-key", required=True, type=Path, help="the file of this witness's key")


def run(given: argparse.Namespace) -> str:
    """What is printed. Raises Refused."""
    if given.what == "new":
        private, public = new_key(given.name)
        with os.fdopen(os.open(given.signing_key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(private)
        return f"{public}\n"
    lines = given.headers.read_text("utf-8").splitlines() if given.headers else []
    headers = {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines if line.strip())
    }
    key = Path(given.key).read_text("utf-8") if Path(given.key).is_file() else given.key
    signing_key = given.signing_key.read_text("utf-8")
    return witness(Source(given.source, headers), key, signing_key, given.state, int(time.time()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Witness a log.")
    arguments(parser)
    try:
        sys.stdout.write(run(parser.parse_args()))
    except (Refused, OSError, ValueError) as error:
        print(f"NOT SIGNED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
