"""Lists: what is found, in which order, and page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from unicodedata import normalize

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from offers.access.permissions import Actor
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists import filters, finding, pages
from offers.lists.filters import Wanted
from offers.lists.keyset import Start
from offers.models import Listing, Sandbox, reading
from tests.cast import FORM, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


def window(start: timedelta, end: timedelta) -> dict[str, Any]:
    now = timezone.now()
    return {"startDate": (now + start).isoformat(), "endDate": (now + end).isoformat()}


def found(sandbox: Sandbox, wanted: Wanted = Wanted(), order: str = "-modified") -> list[str]:  # noqa: B008  # frozen
    return [item.name for item in pages.page(sandbox.pk, OFFER_KINDS, wanted, order).items]


def walk(sandbox: Sandbox, order: str, monkeypatch: pytest.MonkeyPatch, size: int) -> tuple[list[str], list[str]]:
    """All names page by page forwards, and again backwards from the last page."""
    monkeypatch.setattr(pages, "PAGE_SIZE", size)
    page = pages.page(sandbox.pk, OFFER_KINDS, Wanted(), order)
    forwards = [item.name for item in page.items]
    while page.next:
        page = pages.page(sandbox.pk, OFFER_KINDS, Wanted(), order, page.next)
        forwards += [item.name for item in page.items]
    backwards = [item.name for item in page.items]
    while page.previous:
        page = pages.page(sandbox.pk, OFFER_KINDS, Wanted(), order, page.previous)
        backwards = [item.name for item in page.items] + backwards
    return forwards, backwards


def test_it_filters_by_the_live_state_that_it_shows(admin: Actor, sandbox: Sandbox) -> None:
    windows = {
        "live": window(-DAY, 30 * DAY),
        "ending": window(-DAY, 3 * DAY),
        "scheduled": window(DAY, 30 * DAY),
        "expired": window(-3 * DAY, -DAY),
    }
    for name, constraint in windows.items():
        make(admin, offer(name=name, status="approved", selectionConstraint=constraint))
        make(admin, offer(name=f"draft {name}", selectionConstraint=constraint))
    make(admin, {"name": "always", "status": "approved"}, Kind.FALLBACK_OFFER)
    assert sorted(found(sandbox, Wanted(state="live"))) == ["always", "ending", "live"]
    for state in ("ending", "scheduled", "expired"):
        assert found(sandbox, Wanted(state=state)) == [state]


def test_it_finds_words_of_name_id_description_and_content_in_any_case(admin: Actor, sandbox: Sandbox) -> None:
    make_placement(admin)
    make(admin, offer(name="Winter 설날 세일", description="For MEMBERS", representations=[shown_in("home")]), id="w-1")
    make(admin, offer(name="Summer"))
    for text in ("winter", "설날 세일", "members", "W-1", "hello WINTER"):
        assert found(sandbox, Wanted(text=text)) == ["Winter 설날 세일"]
    assert found(sandbox, Wanted(text="winter summer")) == []
    assert found(sandbox, Wanted(text="설")) == ["Winter 설날 세일"]
    assert found(sandbox, Wanted(text="wi")) == ["Winter 설날 세일"]
    assert found(sandbox, Wanted(text="nt")) == []
    assert found(sandbox, Wanted(text="int")) == ["Winter 설날 세일"]
    assert found(sandbox, Wanted(text="100%_\\")) == []


def test_it_filters_by_status_kind_channel_and_what_an_offer_uses(admin: Actor, sandbox: Sandbox) -> None:
    make_placement(admin)
    make_placement(admin, "mail", channel=f"{CHANNEL_PREFIX}email")
    make(admin, offer(name="web", representations=[shown_in("home")]))
    make(
        admin,
        offer(name="mail", status="approved", representations=[shown_in("mail", channel=f"{CHANNEL_PREFIX}email")]),
    )
    make(admin, {"name": "fallback", "status": "draft"}, Kind.FALLBACK_OFFER)
    assert found(sandbox, Wanted(status="approved")) == ["mail"]
    assert found(sandbox, Wanted(kind="fallback-offer")) == ["fallback"]
    assert found(sandbox, Wanted(channel="email")) == ["mail"]
    assert found(sandbox, Wanted(reference="home")) == ["web"]


def test_it_lists_neither_deleted_items_nor_those_of_other_sandboxes(admin: Actor, sandbox: Sandbox) -> None:
    item = make(admin, offer(name="gone"))
    writes.delete(admin, OFFER_KINDS, item.id, FORM)
    make(actor(make_sandbox("dev")), offer(name="elsewhere"))
    make(admin, offer(name="here"))
    assert found(sandbox) == ["here"]
    assert pages.page(sandbox.pk, OFFER_KINDS, Wanted()).total == 1


@pytest.mark.parametrize("order", sorted(pages.ORDERS))
@pytest.mark.parametrize("size", [1, 3])
def test_it_pages_both_ways_through_everything_once_in_every_order(
    admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, order: str, size: int
) -> None:
    """With equal names, equal priorities and, for fallback offers, no priority and no end."""
    for number in range(4):
        make(admin, offer(name=f"offer {number // 2}", rank={"priority": number // 2}))
    for number in range(3):
        make(admin, {"name": f"fallback {number}"}, Kind.FALLBACK_OFFER)
    forwards, backwards = walk(sandbox, order, monkeypatch, size)
    monkeypatch.setattr(pages, "PAGE_SIZE", 50)
    everything = found(sandbox, order=order)
    assert len(everything) == 7
    assert forwards == everything
    assert backwards == everything


def test_a_change_between_two_pages_neither_repeats_nor_skips_what_stays(
    admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [make(admin, offer(name=f"offer {number}")) for number in range(5)]
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    first = pages.page(sandbox.pk, OFFER_KINDS, Wanted())
    patch(admin, items[0], replace("/rank/priority", 9))
    second = pages.page(sandbox.pk, OFFER_KINDS, Wanted(), cursor=first.next)
    assert [item.name for item in (*first.items, *second.items)] == ["offer 4", "offer 3", "offer 2", "offer 1"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "AAAA",
        "W10",
        "WyJuIiwibmFtZSIsMSwxXQ",
        "WyJuIiwiLW1vZGlmaWVkIiwibm90IGEgZGF0ZSIsMV0",
        "é",
        "W251bGwsMSwyLDNd",
    ],
)
def test_a_cursor_that_is_none_begins_at_the_start(admin: Actor, sandbox: Sandbox, cursor: str) -> None:
    make(admin, offer())
    page = pages.page(sandbox.pk, OFFER_KINDS, Wanted(), cursor=cursor)
    assert [item.name for item in page.items] == ["Spring sale"]
    assert page.previous == ""


def test_counting_stops_at_its_limit(admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make(admin, offer(name=str(number)))
    monkeypatch.setattr(pages, "COUNT_LIMIT", 2)
    page = pages.page(sandbox.pk, OFFER_KINDS, Wanted())
    assert (page.total, page.more) == (2, True)


@pytest.mark.parametrize("name", sorted(pages.ORDERS))
@pytest.mark.parametrize("backwards", [False, True])
def test_every_page_is_sought_in_an_index_that_gives_its_order(
    admin: Actor, sandbox: Sandbox, name: str, backwards: bool
) -> None:
    """No sort over the whole table, and nothing passed over: a million offers have a last page, too."""
    order = pages.ORDERS[name]
    column = order[0].name
    make(admin, offer(status="approved"))
    value = Listing.objects.values_list(Cast(column, TextField()), flat=True).get()
    with connection.cursor() as cursor:
        # On so few rows anything is cheap: what is asked is whether the index can give the order at all.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    parts = [filters.matching(sandbox.pk, Kind.PERSONALIZED_OFFER, Wanted(), NOW)]
    starts = [Start(), Start(backwards, (value, "7"))] + [Start(backwards, (None, "7"))] * order[0].nullable
    for start in starts:
        walks = pages._walks(parts, order, start, 50)
        assert walks
        for walk in walks:
            plan = walk.explain()
            assert "Sort" not in plan
            sought = plan.partition("Index Cond:")[2].partition("\n")[0]
            assert not start.values or column in sought, plan


@pytest.mark.parametrize("text", ["points", "설날", "a2", "의"])
def test_a_search_is_answered_by_the_index_however_short(admin: Actor, sandbox: Sandbox, text: str) -> None:
    make(admin, offer())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    # Of the texts alone: of two tables, what has been counted of them by now says which one leads.
    plan = filters.texts_with(text).explain()
    assert "search_by_trigram" in plan


def test_a_percentage_is_found_by_the_index_itself_and_not_by_reading_every_text_with_the_number(
    admin: Actor, sandbox: Sandbox
) -> None:
    for name in ("20% off", "Save 120%!", "20 per cent", "In 2020, with 5%", "Für 20 %"):
        make(admin, offer(name=name))
    assert sorted(found(sandbox, Wanted(text="20%"))) == ["20% off", "Save 120%!"]
    assert found(sandbox, Wanted(text="5%")) == ["In 2020, with 5%"]
    assert found(sandbox, Wanted(text="%")) == ["Für 20 %"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = filters.texts_with("20%").explain(analyze=True)
    assert "search_by_trigram" in plan
    assert "Rows Removed" not in plan


@pytest.mark.parametrize("walk", [False, True])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("asked_for", ["NFC", "NFD"])
def test_letters_in_parts_are_found_whole_and_the_other_way_round(
    admin: Actor, sandbox: Sandbox, typed: Literal["NFC", "NFD"], asked_for: Literal["NFC", "NFD"], walk: bool
) -> None:
    name, described = normalize(typed, "겨울 세일"), normalize(typed, "Crème brûlée")
    make(admin, offer(name=name, description=described))
    for word in ("겨울", "세일", "crème", "brûlée"):
        items = filters.having_words(Listing.objects.all(), normalize(asked_for, word), walk=walk)
        assert [item.name for item in items] == [name]


def test_every_list_is_planned_for_what_it_asks(admin: Actor, sandbox: Sandbox) -> None:
    make(admin, offer())
    for number in range(12):
        pages.page(sandbox.pk, OFFER_KINDS, Wanted(tag=f"tag-{number}"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements WHERE statement ~ '@>'"
        )
        custom, generic = cursor.fetchone()
    assert custom >= 12
    assert generic == 0


@pytest.mark.parametrize("text", ["offer", "of"])
def test_many_hits_are_found_by_a_walk_in_order_and_few_by_their_keys(
    admin: Actor, sandbox: Sandbox, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make(admin, offer(name=f"Offer {number} 100%"))
    few = pages.page(sandbox.pk, OFFER_KINDS, Wanted(text=text), "name")
    monkeypatch.setattr(pages, "COUNT_LIMIT", 3)
    many = pages.page(sandbox.pk, OFFER_KINDS, Wanted(text=text), "name")
    assert [item.name for item in few.items] == [item.name for item in many.items]
    assert [(few.total, few.more), (many.total, many.more)] == [(5, False), (3, True)]
    assert len(pages.page(sandbox.pk, OFFER_KINDS, Wanted(text=f"{text} 100%"), "name").items) == 5


@pytest.mark.parametrize("column", ["status", "starts", "channels", "created"])
def test_every_column_sorts_both_ways(
    admin: Actor, sandbox: Sandbox, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_placement(admin)
    make(admin, offer(name="a", status="approved", representations=[shown_in("home")]))
    make(admin, offer(name="b", selectionConstraint=window(-DAY, DAY)))
    make(admin, {"name": "c", "status": "draft"}, Kind.FALLBACK_OFFER)
    up, _back = walk(sandbox, column, monkeypatch, 1)
    down, back = walk(sandbox, f"-{column}", monkeypatch, 1)
    assert up == down[::-1] == back[::-1]
    assert sorted(up) == ["a", "b", "c"]


@pytest.mark.parametrize("order", sorted(pages.ORDERS))
@pytest.mark.parametrize("sorted_at_most", [1, 50])
def test_what_lies_at_the_far_end_of_an_order_is_found_beyond_where_a_walk_ends(
    admin: Actor, sandbox: Sandbox, order: str, sorted_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forwards and backwards, by a filter and by a word, whichever end is the far one, with ends and priorities that are none."""
    for number in range(8):
        make(
            admin, offer(name=f"{number // 2} {'sale' if number in (0, 3, 7) else 'x'}", rank={"priority": number // 2})
        )
    for number in range(3):
        make(admin, {"name": f"{number} sale", "status": "draft"}, Kind.FALLBACK_OFFER)
    for wanted in (Wanted(text="sale"), Wanted(text="sale", status="draft")):
        everything = found(sandbox, wanted, order)
        assert len(everything) == 6
        with monkeypatch.context() as small:
            small.setattr(pages, "COUNT_LIMIT", 1)
            small.setattr(pages, "PAGE_SIZE", 2)
            small.setattr(finding, "WALKED", 2)
            small.setattr(finding, "SORTED", sorted_at_most)
            page = pages.page(sandbox.pk, OFFER_KINDS, wanted, order)
            forwards = [item.name for item in page.items]
            while page.next:
                page = pages.page(sandbox.pk, OFFER_KINDS, wanted, order, page.next)
                forwards += [item.name for item in page.items]
            backwards = [item.name for item in page.items]
            while page.previous:
                page = pages.page(sandbox.pk, OFFER_KINDS, wanted, order, page.previous)
                backwards = [item.name for item in page.items] + backwards
        assert forwards == backwards == everything


def test_a_walk_passes_over_so_many_rows_and_no_more(
    admin: Actor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        make(admin, offer(name=f"{number:02}", status="approved" if number < 2 else "draft"))
    monkeypatch.setattr(finding, "WALKED", 5)
    statements: list[tuple[str, Any]] = []

    def kept(statement: str, params: Any) -> list[Any]:
        statements.append((statement, params))
        return []

    monkeypatch.setattr(reading, "rows", kept)
    order, start = pages.ORDERS["-name"], Start()
    finding.first_keys(sandbox.pk, Kind.PERSONALIZED_OFFER, Wanted(status="approved"), NOW, order, start, 3)
    monkeypatch.undo()
    walk, params = statements[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {walk}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Rows Removed by Filter: 5" in plan, plan
    assert len(statements) == 2, "and then all hits are sorted"
