"""The queue: what waits for whom, how it is found, and what it says when there is nothing."""

import re
from datetime import timedelta

import pytest

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem
from offers.review import queue, recheck, requests, verdicts
from tests.cast import make, offer, patch, replace
from tests.review.asking import ask, digest, new, wanted
from tests.review.conftest import Cast
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import text_of

RENAME = replace("/name", "Autumn sale")


def queue_of(browser_of: As, who: object, people: Cast, more: str = "") -> str:
    return text_of(browser_of(who).get(f"/s/{people.sandbox.name}/reviews/{more}"))  # type: ignore[arg-type]


def test_a_request_waits_for_those_who_may_decide(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    ask(people.mina, sale, RENAME)
    assert "waits for you" in queue_of(browser_of, people.jun, people, "?tab=all")
    needed, every = (browser_of(people.jun).get(f"/s/prod/reviews/{tab}").content for tab in ("", "?tab=all"))
    assert b"waits for you" not in needed
    assert (b"review-open" in needed, b"review-open" in every) == (False, True), "that it is open goes without saying"
    assert "Nothing is waiting for you" in queue_of(browser_of, people.mina, people)
    assert "waits for a reviewer" in queue_of(browser_of, people.mina, people, "?tab=mine")
    assert "Another name" in queue_of(browser_of, people.ara, people, "?tab=all")
    assert [queue.count_needing(one) for one in (people.jun, people.mina, people.ara)] == [1, 0, 0]


def test_a_row_names_the_fields_that_the_request_touches_and_marks_what_waits_for_the_reader(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    ask(people.mina, sale, [*replace("/rank/priority", 3), *replace("/name", "Autumn sale")])
    assert "#1 Spring sale: Name, Priority" in queue_of(browser_of, people.jun, people), "not what is around them"
    rows = browser_of(people.jun).get("/s/prod/reviews/").context["rows"]
    assert [row.why.is_mine for row in rows] == [True]
    rows = browser_of(people.mina).get("/s/prod/reviews/?tab=mine").context["rows"]
    assert [row.why.is_mine for row in rows] == [False]


def test_of_several_items_of_which_some_come_or_go_a_row_counts_and_says_no_field(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    other = make(people.setup, offer(name="Winter"), id="winter")
    remove = [{"op": "remove", "path": ""}]
    asked = [wanted(sale, RENAME), new(Kind.TAG, "autumn", {"name": "Autumn"}), wanted(other, remove)]
    requests.propose(people.mina, asked, "All of it")
    text = queue_of(browser_of, people.jun, people)
    assert "1 new, 1 changed, 1 deleted" in text
    assert ": Name" not in text
    requests.propose(people.mina, [wanted(sale, RENAME), wanted(other, RENAME)], "Two names")
    assert "Winter: Name" in queue_of(browser_of, people.jun, people)


def test_what_was_asked_for_comes_back_to_its_author(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    verdicts.request_changes(people.jun, request, digest(request), "Too long")
    assert "Jun asked for changes" in queue_of(browser_of, people.mina, people)
    assert "Nothing is waiting for you" in queue_of(browser_of, people.jun, people)


def test_a_request_in_conflict_waits_for_its_owner_and_for_nobody_else(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/rank/priority", 3))
    recheck.keep()
    # It goes with that change: nobody but a reviewer has anything to do.
    assert [queue.count_needing(one) for one in (people.mina, people.jun)] == [0, 1]
    patch(people.setup, sale, replace("/name", "Winter sale"))
    recheck.keep()
    assert [queue.count_needing(one) for one in (people.mina, people.jun)] == [1, 0]
    assert "Somebody changed the same fields meanwhile." in queue_of(browser_of, people.mina, people)
    assert "Nothing is waiting for you" in queue_of(browser_of, people.jun, people)
    for filters in ("", "&state=conflicted"):
        assert "In conflict" in re.sub(
            "<option.*?</option>", "", queue_of(browser_of, people.jun, people, f"?tab=all{filters}")
        )
    assert "In conflict" in text_of(browser_of(people.jun).get(f"/s/prod/reviews/{request.number}/"))
    assert "In conflict" in text_of(browser_of(people.jun).get("/s/prod/offers/sale/"))
    requests.add(people.mina, request, [wanted(sale, RENAME)])
    assert [queue.count_needing(one) for one in (people.mina, people.jun)] == [0, 1]


def test_a_new_item_whose_id_somebody_else_took_waits_for_its_owner(people: Cast) -> None:
    requests.propose(people.mina, [new(Kind.TAG, "autumn", {"name": "Autumn"})], "New tag")
    make(people.setup, {"name": "Another"}, Kind.TAG, "autumn")
    recheck.keep()
    assert [queue.count_needing(one) for one in (people.mina, people.jun)] == [1, 0]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("state=open", True),
        ("state=applied", False),
        ("state=conflicted", False),
        ("author=min", True),
        ("author=jun", False),
        ("id=sale", True),
        ("id=other", False),
        ("scheduled=yes", False),
        ("field=Name", True),
        ("field=Priority", False),
        ("field=no+such+field", True),
        ("age=day", False),
        ("state=%00&cursor=x", True),
    ],
)
def test_requests_are_filtered(people: Cast, sale: LibraryItem, browser_of: As, filters: str, found: bool) -> None:
    ask(people.mina, sale, RENAME)
    assert ("Another name" in queue_of(browser_of, people.jun, people, f"?tab=all&{filters}")) is found


def test_a_request_is_as_old_as_its_row_says(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    old = request.created_at - timedelta(days=2)
    for field, found in (("created_at", False), ("updated_at", True)):
        ChangeRequest.objects.update(**{field: old})
        assert ("Another name" in queue_of(browser_of, people.jun, people, "?tab=all&age=day")) is found


def test_the_queue_is_turned_page_by_page_without_losing_any(people: Cast, sale: LibraryItem) -> None:
    first = ask(people.mina, sale, RENAME)
    fields = [field.name for field in ChangeRequest._meta.concrete_fields if field.name not in ("key", "number")]
    values = {name: getattr(first, name) for name in fields}
    ChangeRequest.objects.bulk_create([ChangeRequest(number=number, **values) for number in range(2, 61)])
    wanted, cursor, seen = queue.Wanted(tab="all"), "", list[int]()
    while True:
        page = queue.page(people.jun, wanted, cursor)
        seen += [one.number for one in page.items]
        cursor = page.next
        if not cursor:
            break
    assert seen == list(range(60, 0, -1))
    back = queue.page(people.jun, wanted, page.previous)
    assert [one.number for one in back.items] == list(range(35, 10, -1))


def test_the_queue_costs_the_same_statements_for_one_row_and_for_many(
    people: Cast, sale: LibraryItem, browser_of: As, django_assert_max_num_queries: object
) -> None:
    for number in range(4):
        ask(people.mina, sale, replace("/name", f"Sale {number}"))
    browser = browser_of(people.jun)
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        assert "Another name" in text_of(browser.get(f"/s/{people.sandbox.name}/reviews/"))


def test_what_is_back_at_its_author_says_in_which_state_it_is(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    ask(people.mina, sale, RENAME)
    ChangeRequest.objects.update(state=ChangeRequest.State.EXPIRED)
    page = browser_of(people.mina).get("/s/prod/reviews/").content.decode()
    assert "review-expired" in page
    assert '<th scope="col">State</th>' not in page
