"""The addresses of an item's pages, from the item.

    {% address item %}  {% address item 'revision' etag=made.etag %}  {% address_at 'tags' id %}

`page` is the name of a page in web/urls.py, and `more` what else its address has. On a page of a moment (web/frame/moment.py)
these tags carry it along, to the pages that can show it.
"""

from functools import lru_cache
from typing import Any, Protocol

from django.template import RequestContext
from django.urls import reverse

from offers.web.frame.sections import SECTION_OF, SECTIONS, Section

# The pages of an item that show it as it was at a moment.
OF_A_MOMENT = frozenset({"item", "history", "revision", "blame", "item_api"})


class Item(Protocol):
    """Whatever is one: as it is stored, as lists know it, as it stands."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...


def address_of(sandbox: str, item: Item, page: str = "item", **more: int | str) -> str:
    """The address of a page of the item, in the sandbox of this name."""
    return address_at(sandbox, SECTION_OF[item.kind], item.id, page, **more)


def address_at(sandbox: str, section: Section | str, id: str, page: str = "item", **more: int | str) -> str:
    """The same for an item of which only the section and the id are known."""
    return _found(sandbox, section.slug if isinstance(section, Section) else section, id, page, **more)


@lru_cache(maxsize=5_000)
def _found(sandbox: str, slug: str, id: str, page: str, **more: int | str) -> str:
    """A page leads to the same address several times, and the next page to many of them again; to find one takes longer than its link."""
    # As a Section, and by name: addresses that stand for a section or a status are found by what they stand for.
    return reverse(page, kwargs={"sandbox": sandbox, "section": SECTIONS[slug], "id": id, **more})


def address(context: RequestContext, item: Item, page: str = "item", **more: Any) -> str:
    return address_of(context["frame"].sandbox.name, item, page, **more) + _carried(context, page)


def address_by_id(context: RequestContext, section: str, id: str, page: str = "item", **more: Any) -> str:
    return address_at(context["frame"].sandbox.name, section, id, page, **more) + _carried(context, page)


def _carried(context: RequestContext, page: str) -> str:
    """On a page of a moment, what leads to the same moment of another one."""
    moment = context.get("moment")
    return moment.query if moment and page in OF_A_MOMENT else ""
