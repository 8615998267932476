"""The addresses of an item's pages, which Python and templates make in one way."""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver, resolve

from offers.models import LibraryItem, Listing
from offers.web.frame.addresses import address_at, address_of
from offers.web.frame.sections import SECTIONS

ROOT = Path(__file__).resolve().parents[3]


def names_of_pages_of_items() -> set[str]:
    names = get_resolver().reverse_dict
    found = {name: names.getlist(name) for name in names if isinstance(name, str)}
    return {name for name, ways in found.items() if any("id" in params for way in ways for _, params in way[0])}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_address_of_an_item_leads_to_it(section: str) -> None:
    kind = SECTIONS[section].kinds[0]
    for item in (LibraryItem(kind=kind, id="sale"), Listing(kind=kind, id="sale")):
        for page in ("item", "edit", "history"):
            found = resolve(address_of("prod", item, page))
            assert (found.kwargs["sandbox"], found.kwargs["id"]) == ("prod", "sale")
            assert address_of("prod", item, page) == address_at("prod", section, "sale", page)


@pytest.mark.parametrize(("status", "end"), [("approved", "approve"), ("draft", "unapprove"), ("archived", "archive")])
def test_the_steps_of_an_offer_have_addresses_of_their_own(status: str, end: str) -> None:
    assert address_at("prod", "offers", "sale", "set_status", status=status) == f"/s/prod/offers/sale/{end}/"
    assert address_at("prod", "decisions", "sale", "set_status", status=status).endswith(f"/status/{status}/")


def test_nobody_makes_the_address_of_an_item_in_another_way() -> None:
    pages = names_of_pages_of_items()
    assert {"item", "edit", "revision"} <= pages
    made = re.compile(r"""(?:{%\s*url\s+|\breverse\(|\bredirect\()["'](\w+)["']""")
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "offers").rglob("*.py")]
    assert {str(path): names for path in files if (names := pages & set(made.findall(path.read_text())))} == {}
