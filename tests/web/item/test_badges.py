"""How an item stands, drawn: in the days and the language of the viewer."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from offers.web.item import badges

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (NOW + timedelta(hours=2), NOW + timedelta(days=30), "Starts today"),
        (NOW + timedelta(hours=13), NOW + timedelta(days=30), "Starts tomorrow"),
        (NOW + timedelta(days=3), NOW + timedelta(days=30), "Starts in 3 days"),
        (NOW - timedelta(days=1), NOW + timedelta(hours=2), "Ends today"),
        (NOW - timedelta(days=1), NOW + timedelta(days=2), "Ends in 2 days"),
        (NOW - timedelta(days=1), NOW + timedelta(days=20), "Live"),
        (NOW - timedelta(days=3), NOW - timedelta(days=1), "Expired"),
    ],
)
def test_the_live_state_is_said_in_days_of_the_viewer(starts: datetime, ends: datetime, said: str) -> None:
    item = SimpleNamespace(status="approved", starts_at=starts, ends_at=ends)
    assert f">{said}<" in badges.live_state(item, NOW)


def test_a_row_also_says_it_in_fewer_words_where_its_first_day_stands_beside_it() -> None:
    item = SimpleNamespace(status="approved", starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=30))
    said = badges.live_state(item, NOW, in_row=True)
    assert '<span class="in-full">Starts in 3 days</span><span class="in-few">In 3 days</span>' in said
    item.starts_at = NOW + timedelta(days=1)
    assert badges.live_state(item, NOW, in_row=True) == badges.live_state(item, NOW)


def test_tomorrow_is_tomorrow_where_the_viewer_is() -> None:
    item = SimpleNamespace(status="approved", starts_at=NOW + timedelta(hours=4), ends_at=NOW + timedelta(days=30))
    with timezone.override("Asia/Seoul"):
        assert "Starts tomorrow" in badges.live_state(item, NOW)
    with timezone.override("UTC"):
        assert "Starts today" in badges.live_state(item, NOW)


def test_tomorrow_is_tomorrow_in_a_language_without_plurals() -> None:
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=30)
    starting = SimpleNamespace(status="approved", starts_at=tomorrow, ends_at=later)
    ending = SimpleNamespace(status="approved", starts_at=NOW - timedelta(days=3), ends_at=tomorrow)
    with translation.override("ko"):
        assert "내일 시작" in badges.live_state(starting, NOW)
        assert "내일 종료" in badges.live_state(ending, NOW)


def test_a_draft_has_no_live_state() -> None:
    item = SimpleNamespace(status="draft", starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1))
    assert badges.live_state(item, NOW) == ""


def test_what_was_drawn_in_one_language_is_not_shown_in_another() -> None:
    item = SimpleNamespace(status="approved", starts_at=NOW - timedelta(days=9), ends_at=NOW + timedelta(days=90))
    drawn = {}
    for language in ("en", "ko", "en"):
        with translation.override(language):
            drawn[language] = badges.status_badge("draft"), badges.live_state(item, NOW), badges.deleted_badge()
    assert all(english != korean for english, korean in zip(drawn["en"], drawn["ko"], strict=True))


def test_who_changed_an_item_is_escaped_and_a_program_has_its_mark() -> None:
    item = SimpleNamespace(modified_by="<b>Ann</b>", modified_by_client="", modified_at=NOW)
    assert "<b>" not in badges.changed_by(item)
    item.modified_by_client = "shop"
    assert "who-client" in badges.changed_by(item)
