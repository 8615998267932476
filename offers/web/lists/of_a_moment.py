"""A list of now or of the moment of its address: what both kinds of list pages ask."""

from collections.abc import Collection

from django.http import HttpRequest

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.lists import as_of, pages
from offers.lists.filters import Wanted
from offers.lists.keyset import Page
from offers.lists.timely import TooSlow
from offers.log.between import changes_around
from offers.models import LibraryItem
from offers.web.frame.moment import Moment, at_of, moment_of


def list_moment(request: HttpRequest, actor: Actor, kinds: Collection[Kind]) -> Moment | None:
    """The moment, with the changes of anything of these kinds around it. Raises BadRequest."""
    at = at_of(request)
    if at is None:
        return None
    before, after = changes_around(actor.sandbox.pk, kinds, at)
    return moment_of(request, before=before, after=after)


def found_of(
    actor: Actor, kinds: Collection[Kind], wanted: Wanted, moment: Moment | None, order: str, cursor: str
) -> tuple[Page[LibraryItem], bool]:
    """A page of the list; and whether finding it would take too long, so that it is empty."""
    if moment is None:
        return pages.page(actor.sandbox.pk, kinds, wanted, order, cursor), False
    try:
        return as_of.page(actor.sandbox.pk, kinds, wanted, moment.at, order, cursor), False
    except TooSlow:
        return Page([], "", "", 0), True
