"""Check a receipt offline: python verify_receipt.py RECEIPT --key VKEY [--witness VKEY ...] [--checkpoint FILE]

Needs Python 3.11 and the package `cryptography`, and nothing of ours. VKEY is the log's key (`name+id+base64`), which you got
from somebody you trust, and not together with the receipt. Exit 0: what is shown is in the log that this key signed, exactly so;
with --witness, that witness has cosigned the log as well (all of them, where you name several). A receipt has the log's own
signature only: --checkpoint takes the cosigned one of the same size in its place. Formats: C2SP tlog-proof, tlog-checkpoint,
tlog-cosignature; the tree is RFC 6962's.
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def signed_by(note: str, vkey: str, kind: bytes) -> tuple[Ed25519PublicKey, bytes]:
    """The key, and what is on the line that it signed."""
    if vkey.count("+") < 2:
        raise ValueError("that is no key: one is name+id+base64")
    name, key_id, encoded = vkey.strip().split("+", 2)
    key = base64.b64decode(encoded)
    if sha256(name.encode() + b"\n" + key)[:4].hex() != key_id or key[:1] != kind:
        raise ValueError("the key is damaged, or not of this kind")
    for line in note.rpartition("\n\n")[2].split("\n"):
        by, _, signed = line.removeprefix("— ").rpartition(" ")
        raw = base64.b64decode(signed) if by == name else b""
        if raw[:4].hex() == key_id:
            return Ed25519PublicKey.from_public_bytes(key[1:]), raw[4:]
    raise ValueError(f"the checkpoint is not signed with this key ({name})")


def check_signature(note: str, vkey: str) -> list[str]:
    """The lines of the signed text: origin, size and root. The origin is the key's name."""
    key, signature = signed_by(note, vkey, b"\x01")
    text = note.rpartition("\n\n")[0] + "\n"
    key.verify(signature, text.encode())
    if text.split("\n")[0] != vkey.strip().split("+")[0]:
        raise ValueError("the checkpoint is of another log")
    return text.split("\n")


def check_witness(note: str, vkey: str) -> int:
    """When this witness cosigned, in seconds since 1970."""
    key, cosigned = signed_by(note, vkey, b"\x04")
    at = int.from_bytes(cosigned[:8])
    key.verify(cosigned[8:], f"cosignature/v1\ntime {at}\n{note.rpartition(chr(10) * 2)[0]}\n".encode())
    return at


def root_from(leaf_hash: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2."""
    here, last, found = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if here & 1 or here == last:
            found = sha256(b"\x01" + sibling + found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return found


def verify(receipt: str, vkey: str, witnesses: list[str] = [], checkpoint: str = "") -> dict:  # noqa: B006
    """What the receipt proves. Raises ValueError and cryptography's InvalidSignature."""
    proof, _, own = receipt.partition("\n\n")
    checkpoint = checkpoint or own
    head, *lines = proof.split("\n")
    if head != "c2sp.org/tlog-proof@v1" or len(lines) < 2:
        raise ValueError("that is no receipt")
    extra, index_line, *path = lines
    origin, size, root = check_signature(checkpoint, vkey)[:3]
    told = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    index = int(index_line.removeprefix("index "))
    if not 0 <= index < int(size):
        raise ValueError("the index is not in the tree")
    leaf_hash = sha256(b"\x00" + told["leaf"].encode())
    if root_from(leaf_hash, index, int(size), [base64.b64decode(line) for line in path]) != base64.b64decode(root):
        raise ValueError("the change is not in the signed tree")
    witnessed = {witness.split("+")[0]: check_witness(checkpoint, witness) for witness in witnesses}
    leaf, opened = json.loads(told["leaf"]), {}
    for name, part in told["opened"].items():
        if sha256(bytes.fromhex(part["salt"]) + part["text"].encode()).hex() != leaf[name]:
            raise ValueError(f"the {name} is not what was recorded")
        opened[name] = part["text"]
    missing = {
        name: f"(not in this receipt, which says: erased by erasure {one['erasure']}, entry {one['entry']} of the log)"
        for name, one in told.get("erased", {}).items()
    }
    found = {"origin": origin, "size": int(size), "index": index, "leaf": leaf, "opened": opened}
    return {**found, "missing": missing, "witnessed": witnessed}


# Erased, or left out by whoever handed it on: a receipt's own word for why is signed by nobody; the log's entry of the erasure is.
NOT_HERE = "(not in this receipt)"


def told_of(leaf: dict) -> str:
    """What kind of thing it is."""
    if leaf["event"] == "revision":
        return f"{leaf['kind']} {leaf['item']}, version {leaf['etag']}, by the door {leaf['door']}"
    if leaf["event"] == "request":
        of = f", which is about the changes with the digest {leaf['digest']}" if leaf["digest"] else ""
        return f"change request {leaf['number']}, version {leaf['request_version']}: {leaf['what']}{of}"
    if leaf["event"] == "access":
        became = f"{json.dumps(leaf['before'])} became {json.dumps(leaf['after'])}"
        return f"change of access: {leaf['what']} {leaf['subject']}: {became}"
    if leaf["event"] == "import":
        of = f"{leaf['items']} items with {leaf['revisions']} changes"
        return (
            f"import of {of} from {leaf['origin']}, exported {leaf['exported']}, SHA-256 of the file {leaf['sha256']}"
        )
    return f"{leaf['event']}: {leaf.get('what', '')} {leaf.get('item', '')} {leaf.get('number') or ''}"


def one_line(text: str) -> str:
    """What people wrote, so that it cannot pass for a line of this program's, or command the terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a receipt.")
    parser.add_argument("receipt")
    parser.add_argument("--key", required=True, help="the log's key, or a file that has it")
    parser.add_argument("--witness", action="append", default=[], help="the key of a witness who must have cosigned")
    parser.add_argument("--checkpoint", type=Path, help="a cosigned checkpoint of the same size as the receipt's")
    given = parser.parse_args()
    key, *witnesses = (Path(one).read_text() if Path(one).is_file() else one for one in (given.key, *given.witness))
    try:
        cosigned = given.checkpoint.read_text(encoding="utf-8") if given.checkpoint else ""
        found = verify(Path(given.receipt).read_text(encoding="utf-8"), key, witnesses, cosigned)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it proves nothing
        print(f"NOT PROVED: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    leaf, opened = found["leaf"], {**found["missing"], **found["opened"]}
    print(f"Proved: entry {found['index']} of {found['size']} in the log {found['origin']}")
    for name, at in found["witnessed"].items():
        print(f"  cosigned by {name} at {datetime.fromtimestamp(at, UTC).isoformat()}")
    print(one_line(f"  {told_of(leaf)}, at {leaf['time']}"))
    by = opened.get("label", NOT_HERE) or "nobody"
    print(f"  by {one_line(by)} (account {leaf['actor']}, program {leaf.get('client') or 'none'})")
    if leaf.get("refers_to"):
        print(f"  refers to: {json.dumps(leaf['refers_to'])}")
    # Of the document only that it is the one that the patch made.
    for name in ("subject_label", "note", "text", "about", "patch"):
        if name in leaf:
            print(f"  {name}: {one_line(opened.get(name, NOT_HERE)) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
