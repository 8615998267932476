"""A person's own ways to look at the offers list: views kept under a name, and which columns are shown."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers import asked
from offers.access.permissions import Actor
from offers.models import PersonalSettings, SavedView
from offers.web.frame.access import actor_for
from offers.web.lists.rows import COLUMNS, NARROWEST, USUAL, WIDEST, known_columns

MAX_VIEWS = 50
MAX_QUERY = 2_000
MAX_NAME = 60


def views_of(actor: Actor) -> list[SavedView]:
    """This person's views of the sandbox's offers, by name."""
    return list(_own(actor).order_by("name")[:MAX_VIEWS])


def _own(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user_id=_person(actor), sandbox=actor.sandbox)


def _person(actor: Actor) -> int:
    assert actor.user_id is not None, "pages are for people"
    return actor.user_id


def chosen_view(request: HttpRequest, views: list[SavedView]) -> SavedView | None:
    """The one that the address names; somebody else's is none."""
    return _named_by(request.GET, views)


def _named_by(sent: QueryDict, views: list[SavedView]) -> SavedView | None:
    return next((view for view in views if str(view.key) == sent.get("view")), None)


def is_changed(view: SavedView, query: str) -> bool:
    """Whether the list shows something else than the view keeps."""
    return sorted(parse_qsl(query)) != sorted(parse_qsl(view.query))


def columns_for(actor: Actor, view: SavedView | None) -> list[str]:
    """The columns of the list: the view's, else this person's own, else the usual ones."""
    return columns_and_widths(actor, view)[0]


def columns_and_widths(actor: Actor, view: SavedView | None) -> tuple[list[str], dict[str, int]]:
    """The same, and how wide this person made which of them, in CSS pixels."""
    own = PersonalSettings.objects.filter(user_id=_person(actor)).values_list("columns", "widths").first()
    columns, widths = own or (None, {})
    return known_columns(view.columns if view else USUAL if columns is None else columns), widths


@require_POST
def save(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Keep the list's `query` under a `name`, with the columns that are shown; the same name means the same view."""
    actor = actor_for(request, sandbox)
    name, query = " ".join(asked.text(request.POST.get("name"), 200).split()), _query(request)
    views = views_of(actor)
    taken = next((view for view in views if view.name == name), None)
    if not name or len(name) > MAX_NAME:
        messages.error(request, _("Give the view a name of up to {n} characters.").format(n=MAX_NAME))
    elif len(views) >= MAX_VIEWS and not taken:
        messages.error(request, _("You have {n} views. Delete one to save another.").format(n=MAX_VIEWS))
    else:
        shown = _named_by(request.POST, views)
        view, _is_new = SavedView.objects.update_or_create(
            user_id=_person(actor),
            sandbox=actor.sandbox,
            name=name,
            defaults={"query": query.urlencode(), "columns": columns_for(actor, shown)},
        )
        messages.success(request, _("Saved the view “{name}”.").format(name=name))
        return _to_list(actor, query, view)
    return _to_list(actor, query, None)


@require_POST
def delete(request: HttpRequest, sandbox: str, key: int) -> HttpResponse:
    """Forget a view of one's own; what it showed stays on the screen."""
    actor = actor_for(request, sandbox)
    view = _own(actor).filter(key=key).first()
    if view is None:
        raise Http404
    view.delete()
    messages.success(request, _("Deleted the view “{name}”.").format(name=view.name))
    return _to_list(actor, _query(request), None)


@require_POST
def choose_columns(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Show these `columns` from now on: in the `view` that is open, else in every list of this person's.

    With `usual_widths`, only give all of them their usual widths again.
    """
    actor = actor_for(request, sandbox)
    if "usual_widths" in request.POST:
        PersonalSettings.objects.filter(user_id=_person(actor)).update(widths={})
        return _to_list(actor, _query(request), _named_by(request.POST, views_of(actor)))
    columns = known_columns(USUAL if "usual" in request.POST else request.POST.getlist("columns"))
    view = _named_by(request.POST, views_of(actor))
    if view:
        SavedView.objects.filter(key=view.key).update(columns=columns)
    else:
        PersonalSettings.objects.update_or_create(user_id=_person(actor), defaults={"columns": columns})
    return _to_list(actor, _query(request), view)


@require_POST
def set_width(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Make one `column` of this person's lists so wide from now on, in CSS pixels; without a `width` as wide as it usually is."""
    actor = actor_for(request, sandbox)
    column, width = request.POST.get("column", ""), asked.number(request.POST.get("width"))
    if column not in COLUMNS or (width is not None and not NARROWEST <= width <= WIDEST):
        raise BadRequest("no such column or width")
    with transaction.atomic():
        own, _is_new = PersonalSettings.objects.select_for_update().get_or_create(user_id=_person(actor))
        own.widths.pop(column, None)
        if width is not None:
            own.widths[column] = width
        own.save(update_fields=["widths"])
    return HttpResponse(status=204)


def _query(request: HttpRequest) -> QueryDict:
    """The list's query string, which the form sends along."""
    query = QueryDict(request.POST.get("query", "")[:MAX_QUERY], mutable=True)
    for name in ("cursor", "view"):
        # A cursor belongs to one look at the list, and the view is said by whoever goes back.
        query.pop(name, None)
    return query


def _to_list(actor: Actor, query: QueryDict, view: SavedView | None) -> HttpResponse:
    if view:
        query["view"] = str(view.key)
    address = reverse("offers", args=[actor.sandbox.name])
    return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)
