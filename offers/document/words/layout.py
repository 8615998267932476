"""JSON text for reading: a line for each member and item."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

# Nobody reads more of it; deeper levels stand under each other, so that the result grows no faster than the text.
MAX_LENGTH = 50_000
MAX_INDENT = 12
# A text, a sign, or what stands between signs. No piece can be read in two ways: finding them is one pass.
_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+')
_OPEN, _CLOSED = {"{", "["}, {"}", "]"}


def laid_out(text: str) -> str:
    """The same JSON in lines, its texts and numbers as they are written; what is no JSON (yet), or very long, as it is."""
    if len(text) > MAX_LENGTH:
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "".join(_laid_out(_PIECES.findall(text)))


def _laid_out(pieces: Sequence[str]) -> Iterator[str]:
    depth = 0
    for before, piece in pairwise(["", *pieces]):
        depth -= piece in _CLOSED
        is_empty = before in _OPEN and piece in _CLOSED
        if (before in _OPEN or before == "," or piece in _CLOSED) and not is_empty:
            yield "\n" + "  " * min(depth, MAX_INDENT)
        yield ": " if piece == ":" else piece
        depth += piece in _OPEN
