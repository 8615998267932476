"""The same change of many items on the page of a request: one row that unfolds, and what differs by itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import Kind
from offers.models import LibraryItem
from offers.review import comments, requests
from offers.review.comments import About
from tests.cast import make, offer, replace
from tests.review.asking import wanted
from tests.review.conftest import Cast
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import at, text_of

pytestmark = pytest.mark.django_db
FOLD = '<details class="review-each">'


def many(people: Cast, count: int) -> list[LibraryItem]:
    return [make(people.mina, offer(name=f"Offer {n}", rank={"priority": n}), id=f"o{n}") for n in range(count)]


def test_the_same_change_of_many_offers_is_one_row_and_what_somebody_has_to_look_at_stands_by_itself(
    people: Cast, browser_of: As
) -> None:
    items = many(people, 7)
    changes = [wanted(item, replace("/rank/priority", 50)) for item in items[:6]]
    changes.append(wanted(items[6], replace("/rank/priority", 51)))
    request = requests.propose(people.mina, changes, "Up")
    comments.say(people.jun, request, "This one, too?", About("o1", ("rank", "priority")))
    with CaptureQueriesContext(connection) as statements:
        page = browser_of(people.jun).get(at(request))
    groups = page.context["groups"]
    assert [[row.shown.id for row in group.rows] for group in groups] == [
        ["o0", "o2", "o3", "o4", "o5"],
        ["o1"],
        ["o6"],
    ]
    assert page.content.decode().count(FOLD) == 1
    said = text_of(page)
    assert "The same change in 5 offers" in said
    assert "0 – 5 → 50" in said, "the least and the most of what it was: what goes down is seen"
    assert "Offer 0, Offer 2, Offer 3 and 2 more" in said
    assert all(f"Offer {n}" in said for n in range(7)), "each can be unfolded"
    few = requests.propose(people.mina, [wanted(item, replace("/rank/priority", 60)) for item in items[:2]], "Two")
    with CaptureQueriesContext(connection) as less:
        assert FOLD not in browser_of(people.jun).get(at(few)).content.decode()
    assert len(less) <= len(statements) <= len(less) + 2


def test_values_without_an_order_are_not_told_as_a_range_and_deletions_are_one_row(
    people: Cast, browser_of: As
) -> None:
    items = many(people, 3)
    tags = [make(people.mina, {"name": f"Tag {n}"}, Kind.TAG, f"t{n}") for n in range(3)]
    renaming = requests.propose(people.mina, [wanted(one, replace("/name", "Winter")) for one in tags], "R")
    said = text_of(browser_of(people.jun).get(at(renaming)))
    assert "The same change in 3 items" in said
    assert "different values → Winter" in said
    gone = requests.propose(people.mina, [wanted(one, [{"op": "remove", "path": ""}]) for one in items], "Away")
    assert "They are deleted. Their history stays." in text_of(browser_of(people.jun).get(at(gone)))


def test_values_that_move_by_as_much_are_one_row_and_one_that_moves_by_another_is_not(
    people: Cast, browser_of: As
) -> None:
    items = many(people, 5)
    up = [wanted(item, replace("/rank/priority", n + 10)) for n, item in enumerate(items[:4])]
    up.append(wanted(items[4], replace("/rank/priority", 1)))
    page = browser_of(people.jun).get(at(requests.propose(people.mina, up, "Up")))
    assert [[row.shown.id for row in group.rows] for group in page.context["groups"]] == [
        ["o0", "o1", "o2", "o3"],
        ["o4"],
    ]
    assert "0 – 3 → 10 – 13 each higher by 10 O" in text_of(page)
    dates = [f"2030-{month}-28T12:00:00Z" for month in ("01", "02", "03")]
    made = [make(people.mina, offer(name=f"Dated {n}", **window(date)), id=f"d{n}") for n, date in enumerate(dates)]
    later = ["2030-02-04T12:00:00Z", "2030-03-07T12:00:00Z", "2030-04-04T12:00:00Z"]
    end = "/selectionConstraint/endDate"
    week = [wanted(item, replace(end, date)) for item, date in zip(made, later, strict=True)]
    assert "each 7 days later" in text_of(browser_of(people.jun).get(at(requests.propose(people.mina, week, "W"))))


def window(end: str) -> dict[str, object]:
    return {"selectionConstraint": {"startDate": "2029-01-01T00:00:00Z", "endDate": end}}


def test_the_same_words_in_another_placement_of_the_same_name_are_not_the_same_change(
    people: Cast, browser_of: As
) -> None:
    placement = {"name": "Home", "channel": f"{CHANNEL_PREFIX}web", "componentType": "html"}
    for id in ("one", "other"):
        make(people.mina, placement, Kind.PLACEMENT, id)
    content = {"type": "html", "format": "text/html", "content": "Ten"}
    items = [
        make(people.mina, offer(name=f"Said {n}", representations=[said(where, content)]), id=f"s{n}")
        for n, where in enumerate(("one", "one", "one", "other"))
    ]
    twenty = replace("/representations/0/components/0/content", "Twenty")
    page = browser_of(people.jun).get(at(requests.propose(people.mina, [wanted(one, twenty) for one in items], "Up")))
    assert [[row.shown.id for row in group.rows] for group in page.context["groups"]] == [["s0", "s1", "s2"], ["s3"]]


def said(placement: str, content: dict[str, str]) -> dict[str, object]:
    return {"channel": f"{CHANNEL_PREFIX}web", "placement": placement, "components": [content]}
