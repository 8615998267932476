"""Small edits of one person that belong together, as one line: of the same object or bulk edit, one soon after the other.

They are folded in what is shown alone: pages, cursors and files have each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from offers.web.audit.lines import Line

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
    return (
        one.actor_key == other.actor_key
        and _is_small(newer)
        and _is_small(older)
        and one.created_at - other.created_at <= SOON
        and (one.item_id == other.item_id if _run_of(newer) is None else _run_of(newer) == _run_of(older))
    )


def _is_small(line: Line) -> bool:
    """An edit of fields: what was made, deleted, published, or did not wait for anybody stands for itself."""
    is_bulk = _run_of(line) is not None
    return bool(line.entry.fields) and not line.entry.bypass and (is_bulk or not line.entry.status)


def _run_of(line: Line) -> int | None:
    return line.revision.refers_to.get("bulk") if line.revision else None
