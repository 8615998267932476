"""Times for people: the year, the zone and the day that are theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from offers.web.frame import times

NOW = datetime(2026, 6, 15, 22, 30, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def test_what_has_no_time_shows_nothing() -> None:
    assert times.ago(None) == times.exact(None) == ""


def test_how_long_ago_it_was_is_told_from_now() -> None:
    assert times.ago(NOW - timedelta(minutes=5)).endswith(">5 min ago</time>")
    assert times.ago(NOW - timedelta(days=1)).endswith(">1 day ago</time>")
    assert times.ago(NOW + timedelta(days=400)).endswith(">just now</time>")


def test_an_exact_time_is_to_the_minute_and_names_its_zone() -> None:
    assert times.exact(NOW) == '<time datetime="2026-06-15T22:30:59+00:00">15 Jun 2026, 22:30 UTC</time>'
    with timezone.override("Asia/Seoul"):
        assert times.exact_text(NOW) == "16 Jun 2026, 07:30 KST"


def test_a_clock_shows_hour_and_minute_of_the_viewer_and_the_whole_on_asking() -> None:
    with timezone.override("Asia/Seoul"):
        assert times.clock(NOW) == (
            '<time datetime="2026-06-15T22:30:59+00:00" title="16 Jun 2026, 07:30 KST">07:30</time>'
        )


@pytest.mark.parametrize(
    ("zone", "instant", "said"),
    [
        ("UTC", NOW, "15 Jun"),
        ("Asia/Seoul", NOW, "16 Jun"),
        ("UTC", datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "31 Dec 2025"),
        ("Asia/Seoul", datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 Jan"),
        ("UTC", datetime(2027, 6, 15, tzinfo=UTC), "15 Jun 2027"),
    ],
)
def test_a_day_is_the_viewers_and_has_its_year_where_it_is_not_this_one(
    zone: str, instant: datetime, said: str
) -> None:
    with timezone.override(zone):
        assert times.day(instant) == said
        assert times._ago_text(instant, instant + timedelta(days=8)).startswith(said.removesuffix(" 2025")[:6])


def test_a_day_as_a_heading_is_today_yesterday_or_its_date() -> None:
    said = [times.long_day(NOW - timedelta(days=days)) for days in (0, 1, 2)]
    assert said == ["Today", "Yesterday", "Saturday, 13 June 2026"]
    assert times.long_day(NOW + timedelta(days=1)) == "Tuesday, 16 June 2026"
    with timezone.override("Asia/Seoul"):
        assert times.long_day(NOW - timedelta(hours=8)) == "Yesterday"
        assert times.daykey(NOW) == "2026-06-16"


def test_days_are_counted_by_the_calendar_and_not_by_hours() -> None:
    soon = NOW + timedelta(hours=2)
    assert times.days_until(soon, NOW) == 1
    assert times.days_until(NOW, soon) == -1
    with timezone.override("Asia/Seoul"):
        assert times.days_until(soon, NOW) == 0


def test_a_date_of_a_document_is_read_in_its_own_offset_and_told_in_the_viewers() -> None:
    assert times.date_text("2026-03-01T00:00:00+09:00") == "28 Feb 2026, 15:00 UTC"
    assert times.date_text("2026-02-30T00:00:00Z") == "2026-02-30T00:00:00Z"
    assert times.date_text("") == ""


def test_a_time_that_was_written_in_one_language_is_written_anew_in_another() -> None:
    with translation.override("en"):
        english = times.exact_text(NOW)
    with translation.override("ko"):
        korean = times.exact_text(NOW)
    assert english != korean
    assert "2026" in korean
    with translation.override("en"):
        assert times.exact_text(NOW) == english


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(minutes=1) - timedelta(microseconds=1), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(hours=1) - timedelta(microseconds=1), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(days=1) - timedelta(microseconds=1), "23 h ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=7) - timedelta(microseconds=1), "6 days ago"),
        (timedelta(days=7), "8 Jun"),
    ],
)
def test_a_time_is_told_in_the_next_unit_from_the_moment_on_that_one_is_full(passed: timedelta, said: str) -> None:
    assert f">{said}</time>" in times.ago(NOW - passed)


def test_a_time_that_was_written_before_is_written_in_the_language_and_zone_of_who_reads_it_now() -> None:
    instant = NOW - timedelta(days=30)
    english = times.day(instant)
    with translation.override("ko"):
        korean = times.day(instant)
    with timezone.override("Asia/Seoul"):
        in_seoul = times.day(instant)
    assert (english, in_seoul) == ("16 May", "17 May")
    assert korean != english
    assert times.day(instant) == english


def test_times_of_one_minute_are_written_alike_and_those_of_the_next_are_not() -> None:
    first = datetime(2026, 6, 15, 22, 30, 1, tzinfo=UTC)
    assert times.exact_text(first) == times.exact_text(first + timedelta(seconds=58)) == "15 Jun 2026, 22:30 UTC"
    assert times.exact_text(first + timedelta(seconds=59)) == "15 Jun 2026, 22:31 UTC"


def test_what_was_written_for_one_reader_is_not_shown_to_another() -> None:
    """Times are remembered: for each zone, language and year by itself."""
    said = {}
    for zone, language in (("UTC", "en"), ("Asia/Seoul", "en"), ("UTC", "ko"), ("UTC", "en")):
        with timezone.override(zone), translation.override(language):
            said[zone, language] = (
                times.exact_text(NOW),
                times.day(NOW),
                times.clock(NOW),
                times.ago(NOW - timedelta(days=30)),
            )
    assert said["UTC", "en"][:2] == ("15 Jun 2026, 22:30 UTC", "15 Jun")
    assert said["Asia/Seoul", "en"][:2] == ("16 Jun 2026, 07:30 KST", "16 Jun")
    assert said["UTC", "ko"][1] == "6월 15일"
    assert len(set(said.values())) == 3


def test_a_day_gets_its_year_when_the_year_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert times.day(NOW) == "15 Jun"
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=365))
    assert times.day(NOW) == "15 Jun 2026"
