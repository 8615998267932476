"""Texts of steps (of change requests, access, erasures) that are taken out of history: the rest of a step keeps its own salts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from offers.document.values import canonical_text
from offers.ledger.erasing import Gone, let_go
from offers.ledger.leaf import commitment
from offers.log.events import salt_for
from offers.models import AccessChange, ErasureStep, LogEntry, RequestEvent

Step = AccessChange | RequestEvent | ErasureStep
# The texts that a step's leaf holds commitments of, each with its column.
_TEXTS: Mapping[type[Model], Mapping[str, str]] = {
    AccessChange: {"label": "actor_label", "subject_label": "subject_label", "note": "note"},
    RequestEvent: {"label": "actor_label", "text": "text", "about": "about"},
    ErasureStep: {"label": "actor_label", "text": "text", "about": "about"},
}
_EVENT = {
    AccessChange: LogEntry.Event.ACCESS,
    RequestEvent: LogEntry.Event.REQUEST,
    ErasureStep: LogEntry.Event.ERASURE,
}


def erase(step: ErasureStep, rows: Sequence[tuple[Step, Mapping[str, Any]]]) -> int:
    """Put these (by their names in the leaf) in the place of texts of steps, all of one kind; how many texts that were."""
    gone: list[Gone] = []
    stored = []
    for made, texts in rows:
        columns = _TEXTS[type(made)]
        erased, salts = dict(made.erased or {}), {}
        made.salt = bytes(made.salt or b"")
        for name, column in columns.items():
            salt = salt_for(made, name)
            if name in texts:
                old, new = (_text(value) for value in (getattr(made, column), texts[name]))
                kept = commitment(salt, old) if salt is not None else erased[name]
                erased[name] = kept
                gone.append(Gone(_EVENT[type(made)], made.key, name, kept, new))
                setattr(made, column, texts[name])
            elif salt is not None:
                salts[name] = salt.hex()
        values = {column: getattr(made, column) for column in columns.values()}
        stored.append({"key": made.key, "erased": erased, "salts": salts, **values})
    return let_go(step, type(rows[0][0])._meta.model_name or "", stored, gone) if rows else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical_text(value)
