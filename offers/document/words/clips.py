"""Texts in rows: of long ones their start, or what is near their marks; of short ones what went to what came."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from string import whitespace

from offers.document.words.spans import Span
from offers.document.words.tokens import tokens

CLIP_AT = 160
FOLD_AT = 40
# What is hardly longer is not cut.
SPARED = 10
# Stands between lines that a row tells as one.
LINE_MARK = " ↵ "
_SPACE = re.compile(r"\s")
_LINE_END = re.compile(r"[ \t]?\n\s*")
# The longest tag that is looked for where a text is cut.
TAG_UP_TO = 1_000
SHORTEN_AT = 4_000


def clipped(text: str) -> str:
    """A long text of a row, cut after about CLIP_AT characters, at no separator; all of it is in the patch."""
    return text if len(text) <= CLIP_AT else _start(text, CLIP_AT).rstrip(f"{whitespace}·") + "…"


def shortened(text: str) -> str:
    """What went or came, cut where nobody reads on: browsers take seconds for a mark of 190 KB. The patch has all of it."""
    return text if len(text) <= SHORTEN_AT else _start(text, SHORTEN_AT).rstrip() + "…"


def folded(spans: Sequence[Span]) -> list[Span]:
    """Marks in a text, with what stayed the same folded where it is long: only what is near a mark is shown."""
    last = len(spans) - 1
    return [
        (kind, _fold(text, index > 0, index < last) if kind == "=" else text)
        for index, (kind, text) in enumerate(spans)
    ]


def _fold(text: str, after_mark: bool, before_mark: bool) -> str:
    is_address = len(text) <= CLIP_AT and not _SPACE.search(text)
    if is_address or not (after_mark or before_mark):
        return text
    if len(text) <= FOLD_AT * (after_mark + before_mark) + SPARED:
        return _LINE_END.sub(LINE_MARK, text)
    start = _start(text, FOLD_AT) if after_mark else ""
    end = _end(text, FOLD_AT) if before_mark else ""
    # What is left of paragraphs reads on in one line, with a mark where each ended.
    start, end = (_LINE_END.sub(LINE_MARK, side) for side in (start, end))
    # A sentence that ends where the cut is has left its full stop.
    end = end.lstrip(" .,;:!?") or end
    start, end = start.rstrip(" "), end.lstrip(" ")
    return f"{start} … {end}" if start and end else f"{start} …" if start else f"… {end}"


def _start(text: str, limit: int) -> str:
    """The first pieces of a text (document/words/tokens.py), about as long as that: words, emoji, tags, entities stay whole."""
    taken = ""
    for piece in tokens(text[: limit + TAG_UP_TO], "html"):
        if taken and len(taken) + len(piece) > limit:
            break
        taken += piece
    return taken


def _end(text: str, limit: int) -> str:
    """The last pieces of a text, about as long as that."""
    taken = ""
    for piece in reversed(tokens(text[-limit - TAG_UP_TO :], "html")[len(text) > limit + TAG_UP_TO :]):
        if taken and len(taken) + len(piece) > limit:
            break
        taken = piece + taken
    return taken


def with_arrows(told: Iterable[Span]) -> list[Span]:
    """An arrow from what went to what came in its place: on paper, and for many eyes, colours do not tell them apart."""
    found: list[Span] = []
    for span, following in pairwise([*told, ("=", "")]):
        found += [span, ("=", " → ")] if (span[0], following[0]) == ("-", "+") else [span]
    return found
