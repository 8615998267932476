"""Offers that others are begun from: what is marked as such, by whom, and what a new offer takes from it.

A mark is no change of the offer: it makes no version, and customers see nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from offers.access.permissions import Actor, NotFound, check_edit, get_item_for
from offers.document.kinds.registry import Kind
from offers.document.values import Document, clone
from offers.lists.names import of_ids
from offers.models import LibraryItem, Listing, OfferTemplate
from offers.web.frame.access import item_for
from offers.web.frame.sections import OFFERS, Section
from offers.web.item.said import to_item

# In one sandbox: all of them are read for a page.
MOST = 100
DATES = ("startDate", "endDate")


@dataclass(frozen=True, slots=True)
class Template:
    """`channel` and name of each placement that the offer `listing` has contents for."""

    listing: Listing
    placements: list[tuple[str, str]]

    @property
    def channels(self) -> list[str]:
        return list(dict.fromkeys(channel for channel, _name in self.placements))


@dataclass(frozen=True, slots=True)
class Brand:
    """The templates whose first tag is this one; "" for those without."""

    name: str
    templates: list[Template]


@require_POST
def mark(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Make the offer a template (`template=yes`), or take that back. Said twice, it is meant once."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds)
    check_edit(actor)
    if request.POST.get("template") != "yes":
        OfferTemplate.objects.filter(item=item).delete()
        messages.success(request, _("{name} is no longer a template.").format(name=item.name))
    elif item.status == "archived":
        messages.error(request, _("What is archived is not a template."))
    elif templates(actor).exclude(item=item).count() >= MOST:
        messages.error(request, _("There are {n} templates already. Take one back first.").format(n=MOST))
    else:
        who = {"sandbox": actor.sandbox, "marked_by_id": actor.user_id, "marked_at": timezone.now()}
        OfferTemplate.objects.get_or_create(item=item, defaults=who)
        messages.success(request, _("{name} is a template now. New offers can start from it.").format(name=item.name))
    return to_item(actor, item)


def mark_of(item: LibraryItem) -> OfferTemplate | None:
    """Who made the offer a template, and when; None where it is none."""
    return OfferTemplate.objects.select_related("marked_by").filter(item=item).first()


def templates(actor: Actor) -> QuerySet[Listing]:
    """The offers that new ones can be begun from, by name: what is deleted or archived is none, though marked."""
    marked = Listing.objects.filter(item__template_mark__sandbox=actor.sandbox, deleted_at=None)
    return marked.exclude(status="archived").order_by("name", "pk")


def by_brand(actor: Actor) -> list[Brand]:
    """The templates by their first tag, with what each has contents for; those without a tag last. Two queries."""
    found = list(templates(actor).annotate(brand=F("item__document__tags__0"))[:MOST])
    known = _named(actor, found)
    brands: dict[str, list[Template]] = {}
    for one in found:
        shown = [known[id] for id in one.references if id in known and known[id].kind == Kind.PLACEMENT]
        placements = sorted([(place.channels[0] if place.channels else "", place.name) for place in shown])
        brands.setdefault(str(one.brand or ""), []).append(Template(one, placements))
    named = [Brand(known[id].name, made) for id, made in brands.items() if id in known]
    others = [one for id, made in brands.items() if id not in known for one in made]
    rest = [Brand("", others)] if others else []
    return sorted(named, key=lambda brand: brand.name) + rest


def _named(actor: Actor, found: Iterable[Listing]) -> dict[str, Listing]:
    ids = {id for one in found for id in one.references}
    return {one.id: one for one in of_ids(actor.sandbox.pk, ids)} if ids else {}


def template_for(actor: Actor, id: str) -> LibraryItem:
    """The offer that a new one is begun from. Raises NotFound for what is no template of this sandbox."""
    item = get_item_for(actor, id, kinds=OFFERS.kinds)
    if item.status == "archived" or mark_of(item) is None:
        raise NotFound
    return item


def starting_from(template: Document) -> Document:
    """What a new offer takes from a template: everything but its name and its dates, as a draft."""
    document = clone(template)
    document.pop("name", None)
    for dated in (document.get("selectionConstraint", {}), *document.get("frequencyCappingConstraints", ())):
        for date in DATES:
            dated.pop(date, None)
    if not document.get("selectionConstraint", True):
        del document["selectionConstraint"]
    return {**document, "status": "draft"}


def address_from(actor: Actor, template: Listing) -> str:
    """Where a new offer is begun from the template."""
    return f"{reverse('new', args=[actor.sandbox.name, OFFERS.slug])}?{urlencode({'template': template.id})}"
