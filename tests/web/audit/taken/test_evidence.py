"""The evidence sheet of an offer: every wording that was on air, when, who prepared and who approved it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.log.taken import evidence as sheets
from offers.log.taken.evidence import CONTENT, LIMIT, evidence, first_and_last
from offers.models import LibraryItem, Sandbox
from offers.review import requests
from offers.web.audit.taken import evidence as page
from tests.cast import FORM, Role, actor, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import agree, ask, now, wanted
from tests.review.conftest import member
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/offers/sale/evidence/"
WORDING = "/representations/0/components/0/content"
START = datetime(2026, 3, 2, tzinfo=UTC)


class Clock:
    """The time at which what is done next is recorded."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def day(self, day: int) -> None:
        self.at = START + timedelta(days=day)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", found)
    return found


@pytest.fixture
def sale(sandbox: Sandbox, clock: Clock) -> LibraryItem:
    """A draft with a window from 10 to 30 March."""
    make_placement(actor(sandbox))
    window = {"startDate": "2026-03-10T00:00:00Z", "endDate": "2026-03-30T00:00:00Z"}
    return make(actor(sandbox), offer(selectionConstraint=window, representations=[shown_in("home")]), id="sale")


def told(item: LibraryItem, clock: Clock, kind: str = CONTENT) -> list[Any]:
    """Each wording with its times in days of March, and the versions that brought it and with which it was live."""
    return [
        (
            piece.value[0]["content"] if kind == CONTENT else piece.value["rank"]["priority"],
            piece.brought.etag if piece.brought else None,
            [
                (one.since.day, one.until.day if one.until else None, one.made.etag if one.made else None)
                for one in piece.times
            ],
        )
        for piece in evidence(now(item), clock()).pieces
        if piece.key[0] == kind
    ]


def test_each_wording_has_the_times_in_which_customers_could_get_it(
    sale: LibraryItem, sandbox: Sandbox, clock: Clock
) -> None:
    mina = actor(sandbox)
    patch(mina, sale, replace(WORDING, "A draft's, never shown"))
    patch(mina, sale, replace(WORDING, "First"))
    clock.day(2)
    patch(mina, sale, replace("/status", "approved"))
    assert told(sale, clock) == []
    assert first_and_last(now(sale), clock()) == (None, None)
    clock.day(10)
    assert told(sale, clock) == [("First", 3, [(10, None, 4)])], "from its window on, approved before"
    clock.day(13)
    patch(mina, sale, replace("/rank/priority", 5))
    patch(mina, sale, replace(WORDING, "Second"))
    clock.day(15)
    patch(mina, sale, replace(WORDING, "First"))
    clock.day(17)
    patch(mina, sale, replace("/status", "draft"))
    clock.day(19)
    patch(mina, sale, replace("/status", "approved"))
    clock.day(60)
    assert told(sale, clock) == [
        ("First", 3, [(10, 15, 4), (17, 19, 7), (21, 30, 9)]),
        ("Second", 6, [(15, 17, 6)]),
    ]
    assert told(sale, clock, LIMIT) == [(5, 5, [(15, 19, 5), (21, 30, 9)]), (1, 1, [(10, 15, 4)])]
    first, last = first_and_last(now(sale), clock())
    assert (first, last) == (datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))


def test_what_was_deleted_was_on_air_until_then(
    sale: LibraryItem, sandbox: Sandbox, clock: Clock, sign_in: SignIn
) -> None:
    clock.day(9)
    patch(actor(sandbox), sale, replace("/status", "approved"))
    clock.day(12)
    writes.delete(actor(sandbox), list(Kind), sale.id, FORM)
    clock.day(14)
    assert told(sale, clock) == [("Hello", 1, [(11, 14, 2)])]
    assert first_and_last(now(sale), clock())[1] == START + timedelta(days=12)
    assert "Evidence sheet" in text_of(sign_in("auditor").get(PAGE))


def test_a_long_history_is_told_in_pages_that_together_say_the_same(
    sale: LibraryItem, sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    clock.day(9)
    patch(actor(sandbox), sale, replace("/status", "approved"))
    for number in range(130):
        clock.at += timedelta(minutes=1)
        patch(actor(sandbox), sale, [*replace(WORDING, f"Wording {number // 10}"), *replace("/rank/priority", number)])
    clock.day(20)
    whole = evidence(now(sale), clock())
    assert len([piece for piece in whole.pieces if piece.placement]) == 1 + 13
    assert whole.older == 0
    monkeypatch.setattr(sheets, "MOST", 60)
    pages, before = [], None
    while before != 0:
        pages.append(evidence(now(sale), clock(), before))
        before = pages[-1].older
    assert [(one.first, one.last) for one in pages] == [(50, 132), (1, 49)]

    def times(found: list[Any]) -> set[Any]:
        spans = [
            (piece.value[0]["content"], one.since, one.until)
            for piece in found
            for one in piece.times
            if piece.placement
        ]
        return {(text, edge) for text, *edges in spans for edge in edges}

    assert times(whole.pieces) <= times([piece for one in pages for piece in one.pieces])
    auditor = sign_in("auditor")
    text = flat(text_of(auditor.get(PAGE)))
    assert "There are older versions, which this page does not show" in text
    assert "?before=50" in text
    assert "older pieces are not shown" in text
    monkeypatch.setattr(page, "SHOWN", 500)
    assert "version 50, or an older one" in text_of(auditor.get(PAGE))
    with CaptureQueriesContext(connection) as queries:
        assert auditor.get(f"{PAGE}?before=50").status_code == 200
    assert len(queries) <= 20


def test_it_names_who_prepared_and_who_approved_and_when(
    sale: LibraryItem, sandbox: Sandbox, sign_in: SignIn, clock: Clock
) -> None:
    patch(actor(sandbox), sale, replace("/status", "approved"))
    clock.day(10)
    Sandbox.objects.update(review_policy="two-people")
    ena, jisoo = (member(sandbox, name, Role.REVIEWER) for name in ("ena", "jisoo"))
    hasty = member(sandbox, "hasty", Role.EDITOR, may_bypass=True)
    agree(jisoo, ask(ena, sale, replace(WORDING, "<b>Free</b> delivery")))
    clock.day(11)
    requests.publish(hasty, [wanted(sale, replace(WORDING, "Cheap delivery"))], "Quick", "Legal asked for it at once")
    clock.day(12)
    text = flat(text_of(sign_in("auditor").get(PAGE)))
    assert "&lt;b&gt;Free&lt;/b&gt; delivery" in text, "what it said, to the letter"
    assert "Jisoo,<time" in text
    assert "Nobody: published without review by Hasty" in text
    assert "“Legal asked for it at once”" in text
    assert re.search(r"Mina Park,<time[^>]*>[^<]*</time><span[^>]*>Not approved by a second person<", text), (
        "of what was there before"
    )
    assert "Still on air" in text
    assert re.search(r"<dt>On air</dt><dd><time[^>]*>10 Mar[^<]*</time>– still on air</dd>", text)
    assert re.search(r"</a><span>current since ?<time", text), "the head says no other name and no rounder time"
    assert "/s/prod/offers/sale/history/3/proof/" in text
    assert PAGE in text_of(sign_in("auditor", "Ida Berg").get("/s/prod/offers/sale/"))


def test_an_offer_that_was_never_live_says_so(sale: LibraryItem, sign_in: SignIn, clock: Clock) -> None:
    text = text_of(sign_in("auditor").get(PAGE))
    assert "– still on air" not in text
    assert "Nothing was on air" in text
    assert "Never so far" in text


def test_limits_are_told_whole_once_and_then_what_changed_and_html_as_it_looks(
    sale: LibraryItem, sandbox: Sandbox, sign_in: SignIn, clock: Clock
) -> None:
    mina = actor(sandbox)
    patch(mina, sale, replace("/representations/0/components/0/type", "html"))
    patch(mina, sale, replace("/status", "approved"))
    for day, priority in ((12, 5), (14, 9)):
        clock.day(day)
        patch(mina, sale, replace("/rank/priority", priority))
    clock.day(15)
    auditor = sign_in("auditor")
    text = flat(text_of(auditor.get(PAGE)))
    assert re.search("<h1>Evidence sheet: [^<]+</h1>", text)
    assert text.count("To everybody.") == 1, "what did not change is not said again"
    assert len(re.findall(r"Priority ?<del[^>]*>\d+</del> ?→ ?<ins", text)) == 2, "only the number is marked"
    assert text.count("Otherwise as before") == 2, "and that is said"
    assert text.count("the highest priority is shown") == 1, "what a priority is, too"
    assert text.count("To whom, when and how often") == 1
    (looks,) = re.findall(r'<iframe[^>]* src="([^"]+)"', text)
    assert "Hello" in text_of(auditor.get(looks))
    assert text.index(looks) < text.index(">Source<"), "how it looked, before its source"
    assert "written in version 1, on air with version 2" in text
    patch(mina, sale, replace("/status", "draft"))
    clock.day(16)
    patch(mina, sale, replace("/status", "approved"))
    clock.day(17)
    text = flat(text_of(auditor.get(PAGE)))
    assert re.search(r"<dt>First on air</dt><dd><time[^>]*>10 Mar", text)
    assert "<dt>Last on air</dt><dd>Still on air</dd>" in text, "with a gap it is not told as one time"
