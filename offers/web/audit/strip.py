"""The strip above the audit page: how much happened when, each bar an address that filters by its days.

It is made in Python: a template would take longer for it than for the rest of the page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import sqrt

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from offers.log.audit import Found
from offers.log.found.days import Day
from offers.log.found.wanted import Wanted
from offers.web.audit.months import without_days

# A bar is a day where there are no more of them, else a week, four weeks, a year.
MOST = 184
UNITS = (1, 7, 28, 364)
HEIGHT = 40
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    first: date
    last: date
    entries: int
    bypasses: int


@dataclass(frozen=True, slots=True)
class Strip:
    """`exactly`: the bars are what the filters show, not at most that."""

    bars: Sequence[Bar]
    query: str
    exactly: bool

    @property
    def unit(self) -> str:
        return {1: _("by day"), 7: _("by week")}.get(_days(self.bars[0]), _("by longer stretches"))

    @property
    def svg(self) -> SafeString:
        most = max(bar.entries for bar in self.bars)
        inside = "".join(self._drawn(place, bar, most) for place, bar in enumerate(self.bars))
        return format_html(
            '<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" data-strip>{}</svg>',
            len(self.bars),
            HEIGHT,
            mark_safe(inside),  # noqa: S308  # what is said in it is escaped
        )

    def _drawn(self, place: int, bar: Bar, most: int) -> str:
        high = _high(bar.entries, most)
        told = f'<rect class="strip-all" x="{place}" width=".8" y="{HEIGHT - high}" height="{high}"/>' if high else ""
        if bar.bypasses:
            told += f'<rect class="strip-bypass" x="{place}" width=".8" y="{HEIGHT - high}" height="4"/>'
        return (
            f'<a href="{escape(self.address(bar))}" tabindex="-1" data-first="{bar.first}" data-last="{bar.last}">'
            f'<title>{escape(said(bar))}</title><rect class="strip-day" x="{place}" width="1" height="{HEIGHT}"/>{told}</a>'
        )

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last day that it shows."""
        first, last = self.bars[0].first, self.bars[-1].last
        return _days_text(first, first, get_language()), _days_text(last, last, get_language())

    @property
    def bypasses(self) -> int:
        """How many of what it shows went ahead without review, which are the caps of its bars."""
        return sum(bar.bypasses for bar in self.bars)

    @property
    def table(self) -> SafeString:
        """The rows of the bars that have entries, the newest first."""
        rows = (
            (self.address(bar), days_text(bar), bar.entries, bar.bypasses) for bar in reversed(self.bars) if bar.entries
        )
        return format_html_join(
            "\n", '<tr><td><a href="{}">{}</a></td><td class="num">{}</td><td class="num">{}</td></tr>', rows
        )

    def address(self, bar: Bar) -> str:
        return f"?{self.query}{'&' if self.query else ''}from={bar.first}&to={bar.last}"


def strip_of(request: HttpRequest, wanted: Wanted, found: Found) -> Strip | None:
    """None where there is nothing to draw."""
    if not found.days:
        return None
    first = timezone.localdate(wanted.first) if wanted.first else found.days[0].day
    newest = max(found.days[-1].day, timezone.now().date())
    last = timezone.localdate(wanted.last - timedelta(microseconds=1)) if wanted.last else newest
    bars = _bars(found.days, first, max(first, last))
    return Strip(bars, without_days(request), wanted.is_counted)


def _bars(days: Sequence[Day], first: date, last: date) -> list[Bar]:
    length = (last - first).days + 1
    unit = next((unit for unit in UNITS if length <= MOST * unit), UNITS[-1])
    entries, bypasses = Counter[int](), Counter[int]()
    for day in days:
        place = (day.day - first).days // unit
        entries[place] += day.entries
        bypasses[place] += day.bypasses
    starts = [first + unit * place * A_DAY for place in range(-(-length // unit))]
    return [
        Bar(start, min(last, start + (unit - 1) * A_DAY), entries[place], bypasses[place])
        for place, start in enumerate(starts)
    ]


def said(bar: Bar) -> str:
    """What a bar says to who points at it."""
    return _said(bar, get_language())


# Days that are over say the same to everybody.
@lru_cache(maxsize=5_000)
def _said(bar: Bar, language: str | None) -> str:
    number = ngettext("{n} entry", "{n} entries", bar.entries).format(n=bar.entries)
    waited = _("{n} without review").format(n=bar.bypasses) if bar.bypasses else ""
    return f"{days_text(bar)}: {number}{', ' if waited else ''}{waited}"


def days_text(bar: Bar) -> str:
    return _days_text(bar.first, bar.last, get_language())


@lru_cache(maxsize=5_000)
def _days_text(first: date, last: date, language: str | None) -> str:
    one, other = (date_format(day, _("j M Y")) for day in (first, last))
    return one if first == last else f"{one} – {other}"


def _days(bar: Bar) -> int:
    return (bar.last - bar.first).days + 1


def _high(entries: int, most: int) -> int:
    """By the square root, so that an import does not hide what else happened."""
    return max(2, round(HEIGHT * sqrt(entries / most))) if entries else 0
