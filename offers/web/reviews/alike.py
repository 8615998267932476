"""The same change of several items, told once: nobody reads twenty times that an end date is another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from offers.document.kinds.fields import instant
from offers.document.words.describe import Change
from offers.web.reviews.around.whole import Whole
from offers.web.reviews.remarks import Line
from offers.web.reviews.shown import Shown

# Of fewer each is told by itself.
FEWEST = 3
# As many are named before they are unfolded.
NAMED = 3


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
    def has_more_to_say(self) -> bool:
        """Whether somebody has to look at this one in particular."""
        said = any(line.unresolved for line in self.lines)
        opened = self.whole is not None and self.whole.is_open
        return bool(self.trouble or self.shown.contested or self.reach or said or opened)


@dataclass(frozen=True, slots=True)
class Told:
    """A field that gets the same value in all of them: its change in the first, and, where they had different values in an order
    (dates, numbers), those with the least and the most.
    """

    change: Change
    least: Change | None = None
    most: Change | None = None
    was_same: bool = True


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
    def unnamed(self) -> int:
        return max(0, len(self.rows) - NAMED)


def grouped(rows: Iterable[Row]) -> list[Group]:
    """The rows in their order, those that say the same together where the first of them is."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row.shown.id if row.has_more_to_say else _same(row.shown), []).append(row)
    groups: list[Group] = []
    for alike in found.values():
        if len(alike) < FEWEST:
            groups += [Group([row], []) for row in alike]
        else:
            groups.append(Group(alike, _told([row.shown.changes for row in alike])))
    return groups


def _same(shown: Shown) -> object:
    if shown.how not in ("changed", "deleted"):
        return shown.id
    said = [
        [
            *(one.action, one.title, one.new, one.old if one.action == "removed" else None),
            *(one.position_from, one.position_to),
        ]
        for one in shown.changes
    ]
    return shown.kind, shown.how, repr(said)


def _told(of_each: Sequence[Sequence[Change]]) -> list[Told]:
    return [_field(changes) for changes in zip(*of_each, strict=True)]


def _field(changes: Sequence[Change]) -> Told:
    first = changes[0]
    if all(one.old == first.old for one in changes):
        return Told(first)
    try:
        values = sorted(changes, key=_in_order)
    except (TypeError, ValueError):
        return Told(first, was_same=False)
    return Told(first, values[0], values[-1], was_same=False)


def _in_order(change: Change) -> float:
    if change.format == "date" and isinstance(change.old, str):
        return instant(change.old).timestamp()
    if change.format == "number" and isinstance(change.old, int | float):
        return float(change.old)
    raise TypeError
