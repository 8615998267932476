"""What happened, as lines of the audit page: who, through what, to what, what of it, by whose approval."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.access.people import known, readable
from offers.document.kinds.reading import DECLARED
from offers.log.following import Told, told
from offers.models import ErasureStep, LibraryImport, LogEntry, RequestEvent, Revision
from offers.review.changes.approvals import Approval, approvals_of
from offers.web.access.changes import Line as AccessLine
from offers.web.access.changes import lines as access_lines
from offers.web.audit.shown.given import changed, given

FIELDS_TOLD = 3
REMOVED = '[{"op":"remove","path":""}]'
WHOLE = '[{"op":"add","path":""'
# What a change is that touches no field by itself.
CREATED, DELETED, RESTORED = gettext_noop("Created"), gettext_noop("Deleted"), gettext_noop("Brought back")


@dataclass(slots=True)
class Line:
    """An entry with what it is about: a revision, a step of a request, a change of access, a step of an erasure, or an import.

    `who` is the name that it was done under, `now` the one that the account has now; `what` are the first fields that it touched,
    or what it did as a whole, and `more` how many fields there are besides.
    """

    entry: LogEntry
    who: str = ""
    client: str = ""
    now: str = ""
    what: list[str] = field(default_factory=list)
    # What the page says in the place of these, where it says more: "Priority → 3".
    told: dict[str, str] = field(default_factory=dict)
    more: int = 0
    note: str = ""
    revision: Revision | None = None
    step: RequestEvent | None = None
    access: AccessLine | None = None
    erasure: ErasureStep | None = None
    brought: LibraryImport | None = None
    # The addresses of all that they did, and of all that was done to it.
    theirs: str = ""
    its: str = ""


def lines_of(entries: Sequence[LogEntry]) -> list[Line]:
    """The lines of these entries, in as many queries however many they are."""
    found = told(entries)
    accesses = {line.change.key: line for line in access_lines([one.access for one in found if one.access])}
    sandbox_id = entries[0].sandbox_id if entries else 0
    names = {key: readable(one.name) for key, one in known({one.actor_key for one in entries}, sandbox_id).items()}
    return [_line(one, names.get(one.entry.actor_key, ""), accesses) for one in found]


def _line(one: Told, now: str, accesses: Mapping[int, AccessLine]) -> Line:
    line = Line(one.entry, one.name, now=now, step=one.step, revision=one.revision)
    line.erasure, line.brought = one.erasure, one.brought
    if one.revision:
        line.client, line.note = one.revision.client_id, one.revision.note
        line.what, line.more = _what(one.entry, one.revision)
        if not one.revision.patch.startswith((REMOVED, WHOLE)):
            values = given(one.revision)
            line.told = {name: values.get(name) or changed(name) for name in line.what}
    elif one.step:
        line.client, line.note = one.step.client_id, one.step.text
    elif one.erasure:
        line.client, line.note = one.erasure.client_id, one.erasure.text
    elif one.access:
        line.access, line.note = accesses[one.access.key], one.access.note
    elif one.brought:
        line.note = one.brought.note
    return line


def approvals_for(sandbox_id: int, lines: Sequence[Line]) -> dict[int, Approval]:
    """Whose yes stands behind the changes among these lines."""
    return approvals_of(sandbox_id, [line.revision for line in lines if line.revision])


def _what(entry: LogEntry, made: Revision) -> tuple[list[str], int]:
    """The first fields that a change touched, or what it did as a whole; and how many fields there are besides."""
    if made.patch.startswith(REMOVED):
        return [_(DELETED)], 0
    if made.patch.startswith(WHOLE):
        return [_(CREATED if made.etag == 1 else RESTORED)], 0
    fields = innermost(entry.fields)
    labels = _labels(fields)
    if len(labels) > FIELDS_TOLD:
        labels = _labels(_together(fields))
    return labels[:FIELDS_TOLD], max(0, len(labels) - FIELDS_TOLD)


def _labels(fields: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_(DECLARED[path]) for path in fields))


def _together(fields: Sequence[str]) -> list[str]:
    """Several fields of one member as that member: who adds a limit did one thing, and not the eight that a limit consists of."""
    tops = [path.partition("/")[0] for path in fields]
    times = Counter(tops)
    return [top if times[top] > 1 and top in DECLARED else path for top, path in zip(tops, fields, strict=True)]


def innermost(fields: Sequence[str]) -> list[str]:
    """Those of these fields of which no part is among them."""
    return [one for one in fields if one in DECLARED and not any(other.startswith(f"{one}/") for other in fields)]
