"""Small edits of one person that belong together, as one line: of the same object or bulk edit, one soon after the other.

They are folded in what is shown alone: cursors and files have each of them. A page goes on to the end of such edits (log/audit), as
far as it may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from offers.models import LogEntry, Revision
from offers.web.audit.shown.lines import Line

SOON = timedelta(minutes=15)
# Two lines are no longer than the one that would stand for them.
LEAST = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that follow each other, the newest first. `is_folded`: they are shown as one."""

    lines: Sequence[Line]

    @property
    def is_folded(self) -> bool:
        return len(self.lines) >= LEAST

    @property
    def first(self) -> datetime:
        return self.lines[-1].entry.created_at

    @property
    def last(self) -> datetime:
        return self.lines[0].entry.created_at

    @property
    def line(self) -> Line:
        return self.lines[0]

    @property
    def offers(self) -> int:
        return len({line.entry.item_id for line in self.lines})

    @property
    def bulk(self) -> int | None:
        """The number of the bulk edit that all of them were part of."""
        made = self.line.revision
        return made.refers_to.get("bulk") if made else None


def together(last: LogEntry, following: Sequence[LogEntry]) -> int:
    """How many of the entries that follow are folded with this one, the newer or the older ones; one query where it may be any."""
    if not _may_belong(last, following[0]):
        return 0
    rows = [entry.row for entry in (last, *following)]
    bulk = dict(Revision.objects.filter(key__in=rows).values_list("key", "refers_to__bulk"))
    found = 0
    for one, other in pairwise((last, *following)):
        if not (_may_belong(one, other) and _belong(one, other, bulk.get(one.row), bulk.get(other.row))):
            break
        found += 1
    return found


def folded(lines: Sequence[Line]) -> list[Fold]:
    """All of the lines in their order; those that do not belong to their neighbours alone."""
    found: list[list[Line]] = []
    for line in lines:
        if found and _belongs(found[-1][-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    folds: list[Fold] = []
    for some in found:
        folds += [Fold(some)] if len(some) >= LEAST else [Fold([line]) for line in some]
    return folds


def _belongs(newer: Line, older: Line) -> bool:
    one, other = newer.entry, older.entry
    return _may_belong(one, other) and _belong(one, other, _run_of(newer), _run_of(older))


def _may_belong(one: LogEntry, other: LogEntry) -> bool:
    """What entries say of it by themselves: edits of fields, by one person, one soon after the other."""
    return (
        one.actor_key == other.actor_key
        and all(entry.fields and not entry.bypass for entry in (one, other))
        and abs(one.created_at - other.created_at) <= SOON
    )


def _belong(one: LogEntry, other: LogEntry, bulk: int | None, other_bulk: int | None) -> bool:
    """Parts of one bulk edit, or edits of one object: what was made, deleted or published stands for itself."""
    if bulk is not None or other_bulk is not None:
        return bulk == other_bulk
    return one.item_id == other.item_id and not one.status and not other.status


def _run_of(line: Line) -> int | None:
    return line.revision.refers_to.get("bulk") if line.revision else None
