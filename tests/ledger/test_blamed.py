"""Who last changed what: told in steps, kept, and gone on from, with the same outcome as one walk through everything."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers.access.permissions import Actor
from offers.document.blame import blame
from offers.document.kinds.registry import Kind
from offers.document.patch import replay
from offers.ledger import blamed
from offers.ledger.blamed import blame_of, changed_since
from offers.ledger.history import NoSuchRevision, versions
from offers.ledger.imports import Past, Version, import_history
from offers.ledger.records import SNAPSHOT_EVERY
from offers.models import BlameFound, LibraryItem
from tests.cast import FORM, actor, make, make_sandbox, offer, patch, replace


def whole(item: LibraryItem, etag: int = 0) -> list[tuple[str, int]]:
    """What one walk through all of history tells."""
    chain = ((made.etag, document) for made, document in versions(item, 1, etag or item.etag))
    return told(blame(list(chain)))


def told(lines: Any) -> list[tuple[str, int]]:
    return [(line.pointer, line.etag) for line in lines]


def test_blame_names_the_revision_that_last_changed_each_field(admin: Actor) -> None:
    item = make(admin, offer(tags=[]))
    jun = actor(admin.sandbox, label="Jun Lee")
    patch(jun, item, replace("/name", "Summer sale"))
    patch(admin, item, replace("/rank/priority", 9))
    patch(jun, item, replace("/rank/priority", 1))
    item.refresh_from_db()
    found = blame_of(item)
    assert (found.since, found.is_whole, found.document) == (1, True, item.document)
    assert {line.pointer: line.etag for line in found.lines} == {
        "/name": 2,
        "/rank/priority": 4,
        "/selectionConstraint/endDate": 1,
        "/selectionConstraint/startDate": 1,
        "/status": 1,
        "/tags": 1,
    }
    assert {etag: found.actor_label for etag, found in found.made.items()} == {
        1: "Mina Park",
        2: "Jun Lee",
        4: "Jun Lee",
    }


def test_blame_looks_back_so_far_and_goes_on_from_there(
    admin: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch(admin, sale, replace("/name", "Late"))
    sale.refresh_from_db()
    whole = {line.pointer: line.etag for line in blame_of(sale).lines}
    BlameFound.objects.all().delete()
    monkeypatch.setattr(blamed, "LOOKED_BACK", 10)
    monkeypatch.setattr(blamed, "SECONDS", 0)
    told, found = {}, blame_of(sale)
    assert (found.since, found.is_whole) == (100, False), "from the nearest snapshot"
    with pytest.raises(NoSuchRevision):
        blame_of(sale, 500)
    while True:
        told.update(
            {line.pointer: line.etag for line in found.lines if line.pointer not in told and line.etag != found.since}
        )
        if found.is_whole:
            break
        found = blame_of(sale, found.since)
    told.update({line.pointer: line.etag for line in found.lines if line.pointer not in told})
    assert told == whole
    assert (whole["/name"], whole["/rank/priority"], whole["/status"]) == (121, 120, 1)


def test_blame_reads_no_more_of_a_long_history_than_of_a_short_one(
    admin: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blamed, "LOOKED_BACK", 10)
    monkeypatch.setattr(blamed, "SECONDS", 0)
    replayed = Mock(side_effect=replay)
    monkeypatch.setattr("offers.ledger.history.replay", replayed)
    blame_of(sale)
    assert 0 < replayed.call_count <= 10 + SNAPSHOT_EVERY


# What one edit does: the members that it changes, or None for a deletion that is taken back at once.
NAMES = ["tag1", "tag2", "tag3"]
TAGS = st.lists(st.sampled_from(NAMES), unique=True)
EDITS = st.lists(
    st.one_of(
        st.none(),
        st.fixed_dictionaries({}, optional={"name": st.sampled_from("AB"), "tags": TAGS}),
        st.fixed_dictionaries({"rank": st.fixed_dictionaries({"priority": st.integers(1, 3)})}),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def library(admin: Actor) -> Actor:
    for name in NAMES:
        make(admin, {"name": name}, Kind.TAG, id=name)
    return admin


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, looks=st.sets(st.integers(0, 11)), step=st.integers(1, 6))
def test_what_is_kept_tells_the_same_as_a_walk_through_everything(
    library: Actor, monkeypatch: pytest.MonkeyPatch, edits: list[Any], looks: set[int], step: int
) -> None:
    monkeypatch.setattr(blamed, "SNAPSHOT_EVERY", 1)
    monkeypatch.setattr(blamed, "LOOKED_BACK", step)
    document = offer(tags=[])
    made: list[Any] = [document]
    for edit in edits:
        before, document = document, {**document, **(edit or {})}
        made += [None, document] if edit is None else [document] if document != before else []
    began = datetime(2026, 3, 1, tzinfo=UTC)
    past = [Version(library, began + timedelta(seconds=number), one, FORM) for number, one in enumerate(made)]
    id = f"offer{secrets.token_hex(8)}"
    import_history(library.sandbox, [Past(Kind.PERSONALIZED_OFFER, id, past)])
    item = LibraryItem.objects.get(id=id)
    last = item.etag
    for look in sorted(looks):
        item.etag = min(look + 1, last)
        if made[item.etag - 1] is not None:
            assert told(blame_of(item).lines) == whole(item)
    item.etag = last
    found = blame_of(item)
    assert (found.is_whole, told(found.lines)) == (True, whole(item))


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Counts the patches that are replayed."""
    counted = Mock(side_effect=replay)
    monkeypatch.setattr("offers.ledger.history.replay", counted)
    return counted


def test_a_second_look_replays_nothing_and_one_after_an_edit_goes_on_from_the_first(
    admin: Actor, sale: LibraryItem, replayed: Mock
) -> None:
    first = blame_of(sale)
    replayed.reset_mock()
    with CaptureQueriesContext(connection) as statements:
        assert blame_of(sale).lines == first.lines
    assert replayed.call_count <= SNAPSHOT_EVERY
    assert len(statements) <= 5
    patch(admin, sale, replace("/name", "Later"))
    sale.refresh_from_db()
    replayed.reset_mock()
    assert told(blame_of(sale).lines) == whole(sale)
    assert replayed.call_count <= SNAPSHOT_EVERY + sale.etag + 1


def test_each_look_at_a_very_long_history_gets_further(sale: LibraryItem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blamed, "LOOKED_BACK", 10)
    clock = iter([0.0, 0.0, 1.0] * 10)
    monkeypatch.setattr(blamed, "monotonic", lambda: next(clock))
    reached = [blame_of(sale).since for _ in range(3)]
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] == 1
    assert len(set(reached)) > 1
    assert told(blame_of(sale).lines) == whole(sale)


def test_after_many_edits_it_goes_back_until_it_meets_what_was_kept(
    admin: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, sale.etag = sale.etag, 60
    blame_of(sale)
    sale.etag = last
    monkeypatch.setattr(blamed, "LOOKED_BACK", 10)
    found = blame_of(sale)
    assert (found.since, told(found.lines)) == (1, whole(sale))


@pytest.mark.parametrize("stale", [{"digest": "0" * 64}, {"recipe": 0}])
def test_what_was_kept_of_another_history_or_by_another_recipe_is_not_believed(
    sale: LibraryItem, stale: dict[str, Any]
) -> None:
    blame_of(sale)
    BlameFound.objects.update(etags=[7], **stale)
    assert told(blame_of(sale).lines) == whole(sale)
    kept = BlameFound.objects.get()
    assert (kept.digest, kept.recipe, kept.etags) == (sale.digest, blamed.RECIPE, [etag for _, etag in whole(sale)])


def test_an_earlier_version_is_told_without_touching_what_was_kept(sale: LibraryItem) -> None:
    blame_of(sale)
    kept = BlameFound.objects.values().get()
    assert told(blame_of(sale, 70).lines) == whole(sale, 70)
    assert BlameFound.objects.values().get() == kept


def test_a_short_history_is_not_kept_and_a_change_keeps_nothing(admin: Actor) -> None:
    item = make(admin, offer())
    patch(admin, item, replace("/name", "Second"))
    item.refresh_from_db()
    blame_of(item)
    assert not BlameFound.objects.exists()


def test_who_changed_since_is_told_of_places_that_are_gone_too(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, [{"op": "add", "path": "/description", "value": "Late"}])
    patch(admin, sale, [{"op": "remove", "path": "/description"}])
    sale.refresh_from_db()
    found = changed_since(sale, 2, [("rank", "priority"), ("description",)])
    assert (found["rank", "priority"].etag, found["description",].etag) == (120, 122)
    assert ("name",) not in found


def test_who_changed_since_replays_nothing_for_what_blame_knows(sale: LibraryItem, replayed: Mock) -> None:
    blame_of(sale)
    replayed.reset_mock()
    assert changed_since(sale, 2, [("rank", "priority")])["rank", "priority"].etag == 120
    assert replayed.call_count <= SNAPSHOT_EVERY


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_both_are_told_and_one_is_kept(transactional_db: None) -> None:
    admin = actor(make_sandbox())
    item = make(admin, offer(), id="sale")
    for etag in range(2, 53):
        patch(admin, item, replace("/rank/priority", etag))
    item.refresh_from_db()

    def look(_: int) -> list[tuple[str, int]]:
        try:
            return told(blame_of(item).lines)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(12))) == [whole(item)] * 12
    assert BlameFound.objects.get().etags == [etag for _, etag in whole(item)]
