"""What a person has open while they look for something: the page's own address says it, as it would to anybody who follows it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, ResolverMatch, resolve

from offers.access.permissions import Actor, NotFound, get_item_for
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests
from offers.web.frame.sections import OFFERS

MOST = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours by its address; `match` is None for what is none. With `moment` it shows what was."""

    address: str
    match: ResolverMatch | None
    moment: bool = False


def page_at(address: str) -> Page:
    """The page at this address, which comes from outside; anything but a path is none."""
    try:
        parts = urlsplit(address[:MOST])
        match = resolve(parts.path) if parts.path.startswith("/") and not parts.netloc else None
    except (ValueError, Resolver404):
        return Page("", None)
    return Page(address if match else "", match, "at" in parse_qs(parts.query))


def item_of(actor: Actor, page: Page) -> LibraryItem | None:
    """The item that the page is about, deleted or not, if it is one of this sandbox that the person may read."""
    said = page.match.kwargs if page.match else {}
    if said.get("sandbox") != actor.sandbox.name or "id" not in said:
        return None
    try:
        return get_item_for(actor, said["id"], kinds=said.get("section", OFFERS).kinds, deleted=True)
    except NotFound:
        return None


def request_of(actor: Actor, page: Page) -> ChangeRequest | None:
    """The change request that the page is about."""
    said = page.match.kwargs if page.match else {}
    if said.get("sandbox") != actor.sandbox.name or not page.match or page.match.url_name != "review":
        return None
    try:
        return requests.get(actor, said["number"])
    except NotFound:
        return None
