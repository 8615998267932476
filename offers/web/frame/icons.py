"""Icons of the sprite, and the marks of people and programs."""

from collections.abc import Mapping
from functools import cache, lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from offers.document.erased import number_of
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type

SPRITE = "vendor/tabler-icons-3.51.0/icons.svg"
CHANNEL_ICONS: Mapping[str, str] = {
    "web": "world",
    "email": "mail",
    "mobile": "device-mobile",
    "messaging": "message-2",
    "social": "share",
    "offline": "building-store",
    "display": "ad-2",
    "search": "search",
    "video": "video",
}
CONTENT_ICONS: Mapping[str, str] = {"html": "code", "imagelink": "photo", "text": "typography", "json": "braces"}
SOURCE_ICONS: Mapping[str, str] = {
    "form": "forms",
    "api": "api",
    "undo": "arrow-back-up",
    "restore": "restore",
    "review": "git-pull-request",
    "bulk": "list-check",
    "import": "file-import",
}
AVATAR_COLOURS = 8


@lru_cache(maxsize=1_000)
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration for screen readers unless it has a `label` of its own."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite(), name)


@cache
def sprite() -> str:
    """The sprite's address; a list shows hundreds of icons."""
    return static(SPRITE)


def channel_icon(channel: str, label: str = "") -> SafeString:
    return icon(CHANNEL_ICONS.get(channel.removeprefix(CHANNEL_PREFIX), "link"), label)


def content_icon(value: str) -> SafeString:
    return icon(CONTENT_ICONS.get(component_type(value) or "", "code"))


def source_icon(source: str) -> SafeString:
    return icon(SOURCE_ICONS.get(source, "pencil"))


@lru_cache(maxsize=1_000)
def avatar(label: str, client: str = "") -> SafeString:
    """A person's initials, or the mark of an API client. Decoration: the name stands beside it."""
    colour = sum(label.encode()) % AVATAR_COLOURS
    if client:
        return format_html('<span class="who who-client" aria-hidden="true">{}</span>', icon("api"))
    return format_html('<span class="who who-{}" aria-hidden="true">{}</span>', colour, initials(label))


def initials(label: str) -> str:
    """Up to two letters: first and last name's first ones; of a name in Hangul its last two syllables (the given name)."""
    words = label.split()
    if number_of(label) is not None:
        return "–"
    if len(words) == 1 and "가" <= label[0] <= "힣":
        return label[-2:]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
