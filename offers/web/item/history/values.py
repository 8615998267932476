"""Every value that one field of an item ever had: what, by whom, when, why, whose yes it had, and until when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from offers import asked
from offers.access.members import may_manage
from offers.document.erased import is_text, number_of
from offers.document.errors import JSON
from offers.document.kinds.reading import DECLARED, found_at
from offers.document.kinds.registry import Kind
from offers.document.values import unescape
from offers.document.words.naming import value_text
from offers.erasure import told
from offers.ledger import history
from offers.lists.names import names_in
from offers.models import LibraryItem, LogEntry, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame.access import item_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.frame.times import day
from offers.web.frame.words import shown
from offers.web.item.entries import item_context

PAGE_SIZE = 50
WIDE, HIGH = 600, 90
ABSENT = object()
UNKNOWN = object()


@dataclass(slots=True)
class Held:
    """A value that the field had from a change on, until the next one (None: still)."""

    made: Revision
    value: Any
    text: str = ""
    how: str = "text"
    until: datetime | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Chart:
    """`steps` are the points of a line in a box of WIDE by HIGH; `most` and `least` what its top and bottom stand for, from `begins` to now."""

    steps: str
    said: str
    most: str
    least: str
    begins: datetime


def page(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """`?p=` is the field's pointer; `?before=` an etag goes on from there."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    pointer = asked.text(request.GET.get("p"), 200)
    name = plain(pointer)
    if not name:
        raise Http404("no field that stands once in a document")
    before = asked.number(request.GET.get("before"))
    made = _touching(item, name, before)
    held = _held(item, pointer, made, before)
    context = item_context(
        item,
        "blame",
        label=_(DECLARED[name]),
        pointer=pointer,
        held=held,
        approvals=approvals_of(item.sandbox_id, [one.made for one in held]),
        chart=chart(held),
        box=f"0 0 {WIDE} {HIGH}",
        erased=told.of_item(item),
        can_erase=_last_text(held, pointer) if may_manage(actor) else 0,
        older=made[PAGE_SIZE - 1].etag if len(made) > PAGE_SIZE else 0,
    )
    return answer(request, "item/history/field.html", context)


def _last_text(held: Sequence[Held], pointer: str) -> int:
    """The last version by which it got a text that people write, and that was not erased; 0 for none."""
    if not is_text(tuple(map(unescape, pointer.split("/")[1:]))):
        return 0
    said = (one.made.etag for one in held if isinstance(one.value, str) and number_of(one.value) is None)
    return next(said, 0)


def plain(pointer: str) -> str:
    """The name of the declared field that this pointer leads to where it stands once in a document; "" for any other."""
    names = [unescape(part) for part in pointer.split("/")[1:]]
    above = (found_at(names[:length]) for length in range(1, len(names)))
    if "/".join(names) not in DECLARED or any(found is None or found.is_list for found in above):
        return ""
    return "/".join(names)


def _touching(item: LibraryItem, name: str, before: int | None) -> list[Revision]:
    """The newest revisions that touched the field or what it is part of, or the whole item; one more than a page has."""
    names = name.split("/")
    parts = ["/".join(names[: length + 1]) for length in range(len(names))]
    logged = LogEntry.objects.filter(sandbox_id=item.sandbox_id, item_id=item.key).order_by("-created_at", "-index")
    last = Revision.objects.filter(key__in=logged.values_list("row", flat=True)[:1]).first()
    # What the log has not reached yet is looked at, whatever it touched.
    fresh = Revision.objects.filter(item=item, etag__gt=last.etag if last else 0).order_by("-etag")
    wanted = logged.filter(fields__overlap=parts) | logged.filter(fields=[])
    if before:
        edge = Revision.objects.filter(item=item, etag=before).values_list("created_at", flat=True).first()
        wanted, fresh = wanted.filter(created_at__lte=edge) if edge else wanted.none(), fresh.filter(etag__lt=before)
    some = list(fresh.defer("snapshot")[: PAGE_SIZE + 1])
    rows = list(wanted.values_list("row", flat=True)[: PAGE_SIZE + 2])
    older = Revision.objects.filter(key__in=rows).defer("snapshot").order_by("-etag")
    return [*some, *(one for one in older if before is None or one.etag < before)][: PAGE_SIZE + 1]


def _held(item: LibraryItem, pointer: str, made: Sequence[Revision], before: int | None) -> list[Held]:
    """The values that a page of these revisions gave it, the newest first; where one gave it what it had, none."""
    found: list[Held] = []
    for one in reversed(made):
        value = after(orjson.loads(one.patch), pointer)
        if value is UNKNOWN:
            value = at(history.document_at(item, one.etag), pointer)
        if not found or found[-1].value != value:
            found.append(Held(one, value))
    if len(made) > PAGE_SIZE:
        # The one beyond says what the field had before, and comes with the next page.
        found.pop(0)
    names = names_in(item.sandbox_id, Kind(item.kind), [item.document])
    until = Revision.objects.filter(item=item, etag=before).first() if before else None
    ends = until.created_at if until else None
    for held in reversed(found):
        if held.value is not ABSENT:
            held.text, held.how = value_text(unescape(pointer.rsplit("/", 1)[1]), held.value, names)
        held.until, ends = ends, held.made.created_at
    return found[::-1]


def after(patch: Sequence[dict[str, Any]], pointer: str) -> Any:
    """The value at a place once this patch was applied: ABSENT where there is none, UNKNOWN where the patch does not say."""
    for operation in reversed(patch):
        path, what = operation["path"], operation["op"]
        if path == pointer or pointer.startswith(f"{path}/"):
            if what in ("add", "replace"):
                return at(operation["value"], pointer[len(path) :])
            return ABSENT if what == "remove" else UNKNOWN
        if path.startswith(f"{pointer}/") or what in ("move", "copy"):
            return UNKNOWN
    return UNKNOWN


def at(value: JSON, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        if not isinstance(value, dict) or unescape(part) not in value:
            return ABSENT
        value = value[unescape(part)]
    return value


def chart(held: Sequence[Held]) -> Chart | None:
    """Numbers and dates as steps over time, the oldest on the left; the table has the same in words."""
    points = [(one.made.created_at.timestamp(), size) for one in reversed(held) if (size := _size(one)) is not None]
    if len(points) < 2:
        return None
    first, last = points[0][0], datetime.now(UTC).timestamp()
    low, high = (pick(size for _when, size in points) for pick in (min, max))
    steps = " ".join(_steps(points, (first, last - first or 1), (low, high - low or 1)))
    said = _("{n} values, from {first} to {last}").format(n=len(points), first=_said(held[-1]), last=_said(held[0]))
    ends = [next(one for one in held if _size(one) == size) for size in (high, low)]
    most, least = map(_day_of, ends)
    if most == least:
        most, least = map(_said, ends)
    return Chart(steps, said, most, least, datetime.fromtimestamp(first, UTC))


def _steps(
    points: Sequence[tuple[float, float]], time: tuple[float, float], sizes: tuple[float, float]
) -> Iterator[str]:
    was: float | None = None
    for when, size in points:
        x, y = WIDE * (when - time[0]) / time[1], HIGH - 5 - (HIGH - 10) * (size - sizes[0]) / sizes[1]
        if was is not None:
            yield f"{x:.1f},{was:.1f}"
        yield f"{x:.1f},{y:.1f}"
        was = y
    yield f"{WIDE},{was:.1f}"


def _size(one: Held) -> float | None:
    if one.how == "number":
        return float(one.value)
    found = parse_datetime(one.value) if one.how == "date" else None
    return found.timestamp() if found and found.tzinfo else None


def _day_of(one: Held) -> str:
    """Of a date its day, of a number all of it."""
    found = parse_datetime(one.value) if one.how == "date" else None
    return day(found) if found else _said(one)


def _said(one: Held) -> str:
    return shown(one.text, one.how) or _("empty")
