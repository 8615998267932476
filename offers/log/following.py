"""The log in its order, for whoever follows it: each entry with what happened. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from offers.models import (
    AccessChange,
    ErasureStep,
    LibraryImport,
    LogEntry,
    LogHead,
    RequestEvent,
    Revision,
    Sandbox,
)

Event = LogEntry.Event


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and of the kinds of things that it may be about the one that it is about."""

    entry: LogEntry
    revision: Revision | None = None
    step: RequestEvent | None = None
    access: AccessChange | None = None
    erasure: ErasureStep | None = None
    brought: LibraryImport | None = None

    @property
    def name(self) -> str:
        """Who did it, as they were called then; "" for what nobody did."""
        of = self.revision or self.step or self.access or self.erasure or self.brought
        return of.actor_label if of else ""


def entries(sandbox: Sandbox, since: int, limit: int) -> tuple[list[Told], int]:
    """Up to `limit` entries from the index `since` on, and how many the log has."""
    head = LogHead.objects.filter(sandbox=sandbox).first()
    found = LogEntry.objects.filter(sandbox=sandbox, index__gte=since, index__lt=since + limit).order_by("index")
    return told(list(found)), head.size if head else 0


def brought_by(made: Revision) -> LibraryImport | None:
    """The import that a revision came with, for the transaction that stored both; None where it was made here."""
    if "origin" not in made.refers_to:
        return None
    imports = LibraryImport.objects.filter(sandbox_id=made.sandbox_id)
    return next((one for one in imports if one.xid == made.xid), None)


def told(found: Sequence[LogEntry]) -> list[Told]:
    """These entries with what happened, in the same order: one statement for each of the kinds that is among them.

    Of items there is what they are called, by their rows in lists; their documents and the rest stay where they are.
    """
    rows = {event: [one.row for one in found if one.event == event] for event in Event}
    made = Revision.objects.select_related("item__listing").only(*_OF_A_REVISION)
    revisions = made.in_bulk(rows[Event.REVISION])
    steps = RequestEvent.objects.select_related("request").in_bulk(rows[Event.REQUEST])
    accesses = AccessChange.objects.in_bulk(rows[Event.ACCESS])
    erasures = ErasureStep.objects.select_related("item__listing").defer("item__document").in_bulk(rows[Event.ERASURE])
    imports = LibraryImport.objects.in_bulk(rows[Event.IMPORT])
    return [
        Told(
            entry,
            revision=revisions[entry.row] if entry.event == Event.REVISION else None,
            step=steps[entry.row] if entry.event == Event.REQUEST else None,
            access=accesses[entry.row] if entry.event == Event.ACCESS else None,
            erasure=erasures[entry.row] if entry.event == Event.ERASURE else None,
            brought=imports[entry.row] if entry.event == Event.IMPORT else None,
        )
        for entry in found
    ]


# All that it says besides the document, and what its item is called: rows of items and lists are wide, and made in Python one by one.
_OF_A_REVISION = [
    *(field.name for field in Revision._meta.concrete_fields if field.name != "snapshot"),
    *("item__kind", "item__id", "item__listing__kind", "item__listing__id", "item__listing__name"),
]
