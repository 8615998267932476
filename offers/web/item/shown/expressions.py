"""Template expressions in a preview: `{{ … }}` and `{% … %}` in one piece, and marked, for nobody knows here what customers read in their place.

Where the browser reads no text (in tags, comments, style sheets), they stay as they are.
"""

import re
from collections.abc import Iterator
from html import unescape

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Each takes time in proportion to the text: no piece is given back, and what is never closed takes all the rest or ends at a brace.
_EXPRESSION = r"\{\{\{?[^{}]++\}\}\}?|\{%[^{}]++(?<=%)\}"
_QUOTED = r"""=\s*+"[^"]*+"?|=\s*+'[^']*+'?"""
_NO_TEXT = (
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>style|script|textarea|title|xmp|noembed|noframes)\b.*?(?:</(?P=raw)|\Z)"
    rf"|</?[a-z](?:{_QUOTED}|[^>])*+>?"
    r"|<[!?/][^>]*+>?"
)
_IN_TEXT = re.compile(_EXPRESSION)
_IN_HTML = re.compile(f"(?P<expression>{_EXPRESSION})|{_NO_TEXT}", re.DOTALL | re.IGNORECASE)


def in_html(content: str) -> str:
    """The HTML of a content, whatever it is: for a sandboxed frame and nothing else."""
    return _IN_HTML.sub(lambda found: _chip(unescape(found[0])) if found["expression"] else found[0], content)


def in_text(text: str) -> SafeString:
    """A text, escaped."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for found in _IN_TEXT.finditer(text):
        yield from (text[at : found.start()], _chip(found[0]))
        at = found.end()
    yield text[at:]


def _chip(expression: str) -> SafeString:
    """What stands for a value goes by its name, what decides by all of it. An element of no name that a content could style."""
    name = expression.strip("{}").strip() if expression.startswith("{{") else expression
    return format_html('<offer-expression title="{}">{}</offer-expression>', expression, name or expression)
