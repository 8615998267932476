"""The rows of a bulk edit, and what came of each, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.access.permissions import Actor
from offers.bulk.removing import Step
from offers.bulk.rows import STALE, meanwhile
from offers.document.errors import Problem
from offers.document.words.describe import Change
from offers.models import BulkRow, BulkRun
from offers.web.item.facts import collected_each

YOURSELF = gettext_noop("You changed this offer meanwhile: it is at version {etag} now.")

# Called when a page is made, so that the words are in its language.
_TAB_WORDS: dict[str, Callable[[], str]] = {
    "all": lambda: _("All"),
    "change": lambda: _("Will change"),
    "propose": lambda: _("Will be proposed"),
    "same": lambda: _("No change"),
    "conflict": lambda: _("Would conflict"),
    "invalid": lambda: _("Not valid"),
    "refused": lambda: _("Not allowed"),
    "excluded": lambda: _("Left out"),
    "changed": lambda: _("Changed"),
    "proposed": lambda: _("Proposed"),
    "skipped": lambda: _("Skipped"),
    "failed": lambda: _("Failed"),
    "left": lambda: _("Not run"),
}


# What a run that deletes its offers, or brings them back, calls it.
_STEP_WORDS: dict[tuple[str, str], Callable[[], str]] = {
    (Step.DELETE, "change"): lambda: _("Will be deleted"),
    (Step.DELETE, "propose"): lambda: _("Deletion will be proposed"),
    (Step.DELETE, "changed"): lambda: _("Deleted"),
    (Step.RESTORE, "change"): lambda: _("Will be restored"),
    (Step.RESTORE, "changed"): lambda: _("Restored"),
}


def word(outcome: str, step: Step | None) -> str:
    """An outcome, or its tab, in the words of the run."""
    said = _STEP_WORDS.get((step, outcome)) if step else None
    return (said or _TAB_WORDS[outcome])()


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row for people: `outcome` is a tab's name. `problems` are (place, problem), the place as translatable phrases.

    `collected` are the collections (id, name) that have the offer by its tags, where it would be deleted. `since` is the
    version that somebody made of it meanwhile, and `since_run` the bulk edit that did; 0 for none.
    """

    row: BulkRow
    outcome: str
    word: str
    changes: list[Change]
    more: int
    problems: list[tuple[list[Any], Problem]]
    collected: list[tuple[str, str]]
    since: int
    since_run: int


def shown(actor: Actor, run: BulkRun, rows: list[BulkRow], step: Step | None) -> list[RowShown]:
    """A page of the run's rows."""
    asks = step == Step.DELETE and run.state == BulkRun.State.PLANNED
    collected = collected_each(run.sandbox_id, [row.item.listing for row in rows]) if asks else {}
    made = meanwhile(rows)
    return [_row(actor, row, step, collected.get(row.item_id, []), made.get(row.key, (0, 0))) for row in rows]


def _row(
    actor: Actor, row: BulkRow, step: Step | None, collected: list[tuple[str, str]], made: tuple[int, int]
) -> RowShown:
    outcome = row.result or ("excluded" if row.excluded else row.verdict)
    changes = [
        Change(**{**stored, "context": tuple((label, params) for label, params in stored["context"])})
        for stored in row.changes
    ]
    problems = [
        (
            stored["place"],
            Problem(stored["pointer"], "", _message(actor, stored), stored["operation"], stored["params"]),
        )
        for stored in row.problems
    ]
    more = row.change_count - len(changes)
    return RowShown(row, outcome, word(outcome, step), changes, more, problems, collected, *made)


def _message(actor: Actor, stored: dict[str, Any]) -> str:
    """What stands in the way, as this reader is told it: not that somebody of their name did it."""
    own = stored["message"] == STALE and stored["params"].get("by") == actor.key
    return YOURSELF if own else str(stored["message"])
