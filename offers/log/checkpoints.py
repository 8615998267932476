"""What the log says it is, signed: its size and the root of its tree (C2SP tlog-checkpoint)."""

import base64
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings

from offers.log.notes import BadNote, Signer, text_of
from offers.log.tree import Tree
from offers.models import LogHead, Sandbox

# Origin, size, root and lines that are nobody's business (C2SP tlog-checkpoint).
_TEXT = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


class NoKey(Exception):
    """This installation signs nothing: LOG_KEY is not set."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries a log had, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(sandbox: Sandbox) -> str:
    """What the log is called everywhere: host, organisation and sandbox."""
    host = urlsplit(settings.PUBLIC_URL).netloc or "localhost"
    return f"{host}/{quote(sandbox.org_id, safe='@.-_')}/{sandbox.name}"


def signer_of(sandbox: Sandbox) -> Signer:
    """Who signs for the sandbox's log. Raises NoKey."""
    if not settings.LOG_KEY:
        raise NoKey
    return Signer.of(origin_of(sandbox), settings.LOG_KEY)


def size_of(sandbox: Sandbox) -> int:
    """How many entries the log has now."""
    return LogHead.objects.filter(sandbox=sandbox).values_list("size", flat=True).first() or 0


def checkpoint(sandbox: Sandbox, size: int | None = None) -> str:
    """The log's newest checkpoint, or that of a `size` that it had, signed. Raises NoKey."""
    size = size_of(sandbox) if size is None else size
    return signer_of(sandbox).sign(Checkpoint(origin_of(sandbox), size, Tree(sandbox.pk).root(size)).text)


def read(note: str, vkey: str) -> Checkpoint:
    """What a checkpoint says that this key has signed, of the log that the key is of. Raises BadNote.

    The sandboxes of an installation sign with one private key: what is signed of one of them must not pass for another's.
    """
    found = _TEXT.fullmatch(text_of(note, vkey))
    if found is None:
        raise BadNote("That is no checkpoint.")
    if found["origin"] != vkey.split("+", 1)[0]:
        raise BadNote("That is a checkpoint of another log.")
    return Checkpoint(found["origin"], int(found["size"]), base64.b64decode(found["root"]))
