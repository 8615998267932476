"""What people read of HTML. It is never parsed strictly: somebody is still typing it, or a page shows the beginning of it."""

import re
from contextlib import suppress
from html import unescape

from django.core.exceptions import SuspiciousOperation
from django.utils.html import strip_tags

# What never ends hides all that follows, as in a browser.
_HIDDEN = re.compile(r"<(style|script|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)


def without_hidden(html: str) -> str:
    """Without what browsers do not show: comments, styles, scripts and the title."""
    return _HIDDEN.sub("", html)


def read_of(html: str) -> str:
    """The text in one line. What Django holds for an attack, tags in tags that never end, is returned as it stands."""
    shown = without_hidden(html)
    with suppress(SuspiciousOperation):
        shown = strip_tags(shown)
    return " ".join(unescape(shown).split())
