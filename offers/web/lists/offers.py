"""The offers of a sandbox as a list, with its filters, columns and saved views."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from offers.access.people import with_names_of_now
from offers.access.permissions import Actor, can_edit
from offers.lists import as_of
from offers.lists.filters import Wanted
from offers.models import SavedView
from offers.web.frame.access import actor_for
from offers.web.frame.moment import Moment
from offers.web.frame.respond import answer, wants_fragment
from offers.web.frame.sections import OFFERS
from offers.web.lists.cells import drawn
from offers.web.lists.filters import (
    NAMED,
    chips,
    first_filters,
    links,
    more_filters,
    named_filter,
    order_of,
    sorts,
    unread,
    wanted_of,
)
from offers.web.lists.of_a_moment import found_of, list_moment
from offers.web.lists.rows import COLUMNS, axis_of, heads_of, known_columns, rows_of
from offers.web.lists.views import chosen_view, columns_and_widths, is_changed, views_of


def offer_list(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The list with its filters; htmx gets only the results."""
    actor = actor_for(request, sandbox)
    moment, cursor = list_moment(request, actor, OFFERS.kinds), request.GET.get("cursor", "")
    orders = as_of.ORDERS if moment else None
    wanted, order = wanted_of(request), order_of(request, orders)
    if moment:
        wanted = replace(wanted, status="" if wanted.deleted else wanted.status, by="", collection="")
    found, too_slow = found_of(actor, OFFERS.kinds, wanted, moment, order, cursor)
    ids = {tag for item in found.items for tag in item.document.get("tags", ())}
    known = as_of.names_at(actor.sandbox.pk, ids | set(wanted.named), moment.at if moment else None)
    views = views_of(actor)
    view = chosen_view(request, views)
    query = _lasting(request)
    (columns, widths), sorted_by = _columns(actor, view, wanted), sorts(request, order, wanted, orders)
    items = found.items if moment else with_names_of_now(found.items)
    axis = axis_of(moment.at if moment else timezone.now())
    rows = rows_of(actor, items, known, moment.at if moment else None, axis)
    may_change = _may_change(actor, wanted, moment)
    context: dict[str, object] = {
        "section": OFFERS,
        "moment": moment,
        "too_slow": too_slow,
        "page": found,
        "rows": rows,
        "axis": "/".join(end.isoformat() for end in axis),
        "drawn": drawn(rows, columns, may_edit=may_change),
        "wanted": wanted,
        "order": order,
        "chips": chips(request, actor.sandbox.pk, wanted, known),
        "links": links(request, found.next, found.previous),
        "sorts": sorted_by,
        "columns": columns,
        "heads": [(column, sorted_by.get(column.sort)) for column in heads_of(columns, widths, deleted=wanted.deleted)],
        "widths": widths,
        "may_change": may_change,
        # What is not understood would mean everything.
        "may_take_all": bool(found.next or found.previous) and not unread(request.GET, wanted),
        "all_columns": COLUMNS.values(),
        "views": views,
        "view": view,
        "view_changed": view is not None and is_changed(view, query),
        "query": query,
    }
    if not wants_fragment(request):
        context["filters"] = first_filters(wanted, past=moment is not None)
        context["more"] = more_filters(request, actor.sandbox.pk, wanted, past=moment is not None)
    status = 422 if too_slow else 200
    return answer(request, "lists/offers.html", context, fragment="lists/_offers.html", status=status)


def _may_change(actor: Actor, wanted: Wanted, moment: Moment | None) -> bool:
    """Whether something can be done to what the list shows: not to what is gone, and not to what was."""
    return can_edit(actor) and not wanted.deleted and moment is None


def _columns(actor: Actor, view: SavedView | None, wanted: Wanted) -> tuple[list[str], dict[str, int]]:
    """The columns that the person chose, with their widths; of what is deleted always by whom and when."""
    chosen, widths = columns_and_widths(actor, view)
    return known_columns([*chosen, "modified"]) if wanted.deleted else chosen, widths


def filter_choices(request: HttpRequest, sandbox: str, name: str) -> HttpResponse:
    """The select of one filter with what its search finds, for a library with more tags or placements than fit in one."""
    actor = actor_for(request, sandbox)
    if name not in NAMED:
        raise Http404
    filter = named_filter(request, actor.sandbox.pk, name, getattr(wanted_of(request), name))
    return answer(request, "lists/_filter.html", {"filter": filter})


def _lasting(request: HttpRequest) -> str:
    """The list's query string without where it is: what a saved view keeps."""
    query = request.GET.copy()
    for name in ("cursor", "view", "find-tag", "find-placement"):
        query.pop(name, None)
    return query.urlencode()
