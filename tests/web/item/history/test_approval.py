"""Wherever a change is shown, it says which request it came by and whose yes it had, or that nobody was waited for."""

import re
from typing import Any

import pytest
from django.test import Client

from offers.models import LibraryItem
from offers.review import requests, verdicts
from tests.cast import replace
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import Cast, people, sale
from tests.web.reviews.conftest import As, browser_of

__all__ = ["browser_of", "people", "sale"]

SALE = "/s/prod/offers/sale/"
# The first page says what changed in a line a person and item, and leads on.
PLACES = (SALE, f"{SALE}history/", f"{SALE}history/2/", f"{SALE}blame/", f"{SALE}compare/?from=1&to=2")


def said(browser: Client, page: str) -> str:
    text = re.sub(r"<[^>]*>", " ", browser.get(page).content.decode())
    return " ".join(text.split())


def test_every_place_says_who_approved_it(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    agree(people.jun, ask(people.mina, sale, replace("/name", "Autumn sale")))
    browser = browser_of(people.ara)
    for page in PLACES:
        assert "request #1 · approved by Jun" in said(browser, page), page
        assert 'href="/s/prod/reviews/1/"' in browser.get(page).content.decode()


def test_every_place_says_that_nobody_was_waited_for_until_somebody_has_looked(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    wants = [wanted(sale, replace("/rank/priority", 9))]
    published = requests.publish(people.bora, wants, "Priority", "The shop <window> is wrong")
    browser = browser_of(people.ara)
    for page in PLACES:
        assert "published without review by Bora · nobody else has reviewed it yet" in said(browser, page), page
        assert "The shop <window>" not in browser.get(page).content.decode()
    verdicts.look(people.jisoo, published)
    for page in PLACES:
        assert "published without review by Bora · reviewed by Jisoo" in said(browser, page), page


@pytest.mark.parametrize(("who", "is_told"), [("jun", True), ("jisoo", True), ("ara", True), ("mina", False)])
def test_home_counts_what_nobody_has_looked_at_for_those_who_look_and_for_auditors(
    people: Cast, sale: LibraryItem, browser_of: As, who: str, is_told: bool
) -> None:
    ask(people.mina, sale, replace("/name", "Autumn sale"))
    published = requests.publish(people.bora, [wanted(sale, replace("/rank/priority", 9))], "Priority", "It is wrong")
    browser: Any = browser_of(getattr(people, who))
    # Whoever can look has it among what waits; others have its number, and the way there.
    text = "1 change was published without review" if who == "ara" else "Published without review · review by "
    queue = "/s/prod/reviews/?tab=all&unseen=yes"
    leads = queue.replace("&", "&amp;") if who == "ara" else f"/s/prod/reviews/{published.number}/"
    assert (text in said(browser, "/s/prod/")) is is_told
    assert (f'href="{leads}"' in browser.get("/s/prod/").content.decode()) is is_told
    assert "#2" in said(browser, queue) or "Priority" in said(browser, queue)
    assert "Another name" not in said(browser, queue)
    verdicts.look(people.jisoo, published)
    assert text not in said(browser, "/s/prod/")
