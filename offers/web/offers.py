"""The offers of a sandbox: the list, and one offer at a glance."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import writes
from offers.document.fields import CHANNEL_PREFIX
from offers.document.labels import KINDS, WORDS
from offers.document.schema import OFFER_KINDS, Kind
from offers.models import LibraryItem
from offers.permissions import can_change_live, is_live
from offers.queries import DEFAULT_ORDER, ORDERS, LiveState, Wanted, live_state_of, names, names_in, page
from offers.web.access import actor_for, item_for
from offers.web.frame import answer
from offers.web.items import item_context, last_entry, summarised
from offers.web.sections import OFFERS
from offers.web.sentences import constraints

AXIS = 200  # units of the window bar's drawing
AXIS_AT_MOST = timedelta(days=365)
AXIS_AT_LEAST = timedelta(days=30)
TAGS_SHOWN = 2


def offer_list(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The list with its filters; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    wanted, order = wanted_of(request), order_of(request)
    found = page(actor.sandbox.pk, OFFERS.kinds, wanted, order, request.GET.get("cursor", ""))
    ids = {tag for item in found.items for tag in item.document.get("tags", ())}
    known = names(actor.sandbox.pk, ids | ({wanted.reference} - {""}))
    context = {
        "section": OFFERS,
        "page": found,
        "rows": rows_of(found.items, known),
        "wanted": wanted,
        "order": order,
        "choices": choices(),
        "chips": chips(request, wanted, known),
        "links": links(request, found.next, found.previous),
        "sorts": sorts(request, order),
    }
    return answer(request, "offers/list.html", context, fragment="offers/_results.html")


def overview(request: HttpRequest, sandbox: str, id: str) -> HttpResponse:
    """One offer: what it shows where, when and to whom, where it is used, and what changed last."""
    actor, item = item_for(request, sandbox, id)
    known = names_in(actor.sandbox.pk, Kind(item.kind), [item.document])
    last = last_entry(item)
    document = item.document
    context = item_context(
        item,
        "overview",
        last=last,
        summary=summarised(last),
        sentences=constraints(document, known),
        representations=_named(document.get("representations", ()), known),
        tags=[(tag, known.get(tag, tag)) for tag in document.get("tags", ())],
        attributes=sorted(document.get("characteristics", {}).items()),
        users=writes.used_by(actor.sandbox.pk, item.id),
        live_is_closed=is_live(item.kind, document) and not can_change_live(actor),
        may_go_live=can_change_live(actor),
    )
    return answer(request, "offers/overview.html", context)


def _named(representations: Iterable[dict[str, Any]], known: dict[str, str]) -> list[dict[str, Any]]:
    return [{**found, "name": known.get(found["placement"], found["placement"])} for found in representations]


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of the address; a value that is none of a filter's choices filters nothing."""
    return wanted_in(request.GET)


def wanted_in(query: QueryDict) -> Wanted:
    """The filters of a query string."""
    allowed = {name: {value for value, _word in values} for name, (_label, values) in choices().items()}
    given = {name: query.get(name, "") for name in allowed}
    chosen = {name: value for name, value in given.items() if value in allowed[name]}
    return Wanted(text=query.get("q", "").strip()[:200], reference=query.get("uses", "")[:64], **chosen)


def order_of(request: HttpRequest) -> str:
    order = request.GET.get("sort", "")
    return order if order in ORDERS else DEFAULT_ORDER


def choices() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The filters by name, each with what it says when it filters nothing and its (value, word) pairs."""
    statuses = [(value, _(WORDS["status"][value])) for value in ("draft", "approved", "archived")]
    states = [
        (LiveState.LIVE.value, _("Live now")),
        (LiveState.ENDING.value, _("Ending within 7 days")),
        (LiveState.SCHEDULED.value, _("Scheduled")),
        (LiveState.EXPIRED.value, _("Expired")),
    ]
    return {
        "status": (_("Any status"), statuses),
        "state": (_("Any time"), states),
        "channel": (_("Any channel"), [(value, _(word)) for value, word in WORDS["channel"].items()]),
        "kind": (_("Any type"), [(kind.value, _(KINDS[kind])) for kind in OFFER_KINDS]),
    }


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    text: str
    without: str


def chips(request: HttpRequest, wanted: Wanted, known: dict[str, str]) -> list[Chip]:
    found = []
    if wanted.text:
        found.append(Chip(f"“{wanted.text}”", address(request, q="", cursor="")))
    for name, (_label, values) in choices().items():
        value = asdict(wanted)[name]
        found += [
            Chip(word, address(request, **{name: "", "cursor": ""})) for choice, word in values if choice == value
        ]
    if wanted.reference:
        found.append(Chip(known.get(wanted.reference, wanted.reference), address(request, uses="", cursor="")))
    return found


def address(request: HttpRequest, **changes: str) -> str:
    """This list's address with other parameters; an empty one is left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def links(request: HttpRequest, next: str, previous: str) -> dict[str, str]:
    """The addresses of the neighbouring pages, empty at the ends."""
    return {
        "next": address(request, cursor=next) if next else "",
        "previous": address(request, cursor=previous) if previous else "",
    }


@dataclass(frozen=True, slots=True)
class Sort:
    """A column's order: `aria` is how the list is sorted by it now, `to` the address that sorts by it."""

    to: str
    aria: str


def sorts(request: HttpRequest, order: str) -> dict[str, Sort]:
    """For each column, where its heading leads: sort by it, or turn it round."""
    firsts = {"name": "name", "ends": "ends", "priority": "-priority", "modified": "-modified"}
    found = {}
    for column, first in firsts.items():
        turned = column if first.startswith("-") else f"-{column}"
        aria = ("descending" if order.startswith("-") else "ascending") if order.lstrip("-") == column else ""
        found[column] = Sort(address(request, sort=turned if order == first else first, cursor=""), aria)
    return found


@dataclass(frozen=True, slots=True)
class Bar:
    """A window on the axis: where it starts and how wide it is, where today is, in units of the drawing."""

    x: float
    width: float
    today: float
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    item: LibraryItem
    bar: Bar | None
    tags: list[tuple[str, str]]
    more_tags: int
    channels: list[str]


def rows_of(items: list[LibraryItem], known: dict[str, str]) -> list[Row]:
    """The items with what their rows draw, all on one time axis."""
    now = timezone.now()
    axis = axis_of(items, now)
    rows = []
    for item in items:
        tags = [(tag, known.get(tag, tag)) for tag in item.document.get("tags", ())]
        channels = sorted(channel.removeprefix(CHANNEL_PREFIX) for channel in item.channels)
        rows.append(Row(item, bar_of(item, axis, now), tags[:TAGS_SHOWN], max(0, len(tags) - TAGS_SHOWN), channels))
    return rows


def axis_of(items: list[LibraryItem], now: datetime) -> tuple[datetime, datetime]:
    """From the first start to the last end of these items, around today and within a year of it."""
    starts = [item.starts_at for item in items if item.starts_at]
    ends = [item.ends_at for item in items if item.ends_at]
    first = max(now - AXIS_AT_MOST, min([now - AXIS_AT_LEAST, *starts]))
    last = min(now + AXIS_AT_MOST, max([now + AXIS_AT_LEAST, *ends]))
    return first, last


def bar_of(item: LibraryItem, axis: tuple[datetime, datetime], now: datetime) -> Bar | None:
    if not (item.starts_at and item.ends_at):
        return None
    first, last = axis
    length = last - first

    def at(instant: datetime) -> float:
        return round(min(1.0, max(0.0, (instant - first) / length)) * AXIS, 1)

    x = min(at(item.starts_at), AXIS - 3.0)
    state = live_state_of(item.status, item.starts_at, item.ends_at, now)
    return Bar(x, max(3.0, round(at(item.ends_at) - x, 1)), at(now), state.value if state else "none")
