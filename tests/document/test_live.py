"""What customers can see, by status and window."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.document.live import LiveState, live_state_of

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "start", "end", "state"),
    [
        ("draft", -DAY, DAY, None),
        ("archived", -DAY, DAY, None),
        ("approved", -DAY, 30 * DAY, LiveState.LIVE),
        ("approved", -DAY, 7 * DAY, LiveState.ENDING),
        ("approved", DAY, 30 * DAY, LiveState.SCHEDULED),
        ("approved", -2 * DAY, -DAY, LiveState.EXPIRED),
        ("approved", -DAY, timedelta(0), LiveState.EXPIRED),
        ("approved", timedelta(0), 30 * DAY, LiveState.LIVE),
    ],
)
def test_it_says_what_customers_see(status: str, start: timedelta, end: timedelta, state: LiveState | None) -> None:
    assert live_state_of(status, NOW + start, NOW + end, NOW) == state
