"""How an item stands, drawn: its status, whether customers see it, that it is deleted, who changed it last."""

from datetime import datetime
from functools import lru_cache
from typing import Protocol

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from offers.document.kinds.reading import WORDS
from offers.document.live import LiveState, live_state_of
from offers.web.frame.icons import avatar, icon
from offers.web.frame.times import ago, days_until


class Changed(Protocol):
    """Whatever knows who changed it last."""

    @property
    def modified_by(self) -> str: ...
    @property
    def modified_by_client(self) -> str: ...
    @property
    def modified_at(self) -> datetime: ...


def status_badge(status: str | None) -> SafeString:
    """Status as dot + word + colour: never colour alone."""
    return _status_badge(status, get_language()) if status else SafeString("")


@lru_cache(maxsize=100)
def _status_badge(status: str, language: str | None) -> SafeString:
    word = WORDS["status"].get(status, status)
    return format_html('<span class="state state-{}"><i class="dot"></i>{}</span>', status, _(word))


def deleted_badge() -> SafeString:
    return format_html('<span class="state">{}{}</span>', icon("trash"), _("Deleted"))


def changed_by(item: Changed) -> SafeString:
    """Who changed an item last and when."""
    return format_html(
        "{}{}</small>\n</span>\n</div>", _by(item.modified_by, item.modified_by_client), ago(item.modified_at)
    )


@lru_cache(maxsize=1_000)
def _by(name: str, client: str) -> SafeString:
    return format_html(
        '<div class="by">\n{avatar}\n<span>\n<span title="{name}">{name}</span><small>',
        avatar=avatar(name, client),
        name=name,
    )


def live_state(item: object, now: datetime | None = None, *, in_row: bool = False) -> SafeString:
    """Whether customers see it now, beside the status: Live, Starts in 3 days, Ends today, Expired; or nothing.

    `item` has `status`, `starts_at` and `ends_at` (a LibraryItem). `in_row`: also in fewer words, for a narrow screen.
    """
    now = now or timezone.now()
    starts, ends = getattr(item, "starts_at", None), getattr(item, "ends_at", None)
    status = getattr(item, "status", None)
    state = live_state_of(status, starts, ends, now)
    # A decision's status has the word already.
    if state is None or state == status:
        return SafeString("")
    edge = {LiveState.SCHEDULED: starts, LiveState.ENDING: ends}.get(state)
    return _live_state(state, days_until(edge, now) if edge else 0, get_language(), in_row)


@lru_cache(maxsize=1_000)
def _live_state(state: LiveState, days: int, language: str | None, in_row: bool) -> SafeString:
    words = _live_words(state, days)
    if in_row and state == LiveState.SCHEDULED and days > 1:
        # Its first day stands beside it.
        few = ngettext("In {days} day", "In {days} days", days).format(days=days)
        words = format_html('<span class="in-full">{}</span><span class="in-few">{}</span>', words, few)
    return format_html('<span class="live live-{}">{}</span>', state.value, words)


def live_word(state: str) -> str:
    """A live state by itself, without its days."""
    words = {"live": _("Live"), "ending": _("Ending within 7 days"), "scheduled": _("Scheduled")}
    return words.get(state) or _("Expired")


def _live_words(state: LiveState, days: int) -> str:
    # Tomorrow is no plural form of days: a language may have none for 1, or the same one for 21.
    if state == LiveState.SCHEDULED:
        near = {0: _("Starts today"), 1: _("Starts tomorrow")}
        return near.get(days) or ngettext("Starts in {days} day", "Starts in {days} days", days).format(days=days)
    if state == LiveState.ENDING:
        near = {0: _("Ends today"), 1: _("Ends tomorrow")}
        return near.get(days) or ngettext("Ends in {days} day", "Ends in {days} days", days).format(days=days)
    return _("Expired") if state == LiveState.EXPIRED else _("Live")
