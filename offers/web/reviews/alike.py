"""The same change of several items, told once: nobody reads twenty times that an end date is another, or is a week later."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.kinds.fields import instant
from offers.document.words.alike import together
from offers.document.words.describe import Change
from offers.web.reviews.around.whole import Whole
from offers.web.reviews.remarks import Line
from offers.web.reviews.shown import Shown

# Of fewer each is told by itself.
FEWEST = 3
# As many are named before they are unfolded.
NAMED = 3
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A change of a request: what stands in its way in words ("" where nothing does), its changes with what is said to each, the
    whole of what goes live, and what live offers it changes.
    """

    shown: Shown
    trouble: str
    lines: list[Line]
    whole: Whole | None
    reach: Sequence[str]

    @property
    def shows_contents(self) -> bool:
        """Whether all of it is new, and its contents stand below as they look: nothing of it is told a second time."""
        return self.shown.how == "new" and self.whole is not None and self.whole.is_open

    @property
    def has_more_to_say(self) -> bool:
        """Whether somebody has to look at this one in particular."""
        said = any(line.is_open for line in self.lines)
        opened = self.whole is not None and self.whole.is_open
        return bool(self.trouble or self.shown.contested or self.reach or said or opened)


@dataclass(frozen=True, slots=True)
class Told:
    """A field of all of them: its change in the first, and, where they had different values in an order (dates, numbers), those
    with the least and the most. Where it was moved by as much in each, `moved` says by how much: new values differ as old ones do.
    """

    change: Change
    least: Change | None = None
    most: Change | None = None
    was_same: bool = True
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one kind with the same changes; most often a single one, then without `told`."""

    rows: list[Row]
    told: list[Told]

    @property
    def is_one(self) -> bool:
        return len(self.rows) < FEWEST

    @property
    def first(self) -> Shown:
        return self.rows[0].shown

    @property
    def names(self) -> list[str]:
        return [row.shown.name for row in self.rows[:NAMED]]

    @property
    def others(self) -> int:
        return len(self.rows) - 1

    @property
    def unnamed(self) -> int:
        return max(0, len(self.rows) - NAMED)


def grouped(rows: Iterable[Row]) -> list[Group]:
    """The rows in their order, those that say the same together where the first of them is."""
    rows = list(rows)
    alike, others = _alike(rows, _same)
    moved, alone = _alike(others, _moved)
    groups = [Group(one, _told([row.shown.changes for row in one])) for one in (*alike, *moved)]
    groups += [Group([row], []) for row in alone]
    at = {row.shown.id: n for n, row in enumerate(rows)}
    return sorted(groups, key=lambda group: at[group.first.id])


def _alike(rows: Sequence[Row], key: Callable[[Shown], Hashable | None]) -> tuple[list[list[Row]], list[Row]]:
    """The rows with the same key, where they are enough to be told together, and all others."""
    found = together(rows, lambda row: None if row.has_more_to_say else key(row.shown))
    few = [row for one in found if len(one) < FEWEST for row in one]
    return [one for one in found if len(one) >= FEWEST], few


def _same(shown: Shown) -> Hashable | None:
    """What it says; None of what is told by itself."""
    if shown.how not in ("changed", "deleted"):
        return None
    said = [
        [
            *(one.action, one.title, one.new, one.old if one.action == "removed" else None),
            *(one.position_from, one.position_to, _placement(shown, one)),
        ]
        for one in shown.changes
    ]
    return shown.kind, shown.how, repr(said)


def _placement(shown: Shown, change: Change) -> str:
    """The id of the placement that a change is in, "" outside of any: two may have one name."""
    _root, *parts = change.pointer.split("/")
    document = shown.before if change.action == "removed" else shown.after
    if len(parts) < 2 or parts[0] != "representations" or not document:
        return ""
    return str(document["representations"][int(parts[1])].get("placement", ""))


def _moved(shown: Shown) -> Hashable | None:
    """What those have in common whose dates and numbers move by as much; None of what cannot be moved."""
    by = [_move_of(one) for one in shown.changes]
    if not by or None in by:
        return None
    return shown.kind, repr([(change.title, one) for change, one in zip(shown.changes, by, strict=True)])


def _move_of(change: Change) -> timedelta | float | None:
    """By how much a date or a number is another one. A date that is whole days later by the reader's clock is that, whatever
    summer time began between.
    """
    if change.action != "changed":
        return None
    try:
        if change.format == "date" and isinstance(change.old, str) and isinstance(change.new, str):
            was, now = (timezone.make_naive(instant(one)) for one in (change.old, change.new))
            return now - was if not (now - was) % DAY else instant(change.new) - instant(change.old)
    except (ValueError, OverflowError):
        return None
    if change.format == "number" and isinstance(change.old, int | float) and isinstance(change.new, int | float):
        return change.new - change.old
    return None


def _move_said(by: timedelta | float | None) -> str:
    if isinstance(by, timedelta):
        later, size = by > timedelta(0), abs(by)
        if not size % DAY:
            n = size // DAY
            said = ngettext("each {n} day later", "each {n} days later", n)
            said = said if later else ngettext("each {n} day earlier", "each {n} days earlier", n)
            return said.format(n=n)
        return _("each as much later") if later else _("each as much earlier")
    if not by:
        return ""
    return (_("each higher by {n}") if by > 0 else _("each lower by {n}")).format(n=number_format(abs(by)))


def _told(of_each: Sequence[Sequence[Change]]) -> list[Told]:
    return [_field(changes) for changes in zip(*of_each, strict=True)]


def _field(changes: Sequence[Change]) -> Told:
    first = changes[0]
    if all(one.old == first.old for one in changes):
        return Told(first)
    moved = "" if all(one.new == first.new for one in changes) else _move_said(_move_of(first))
    try:
        values = sorted(changes, key=_in_order)
    except (TypeError, ValueError):
        return Told(first, was_same=False)
    return Told(first, values[0], values[-1], was_same=False, moved=moved)


def _in_order(change: Change) -> float:
    if change.format == "date" and isinstance(change.old, str):
        return instant(change.old).timestamp()
    if change.format == "number" and isinstance(change.old, int | float):
        return float(change.old)
    raise TypeError
