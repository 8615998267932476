"""What the offers list is asked for, in its address: filters, chips, orders, neighbours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from offers import asked
from offers.access.people import choices as choices_of_people
from offers.access.people import name_of
from offers.document.kinds.reading import WORDS
from offers.document.kinds.registry import KINDS, OFFER_KINDS, Kind
from offers.document.live import LiveState
from offers.lists import as_of
from offers.lists.filters import DELETED, Wanted
from offers.lists.names import changers, of_ids
from offers.lists.pages import DEFAULT_ORDER, ORDERS, STATE_ORDERS, orders_of, recent
from offers.web.frame.middleware import zone_of

OFFERED = 100
NAMED = ("tag", "placement")
A_DAY = timedelta(days=1)

Options = list[tuple[str, str]]


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of the address; a value that is none of a filter's choices filters nothing."""
    return wanted_in(request.GET, zone_of(request))


def wanted_in(query: QueryDict, zone: ZoneInfo) -> Wanted:
    """The filters of a query string. `from` and `to` are days in this zone, both included."""
    allowed = {name: {value for value, _word in values} for name, (_label, values) in choices().items()}
    given = {name: query.get(name, "") for name in allowed}
    chosen = {name: value for name, value in given.items() if value in allowed[name]}
    named = {name: _text(query, name, 64) for name in NAMED}
    first, last = day_of(query, "from"), day_of(query, "to")
    return Wanted(
        text=_text(query, "q", 200),
        reference=_text(query, "uses", 64),
        collection=_text(query, "collection", 64),
        by=_text(query, "by", 160),
        first=datetime.combine(first, time(), zone) if first else None,
        last=datetime.combine(last + A_DAY, time(), zone) if last else None,
        **chosen,
        **named,
    )


def whole_of(query: QueryDict, zone: ZoneInfo) -> Wanted:
    """The same, to do something with all that match. Raises BadRequest: what is not understood would mean everything."""
    wanted = wanted_in(query, zone)
    if unread(query, wanted):
        raise BadRequest("a filter that is none")
    return wanted


def unread(query: QueryDict, wanted: Wanted) -> list[str]:
    """The filters of the address that say something which is none of their choices."""
    read = {name: getattr(wanted, name) for name in choices()} | {"from": wanted.first, "to": wanted.last}
    return [name for name, found in read.items() if query.get(name) and not found]


def _text(query: QueryDict, name: str, most: int) -> str:
    return asked.text(query.get(name), most)


def day_of(query: QueryDict, name: str) -> date | None:
    """A day of this century, so that every zone and the day after it can be counted with."""
    try:
        found = parse_date(query.get(name, ""))
    except ValueError:
        return None
    # While 2026 is being typed, browsers send the years 0002, 0020 and 0202.
    return found if found and 2000 <= found.year < 2100 else None


def order_of(request: HttpRequest, past: Collection[str] | None = None, usual: str = DEFAULT_ORDER) -> str:
    """The order of the address, else the one that suits its filter, else the `usual`; among those of the `past`, of a list of a moment."""
    order, wanted = request.GET.get("sort", ""), Wanted(status=request.GET.get("status", ""))
    if past is not None:
        suits = as_of.STATE_ORDERS.get(request.GET.get("state", ""), as_of.DEFAULT_ORDER)
        return order if order in past else suits
    if order in orders_of(wanted):
        return order
    return DEFAULT_ORDER if wanted.deleted else STATE_ORDERS.get(request.GET.get("state", ""), usual)


def choices() -> dict[str, tuple[str, Options]]:
    """The filters with fixed choices by name, each with what it says when it filters nothing and its (value, word) pairs."""
    statuses = [(value, _(WORDS["status"][value])) for value in KINDS[Kind.PERSONALIZED_OFFER].steps]
    statuses.append((DELETED, _("Deleted")))
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
        "kind": (_("Any type"), [(kind.value, _(KINDS[kind].label)) for kind in OFFER_KINDS]),
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """One select: `label` names it, `anything` is what it says when it filters nothing.

    `find` is what its choices were searched for, None where all of them are there.
    """

    name: str
    label: str
    anything: str
    options: Options
    value: str
    find: str | None = None

    @property
    def choices(self) -> SafeString:
        """The choices as options: by a template, a few hundred of them would take as long as the rows of the list."""
        return _choices(tuple(self.options), self.value)


# Most filters have the same choices for everybody.
@lru_cache(maxsize=500)
def _choices(options: tuple[tuple[str, str], ...], value: str) -> SafeString:
    chosen = ("", SafeString(" selected"))
    drawn = ((one, chosen[one == value], word) for one, word in options)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', drawn)


def first_filters(wanted: Wanted, *, past: bool = False) -> list[Filter]:
    """Those beside the search. In the past, what is deleted was there or not."""
    status = _fixed("status", _("Status"), wanted)
    if past:
        status = replace(status, options=[option for option in status.options if option[0] != DELETED])
    return [status, _fixed("state", _("When"), wanted)]


def more_filters(request: HttpRequest, sandbox_id: int, wanted: Wanted, *, past: bool = False) -> list[Filter]:
    """Those behind "More filters". Five queries at most. Who had changed an item last is not asked of the past."""
    return [
        _fixed("channel", _("Channel"), wanted),
        named_filter(request, sandbox_id, "placement", wanted.placement),
        named_filter(request, sandbox_id, "tag", wanted.tag),
        *([] if past else [_changed_by(sandbox_id, wanted)]),
        _fixed("kind", _("Type"), wanted),
    ]


def _changed_by(sandbox_id: int, wanted: Wanted) -> Filter:
    people = changers(sandbox_id, OFFER_KINDS)
    if wanted.by and wanted.by not in people:
        people[wanted.by] = name_of(sandbox_id, wanted.by)
    return Filter("by", _("Changed by"), _("Anyone"), choices_of_people(people, sandbox_id), wanted.by)


def deleted_filter(wanted: Wanted) -> Filter:
    """The one filter of the other lists."""
    return Filter("status", _("Show"), pgettext("shown", "Current"), [(DELETED, _("Deleted"))], wanted.status)


def _fixed(name: str, label: str, wanted: Wanted) -> Filter:
    anything, options = choices()[name]
    return Filter(name, label, anything, options, getattr(wanted, name))


def named_filter(request: HttpRequest, sandbox_id: int, name: str, value: str) -> Filter:
    """The first tags or placements by name that have the words of `find-<name>`, and the one that is chosen."""
    kind, label, anything = {
        "tag": (Kind.TAG, _("Tag"), _("Any tag")),
        "placement": (Kind.PLACEMENT, _("Placement"), _("Any placement")),
    }[name]
    find = _text(request.GET, f"find-{name}", 100)
    found = recent(sandbox_id, (kind,), Wanted(text=find), "name", OFFERED + 1)
    options = [(item.id, item.name) for item in found[:OFFERED]]
    if value and value not in dict(options):
        chosen = of_ids(sandbox_id, [value]).values_list("id", "name")
        options = [*(list(chosen) or [(value, value)]), *options]
    return Filter(name, label, anything, options, value, find if find or len(found) > OFFERED else None)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    text: str
    without: str


def chips(request: HttpRequest, sandbox_id: int, wanted: Wanted, known: Mapping[str, str]) -> list[Chip]:
    said = [*words_of(sandbox_id, wanted, known), *not_understood(request.GET, unread(request.GET, wanted))]
    return [Chip(text, address(request, **dict.fromkeys(names, ""), cursor="")) for text, names in said]


def not_understood(query: QueryDict, names: Collection[str]) -> list[tuple[str, tuple[str, ...]]]:
    """These filters of an address that was typed or cut off: who came by it would take everything for what they asked for."""
    return [(_("Not understood: {what}").format(what=f"{name}={query[name][:40]}"), (name,)) for name in names]


def words_of(sandbox_id: int, wanted: Wanted, known: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """A filter in words, one for each of its parts, with the parameters that make it; `known` has names by id."""
    found: list[tuple[str, tuple[str, ...]]] = [(f"“{wanted.text}”", ("q",))] if wanted.text else []
    for name, (_label, values) in choices().items():
        found += [(word, (name,)) for value, word in values if value == getattr(wanted, name)]
    labels = {"placement": (_("Placement"), wanted.placement), "tag": (_("Tag"), wanted.tag)}
    found += [(f"{label}: {known.get(id, id)}", (name,)) for name, (label, id) in labels.items() if id]
    if wanted.reference:
        found.append((known.get(wanted.reference, wanted.reference), ("uses",)))
    if wanted.collection:
        name = known.get(wanted.collection, wanted.collection)
        found.append((_("Collection: {name}").format(name=name), ("collection",)))
    if wanted.by:
        found.append((_("Changed by {name}").format(name=name_of(sandbox_id, wanted.by)), ("by",)))
    if wanted.first or wanted.last:
        found.append((_shown(wanted), ("from", "to")))
    return found


def _shown(wanted: Wanted) -> str:
    first = date_format(wanted.first, _("j M Y")) if wanted.first else ""
    last = date_format(wanted.last - A_DAY, _("j M Y")) if wanted.last else ""
    if not last:
        return _("Window from {first} on").format(first=first)
    if not first:
        return _("Window until {last}").format(last=last)
    return _("Window between {first} and {last}").format(first=first, last=last)


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

    column: str
    to: str
    aria: str


# The order that a heading sorts by first: of its two, the one that stands first among the orders.
FIRSTS = {order.lstrip("-"): order for order in reversed(list(ORDERS))}


def sorts(request: HttpRequest, order: str, wanted: Wanted, past: Collection[str] | None = None) -> dict[str, Sort]:
    """For each column that this list can be sorted by, where its heading leads: sort by it, or turn it round."""
    found = {}
    for column, first in FIRSTS.items():
        if first not in (orders_of(wanted) if past is None else past):
            continue
        turned = column if first.startswith("-") else f"-{column}"
        aria = ("descending" if order.startswith("-") else "ascending") if order.lstrip("-") == column else ""
        found[column] = Sort(column, address(request, sort=turned if order == first else first, cursor=""), aria)
    return found
