"""What is on air when, and whose drafts wait."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists import on_air
from offers.models import Listing, Sandbox
from tests.cast import FORM, actor, make, make_sandbox, offer, patch, replace

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


def window(start: float, end: float) -> dict[str, object]:
    """Days from NOW."""
    days = [(NOW + timedelta(days=day)).isoformat() for day in (start, end)]
    return {"status": "approved", "selectionConstraint": {"startDate": days[0], "endDate": days[1]}}


def ids(items: list[Listing]) -> list[str]:
    return [item.id for item in items]


def test_live_are_the_approved_within_their_window_and_the_fallbacks_without_one(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    make(admin, offer(**window(-1, 1)), id="now")
    make(admin, offer(**window(0, 1)), id="from-this-moment")
    make(admin, offer(**window(-1, 0)), id="just-over")
    make(admin, offer(**window(1, 2)), id="soon")
    make(admin, offer(**window(-1, 1) | {"status": "draft"}), id="draft")
    make(admin, {"name": "Always", "status": "approved"}, Kind.FALLBACK_OFFER)
    make(admin, {"name": "Not yet", "status": "draft"}, Kind.FALLBACK_OFFER)
    assert on_air.live_count(sandbox.pk, NOW) == 3


def test_the_next_start_comes_first_and_nothing_from_beyond_the_time(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    for name, start in (("later", 3.0), ("next", 1.0), ("beyond", 8.0), ("running", -1.0)):
        make(admin, offer(**window(start, 20)), id=name)
    week = NOW + timedelta(days=7)
    assert ids(on_air.starting(sandbox.pk, NOW, week, 5)) == ["next", "later"]
    assert ids(on_air.starting(sandbox.pk, NOW, week, 1)) == ["next"]


def test_on_air_are_the_windows_that_meet_the_time_the_most_important_first(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    first, last = NOW - timedelta(days=10), NOW + timedelta(days=10)
    for name, start, end, priority in (
        ("whole", -50, 50, 1),
        ("inside", -1, 1, 9),
        ("before", -20, -10, 99),
        ("after", 10, 20, 99),
        ("edge", -20, -9, 5),
    ):
        make(admin, offer(**window(start, end), rank={"priority": priority}), id=name)
    items, total = on_air.on_air(sandbox.pk, first, last, 5)
    assert (ids(items), total) == (["inside", "edge", "whole"], 3)
    items, total = on_air.on_air(sandbox.pk, first, last, 2)
    assert (ids(items), total) == (["inside", "edge"], 3)


def test_drafts_are_told_apart_by_who_changed_them_last(sandbox: Sandbox) -> None:
    mine, theirs = actor(sandbox, label="Mina Park"), actor(sandbox, label="Tomás Rivera")
    make(mine, offer(), id="mine")
    make(theirs, offer(), id="theirs")
    make(mine, offer(**window(0, 1)), id="approved")
    assert ids(on_air.drafts_of(sandbox.pk, mine.key, 5)) == ["mine"]
    assert ids(on_air.drafts_of_others(sandbox.pk, mine.key, 5)) == ["theirs"]


def test_a_window_has_begun_at_its_start_and_is_over_at_its_end(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    make(admin, offer(**window(0, 1)))
    make(admin, offer(**window(-1, 0)))
    assert on_air.live_count(sandbox.pk, NOW) == 1
    assert on_air.live_count(sandbox.pk, NOW + timedelta(days=1)) == 0


def test_what_starts_now_has_started_and_what_starts_at_the_end_of_the_time_is_among_the_next(
    sandbox: Sandbox,
) -> None:
    admin = actor(sandbox)
    for name, start in (("now", 0.0), ("last", 7.0), ("b", 1.0), ("a", 1.0)):
        make(admin, offer(**window(start, 20)), id=name)
    make(admin, {**offer(**window(2, 20)), "status": "draft"}, id="draft")
    make(actor(make_sandbox("dev")), offer(**window(1, 20)), id="elsewhere")
    assert ids(on_air.starting(sandbox.pk, NOW, NOW + timedelta(days=7), 9)) == ["b", "a", "last"]


def test_of_equally_important_offers_the_newest_comes_first(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    for name in ("old", "new"):
        make(admin, offer(**window(-1, 1)), id=name)
    make(admin, {**offer(**window(-1, 1)), "status": "archived"}, id="archived")
    items, total = on_air.on_air(sandbox.pk, NOW, NOW + timedelta(hours=1), 2)
    assert (ids(items), total) == (["new", "old"], 2)
    assert on_air.on_air(sandbox.pk, NOW, NOW + timedelta(hours=1), 1)[1] == 2


def test_counts_of_what_is_on_air_stop_one_beyond_their_limit(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = actor(sandbox)
    for _number in range(4):
        make(admin, offer(**window(-1, 1)))
    for _number in range(2):
        make(admin, {"name": "Always", "status": "approved"}, Kind.FALLBACK_OFFER)
    monkeypatch.setattr(on_air, "COUNT_LIMIT", 2)
    assert on_air.live_count(sandbox.pk, NOW) == 3
    assert on_air.on_air(sandbox.pk, NOW, NOW + timedelta(hours=1), 1)[1] == 3
    monkeypatch.setattr(on_air, "COUNT_LIMIT", 6)
    assert on_air.live_count(sandbox.pk, NOW) == 6


def test_drafts_come_by_their_last_change_and_are_those_of_offers_that_are_there(sandbox: Sandbox) -> None:
    mine, theirs = actor(sandbox, label="Mina Park"), actor(sandbox, label="Tomás Rivera")
    first = make(mine, offer(), id="first")
    for name in ("second", "deleted"):
        make(mine, offer(), id=name)
    make(mine, {"name": "Fallback", "status": "draft"}, Kind.FALLBACK_OFFER, "fallback")
    make(mine, {"name": "T"}, Kind.TAG, "tag")
    make(actor(make_sandbox("dev"), label="Mina Park"), offer(), id="elsewhere")
    writes.delete(mine, OFFER_KINDS, "deleted", FORM)
    patch(mine, first, replace("/name", "Again"))
    assert ids(on_air.drafts_of(sandbox.pk, mine.key, 9)) == ["first", "fallback", "second"]
    assert ids(on_air.drafts_of(sandbox.pk, mine.key, 2)) == ["first", "fallback"]
    assert ids(on_air.drafts_of_others(sandbox.pk, theirs.key, 2)) == ["first", "fallback"]
    patch(theirs, first, replace("/name", "Theirs now"))
    assert ids(on_air.drafts_of(sandbox.pk, mine.key, 9)) == ["fallback", "second"]
    assert ids(on_air.drafts_of_others(sandbox.pk, mine.key, 9)) == ["first"]
