"""What is on air when, and whose drafts wait."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.document.kinds.registry import Kind
from offers.lists import on_air
from offers.models import Listing, Sandbox
from tests.cast import actor, make, make_sandbox, offer

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
