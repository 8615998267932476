"""What differs between two moments, against what revisions say of every item at both."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import LiveState, end_of_window, live_state_of
from offers.ledger.history import last_instant
from offers.lists import pages
from offers.log import between, sequencer
from offers.models import Revision, Sandbox
from tests.cast import actor, make, make_sandbox, offer
from tests.lists.test_as_of import lived, recorded

# What is in the log is what was committed.
pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def sandbox(transactional_db: None) -> Sandbox:
    return make_sandbox()


def walked(sandbox: Sandbox, *asked: Any) -> list[between.Pair]:
    """All pages. No item is on two of them, and each was changed before the one in front of it."""
    find: Any = between.differences_on_air if isinstance(asked[0], datetime) else between.differences
    page = find(sandbox.pk, *asked)
    found = list(page.pairs)
    while page.next:
        page = find(sandbox.pk, *asked, page.next)
        found += page.pairs
    assert len({pair.key for pair in found}) == len(found)
    times = [pair.changed_at for pair in found]
    assert times == sorted(times, reverse=True)
    return found


def documents(found: list[between.Pair]) -> dict[int, tuple[Any, Any]]:
    return {pair.key: (pair.first and pair.first.document, pair.last and pair.last.document) for pair in found}


def is_live(document: dict[str, Any] | None, shown: datetime) -> bool:
    if document is None:
        return False
    window = end_of_window(document, "startDate"), end_of_window(document, "endDate")
    return live_state_of(document["status"], *window, last_instant(shown)) in (LiveState.LIVE, LiveState.ENDING)


@pytest.mark.parametrize(
    ("few", "logged"), [(True, False), (False, True)], ids=["few are live", "more are live than are known"]
)
def test_differences_between_any_two_moments_are_what_revisions_say(
    sandbox: Sandbox, few: bool, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(between, "PAGE_SIZE", 3)
    monkeypatch.setattr(between, "LOOKED_AT", 10)
    if not few:
        monkeypatch.setattr(pages, "COUNT_LIMIT", 1)
    dice = random.Random(5 + few)
    lived(actor(sandbox), dice, 45)
    if logged:
        sequencer.keep()
    moments = sorted(Revision.objects.filter(sandbox=sandbox).values_list("created_at", flat=True))
    seen = 0
    for _turn in range(5):
        first, last = sorted(dice.sample(moments, 2))
        was, now = recorded(sandbox, first), recorded(sandbox, last)
        pairs = {key: (was.get(key), now.get(key)) for key in was.keys() | now.keys()}
        apart = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        assert documents(walked(sandbox, OFFER_KINDS, first, last)) == apart
        for shown in (first, last, last + dice.randint(-20, 20) * DAY):
            known = between.on_air(sandbox.pk, shown, first, last)
            live = {key: pair for key, pair in apart.items() if any(is_live(one, shown) for one in pair)}
            assert documents(walked(sandbox, shown, first, last, known)) == live
            seen += len(live)
            if few:
                assert known.first == {key for key, document in was.items() if is_live(document, shown)}
                assert known.last == {key for key, document in now.items() if is_live(document, shown)}
    assert seen > 2


def test_a_page_looks_at_so_many_changes_and_says_where_the_next_goes_on(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(between, "LOOKED_AT", 4)
    by = actor(sandbox)
    before = make(by, offer(), id="old").created_at
    for number in range(9):
        make(by, {"name": f"Tag {number}"}, Kind.TAG)
    last = make(by, offer(), id="new").created_at + DAY
    sequencer.keep()
    cursor, sizes = "", []
    for _page in range(3):
        found = between.differences(sandbox.pk, OFFER_KINDS, before, last, cursor)
        sizes.append(len(found.pairs))
        cursor = found.next
    assert (sizes[0], sum(sizes), cursor) == (1, 1, ""), "what is in between is passed, a few at a time"
