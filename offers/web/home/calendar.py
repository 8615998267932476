"""The calendar strip: the windows of offers as bars on weeks, for an SVG that the server draws.

Places along the time axis are in percent of the drawing's width and those down it in pixels, so that names keep their
size on a phone. Nothing here needs a style attribute or a script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from unicodedata import east_asian_width

from django.utils import timezone
from django.utils.translation import gettext as _

from offers.document.live import LiveState, live_state_of
from offers.models import ChangeRequest, Listing
from offers.review.schedule import Due
from offers.web.frame.times import exact_in_one

WEEKS_BEFORE, WEEKS = 2, 6
HEAD = 26  # pixels for the weeks' names
ROW = 24
NARROWEST = 0.8  # percent: a window of an hour can still be seen
# A mark that begins beyond this has its name to the left of its end.
TURN = 58
LONG = 60  # characters of a mark's name
# Pixels that a percent of the drawing has, on a wide screen and on a phone; of a letter, and of one that is as wide as high.
WIDE, NARROW = 10.6, 3.1
LETTER, SQUARE = 6.7, 12.5
# A bar of so many pixels has its name in it, which ends in dots; a shorter one only where there is no room for it beside the bar,
# and one that is shorter still never.
ROOM, LEAST = 72, 40
PADDING = 14
# Percent that a bar goes on beyond the edge of the drawing, which cuts it there: its end is open, as its window goes on.
BEYOND = 2


@dataclass(frozen=True, slots=True)
class Week:
    """`x` is where its line is; `start` its Monday."""

    x: float
    start: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its bar, which shows as much as it has room for, or, with `x`, as much of it as there is room for beside the bar:
    before it when `turned`, and not over the line of today.
    """

    text: str
    x: float | None = None
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One offer's row, with its name for a wide screen and for a phone. `x` and `width` are what is seen of it; it goes on
    `before` the drawing, or `after` it.
    """

    item: Listing
    state: str
    x: float
    width: float
    y: int
    before: bool
    after: bool
    names: tuple[Name, Name]

    @property
    def drawn_x(self) -> float:
        return self.x - BEYOND * self.before

    @property
    def drawn_width(self) -> float:
        return round(self.width + BEYOND * (self.before + self.after), 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """The row of a scheduled change: a point where it is applied or taken back, or a bar (with a width) from one to the other."""

    number: int
    title: str
    said: str
    collides: str
    x: float
    width: float
    y: int
    text_x: float
    turned: bool
    names: tuple[str, str]

    @property
    def label(self) -> str:
        return f"#{self.number} {self.title}: {'; '.join(filter(None, (self.said, self.collides)))}"


@dataclass(frozen=True, slots=True)
class Strip:
    weeks: list[Week]
    bars: list[Bar]
    marks: list[Mark]
    today: float
    height: int
    states: list[str]


def span(now: datetime) -> tuple[datetime, datetime]:
    """The weeks of the strip in the viewer's zone: from a Monday's midnight to another's."""
    local = timezone.localtime(now)
    monday = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())
    return monday - timedelta(weeks=WEEKS_BEFORE), monday + timedelta(weeks=WEEKS - WEEKS_BEFORE)


def days(now: datetime) -> tuple[date, date]:
    """The first and the last day of the strip, in the viewer's zone."""
    first, last = span(now)
    return first.date(), (last - timedelta(days=1)).date()


def strip(items: Iterable[Listing], now: datetime, due: Sequence[Due] = ()) -> Strip:
    """The drawing of these scheduled changes and, below them, these items, from what is seen first to what is seen last. Each has
    a window that meets the span.
    """
    first, last = span(now)
    items = sorted(items, key=lambda item: _seen(item, first))
    starts = [first + timedelta(weeks=number) for number in range(WEEKS)]
    weeks = [Week(_at(start, first, last), start, start <= now < start + timedelta(weeks=1)) for start in starts]
    marks = [_mark(one, number, first, last) for number, one in enumerate(due)]
    bars = [_bar(item, number, first, last, now) for number, item in enumerate(items, len(marks))]
    present = {bar.state for bar in bars}
    return Strip(
        weeks,
        bars,
        marks,
        _at(now, first, last),
        HEAD + ROW * (len(marks) + len(bars)) + 4,
        [state.value for state in LiveState if state.value in present],
    )


def _seen(item: Listing, first: datetime) -> tuple[datetime, datetime, str]:
    """Where its bar begins and ends: all that began before the drawing begin with it, and end one after the other."""
    assert item.starts_at, "it has a window"
    assert item.ends_at, "it has a window"
    return max(item.starts_at, first), item.ends_at, item.name


def _bar(item: Listing, number: int, first: datetime, last: datetime, now: datetime) -> Bar:
    assert item.starts_at, "it has a window"
    assert item.ends_at, "it has a window"
    x, end, today = (_at(at, first, last) for at in (item.starts_at, item.ends_at, now))
    x = min(x, 100 - NARROWEST)
    width = round(max(NARROWEST, end - x), 2)
    state = live_state_of(item.status, item.starts_at, item.ends_at, now) or LiveState.EXPIRED
    names = _named(item.name, x, width, today, WIDE), _named(item.name, x, width, today, NARROW)
    return Bar(item, state.value, x, width, HEAD + ROW * number, item.starts_at < first, item.ends_at > last, names)


def _named(name: str, x: float, width: float, today: float, pixels: float) -> Name:
    """Where the name goes, and how much of it, where a percent has so many pixels."""
    if width * pixels >= ROOM:
        return Name(name)
    end = x + width
    before, after = x - (today if today < x else 0), (today if today > end else 100) - end
    turned = before > after
    fitted = _fitted(name, max(before, after) * pixels - PADDING)
    if fitted != name and width * pixels >= LEAST:
        return Name(name)
    return Name(fitted, x if turned else round(x + width, 2), turned)


def _fitted(text: str, room: float) -> str:
    """As much of a text as so many pixels hold, as fonts usually are."""
    for count, letter in enumerate(text):
        room -= SQUARE if east_asian_width(letter) in "WF" else LETTER
        if room < 0:
            return text[: max(1, count - 1)].rstrip(" ·") + "…"
    return text


def _mark(due: Due, number: int, first: datetime, last: datetime) -> Mark:
    request = due.request
    # One that is applied began then, by hand maybe.
    begin = request.updated_at if request.state == ChangeRequest.State.APPLIED else request.apply_at
    end = request.until
    assert begin, "it has a time"
    x = _at(begin, first, last)
    width = round(max(NARROWEST, _at(end, first, last) - x), 2) if end else 0.0
    turned = x > TURN
    others = ", ".join(f"#{other}" for other in due.collides)
    collides = _("collides with {others}").format(others=others) if others else ""
    y, names = HEAD + ROW * number, (_cut(f"#{request.number} {request.title}", LONG), f"#{request.number}")
    text_x = x if turned else round(x + width, 2)
    return Mark(request.number, request.title, _said(request), collides, x, width, y, text_x, turned, names)


def _said(request: ChangeRequest) -> str:
    """What happens to it and when, in the zone of who looks."""
    until = exact_in_one(request.until) if request.until else ""
    if request.state == ChangeRequest.State.APPLIED or request.apply_at is None:
        return _("Goes back {until}").format(until=until)
    when = exact_in_one(request.apply_at)
    if until:
        return _("Goes live {when}, goes back {until}").format(when=when, until=until)
    return _("Goes live {when}").format(when=when)


def _at(instant: datetime, first: datetime, last: datetime) -> float:
    """Percent of the way; in UTC, for a day on which clocks change is no 24 hours."""
    begin, end = first.astimezone(UTC), last.astimezone(UTC)
    return round(min(1.0, max(0.0, (instant.astimezone(UTC) - begin) / (end - begin))) * 100, 2)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
