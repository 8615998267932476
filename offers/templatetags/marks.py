"""Texts and names in rows.

{{ text|clipped }} is its start, {{ change.spans|folded|marked }} its marks and what is near them, {{ name|unbroken }}
breaks between its parts.
"""

import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from offers.document.words.alike import Row, alike
from offers.document.words.clips import clipped, folded, shortened, with_arrows
from offers.document.words.describe import Change
from offers.document.words.spans import Span

register = template.Library()
for filter_ in (clipped, shortened, folded, with_arrows):
    register.filter(filter_)

# Space at a mark's ends stands outside of it, for a line to break there; what is short stays in one piece.
_MARKS = {"-": "{}<del>{}</del>{}", "+": "{}<ins>{}</ins>{}"}
_SHORT_MARKS = {"-": '{}<del class="in-one">{}</del>{}', "+": '{}<ins class="in-one">{}</ins>{}'}
# A line of an address may end before a parameter, and not within its word.
_PARAMETER, _MAY_BREAK = re.compile(r"(?=&\w+=)"), mark_safe("<wbr>")
IN_ONE_UP_TO = 20
# What names of offers have between their parts.
DOT = " · "


@register.filter
def marked(spans: Sequence[Span], short: bool = False) -> SafeString:
    """A text with what went and what came as <del> and <ins>; `short`: each cut where nobody reads on.

    Made here, because its white space is the text's own, and a template's would stand in it.
    """
    return format_html_join("", "{}", ((_mark(kind, text, short),) for kind, text in spans))


def _mark(kind: str, text: str, short: bool) -> str:
    if kind == "=":
        return format_html_join(_MAY_BREAK, "{}", ((part,) for part in _PARAMETER.split(text)))
    said = shortened(text) if short else text
    words = said.strip(" ") or said
    before, _, after = said.partition(words)
    return format_html((_SHORT_MARKS if _stays_in_one(words) else _MARKS)[kind], before, words, after)


@register.filter
def unbroken(name: str) -> SafeString:
    """A name whose lines end after a dot or between words: "Check-up", "Nov 2026", a word and its dot stay in one piece."""
    first, *others = name.split(DOT)
    parts = [first.split(" "), *([other] if len(other) <= IN_ONE_UP_TO else other.split(" ") for other in others)]
    for part in parts[:-1]:
        part[-1] += DOT.rstrip()
    pieces = (piece for part in parts for piece in part)
    return format_html_join(
        " ", "{}", ((format_html('<span class="in-one">{}</span>', p) if _stays_in_one(p) else p,) for p in pieces)
    )


def _stays_in_one(words: str) -> bool:
    """Whether a line could break in it, and should not."""
    return len(words) <= IN_ONE_UP_TO + len(DOT) and (" " in words or "-" in words)


@register.filter
def without(spans: Sequence[Span], kind: str) -> Sequence[Span]:
    """One side of a comparison: the old text without what came ("+"), the new one without what went ("-")."""
    return [span for span in spans if span[0] != kind]


@register.filter
def told_once(changes: Sequence[Change], fold: object = True) -> list[Row]:
    """The changes, those alike under the first of them; each by itself where a page does not `fold` them."""
    return alike(changes) if fold else [Row(change, []) for change in changes]


@register.filter
def up_to(rows: Sequence[object], most: str) -> Sequence[object]:
    """The first rows: of thousands, which a largest document has, nobody reads all."""
    return rows[: int(most)]


@register.filter
def beyond(rows: Sequence[object], most: str) -> int:
    """How many rows there are behind those."""
    return max(0, len(rows) - int(most))
