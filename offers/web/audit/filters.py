"""What the audit page is asked for, in its address: filters, their choices, chips."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from offers import asked
from offers.access.people import choices as choices_of_people
from offers.access.permissions import CLIENT, NAME, Actor, client_of
from offers.document.kinds.reading import CALLED, WORDS
from offers.document.kinds.registry import KINDS, Kind
from offers.lists.names import of_ids
from offers.log import audit
from offers.log.found.wanted import ANY_DATE, Wanted
from offers.models import LogEntry, Revision
from offers.web.lists.filters import Chip, Filter, Options, address, day_of, not_understood

Event = LogEntry.Event


def asked_of(query: QueryDict, actor: Actor, zone: ZoneInfo) -> tuple[Wanted, str]:
    """The filters of the address, and the item's name among them; what is none of a filter's choices filters nothing."""
    chosen = asked.text(query.get("item"), 64)
    item = of_ids(actor.sandbox.pk, [chosen]).values_list("pk", "name").first() if chosen else None
    first, last = day_of(query, "from"), day_of(query, "to")
    wanted = Wanted(
        by=asked.text(query.get("by"), 160),
        client=asked.text(query.get("client"), 160),
        approver=asked.text(query.get("approver"), 160),
        field=_one_of([ANY_DATE, *CALLED], query.get("field")),
        door=_one_of(Revision.Source.values, query.get("door")),
        event={event.label: int(event) for event in Event}.get(query.get("event", "")),
        kind=_one_of([kind.value for kind in Kind], query.get("kind")),
        # An id that is nobody's has no entries, and is not the same as any.
        item=item[0] if item else (0 if chosen else None),
        status=_one_of(WORDS["status"], query.get("status")),
        bypass=query.get("bypass") == "yes",
        first=_start(first, zone) if first else None,
        last=_start(last + timedelta(days=1), zone) if last else None,
        text=asked.text(query.get("q"), 200),
        note=asked.text(query.get("note"), 200),
    )
    return wanted, item[1] if item else chosen


def unread(query: QueryDict, wanted: Wanted) -> list[str]:
    """The filters of the address that say something which is none of their choices."""
    read = {
        "field": wanted.field,
        "door": wanted.door,
        "event": wanted.event is not None,
        "kind": wanted.kind,
        "status": wanted.status,
        "bypass": wanted.bypass,
        "from": wanted.first,
        "to": wanted.last,
    }
    return [name for name, found in read.items() if query.get(name) and not found]


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _one_of(allowed: Collection[str], sent: str | None) -> str:
    return sent if sent is not None and sent in allowed else ""


def filters_of(actor: Actor, wanted: Wanted) -> list[Filter]:
    """Each with its choices and what is chosen."""
    events: Options = [
        (Event.REVISION.label, _("Changes")),
        (Event.REQUEST.label, _("Reviews")),
        (Event.ACCESS.label, _("Access")),
        (Event.ERASURE.label, _("Erasures and holds")),
        (Event.IMPORT.label, _("Imports")),
    ]
    fields: Options = [(ANY_DATE, _("Any date")), *sorted(((one, _(one)) for one in CALLED), key=lambda pair: pair[1])]
    statuses: Options = [(value, _(word)) for value, word in WORDS["status"].items()]
    kinds: Options = [(kind.value, _(KINDS[kind].label)) for kind in Kind]
    event = Event(wanted.event).label if wanted.event is not None else ""
    people, programs, approvers = _people(actor.sandbox.pk, wanted)
    return [
        Filter("event", _("What happened"), _("Everything"), events, event),
        Filter("by", _("Who"), _("Anyone"), people, wanted.by),
        Filter("field", _("Field"), _("Any field"), fields, wanted.field),
        Filter("client", _("Program"), _("Any program, or none"), programs, wanted.client),
        Filter("door", _("Door"), _("Any door"), [(v, str(w)) for v, w in Revision.Source.choices], wanted.door),
        Filter("kind", _("Type"), _("Any type"), kinds, wanted.kind),
        Filter("status", _("New status"), _("Any status"), statuses, wanted.status),
        Filter("approver", _("Approved by"), _("Anyone, or nobody"), approvers, wanted.approver),
        Filter("bypass", _("Without review"), _("Reviewed or not"), [("yes", _("Published without review"))],
               "yes" if wanted.bypass else ""),
    ]  # fmt: skip


def _people(sandbox_id: int, wanted: Wanted) -> tuple[Options, Options, Options]:
    """The people, the programs (by their ids) and the approvers that there are, and those that are asked for."""
    by, client = audit.people(sandbox_id), f"{CLIENT}{wanted.client}" if wanted.client else ""
    yes = audit.approvers(sandbox_id)
    names = choices_of_people(
        {key: _copied(key) for key in {*by, *yes, wanted.by, wanted.approver, client} if key}, sandbox_id
    )
    programs = [(client_of(key), name) for key, name in names if client_of(key)]
    people = [(key, name) for key, name in names if (key in by and not client_of(key)) or key == wanted.by]
    return people, programs, [(key, name) for key, name in names if key in {*yes, wanted.approver}]


def _copied(key: str) -> str:
    """What history calls somebody without account."""
    return key.removeprefix(NAME) if key.startswith(NAME) else key


def chips_of(request: HttpRequest, filters: list[Filter], wanted: Wanted, item: str) -> list[Chip]:
    said = [(f"“{wanted.text}”", ["q"])] if wanted.text else []
    said += [(_("Note: “{words}”").format(words=wanted.note), ["note"])] if wanted.note else []
    said += [(item, ["item"])] if item else []
    said += [
        (f"{one.label}: {dict(one.options).get(one.value, one.value)}", [one.name]) for one in filters if one.value
    ]
    if wanted.first or wanted.last:
        said.append((_dates(wanted), ["from", "to"]))
    said += [(text, list(names)) for text, names in not_understood(request.GET, unread(request.GET, wanted))]
    return [Chip(text, address(request, **dict.fromkeys(names, ""), cursor="")) for text, names in said]


def _dates(wanted: Wanted) -> str:
    first = date_format(wanted.first, _("j M Y")) if wanted.first else "…"
    last = date_format(wanted.last - timedelta(days=1), _("j M Y")) if wanted.last else "…"
    return f"{first} – {last}"
