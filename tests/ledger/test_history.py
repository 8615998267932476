"""What was: any version, any instant, who changed what, and what an undo makes of it."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers.access.permissions import Actor
from offers.api.wire.dates import receipted, shown
from offers.document.kinds.registry import Kind
from offers.document.merge import merge
from offers.ledger import history, writes
from offers.ledger.history import NoSuchRevision
from offers.ledger.imports import Past, Version, import_history
from offers.lists.expressions import parse_instant
from offers.models import LibraryItem, Revision
from tests.cast import FORM, make, offer, patch, replace


def test_every_version_can_be_rebuilt(sale: LibraryItem) -> None:
    for etag in (1, 2, 49, 50, 51, 99, 100, 101, 120):
        assert history.document_at(sale, etag) == offer(rank={"priority": etag})


def test_a_rebuild_reads_no_more_revisions_than_lie_behind_the_nearest_snapshot(sale: LibraryItem) -> None:
    with CaptureQueriesContext(connection) as statements:
        assert history.document_at(sale, 110) == offer(rank={"priority": 110})
    assert '"etag" > 100' in statements.captured_queries[-1]["sql"]


def test_a_range_of_versions_comes_in_one_go(sale: LibraryItem) -> None:
    found = history.documents(sale, 48, 52)
    assert {etag: document and document["rank"]["priority"] for etag, document in found.items()} == {
        48: 48,
        49: 49,
        50: 50,
        51: 51,
        52: 52,
    }


@pytest.mark.parametrize("etag", [0, -1, 121])
def test_it_refuses_a_version_that_never_was(sale: LibraryItem, etag: int) -> None:
    with pytest.raises(NoSuchRevision):
        history.document_at(sale, etag)
    with pytest.raises(NoSuchRevision):
        history.revision(sale, etag)


def test_a_timeline_comes_newest_first_in_pages(sale: LibraryItem) -> None:
    first = history.revisions(sale, limit=3)
    assert [found.etag for found in first] == [120, 119, 118]
    assert [found.etag for found in history.revisions(sale, before=first[-1].etag, limit=2)] == [117, 116]


def test_a_change_counts_from_the_millisecond_on_that_it_is_shown_with(sale: LibraryItem) -> None:
    at = history.revision(sale, 120).created_at
    assert history.was_at(sale, at).etag == 120
    assert history.was_at(sale, at + timedelta(days=1)).etag == 120
    assert history.was_at(sale, datetime.max.replace(tzinfo=UTC)).etag == 120
    for before_all in (sale.created_at - timedelta(milliseconds=1), datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(NoSuchRevision):
            history.was_at(sale, before_all)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 2_500), min_size=1, max_size=6))
def test_a_time_given_back_as_shown_is_the_change_it_was_shown_with(admin: Actor, steps: list[int]) -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 781_400, UTC)
    versions = [Version(admin, at := at + timedelta(microseconds=step), offer(rank={"priority": number}), FORM)
                for number, step in enumerate([0, *steps])]  # fmt: skip
    id = f"offer{secrets.token_hex(8)}"
    import_history(admin.sandbox, [Past(Kind.PERSONALIZED_OFFER, id, versions)])
    item = LibraryItem.objects.get(id=id)
    for made in Revision.objects.filter(item=item):
        for shape in (shown, receipted):
            text = shape(made.created_at)
            alike = [etag for etag, version in enumerate(versions, 1) if shape(version.at) == text]
            given_back = parse_instant(text)
            assert given_back is not None
            assert history.was_at(item, given_back).etag == max(alike)


def test_a_deleted_version_has_no_document(admin: Actor) -> None:
    item = make(admin, offer(), id="sale")
    writes.delete(admin, list(Kind), "sale", FORM)
    writes.undelete(admin, list(Kind), "sale", FORM)
    item.refresh_from_db()
    assert [history.document_at(item, etag) for etag in (1, 2, 3)] == [offer(), None, offer()]


def test_an_undo_takes_back_one_change_and_keeps_the_later_ones(admin: Actor) -> None:
    item = make(admin, offer())
    patch(admin, item, replace("/name", "Wrong offer"))
    patch(admin, item, replace("/rank/priority", 9))
    item.refresh_from_db()
    undone = history.undone(item, 2)
    assert undone.conflicts == ()
    assert undone.document == offer(rank={"priority": 9})


def test_an_undo_of_what_was_changed_again_is_a_conflict(admin: Actor) -> None:
    item = make(admin, offer())
    patch(admin, item, replace("/name", "Second"))
    patch(admin, item, replace("/name", "Third"))
    item.refresh_from_db()
    (conflict,) = history.undone(item, 2).conflicts
    assert (conflict.pointer, conflict.ours, conflict.theirs) == ("/name", "Third", "Spring sale")


def test_it_refuses_to_undo_a_creation_or_a_deletion(admin: Actor) -> None:
    item = make(admin, offer(), id="sale")
    writes.delete(admin, list(Kind), "sale", FORM)
    writes.undelete(admin, list(Kind), "sale", FORM)
    item.refresh_from_db()
    for etag in (1, 2, 3, 4):
        with pytest.raises(NoSuchRevision):
            history.undone(item, etag)


def test_many_undos_at_once_give_what_each_gives_by_itself(admin: Actor, sale: LibraryItem) -> None:
    items = [sale]
    for length in (1, 2, 5):
        item = make(admin, offer(), id=f"with-{length}-versions")
        for number in range(length - 1):
            patch(admin, item, replace("/rank/priority", number + 10))
        item.refresh_from_db()
        items.append(item)
    for etag in (0, 1, 2, 4, 51, 52, 101, 120, 10**30):
        for item, merged in zip(items, history.undone_each([(item, etag) for item in items]), strict=True):
            assert (merged is not None) == (2 <= etag <= item.etag)
            if merged is not None:
                before, after = history.document_at(item, etag - 1), history.document_at(item, etag)
                assert merged == merge(after, item.document, before)


def test_a_page_of_a_timeline_has_twenty_five_revisions_and_ends_with_the_first(sale: LibraryItem) -> None:
    assert [found.etag for found in history.revisions(sale)] == list(range(120, 95, -1))
    assert [found.etag for found in history.revisions(sale, before=3)] == [2, 1]
    assert history.revisions(sale, before=1) == []


def test_a_range_of_versions_has_no_more_than_was_asked_for_and_none_that_never_were(sale: LibraryItem) -> None:
    assert list(history.documents(sale, 119, 200)) == [119, 120]
    assert list(history.documents(sale, 50, 50)) == [50]
    assert list(history.documents(sale, 1, 1)) == [1]
    assert history.documents(sale, 121, 130) == {}


def test_a_long_and_a_short_way_through_history_give_the_same(sale: LibraryItem) -> None:
    for first, last in ((1, 51), (1, 52), (50, 101), (30, 120)):
        found = {made.etag: document for made, document in history.versions(sale, first, last)}
        assert list(found) == list(range(first if first == 50 else 1, last + 1))
        assert all(document == offer(rank={"priority": etag}) for etag, document in found.items() if etag > 1)


def test_histories_of_two_items_are_told_apart(admin: Actor, sale: LibraryItem) -> None:
    other = make(admin, offer(name="Other"), id="other")
    assert [found.etag for found in history.revisions(other)] == [1]
    assert history.document_at(other, 1) == offer(name="Other")
    assert history.was_at(other, datetime.max.replace(tzinfo=UTC)).etag == 1
    with pytest.raises(NoSuchRevision):
        history.document_at(other, 2)


def test_an_undo_of_the_last_change_is_the_version_before_it(admin: Actor, sale: LibraryItem) -> None:
    assert history.undone(sale, 120).document == offer(rank={"priority": 119})
    (conflict,) = history.undone(sale, 119).conflicts
    assert (conflict.pointer, conflict.base, conflict.ours, conflict.theirs) == ("/rank/priority", 119, 120, 118)


def test_many_undos_of_nothing_are_nothing(sale: LibraryItem) -> None:
    assert history.undone_each([]) == []
    assert history.undone_each([(sale, 0), (sale, -5)]) == [None, None]
