"""A text is taken out of an item's whole history: nothing in the database has it any more, and everything still verifies."""

import pytest

from offers import proof
from offers.access.members import Moved, Refused
from offers.access.permissions import Actor, NotAllowed
from offers.document.erased import mark
from offers.erasure import asking
from offers.ledger import history
from offers.log import checking, sequencer
from offers.models import Erasure, ErasureStep, LibraryItem, LogEntry, Sandbox
from tests.cast import patch, replace
from tests.erasure.conftest import SECRET, found
from tests.review.conftest import Cast

pytestmark = pytest.mark.django_db


def wrong() -> list[str]:
    """What verify_history says."""
    sandboxes = Sandbox.objects.all()
    logs = (one for sandbox in sandboxes for one in checking.check(sandbox))
    return [f"{one.id} {one.etag}: {one.message}" for one in (*proof.verify(sandboxes), *logs)]


def erased(people: Cast, hyun: Actor, sale: LibraryItem) -> Erasure:
    asked = asking.ask_value(people.jisoo, sale, "/description", [4], "She asked us to")
    return asking.confirm(hyun, asked.key)


def test_nothing_in_the_database_says_it_any_more_and_everything_still_verifies(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    sequencer.keep()
    assert "offers_revision.patch" in found(SECRET) and "offers_listingpast.name" in found(SECRET)
    assert "offers_revision.snapshot" in found(SECRET)
    made = erased(people, hyun, sale)
    assert made.state == Erasure.State.DONE
    assert found(SECRET) == set()
    assert wrong() == []
    sequencer.keep()
    assert wrong() == []
    assert [entry.what for entry in LogEntry.objects.filter(event=LogEntry.Event.ERASURE).order_by("index")] == [
        "asked", "confirmed", "erased"
    ]  # fmt: skip


def test_the_past_replays_with_a_mark_in_its_place_and_what_stayed_is_as_it_was(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    before = history.documents(sale, 1, 56)
    made = erased(people, hyun, sale)
    after = history.documents(sale, 1, 56)
    assert after[56] == before[56] and after[1] == before[1]
    document = after[4]
    assert document is not None
    assert document["name"] == document["description"] == mark(made.key)
    assert document["representations"][0]["components"][0]["content"] == mark(made.key)
    assert document["rank"] == (before[4] or {})["rank"]
