"""What is asked for of the log, and whether an entry is that: in a statement, and of one that is not stored yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from offers.access.permissions import CLIENT
from offers.asked import words
from offers.document.kinds.reading import CALLED, DATES
from offers.lists.filters import MAX_WORDS, named_like, with_word
from offers.log.found import days
from offers.models import LogEntry, LogNote

ANY_DATE = "any-date"
DATE_FIELDS = ["/".join(path) for path in sorted(DATES)]
Event = LogEntry.Event


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Empty means any. `by` and `approver` are keys (permissions.actor_key), `item` the key of an item."""

    by: str = ""
    # The id of an API client.
    client: str = ""
    # Whose yes stood behind it.
    approver: str = ""
    # What a field is called (reading.CALLED), or ANY_DATE.
    field: str = ""
    door: str = ""
    event: int | None = None
    kind: str = ""
    item: int | None = None
    # The status that a change gave.
    status: str = ""
    bypass: bool = False
    # From `first` on, before `last`.
    first: datetime | None = None
    last: datetime | None = None
    # Words of the item's name or id, and of the note.
    text: str = ""
    note: str = ""

    @property
    def paths(self) -> list[str]:
        """The names that lead to what is called so."""
        if self.field == ANY_DATE:
            return DATE_FIELDS
        return [*dict.fromkeys(CALLED.get(self.field, []))]

    @property
    def keys(self) -> list[str]:
        """Who is asked for: nobody is a person and a program."""
        keys = {self.by, f"{CLIENT}{self.client}" if self.client else ""} - {""}
        return [" ".join(keys)] if keys else []

    @property
    def terms(self) -> list[list[str]]:
        """What days are counted by (days), each with its alternatives."""
        said = [
            [f"{days.BY}{key}" for key in self.keys],
            [f"{days.FIELD}{path}" for path in self.paths],
            [f"{days.DOOR}{self.door}"] if self.door else [],
            [f"{days.KIND}{self.kind}"] if self.kind else [],
            [f"{days.STATUS}{self.status}"] if self.status else [],
            [days.BYPASS] if self.bypass else [],
            [f"{days.APPROVER}{self.approver}"] if self.approver else [],
        ]
        of_changes = self.field or self.door or self.kind or self.status or self.approver
        if self.event is not None and not (of_changes and self.event == Event.REVISION):
            said.append([f"{days.EVENT}{self.event}"])
        return [one for one in said if one]

    @property
    def is_counted(self) -> bool:
        """Whether days know how many there are; else they know how many there are at most."""
        terms = self.terms
        return not self.is_particular and len(terms) <= 2 and all(len(one) == 1 for one in terms)

    @property
    def is_particular(self) -> bool:
        """Whether something is asked for that days know nothing of."""
        return self.item is not None or bool(self.text or self.note)


def matching(sandbox_id: int, wanted: Wanted) -> QuerySet[LogEntry]:
    """The entries that fit, in no order."""
    asks = Q(sandbox_id=sandbox_id)
    exact = {"actor_key": "".join(wanted.keys), "door": wanted.door, "kind": wanted.kind, "status": wanted.status}
    asks &= Q(**{name: value for name, value in exact.items() if value})
    if wanted.event is not None:
        asks &= Q(event=wanted.event)
    if wanted.item is not None:
        asks &= Q(item_id=wanted.item)
    if wanted.bypass:
        asks &= Q(bypass=True)
    if wanted.approver:
        # In these words the index is found that has no entries without.
        asks &= Q(approved_by__contains=[wanted.approver]) & ~Q(approved_by=[])
    if wanted.field:
        asks &= Q(fields__overlap=wanted.paths)
    if wanted.first:
        asks &= Q(created_at__gte=wanted.first)
    if wanted.last:
        asks &= Q(created_at__lt=wanted.last)
    for items in named_like(wanted.text, MAX_WORDS):
        asks &= Q(item_id__in=items)
    for word in words(wanted.note, MAX_WORDS):
        noted = LogNote.objects.filter(with_word(word), sandbox_id=sandbox_id)
        asks &= Q(index__in=noted.values_list("index", flat=True))
    return LogEntry.objects.filter(asks)


def fits(entry: LogEntry, wanted: Wanted) -> bool:
    """Whether an entry is asked for: as `matching` says it, of one that is not stored yet."""
    return (
        wanted.keys in ([], [entry.actor_key])
        and (not wanted.approver or wanted.approver in entry.approved_by)
        and wanted.door in ("", entry.door)
        and wanted.kind in ("", entry.kind)
        and wanted.status in ("", entry.status)
        and wanted.event in (None, entry.event)
        and wanted.item in (None, entry.item_id)
        and (entry.bypass or not wanted.bypass)
        and (not wanted.field or not set(wanted.paths).isdisjoint(entry.fields))
        and (wanted.first is None or entry.created_at >= wanted.first)
        and (wanted.last is None or entry.created_at < wanted.last)
    )
