"""Lists beyond their pages: their first items, the keys of a whole filter, windows that meet a time, and what was deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists import pages
from offers.lists.filters import Wanted, matching
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

OFFER, FALLBACK = Kind.PERSONALIZED_OFFER, Kind.FALLBACK_OFFER
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


def window(first: datetime, last: datetime) -> dict[str, Any]:
    return {"selectionConstraint": {"startDate": first.isoformat(), "endDate": last.isoformat()}}


def found(sandbox: Sandbox, order: str = "name", **wanted: Any) -> list[str]:
    return [item.name for item in pages.page(sandbox.pk, OFFER_KINDS, Wanted(**wanted), order).items]


def test_a_time_is_met_by_the_windows_that_are_open_in_it_for_a_moment_at_least(admin: Actor, sandbox: Sandbox) -> None:
    for name, first, last in (
        ("before", MARCH - 9 * DAY, MARCH),
        ("just before", MARCH - 9 * DAY, MARCH + timedelta(seconds=1)),
        ("inside", MARCH + DAY, MARCH + 2 * DAY),
        ("over all", MARCH - 9 * DAY, APRIL + 9 * DAY),
        ("just after", APRIL - timedelta(seconds=1), APRIL + DAY),
        ("after", APRIL, APRIL + DAY),
    ):
        make(admin, offer(name=name, **window(first, last)))
    make(admin, {"name": "fallback", "status": "draft"}, FALLBACK)
    assert found(sandbox, first=MARCH, last=APRIL) == ["fallback", "inside", "just after", "just before", "over all"]
    assert found(sandbox, first=APRIL) == ["after", "fallback", "just after", "over all"]
    assert found(sandbox, last=MARCH) == ["before", "fallback", "just before", "over all"]


def test_an_offer_must_have_everything_that_is_asked_for_at_once(admin: Actor, sandbox: Sandbox) -> None:
    make_placement(admin)
    for id in ("a", "b"):
        make(admin, {"name": id}, Kind.TAG, id)
    make(admin, offer(name="both", tags=["a", "b"], representations=[shown_in("home")]))
    make(admin, offer(name="tag", tags=["a"]))
    make(admin, offer(name="place", tags=["b"], representations=[shown_in("home")]))
    assert found(sandbox, tag="a") == ["both", "tag"]
    assert found(sandbox, tag="a", placement="home") == ["both"]
    assert found(sandbox, tag="a", reference="b") == ["both"]
    assert found(sandbox, tag="a", status="approved") == []
    assert found(sandbox, tag="b", by="name-Mina Park", text="place") == ["place"]
    assert found(sandbox, tag="b", by="name-Mina") == []


@pytest.mark.parametrize("walk", [False, True])
def test_short_words_are_looked_for_where_words_begin_and_longer_ones_anywhere(
    admin: Actor, sandbox: Sandbox, walk: bool
) -> None:
    make(admin, offer(name="Sommer 50%_off \\ sale"), id="x1")
    now = datetime.now(UTC)
    for text, hit in (
        *(("so", True), ("mm", False), ("mme", True), ("MME", True), ("50%", True), ("50x", False)),
        *(("%_o", True), ("__o", False), ("\\ s", True), ("sa", True), ("al", False), ("sommer sale", True)),
        *(("sommer winter", False), ("5", True), ("0", False)),
    ):
        assert matching(sandbox.pk, OFFER, Wanted(text=text), now, walk=walk).exists() == hit, text


def test_what_was_deleted_comes_by_its_deletion_and_whatever_its_status_was(admin: Actor, sandbox: Sandbox) -> None:
    for name in ("b", "a", "c"):
        make(admin, offer(name=name, status="approved"), id=name)
    for name in ("a", "b"):
        writes.delete(admin, OFFER_KINDS, name, FORM)
    assert found(sandbox, "-modified", status="deleted") == ["b", "a"]
    assert found(sandbox, "modified", status="deleted") == ["a", "b"]
    assert found(sandbox, "name", status="deleted") == ["b", "a"], "in no order that has no index"
    assert found(sandbox, text="a", status="deleted") == ["a"]
    assert found(sandbox, status="approved") == ["c"]
    assert list(pages.orders_of(Wanted(status="deleted"))) == ["-modified", "modified"]
    assert set(pages.orders_of(Wanted(status="draft"))) == set(pages.ORDERS)


def test_an_order_that_is_none_is_the_usual_one(admin: Actor, sandbox: Sandbox) -> None:
    for name in ("b", "a"):
        make(admin, offer(name=name))
    assert found(sandbox, "drop table") == found(sandbox, "-modified") == ["a", "b"]
    patch(admin, LibraryItem.objects.get(listing__name="b"), replace("/rank/priority", 5))
    assert found(sandbox, "-modified") == ["b", "a"]


def test_a_list_says_how_many_there_are_up_to_its_limit_and_whether_there_are_more(
    admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        make(admin, offer(name=str(number)))
        make(admin, {"name": str(number), "status": "draft"}, FALLBACK)
    for limit, total, more in ((5, 4, False), (4, 4, False), (3, 3, True), (1, 1, True)):
        monkeypatch.setattr(pages, "COUNT_LIMIT", limit)
        page = pages.page(sandbox.pk, OFFER_KINDS, Wanted())
        assert (page.total, page.more, len(page.items)) == (total, more, 4)


def test_a_page_that_is_just_full_has_no_next(admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make(admin, offer(name=str(number)))
    for size, has_next in ((2, True), (3, False), (4, False)):
        monkeypatch.setattr(pages, "PAGE_SIZE", size)
        page = pages.page(sandbox.pk, OFFER_KINDS, Wanted())
        assert (len(page.items), bool(page.next), page.previous) == (min(size, 3), has_next, "")


def test_the_first_few_of_a_list_come_in_its_order_with_documents_where_these_are_shown(
    admin: Actor, sandbox: Sandbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("c", "a"):
        make(admin, offer(name=name))
    make(admin, {"name": "b", "status": "draft"}, FALLBACK)
    with django_assert_num_queries(1):
        first = pages.recent(sandbox.pk, OFFER_KINDS, Wanted(), "name", 2)
        assert [one.name for one in first] == ["a", "b"]
    with django_assert_num_queries(1):
        shown = pages.recent(sandbox.pk, (OFFER,), Wanted(), "-name", 9, documents=True)
        assert [one.item.document["name"] for one in shown] == ["c", "a"]
    assert pages.recent(sandbox.pk, OFFER_KINDS, Wanted(text="zzz"), "name", 2) == []


def test_the_keys_of_a_whole_filter_come_lowest_first_and_no_more_than_asked(admin: Actor, sandbox: Sandbox) -> None:
    kinds = (OFFER, FALLBACK, OFFER, FALLBACK)
    items = [
        make(admin, {**offer(name="x"), "status": "draft"} if kind == OFFER else {"name": "x", "status": "draft"}, kind)
        for kind in kinds
    ]
    make(actor(make_sandbox("dev")), offer(name="x"))
    every = [item.key for item in items]
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(), 9) == every == sorted(every)
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(), 3) == every[:3]
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(kind=FALLBACK), 9) == every[1::2]
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(kind=Kind.TAG), 9) == []
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(text="y"), 9) == []


def test_a_list_of_one_kind_among_several_has_only_that(admin: Actor, sandbox: Sandbox) -> None:
    make(admin, offer(name="offer"))
    make(admin, {"name": "fallback", "status": "draft"}, FALLBACK)
    assert found(sandbox, kind=OFFER) == ["offer"]
    assert found(sandbox, kind=FALLBACK) == ["fallback"]
    assert found(sandbox, kind=Kind.TAG) == []
