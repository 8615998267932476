"""What the log counts by day, and the pages that go by it: both are what a look at every entry finds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest

from offers.log import audit
from offers.log.found import counting, days, walking
from offers.log.found.wanted import ANY_DATE, Wanted, fits
from offers.models import LogEntry, Sandbox
from tests.cast import make_sandbox

pytestmark = pytest.mark.django_db
Event = LogEntry.Event
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
# Two of them are on no entry together.
FIELDS: tuple[list[str], ...] = (
    ["name"],
    ["rank", "rank/priority"],
    ["selectionConstraint", "selectionConstraint/endDate"],
    ["status"],
    [],
)


def some_entry(sandbox: Sandbox, index: int, chance: Random) -> LogEntry:
    entry = LogEntry(
        sandbox=sandbox,
        index=index,
        row=index,
        leaf_hash=b"",
        created_at=START + timedelta(days=chance.randrange(12), hours=chance.randrange(24), minutes=index // 5),
        actor_key=chance.choice(["user-1", "user-2", "client-feed"]),
        event=chance.choice([Event.ACCESS, Event.REQUEST, *[Event.REVISION] * 6]),
    )
    if entry.event == Event.REVISION:
        entry.door, entry.kind = chance.choice(["form", "api"]), chance.choice(["tag", "personalized-offer"])
        entry.fields, entry.item_id = chance.choice(FIELDS), chance.randrange(1, 9)
        entry.status = chance.choice(["approved", "draft"]) if entry.fields == ["status"] else ""
        entry.bypass = entry.actor_key == "user-1" and chance.random() < 0.2
        entry.approved_by = chance.choice([[], [], ["user-2", "user-3"]])
    elif entry.event == Event.REQUEST:
        entry.bypass = entry.actor_key == "user-1" and chance.random() < 0.5
    return entry


@pytest.fixture
def lived() -> Sandbox:
    sandbox, chance = make_sandbox(), Random(11)
    LogEntry.objects.bulk_create([some_entry(sandbox, index, chance) for index in range(240)])
    for first in (0, 90, 91):
        counting.count(sandbox.pk, first, {0: 90, 90: 91, 91: 240}[first])
    return sandbox


FILTERS: tuple[dict[str, Any], ...] = (
    *({"by": "user-1"}, {"client": "feed"}, {"field": "Priority"}, {"field": ANY_DATE}, {"field": "End date"}),
    *({"door": "api"}, {"kind": "tag"}, {"status": "approved"}, {"bypass": True}, {"approver": "user-3"}, {"item": 3}),
    *({"event": Event.REVISION}, {"event": Event.REQUEST}),
    {"first": START + timedelta(days=2), "last": START + timedelta(days=5, hours=3)},
)


def asked_for() -> Iterator[Wanted]:
    yield Wanted()
    for some in (*combinations(FILTERS, 1), *combinations(FILTERS, 2), FILTERS[:3], (*FILTERS[4:7], FILTERS[-1])):
        yield Wanted(**{name: value for one in some for name, value in one.items()})


@pytest.mark.parametrize("few", [0, 8_000], ids=["day by day", "sorted"])
def test_every_pair_of_filters_finds_what_a_look_at_all_entries_finds_on_pages_that_lose_none(
    lived: Sandbox, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(walking, "SORTED", few)
    monkeypatch.setattr(audit, "PAGE_SIZE", 25)
    entries = list(LogEntry.objects.filter(sandbox=lived).order_by("-created_at", "-index"))
    for wanted in asked_for():
        expected = [entry.index for entry in entries if fits(entry, wanted)]
        found = audit.page(lived.pk, wanted)
        if found.exactly:
            assert found.page.total == len(expected), wanted
        assert found.page.total >= len(expected)
        pages = [found.page]
        while pages[-1].next:
            pages.append(audit.page(lived.pk, wanted, pages[-1].next).page)
        assert [entry.index for page in pages for entry in page.items] == expected, wanted
        if len(pages) > 1:
            back = audit.page(lived.pk, wanted, pages[-1].previous).page
            assert back.items == pages[-2].items, wanted
        assert [entry.index for some in audit.every(lived.pk, wanted, 60) for entry in some] == expected, wanted


def test_a_day_has_as_many_as_it_says_and_counts_once_what_was_published_without_review(lived: Sandbox) -> None:
    entries = list(LogEntry.objects.filter(sandbox=lived))
    assert {entry.event for entry in entries if entry.bypass} == {Event.REQUEST, Event.REVISION}
    for wanted in asked_for():
        if not wanted.is_counted or wanted.first:
            continue
        told = {day.day: (day.entries, day.bypasses) for day in days.days_of(lived.pk, wanted.terms)}
        theirs = [entry for entry in entries if fits(entry, wanted)]
        is_of_changes = wanted.event == Event.REVISION or any(
            (wanted.field, wanted.door, wanted.kind, wanted.status, wanted.approver)
        )
        by = Event.REVISION if is_of_changes else Event.REQUEST
        expected = {
            day: (len(those), sum(entry.bypass and entry.event == by for entry in those))
            for day in {entry.created_at.date() for entry in theirs}
            if (those := [entry for entry in theirs if entry.created_at.date() == day])
        }
        assert told == expected, wanted
