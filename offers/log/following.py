"""The log in its order, for whoever follows it: each entry with what happened. Reads only."""

from dataclasses import dataclass

from offers.models import AccessChange, LibraryItem, LogEntry, LogHead, RequestEvent, Revision, Sandbox

Event = LogEntry.Event


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and of the three kinds of things that it may be about the one that it is about; `item` is a revision's."""

    entry: LogEntry
    revision: Revision | None = None
    item: LibraryItem | None = None
    step: RequestEvent | None = None
    access: AccessChange | None = None

    @property
    def name(self) -> str:
        """Who did it, as they were called then; "" for what nobody did."""
        of = self.revision or self.step or self.access
        return of.actor_label if of else ""


def entries(sandbox: Sandbox, since: int, limit: int) -> tuple[list[Told], int]:
    """Up to `limit` entries from the index `since` on, and how many the log has. Five statements at most."""
    head = LogHead.objects.filter(sandbox=sandbox).first()
    found = list(LogEntry.objects.filter(sandbox=sandbox, index__gte=since, index__lt=since + limit).order_by("index"))
    rows = {event: [one.row for one in found if one.event == event] for event in Event}
    # Their documents stay where they are.
    made = (
        Revision.objects.filter(key__in=rows[Event.REVISION]).select_related("item").defer("snapshot", "item__document")
    )
    revisions = {one.key: one for one in made} if rows[Event.REVISION] else {}
    steps = RequestEvent.objects.in_bulk(rows[Event.REQUEST]) if rows[Event.REQUEST] else {}
    accesses = AccessChange.objects.in_bulk(rows[Event.ACCESS]) if rows[Event.ACCESS] else {}
    told = []
    for entry in found:
        if entry.event == Event.REVISION:
            told.append(Told(entry, revision=revisions[entry.row], item=revisions[entry.row].item))
        elif entry.event == Event.REQUEST:
            told.append(Told(entry, step=steps[entry.row]))
        else:
            told.append(Told(entry, access=accesses[entry.row]))
    return told, head.size if head else 0
