"""What happened, as lines of the audit page: who, through what, to what, what of it, by whose approval."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.access.people import known
from offers.document.kinds.reading import DECLARED
from offers.models import AccessChange, LibraryItem, LogEntry, RequestEvent, Revision
from offers.review.changes.approvals import Approval, approvals_of
from offers.web.access.changes import Line as AccessLine
from offers.web.access.changes import lines as access_lines

Event = LogEntry.Event
FIELDS_TOLD = 3
REMOVED = '[{"op":"remove","path":""}]'
WHOLE = '[{"op":"add","path":""'
# What a change is that touches no field by itself.
CREATED, DELETED, RESTORED = gettext_noop("Created"), gettext_noop("Deleted"), gettext_noop("Brought back")


@dataclass(slots=True)
class Line:
    """An entry with what it is about: a revision, a step of a request or a change of access.

    `who` is the name that it was done under, `now` the one that the account has now; `what` are the first fields that it touched,
    or what it did as a whole, and `more` how many fields there are besides.
    """

    entry: LogEntry
    who: str = ""
    client: str = ""
    now: str = ""
    what: list[str] = field(default_factory=list)
    more: int = 0
    note: str = ""
    revision: Revision | None = None
    step: RequestEvent | None = None
    access: AccessLine | None = None


def lines_of(entries: Sequence[LogEntry]) -> list[Line]:
    """The lines of these entries, in as many queries however many they are."""
    rows = {event: [one.row for one in entries if one.event == event] for event in Event}
    items = Prefetch("item", LibraryItem.objects.select_related("listing").defer("document"))
    made = Revision.objects.filter(key__in=rows[Event.REVISION]).defer("patch", "snapshot").prefetch_related(items)
    revisions = {one.key: one for one in made.annotate(begins=Left("patch", len(REMOVED)))}
    steps = {one.key: one for one in RequestEvent.objects.filter(key__in=rows[Event.REQUEST]).select_related("request")}
    changed = AccessChange.objects.filter(key__in=rows[Event.ACCESS])
    accesses = {one.change.key: one for one in access_lines(list(changed))} if rows[Event.ACCESS] else {}
    names = {key: one.name for key, one in known({one.actor_key for one in entries}).items()}
    found = []
    for entry in entries:
        line = Line(entry, now=names.get(entry.actor_key, ""))
        if entry.event == Event.REVISION:
            _of_revision(line, revisions[entry.row])
        elif entry.event == Event.REQUEST:
            line.step = steps[entry.row]
            line.who, line.client, line.note = line.step.actor_label, line.step.client_id, line.step.text
        else:
            line.access = accesses[entry.row]
            line.who, line.note = line.access.change.actor_label, line.access.change.note
        found.append(line)
    return found


def approvals_for(sandbox_id: int, lines: Sequence[Line]) -> dict[int, Approval]:
    """Whose yes stands behind the changes among these lines."""
    return approvals_of(sandbox_id, [line.revision for line in lines if line.revision])


def _of_revision(line: Line, made: Revision) -> None:
    line.revision, line.who, line.client, line.note = made, made.actor_label, made.client_id, made.note
    begins: str = made.begins  # type: ignore[attr-defined]  # annotated by lines_of
    if begins == REMOVED:
        line.what = [_(DELETED)]
    elif begins.startswith(WHOLE):
        line.what = [_(CREATED if made.etag == 1 else RESTORED)]
    else:
        labels = list(dict.fromkeys(_(DECLARED[path]) for path in innermost(line.entry.fields)))
        line.what, line.more = labels[:FIELDS_TOLD], max(0, len(labels) - FIELDS_TOLD)


def innermost(fields: Sequence[str]) -> list[str]:
    """Those of these fields of which no part is among them."""
    return [one for one in fields if one in DECLARED and not any(other.startswith(f"{one}/") for other in fields)]
