"""What people read of HTML. It is never parsed strictly: somebody is still typing it, or a page shows the beginning of it."""

from contextlib import suppress
from html import unescape

from django.core.exceptions import SuspiciousOperation
from django.utils.html import strip_tags

from offers.document.words.reads import without_hidden


def read_of(html: str) -> str:
    """The text in one line. What Django holds for an attack, tags in tags that never end, is returned as it stands."""
    shown = without_hidden(html)
    with suppress(SuspiciousOperation):
        shown = strip_tags(shown)
    return " ".join(unescape(shown).split())
