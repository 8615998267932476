"""The picker of months: what happened in a month is asked for by its first and its last day, as any other days are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers.log.found.days import Day
from offers.log.found.wanted import Wanted

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the address of what happened in it. `entries` are counted by days of UTC; `is_chosen`: it is what the page shows."""

    first: date
    address: str
    entries: int = 0
    is_chosen: bool = False

    @property
    def text(self) -> str:
        return _text(self.first, get_language())


@dataclass(frozen=True, slots=True)
class Picker:
    """`this` and `last` are the month that it is and the one before; `any` are those in which something happened, the newest first.

    `chosen` is the month that the page shows, if it is one.
    """

    this: Month
    last: Month
    any: Sequence[Month]
    chosen: Month | None

    @property
    def first_two(self) -> list[tuple[Month, str]]:
        return [(self.this, _("This month")), (self.last, _("Last month"))]


def picker(request: HttpRequest, wanted: Wanted, days: Sequence[Day]) -> Picker:
    """`days` are all that have entries of the page's other filters."""
    query, shown = without_days(request), _shown(wanted)
    entries = Counter[date]()
    for day in days:
        entries[day.day.replace(day=1)] += day.entries
    this = timezone.localdate().replace(day=1)

    def month(first: date) -> Month:
        return Month(first, address(query, first), entries[first], first == shown)

    return Picker(
        month(this),
        month(before(this)),
        [month(first) for first in sorted(entries, reverse=True)],
        month(shown) if shown else None,
    )


def without_days(request: HttpRequest) -> str:
    """The page's other filters, for an address that asks for other days."""
    query = request.GET.copy()
    for name in ("from", "to", "cursor"):
        query.pop(name, None)
    return query.urlencode()


def address(query: str, month: date) -> str:
    days = urlencode({"from": month, "to": after(month) - A_DAY})
    return f"?{query}&{days}" if query else f"?{days}"


def before(month: date) -> date:
    return (month - A_DAY).replace(day=1)


def after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _shown(wanted: Wanted) -> date | None:
    """The month that is asked for, if it is all of one."""
    if not wanted.first or not wanted.last:
        return None
    first, end = timezone.localdate(wanted.first), timezone.localdate(wanted.last)
    return first if first.day == 1 and end == after(first) else None


@lru_cache(maxsize=500)
def _text(month: date, language: str | None) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")
