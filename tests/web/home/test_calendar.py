"""The calendar strip: where its bars are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from offers.models import ChangeRequest, LibraryItem, Listing
from offers.review.requests import When
from offers.review.schedule import due_within
from offers.web.home.calendar import LETTER, NARROW, NARROWEST, SQUARE, WEEKS, WIDE, Name, span, strip
from offers.web.home.calendar import days as first_and_last
from tests.cast import replace
from tests.review.asking import agree, ask
from tests.review.conftest import Cast, people, sale

__all__ = ["people", "sale"]

# A Tuesday.
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)


def an_offer(start: datetime, end: datetime, name: str = "Sale") -> Listing:
    item = Listing(id="sale", kind="personalized-offer")
    item.name, item.status, item.starts_at, item.ends_at = name, "approved", start, end
    return item


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_it_shows_six_weeks_from_monday_to_monday_with_two_of_them_past() -> None:
    with timezone.override(UTC):
        assert span(NOW) == (MONDAY - days(14), MONDAY + days(28))
        drawn = strip([], NOW)
    assert [week.is_this for week in drawn.weeks] == [False, False, True, False, False, False]
    assert [week.x for week in drawn.weeks] == [0, 16.67, 33.33, 50, 66.67, 83.33]
    assert drawn.today == round((15.5 / 42) * 100, 2)


def test_a_week_begins_at_the_viewers_midnight_whatever_the_clocks_do() -> None:
    with timezone.override(ZoneInfo("Europe/Lisbon")):
        first, last = span(NOW)
        drawn = strip([an_offer(last - days(0) - days(7), last)], NOW)
    assert (first.hour, last.hour) == (0, 0)
    assert last.astimezone(UTC) - first.astimezone(UTC) == days(7 * WEEKS) - timedelta(hours=1)
    assert drawn.bars[0].x + drawn.bars[0].width == 100


def test_a_bar_is_its_window_cut_at_the_edges() -> None:
    with timezone.override(UTC):
        whole, half = strip(
            [an_offer(NOW - days(99), NOW + days(99)), an_offer(MONDAY + days(7), MONDAY + days(99))], NOW
        ).bars
    assert (whole.x, whole.width, whole.state) == (0, 100, "live")
    assert (half.x, half.width, half.state) == (50, 50, "scheduled")
    assert half.y > whole.y
    assert (whole.before, whole.after, half.before, half.after) == (True, True, False, True)
    # Its end is drawn beyond the edge: what is cut stays open.
    assert (whole.drawn_x < 0, whole.drawn_x + whole.drawn_width > 100) == (True, True)
    assert (half.drawn_x, half.drawn_x + half.drawn_width > 100) == (50, True)


def test_bars_begin_one_after_the_other_and_those_that_began_before_end_so() -> None:
    windows = [(9, 20), (-99, 90), (-1, 30), (-50, 3), (-1, 5)]
    with timezone.override(UTC):
        drawn = strip([an_offer(NOW + days(start), NOW + days(end)) for start, end in windows], NOW)
    seen = [(bar.item.starts_at, bar.item.ends_at) for bar in drawn.bars]
    order = [(-50, 3), (-99, 90), (-1, 5), (-1, 30), (9, 20)]
    assert seen == [(NOW + days(start), NOW + days(end)) for start, end in order]
    assert [bar.y for bar in drawn.bars] == sorted(bar.y for bar in drawn.bars)


def test_a_name_stands_in_its_bar_or_beside_it_and_not_over_the_line_of_today() -> None:
    long = "설날 선물 세트 사전 예약 · 2027 · 2차, and what else there is to say of it"
    with timezone.override(UTC):
        drawn = strip([an_offer(NOW + days(start), NOW + days(25), long) for start in (0, 5, 20, 24)], NOW)
    for bar in drawn.bars:
        for name, pixels in zip(bar.names, (WIDE, NARROW), strict=True):
            if name.x is None:
                assert name.text == long
                continue
            room = max(bar.x - drawn.today, 100 - bar.x - bar.width) * pixels
            assert sum(SQUARE if "가" <= letter <= "힣" else LETTER for letter in name.text) <= room
            assert long.startswith(name.text.removesuffix("…"))
    assert [bar.names[0].x is None for bar in drawn.bars] == [True, True, True, False]
    assert [bar.names[1].x is None for bar in drawn.bars] == [True, True, False, False]


def test_a_name_that_has_no_room_in_its_bar_stands_beside_it_where_there_is_more() -> None:
    with timezone.override(UTC):
        left, right = strip([an_offer(MONDAY + days(day), MONDAY + days(day + 1)) for day in (-13, 26)], NOW).bars
    for bar, turned, at in ((left, False, left.x + left.width), (right, True, right.x)):
        assert [(name.text, name.turned) for name in bar.names] == [("Sale", turned)] * 2
        assert [name.x for name in bar.names] == [pytest.approx(at, abs=0.01)] * 2


def test_a_name_that_would_be_cut_beside_its_bar_is_cut_in_it_where_that_has_some_room() -> None:
    long = "First Delivery on Us · Dec 2026"
    with timezone.override(UTC):
        some, little = strip([an_offer(NOW + days(14), NOW + days(end), long) for end in (22, 16)], NOW).bars[::-1]
    assert some.names[1] == Name(long)
    assert little.names[1].x is not None


def test_a_window_of_an_hour_can_be_seen_wherever_it_is() -> None:
    with timezone.override(UTC):
        _first, last = span(NOW)
        early, late = strip(
            [an_offer(NOW, NOW + timedelta(hours=1)), an_offer(last - timedelta(hours=1), last)], NOW
        ).bars
    assert early.width == NARROWEST
    assert late.x + late.width == 100


def test_the_legend_says_only_what_is_drawn() -> None:
    with timezone.override(UTC):
        drawn = strip([an_offer(NOW - days(9), NOW + days(2)), an_offer(NOW - days(9), NOW - days(1))], NOW)
    assert drawn.states == ["ending", "expired"]


def test_the_first_and_last_day_of_the_strip_are_its_monday_and_its_sunday() -> None:
    with timezone.override(UTC):
        first, last = first_and_last(NOW)
    assert (first.isoformat(), last.isoformat()) == ("2026-02-23", "2026-04-05")
    assert (first.isoweekday(), last.isoweekday()) == (1, 7)


def test_on_a_monday_and_on_a_sunday_it_is_the_same_week() -> None:
    with timezone.override(UTC):
        spans = {span(MONDAY + days(day)) for day in (0, 3, 6.99)}
        assert spans == {(MONDAY - days(14), MONDAY + days(28))}
        assert span(MONDAY + days(7))[0] == MONDAY - days(7)
        assert [week.is_this for week in strip([], MONDAY).weeks].index(True) == 2
    with timezone.override(ZoneInfo("Asia/Seoul")):
        sunday_evening_in_utc = MONDAY - timedelta(hours=5)
        assert span(sunday_evening_in_utc)[0].date() == (MONDAY - days(14)).date()


def test_the_drawing_is_as_high_as_its_rows() -> None:
    with timezone.override(UTC):
        empty, two = strip([], NOW), strip([an_offer(NOW, NOW + days(9))] * 2, NOW)
    assert (empty.height, two.height) == (30, 78)
    assert [bar.y for bar in two.bars] == [26, 50]
    assert (empty.states, empty.bars) == ([], [])


def test_states_stand_in_the_legend_in_their_order_and_once_each() -> None:
    windows = [(1, 20), (-9, -1), (-9, 20), (-9, 2), (1, 20)]
    with timezone.override(UTC):
        drawn = strip([an_offer(NOW + days(start), NOW + days(end)) for start, end in windows], NOW)
    assert [bar.state for bar in drawn.bars] == ["expired", "ending", "live", "scheduled", "scheduled"]
    assert drawn.states == ["live", "ending", "scheduled", "expired"]


@pytest.mark.django_db
def test_changes_to_come_are_marked_where_they_are_due_with_those_that_they_collide_with(
    people: Cast, sale: LibraryItem, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    _first, last = span(now)

    def scheduled(change: list[dict[str, Any]], begin: float, end: float | None = None) -> int:
        when = When(now + days(begin), now + days(end) if end else None, "Asia/Seoul")
        return agree(people.jun, ask(people.mina, sale, change, when=when)).number

    name, other, priority = (
        scheduled(replace("/name", "Autumn"), 1, 4),
        scheduled(replace("/name", "Winter"), 3),
        scheduled(replace("/rank/priority", 9), 2),
    )
    scheduled(replace("/rank/priority", 8), 60)
    ask(people.mina, sale, replace("/rank/priority", 7), when=When(now + days(2), None, "Asia/Seoul"))
    with django_assert_num_queries(1):
        found = due_within(people.sandbox.pk, now, last, 10)
    assert [(one.request.number, one.collides) for one in found] == [(name, (other,)), (priority, ()), (other, (name,))]
    with timezone.override(ZoneInfo("Asia/Seoul")):
        drawn = strip([an_offer(now, now + days(2))], now, found)
    period, point, _last = drawn.marks
    assert period.width > point.width == 0
    assert period.x < point.x
    assert drawn.bars[0].y > drawn.marks[-1].y
    assert "Goes live " in period.said
    assert "KST, goes back " in period.said
    assert "Goes live " in point.said
    assert "goes back" not in point.said
    assert f"collides with #{other}" in period.label
    assert "collides" not in point.label
    # Once it is applied, its end is still to come.
    ChangeRequest.objects.filter(number=name).update(state="applied")
    found = due_within(people.sandbox.pk, now, last, 10)
    assert [one.request.number for one in found] == [priority, other, name]
    # And it is drawn from when it was applied.
    begun = strip([], now, found).marks[-1]
    assert (begun.x, begun.width > 0) == (strip([], now, found).today, True)
