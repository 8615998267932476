"""Long texts in rows: {{ text|clipped }} is its start, {{ change.spans|folded|marked }} its marks and what is near them."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from offers.document.words.alike import Row, alike
from offers.document.words.clips import clipped, folded, shortened
from offers.document.words.describe import Change
from offers.document.words.spans import Span

register = template.Library()
for filter_ in (clipped, shortened, folded):
    register.filter(filter_)

_MARKS = {"-": "<del>{}</del>", "+": "<ins>{}</ins>", "=": "{}"}


@register.filter
def marked(spans: Sequence[Span], short: bool = False) -> SafeString:
    """A text with what went and what came as <del> and <ins>; `short`: each cut where nobody reads on.

    Made here, because its white space is the text's own, and a template's would stand in it.
    """
    pieces = [(kind, shortened(text) if short and kind != "=" else text) for kind, text in spans]
    return format_html_join("", "{}", ((format_html(_MARKS[kind], text),) for kind, text in pieces))


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
