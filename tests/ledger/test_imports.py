"""Bulk import of items with their histories: the same revisions as the write path makes, all of them or none."""

import dataclasses
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import IntegrityError

from offers.access.permissions import Actor
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.ledger import imports, writes
from offers.ledger.heads import first_head
from offers.ledger.imports import DanglingReference, Past, Version, import_history
from offers.ledger.records import REVISION_COLUMNS, Stamp, record
from offers.models import LibraryItem, Listing, ListingPast, Revision
from tests.cast import (
    FORM,
    Role,
    actor,
    differences,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    salts_of,
    shown_in,
)

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)
OFFER = Kind.PERSONALIZED_OFFER


@pytest.fixture
def mina(db: None) -> Actor:
    return actor(make_sandbox())


def past(by: Actor, *documents: dict[str, object] | None, id: str = "sale", minutes: int = 0) -> Past:
    """An offer that had these documents, an hour after each other."""
    start = THEN + timedelta(minutes=minutes)
    return Past(OFFER, id, [Version(by, start + timedelta(hours=n), it, FORM) for n, it in enumerate(documents)])


def test_an_imported_history_is_that_of_the_write_path_to_the_byte(mina: Actor) -> None:
    versions = [offer(), offer(name="Summer"), offer(name="Summer", rank={"priority": 5})]
    import_history(mina.sandbox, [past(mina, *versions)])
    imported = list(Revision.objects.order_by("etag"))
    before = ""
    for found, document in zip(imported, versions, strict=True):
        head = dataclasses.replace(first_head(mina, OFFER, "sale", document, found.created_at), etag=found.etag)
        salts = salts_of(found)
        head, _text, values = record(mina, before, head, orjson.loads(found.patch), FORM, salts)
        before = head.digest
        assert [getattr(found, name) for name in REVISION_COLUMNS if name != "refers_to"] == [
            value for name, value in zip(REVISION_COLUMNS, values, strict=True) if name != "refers_to"
        ]
    assert [orjson.loads(found.patch) for found in imported] == [
        [{"op": "add", "path": "", "value": offer()}],
        replace("/name", "Summer"),
        replace("/rank/priority", 5),
    ]
    assert differences() == []


def test_an_imported_item_says_who_made_it_and_who_changed_it_last(mina: Actor) -> None:
    feed = Actor(mina.sandbox, Role.EDITOR, "Feed", client_id="feed")
    versions = [
        Version(mina, THEN, offer(), FORM),
        Version(feed, THEN + timedelta(days=1), offer(name="B"), Stamp("api", note="n")),
    ]
    assert import_history(mina.sandbox, [Past(OFFER, "sale", versions)]) == imports.Imported(1, 2)
    item, last = LibraryItem.objects.get(), Revision.objects.get(etag=2)
    assert (item.etag, item.name, item.created_by, item.created_at) == (2, "B", "Mina Park", THEN)
    assert (item.modified_by, item.modified_by_client, item.modified_at) == ("Feed", "feed", THEN + timedelta(days=1))
    assert (last.client_id, last.source, last.note) == ("feed", "api", "n")


def test_an_imported_item_goes_on_in_the_write_path(mina: Actor) -> None:
    import_history(mina.sandbox, [past(mina, offer())])
    assert patch(mina, LibraryItem.objects.get(), replace("/name", "Now")).head.etag == 2
    assert writes.create(mina, OFFER, offer(), FORM).head.key != LibraryItem.objects.get(id="sale").key
    assert differences() == []


def test_a_deleted_item_can_be_imported_and_come_back(mina: Actor) -> None:
    import_history(
        mina.sandbox, [past(mina, offer(), None, id="gone"), past(mina, offer(), None, offer(name="B"), id="back")]
    )
    gone, back = LibraryItem.objects.get(id="gone"), LibraryItem.objects.get(id="back")
    assert (gone.deleted_at, gone.document) == (THEN + timedelta(hours=1), offer())
    assert (back.deleted_at, back.name, back.etag) == (None, "B", 3)
    assert differences() == []


def test_lists_know_of_an_imported_item_what_they_would_have_known(mina: Actor) -> None:
    """The same documents through the write path leave the same rows, but for the times."""
    make_placement(mina)
    shown = [shown_in("home")]
    other = [{**shown[0], "components": [{**shown[0]["components"][0], "content": "Bye"}]}]
    documents = [
        offer(),
        offer(description="Only in the form"),
        offer(rank={"priority": 5}),
        offer(rank={"priority": 5}, representations=shown),
        offer(rank={"priority": 5}, representations=other),
        None,
        offer(rank={"priority": 5}, representations=other),
    ]
    import_history(mina.sandbox, [past(mina, *documents)])
    _walk(mina, documents, "walked")
    known = {}
    for id in ("sale", "walked"):
        times = dict(Revision.objects.filter(item__id=id).values_list("created_at", "etag"))
        rows = [
            (times[row.since], times[row.until], row.name, row.priority, row.references, row.channels, row.deleted)
            for row in ListingPast.objects.filter(item__id=id).order_by("since")
        ]
        now = Listing.objects.get(id=id)
        known[id] = [*rows, (times[now.since], now.name, now.deleted_at)]
    assert known["sale"] == known["walked"]
    assert [row[0] for row in known["sale"]] == [1, 3, 4, 6, 7]
    assert differences() == []


def _walk(by: Actor, documents: Sequence[dict[str, object] | None], id: str) -> None:
    """Make these versions of an offer one by one, as people do. The first after a deletion brings back what was deleted."""
    item = make(by, documents[0] or {}, id=id)
    for before, after in itertools.pairwise(documents):
        if after is None:
            writes.delete(by, [OFFER], id, FORM)
        else:
            if before is None:
                writes.undelete(by, [OFFER], id, FORM)
            patch(by, item, [{"op": "replace", "path": "", "value": after}])


def test_revisions_are_stored_in_the_order_of_their_times(mina: Actor) -> None:
    items = [
        past(mina, offer(), offer(name="B"), id="late", minutes=30),
        past(mina, offer(), offer(name="B"), id="early"),
    ]
    import_history(mina.sandbox, items)
    times = list(Revision.objects.order_by("key").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert len(set(times)) == 4


def test_rounds_hold_no_more_than_a_batch(mina: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    stored = import_history(mina.sandbox, (past(mina, offer(), offer(name="B"), id=f"o{n}") for n in range(5)))
    assert stored == imports.Imported(5, 10)
    assert LibraryItem.objects.filter(etag=2).count() == 5
    assert differences() == []


def test_every_fiftieth_imported_revision_keeps_the_whole_document(mina: Actor) -> None:
    import_history(mina.sandbox, [past(mina, *(offer(rank={"priority": n}) for n in range(51)))])
    (kept,) = Revision.objects.filter(snapshot__isnull=False)
    assert (kept.etag, orjson.loads(kept.snapshot or "")) == (50, offer(rank={"priority": 49}))
    assert differences() == []


def test_it_refuses_an_invalid_document_and_stores_nothing(mina: Actor) -> None:
    with pytest.raises(InvalidDocument):
        import_history(mina.sandbox, [past(mina, offer(), id="a"), past(mina, offer(), offer(name=""), id="b")])
    assert not LibraryItem.objects.exists()
    assert not Revision.objects.exists()


def test_it_refuses_a_reference_to_what_is_neither_there_nor_imported(mina: Actor) -> None:
    with pytest.raises(DanglingReference, match="no tag with the id holiday in prod"):
        import_history(mina.sandbox, [past(mina, offer(tags=["holiday"]))])
    assert not LibraryItem.objects.exists()
    tag = Past(Kind.TAG, "holiday", [Version(mina, THEN, {"name": "Holiday"}, FORM)])
    assert import_history(mina.sandbox, [past(mina, offer(tags=["holiday"])), tag]).items == 2


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        ([], "has no version"),
        ([None], "deleted when it is not there"),
        ([offer(), None, None], "deleted when it is not there"),
        ([offer(), offer()], "changes nothing"),
    ],
)
def test_it_refuses_a_history_that_makes_no_sense(
    mina: Actor, documents: list[dict[str, object] | None], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        import_history(mina.sandbox, [past(mina, *documents)])


def test_it_refuses_versions_out_of_order(mina: Actor) -> None:
    versions = [Version(mina, THEN, offer(), FORM), Version(mina, THEN, offer(name="B"), FORM)]
    with pytest.raises(ValueError, match="not later than the one before"):
        import_history(mina.sandbox, [Past(OFFER, "sale", versions)])


def test_it_refuses_an_id_that_is_taken(mina: Actor) -> None:
    import_history(mina.sandbox, [past(mina, offer())])
    with pytest.raises(IntegrityError):
        import_history(mina.sandbox, [past(mina, offer())])
    assert Revision.objects.count() == 1


def test_it_refuses_a_reference_to_what_is_deleted_of_another_kind_or_elsewhere(mina: Actor) -> None:
    elsewhere = actor(make_sandbox("dev"))
    make(elsewhere, {"name": "Theirs"}, Kind.TAG, "theirs")
    make_placement(mina, "place")
    make(mina, {"name": "Gone"}, Kind.TAG, "gone")
    writes.delete(mina, [Kind.TAG], "gone", FORM)
    for id in ("theirs", "place", "gone"):
        with pytest.raises(DanglingReference, match=f"there is no tag with the id {id} in prod"):
            import_history(mina.sandbox, [past(mina, offer(tags=[id]))])
    assert LibraryItem.objects.filter(kind=OFFER).count() == 0


def test_only_what_an_item_refers_to_at_last_must_be_there(mina: Actor) -> None:
    stored = import_history(
        mina.sandbox, [past(mina, offer(tags=["gone"]), offer()), past(mina, offer(tags=["gone"]), None, id="b")]
    )
    assert stored == imports.Imported(2, 4)
    assert differences() == []


def test_a_version_out_of_order_is_named(mina: Actor) -> None:
    early = THEN - timedelta(seconds=1)
    versions = [Version(mina, THEN, offer(), FORM), Version(mina, early, offer(name="B"), FORM)]
    with pytest.raises(ValueError, match="version 2 of sale is not later than the one before"):
        import_history(mina.sandbox, [Past(OFFER, "sale", versions)])
    versions[1] = Version(mina, THEN + timedelta(microseconds=1), offer(name="B"), FORM)
    assert import_history(mina.sandbox, [Past(OFFER, "sale", versions)]).revisions == 2


def test_an_import_of_nothing_stores_nothing(mina: Actor) -> None:
    assert import_history(mina.sandbox, []) == imports.Imported(0, 0)


def test_what_fails_in_a_later_batch_takes_the_earlier_ones_with_it(
    mina: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 1)
    with pytest.raises(ValueError, match="b has no version"):
        import_history(mina.sandbox, [past(mina, offer(), id="a"), past(mina, id="b")])
    assert (LibraryItem.objects.count(), Revision.objects.count()) == (0, 0)


def test_an_imported_item_is_found_by_its_words(mina: Actor) -> None:
    import_history(mina.sandbox, [past(mina, offer(name="Winter"), offer(name="Summer"))])
    found = Listing.objects.get(id="sale")
    assert (found.name, found.modified_by_key, found.deleted_at) == ("Summer", mina.key, None)
    assert found.since == THEN + timedelta(hours=1)
