"""Check a receipt offline: python verify_receipt.py RECEIPT --key VKEY

Needs Python 3.11 and the package `cryptography`, and nothing of ours. VKEY is the log's key (`name+id+base64`), which you got
from somebody you trust, and not together with the receipt. Exit 0: the change is in the log that this key signed, exactly as
shown. The format is C2SP tlog-proof; the tree is RFC 6962's.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def check_signature(note: str, vkey: str) -> list[str]:
    """The lines of the signed text: origin, size and root. The origin is the key's name."""
    name, key_id, encoded = vkey.strip().split("+", 2)
    key = base64.b64decode(encoded)
    if sha256(name.encode() + b"\n" + key)[:4].hex() != key_id or key[:1] != b"\x01":
        raise ValueError("the key is damaged")
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.split("\n"):
        by, _, signed = line.removeprefix("— ").rpartition(" ")
        raw = base64.b64decode(signed) if by == name else b""
        if raw[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], (text + "\n").encode())
            if text.split("\n")[0] != name:
                raise ValueError("the checkpoint is of another log")
            return text.split("\n")
    raise ValueError("the checkpoint is not signed with this key")


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


def verify(receipt: str, vkey: str) -> dict:
    """What the receipt proves. Raises ValueError and cryptography's InvalidSignature."""
    proof, _, checkpoint = receipt.partition("\n\n")
    head, extra, index_line, *path = proof.split("\n")
    if head != "c2sp.org/tlog-proof@v1":
        raise ValueError("that is no receipt")
    origin, size, root = check_signature(checkpoint, vkey)[:3]
    told = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    index = int(index_line.removeprefix("index "))
    if not 0 <= index < int(size):
        raise ValueError("the index is not in the tree")
    leaf_hash = sha256(b"\x00" + told["leaf"].encode())
    if root_from(leaf_hash, index, int(size), [base64.b64decode(line) for line in path]) != base64.b64decode(root):
        raise ValueError("the change is not in the signed tree")
    leaf, opened = json.loads(told["leaf"]), {}
    for name, part in told["opened"].items():
        if sha256(bytes.fromhex(part["salt"]) + part["text"].encode()).hex() != leaf[name]:
            raise ValueError(f"the {name} is not what was recorded")
        opened[name] = part["text"]
    return {"origin": origin, "size": int(size), "index": index, "leaf": leaf, "opened": opened}


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a receipt.")
    parser.add_argument("receipt")
    parser.add_argument("--key", required=True, help="the log's key, or a file that has it")
    given = parser.parse_args()
    key = Path(given.key).read_text() if Path(given.key).is_file() else given.key
    try:
        found = verify(Path(given.receipt).read_text(encoding="utf-8"), key)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it proves nothing
        print(f"NOT PROVED: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    leaf, opened = found["leaf"], found["opened"]
    print(f"Proved: entry {found['index']} of {found['size']} in the log {found['origin']}")
    print(f"  {leaf['kind']} {leaf['item']}, version {leaf['etag']}, at {leaf['time']}, by the door {leaf['door']}")
    print(f"  by {opened.get('label', '(erased)')} (account {leaf['actor']}, program {leaf['client'] or 'none'})")
    print(f"  note: {opened.get('note', '(erased)') or 'none'}; refers to: {json.dumps(leaf['refers_to'])}")
    print(f"  patch: {opened.get('patch', '(erased)')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
