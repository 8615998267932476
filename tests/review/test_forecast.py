"""A forecast, against what then happens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.document.values import Document
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests, schedule
from offers.review.ahead.forecast import Forecast, forecast
from offers.review.requests import When
from tests.cast import make, offer, patch, replace
from tests.review.asking import agree, new, wanted
from tests.review.conftest import Cast
from tests.review.test_schedule import passes

pytestmark = pytest.mark.django_db(transaction=True)


def scheduled(people: Cast, *proposals: Any, after: float, until: float | None = None) -> ChangeRequest:
    """A request that others agreed to, in so many hours; for a period until so many hours from now."""
    begin = timezone.now() + timedelta(hours=after)
    when = When(begin, timezone.now() + timedelta(hours=until) if until else None, "UTC")
    return agree(people.jun, requests.propose(people.mina, proposals, "Autumn", "Legal asked for it", when=when))


def on_paper(found: Forecast) -> dict[str, Document | None]:
    return {id: None if head.deleted_at else head.document for id, head in found.after.items()}


def stored(ids: set[str]) -> dict[str, Document | None]:
    items = {item.id: item for item in LibraryItem.objects.filter(id__in=ids)}
    return {id: None if items[id].deleted_at else items[id].document for id in ids if id in items}


@pytest.fixture
def told(people: Cast, sale: LibraryItem) -> tuple[ChangeRequest, ...]:
    """Requests of every sort for the next hours; one of them cannot be applied."""
    other, third = make(people.setup, offer(name="Other"), id="other"), make(people.setup, offer(), id="third")
    found = (
        scheduled(people, wanted(sale, replace("/name", "For two hours")), after=1, until=3),
        scheduled(people, wanted(sale, replace("/rank/priority", 9)), after=2),
        scheduled(people, new(Kind.PERSONALIZED_OFFER, "fresh", offer(name="Fresh")), after=1.5, until=5),
        scheduled(people, wanted(other, [{"op": "remove", "path": ""}]), after=2.5, until=4),
        scheduled(people, wanted(third, replace("/name", "Never")), after=2),
    )
    patch(people.setup, third, replace("/name", "Something else"))
    return found


@pytest.mark.parametrize("hours", [2.7, 3.5, 6])
def test_a_forecast_says_what_then_happens(
    people: Cast, told: tuple[ChangeRequest, ...], hours: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: datetime = timezone.now() + timedelta(hours=hours)
    found = forecast(people.sandbox, timezone.now(), at)
    assert found.stuck == ({told[4].number} if hours > 2 else set())
    later: list[Forecast] = []
    while timezone.now() < at:
        # As it is when some of it has happened already.
        later.append(forecast(people.sandbox, timezone.now(), at))
        passes(monkeypatch, hours=0.55)
        schedule.keep()
    happened = stored(set(found.after))
    assert happened == on_paper(found)
    for again in later:
        assert on_paper(again) == {id: happened[id] for id in again.after}


def test_too_many_changes_are_left_out_and_it_says_so(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.review.ahead.forecast.MOST_CHANGES", 1)
    scheduled(people, wanted(sale, replace("/name", "One")), after=1)
    scheduled(people, wanted(sale, replace("/name", "Two")), after=2)
    found = forecast(people.sandbox, timezone.now(), timezone.now() + timedelta(hours=3))
    assert (len(found.due), found.more, on_paper(found)["sale"]["name"]) == (1, True, "One")  # type: ignore[index]
