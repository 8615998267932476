"""Several requests are approved at once, each with a verdict of its own."""

from typing import Any

from offers.models import ChangeRequest, LibraryItem
from tests.cast import make, offer, patch, replace, shown_in
from tests.review.asking import ask, digest, now
from tests.review.conftest import Cast
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import text_of


def test_each_is_approved_by_itself(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    other = make(people.setup, offer(status="approved", representations=[shown_in("home")]), id="other")
    fits = ask(people.mina, sale, replace("/rank/priority", 9))
    own = ask(people.jun, sale, replace("/name", "Mine"))
    moved = ask(people.mina, other, replace("/name", "Autumn sale"))
    picks = [f"{one.number}:{digest(one)}" for one in (fits, own, moved)]
    patch(people.setup, other, replace("/name", "Winter sale"))
    done: Any = browser_of(people.jun).post(
        f"/s/{people.sandbox.name}/reviews/approve/", {"pick": [*picks, f"77:{'0' * 64}", "x"]}
    )
    said = text_of(done)
    for words in ("approved and applied", "not for you to approve", "has changed since you looked", "not there"):
        assert words in said
    assert (now(sale).priority, now(other).name) == (9, "Winter sale")
    states = list(ChangeRequest.objects.order_by("number").values_list("state", flat=True))
    assert states == ["applied", "open", "open"]


def test_only_what_the_reader_may_decide_can_be_ticked(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    ask(people.mina, sale, replace("/rank/priority", 9))
    ask(people.jun, sale, replace("/name", "Mine"))
    page = browser_of(people.jun).get(f"/s/{people.sandbox.name}/reviews/?tab=all").content.decode()
    assert page.count('name="pick"') == 1
    page = browser_of(people.mina).get(f"/s/{people.sandbox.name}/reviews/?tab=all").content.decode()
    assert 'name="pick"' not in page


def test_after_a_verdict_the_next_one_is_near(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    first = ask(people.mina, sale, replace("/rank/priority", 9))
    ask(people.mina, sale, replace("/name", "Autumn sale"))
    address = f"/s/{people.sandbox.name}/reviews/{first.number}/"
    done = browser_of(people.jun).post(f"{address}approve/", {"digest": digest(first)}, follow=True)
    assert "Next: request 2" in text_of(done)
