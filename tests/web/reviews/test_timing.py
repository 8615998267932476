"""When a request is applied, as its page asks for it: at once, at a moment or for a period, in a zone that is named."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from offers.ledger.heads import head_of_item
from offers.ledger.leaf import RefersTo
from offers.models import ChangeRequest, LibraryItem
from offers.review import requests, schedule
from offers.review.changes.proposals import proposal
from offers.review.requests import When
from offers.web.item.proposals.when import NoSuchTime, Typed, sent, typed
from tests.cast import make, make_placement, offer, replace, shown_in
from tests.review.asking import agree, ask
from tests.review.conftest import Cast
from tests.web.frame.test_respond import text_of
from tests.web.reviews.conftest import As

State = ChangeRequest.State
RENAME = replace("/name", "Autumn sale")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def to_be(begin: str, end: str = "", zone: str = "Asia/Seoul") -> dict[str, str]:
    return {"when": "period" if end else "moment", "when-begin": begin, "when-end": end, "when-zone": zone}


def send(browser: Any, request: ChangeRequest, form: dict[str, str]) -> Any:
    browser.cookies["timezone"] = "Asia/Seoul"
    return browser.post(f"/s/{request.sandbox.name}/reviews/{request.number}/when/", form)


def test_its_owner_gives_it_another_time_and_it_has_to_be_agreed_to_again(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = agree(people.jun, ask(people.mina, sale, RENAME), apply=False)
    mina = browser_of(people.mina)
    assert send(mina, request, to_be("2099-12-01T09:00", "2099-12-02T09:00")).status_code == 302
    found = ChangeRequest.objects.select_related("sandbox").get(key=request.key)
    assert (found.state, found.time_zone) == (State.OPEN, "Asia/Seoul")
    assert (found.apply_at, found.until) == tuple(datetime(2099, 12, day, tzinfo=UTC) for day in (1, 2))
    page = browser_of(people.jun).get(f"/s/{request.sandbox.name}/reviews/{request.number}/").content.decode()
    assert "Once it is approved, it is applied on 1 Dec 2099, 09:00 KST." in page
    assert "It is reverted on 2 Dec 2099, 09:00 KST." in page
    assert agree(people.jun, found).state == State.SCHEDULED
    jun = browser_of(people.jun)
    jun.cookies["timezone"] = "Europe/Lisbon"
    queue = jun.get(f"/s/{request.sandbox.name}/reviews/?tab=all").content.decode()
    assert "on 1 Dec 2099, 00:00 WET" in queue
    assert 'title="1 Dec 2099, 09:00 KST"' in queue
    # Its time is part of what they agreed to.
    address = f"/s/{request.sandbox.name}/reviews/{request.number}/"
    assert "Apply now" not in mina.get(address).content.decode()
    refused = mina.post(f"{address}apply/")
    assert refused.status_code == 409
    assert "It is applied on 1 Dec 2099, 09:00 KST, as others agreed." in refused.content.decode()
    assert send(browser_of(people.bora), request, {"when": "now"}).status_code == 403
    assert send(mina, request, {"when": "now"}).status_code == 302
    assert ChangeRequest.objects.get(key=request.key).apply_at is None


# In New York clocks are put forward on 14 March 2027 from 02:00, and back on 7 November to 01:00, which then comes twice.
@pytest.mark.parametrize(
    ("form", "at", "said"),
    [
        (to_be("2026-11-26T20:59"), "when-begin", "This time has passed."),
        (to_be(""), "when-begin", "Say when."),
        (to_be("1 December"), "when-begin", "Write a date and a time"),
        (to_be("0001-01-01T00:00"), "when-begin", "Write a date and a time"),
        (to_be("2026-12-01T09:00+09:00"), "when-begin", "Write a date and a time"),
        (to_be("9999-12-31T20:00", zone="UTC"), "when-begin", "This is too far ahead."),
        (to_be("2026-12-01T09:00") | {"when": "zz"}, "when", "Choose one of these."),
        (to_be("2026-12-02T09:00", "2026-12-02T09:00"), "when-end", "This must be after the time"),
        (to_be("2027-03-14T02:30", zone="America/New_York"), "when-begin", "There is no such time in America/New_York"),
        (to_be("2026-12-01T09:00", zone="Mars/Base"), "when-zone", "There is no such time zone."),
    ],
)
def test_a_time_that_is_none_is_said_at_its_field_and_nothing_typed_is_lost(
    rf: Any, monkeypatch: pytest.MonkeyPatch, form: dict[str, str], at: str, said: str
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with pytest.raises(NoSuchTime) as refused:
        sent(rf.post("/", form))
    assert (refused.value.at, refused.value.text[: len(said)]) == (at, said)
    assert typed(rf.post("/", form)) == Typed(*form.values())


def test_a_local_time_is_that_of_its_zone_also_where_clocks_change(rf: Any) -> None:
    for text, utc in (("2027-03-14T01:59", 6), ("2027-03-14T03:00", 7), ("2027-11-07T01:00", 5)):
        found = sent(rf.post("/", to_be(text, zone="America/New_York")))
        assert found.apply_at is not None
        assert found.apply_at - found.apply_at.replace(hour=0, minute=0) == timedelta(hours=utc, minutes=int(text[-2:]))


def test_what_is_wrong_stands_beside_what_was_typed(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    answer = send(browser_of(people.mina), request, to_be("2020-01-01T09:00"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="2020-01-01T09:00"' in page
    assert '<p class="problem" id="when-begin-problem">This time has passed.</p>' in page


def test_a_period_says_when_it_is_taken_back_and_what_became_of_that(
    people: Cast, sale: LibraryItem, browser_of: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make(people.setup, offer(name="Draft", representations=[shown_in("home")]), id="draft")
    when = When(datetime(2099, 12, 1, tzinfo=UTC), datetime(2099, 12, 2, tzinfo=UTC), "Asia/Seoul")
    alone = requests.apply(people.mina, ask(people.mina, draft, RENAME, when=when))
    live = ask(people.bora, draft, replace("/status", "approved"))

    def page(request: ChangeRequest) -> str:
        text: str = browser_of(people.jun).get(f"/s/{request.sandbox.name}/reviews/{request.number}/").content.decode()
        return text

    assert "It is reverted on 2 Dec 2099, 09:00 KST." in page(alone)
    # Who decides about what goes live is told what of it changes by itself.
    assert f"#{alone.number} of Mina reverts Name of “Autumn sale” on 2 Dec 2099, 09:00 KST." in page(live)
    agree(people.jun, live)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2099, 12, 2, tzinfo=UTC))
    schedule.keep()
    said = page(alone)
    assert "Its period ended on 2 Dec 2099, 09:00 KST." in said
    assert "“Autumn sale” stays as it is: changing it back takes a second person by now." in said
    assert f"Request {live.number + 1} asks for a second person." in said


def test_what_the_end_of_a_period_takes_back_is_not_told_as_somebodys_undo(
    people: Cast, sale: LibraryItem, browser_of: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make(people.setup, offer(name="Draft"), id="draft")
    when = When(datetime(2099, 12, 1, tzinfo=UTC), datetime(2099, 12, 2, tzinfo=UTC), "Asia/Seoul")
    requests.apply(people.mina, ask(people.mina, draft, RENAME, when=when))
    # Of a request with a period, this one is somebody's: it was applied before that was over.
    draft.refresh_from_db()
    undo = proposal(head_of_item(draft), replace("/name", "Draft"), "undo", RefersTo(undoes=2))
    requests.apply(people.mina, requests.propose(people.mina, [undo], "Back", when=when))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2099, 12, 2, tzinfo=UTC))
    schedule.keep()
    words = text_of(browser_of(people.jun).get("/s/prod/offers/draft/history/"))
    assert words.count("undid version 2") == 1
    assert "period ended: version 3 reverted" in words


def test_who_decides_is_told_of_what_is_taken_back_of_that_which_it_is_shown_with(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    side = make_placement(people.setup, "side")
    draft = make(people.setup, offer(name="Draft", representations=[shown_in("side")]), id="draft")
    when = When(datetime(2099, 12, 1, tzinfo=UTC), datetime(2099, 12, 2, tzinfo=UTC), "Asia/Seoul")
    alone = requests.apply(people.mina, ask(people.mina, side, RENAME, when=when))
    live = ask(people.bora, draft, replace("/status", "approved"))
    page = browser_of(people.jun).get(f"/s/{live.sandbox.name}/reviews/{live.number}/").content.decode()
    assert f"#{alone.number} of Mina reverts Name of “Autumn sale” on 2 Dec 2099, 09:00 KST." in page
