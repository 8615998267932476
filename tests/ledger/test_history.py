"""What was: any version, any instant, who changed what, what an undo makes of it, and whether it is intact."""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers.access.permissions import Actor
from offers.api.wire.dates import receipted, shown
from offers.document.merge import merge
from offers.document.validate import Kind
from offers.ledger import history, writes
from offers.ledger.history import NoSuchRevision
from offers.ledger.imports import Past, Version, import_history
from offers.ledger.leaf import commitment
from offers.ledger.records import Stamp, canonical
from offers.lists.expressions import parse_instant
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import FORM, actor, differences, make, make_sandbox, offer, patch, replace, salts_of


@pytest.fixture
def admin(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.fixture
def sale(admin: Actor) -> LibraryItem:
    """An offer at etag 120, whose priority is its etag: two snapshots lie in its history."""
    item = make(admin, offer(), id="sale")
    for etag in range(2, 121):
        patch(admin, item, replace("/rank/priority", etag))
    item.refresh_from_db()
    return item


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
    assert history.etag_at(sale, at) == 120
    assert history.etag_at(sale, at + timedelta(days=1)) == 120
    assert history.etag_at(sale, datetime.max.replace(tzinfo=UTC)) == 120
    for before_all in (sale.created_at - timedelta(milliseconds=1), datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(NoSuchRevision):
            history.etag_at(sale, before_all)


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
            assert history.etag_at(item, given_back) == max(alike)


def test_a_deleted_version_has_no_document(admin: Actor) -> None:
    item = make(admin, offer(), id="sale")
    writes.delete(admin, list(Kind), "sale", FORM)
    writes.undelete(admin, list(Kind), "sale", FORM)
    item.refresh_from_db()
    assert [history.document_at(item, etag) for etag in (1, 2, 3)] == [offer(), None, offer()]


def test_blame_names_the_revision_that_last_changed_each_field(admin: Actor) -> None:
    item = make(admin, offer(tags=[]))
    jun = actor(admin.sandbox, label="Jun Lee")
    patch(jun, item, replace("/name", "Summer sale"))
    patch(admin, item, replace("/rank/priority", 9))
    patch(jun, item, replace("/rank/priority", 1))
    item.refresh_from_db()
    lines, revisions = history.blame_of(item)
    assert {line.pointer: line.etag for line in lines} == {
        "/name": 2,
        "/rank/priority": 4,
        "/selectionConstraint/endDate": 1,
        "/selectionConstraint/startDate": 1,
        "/status": 1,
        "/tags": 1,
    }
    assert {etag: found.actor_label for etag, found in revisions.items()} == {
        1: "Mina Park",
        2: "Jun Lee",
        4: "Jun Lee",
    }


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


def tamper(sql: str, *values: str) -> None:
    """Change history the only way it can be changed: as the table's owner, with its trigger out of the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE offers_revision DISABLE TRIGGER revision_append_only")
        cursor.execute(sql, values or None)
        assert cursor.rowcount == 1, "the tampering itself must hit one row"
        cursor.execute("ALTER TABLE offers_revision ENABLE TRIGGER revision_append_only")


REVISION = "UPDATE offers_revision SET {} WHERE etag = 50"
ITEM = "UPDATE offers_libraryitem SET {} WHERE id = 'sale'"
DIGEST = "the digest does not match what the revision says"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (REVISION.format("""patch = replace(patch, '"value":50', '"value":51')"""), DIGEST),
        (REVISION.format("patch = 'not json'"), "the patch cannot be replayed (JSONDecodeError)"),
        (REVISION.format("actor_id = 77"), DIGEST),
        (REVISION.format("actor_label = 'Somebody Else'"), DIGEST),
        (REVISION.format("client_id = 'feed'"), DIGEST),
        (REVISION.format("source = 'api'"), DIGEST),
        (REVISION.format("""refers_to = '{"undoes": 3}'"""), DIGEST),
        (REVISION.format("note_salt = sha256('')"), DIGEST),
        (REVISION.format("document_salt = NULL"), DIGEST),
        (
            REVISION.format("""erased = jsonb_build_object('note', encode(sha256(note_salt), 'hex'))"""),
            "the note was erased, and nothing says by whom",
        ),
        (REVISION.format("note = 'Legal said so'"), DIGEST),
        (REVISION.format("request_id = 'r'"), DIGEST),
        (REVISION.format("created_at = created_at - interval '1 microsecond'"), DIGEST),
        (REVISION.format("digest = repeat('0', 64)"), DIGEST),
        (
            REVISION.format("snapshot = replace(snapshot, 'Spring', 'Autumn')"),
            "the snapshot differs from the replayed document",
        ),
        (
            REVISION.format("sandbox_id = (SELECT id FROM offers_sandbox WHERE name = 'dev')"),
            "the revision is filed under another sandbox than its item",
        ),
        (
            REVISION.format("item_id = (SELECT key FROM offers_libraryitem WHERE id = 'other'), etag = 2"),
            "the revision of etag 50 is missing",
        ),
        (REVISION.format("etag = 500"), "the revision of etag 50 is missing"),
        ("DELETE FROM offers_revision WHERE etag = 50", "the revision of etag 50 is missing"),
        (
            "DELETE FROM offers_revision WHERE etag = 1 AND item_id = (SELECT key FROM offers_libraryitem WHERE id = 'sale')",
            "the revision of etag 1 is missing",
        ),
        ("DELETE FROM offers_revision WHERE etag = 120", "the item is at etag 120, its history ends at 119"),
        (
            "DELETE FROM offers_revision WHERE item_id = (SELECT key FROM offers_libraryitem WHERE id = 'other')",
            "the item has no history",
        ),
        (
            ITEM.format("""document = jsonb_set(document, '{name}', '"Autumn sale"')"""),
            "the item's document differs from the replayed one",
        ),
        (ITEM.format("etag = 121"), "the item is at etag 121, its history ends at 120"),
        (ITEM.format("digest = repeat('0', 64)"), "the item's digest is not its last revision's"),
        (ITEM.format("deleted_at = now()"), "the item and its history disagree on whether it is deleted"),
        (ITEM.format("kind = 'fallback-offer'"), DIGEST),
        (ITEM.format("id = 'sale2'"), DIGEST),
        (
            ITEM.format("created_by = 'Somebody Else'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("created_by_client = 'feed'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("created_at = now() - interval '1 year'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("modified_by = 'Somebody Else'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_by_key = 'user-1'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_by_client = 'feed'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_at = now() + interval '1 year'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        ("UPDATE offers_sandbox SET name = 'production' WHERE name = 'prod'", DIGEST),
    ],
)
def test_verification_finds_what_was_tampered_with(sale: LibraryItem, admin: Actor, sql: str, message: str) -> None:
    make(admin, offer(), id="other")
    make_sandbox("dev")
    assert differences() == []
    tamper(sql)
    assert message in differences()


def test_verification_names_the_place(sale: LibraryItem) -> None:
    tamper(REVISION.format("note = 'Legal said so'"))
    (found,) = history.verify(Sandbox.objects.all())
    assert (found.sandbox, found.id, found.etag, found.message) == ("prod", "sale", 50, DIGEST)


def test_verification_takes_as_many_statements_for_many_items_as_for_one(admin: Actor) -> None:
    counts = []
    for wanted in (1, 3):
        while LibraryItem.objects.count() < wanted:
            make(admin, offer())
        with CaptureQueriesContext(connection) as statements:
            assert list(history.verify(Sandbox.objects.all())) == []
        counts.append(len(statements))
    assert counts == [3, 3]


def test_a_digest_can_be_computed_from_the_documented_recipe(admin: Actor) -> None:
    """docs/architecture.md, History: done here by hand, so that the recipe cannot change unnoticed."""
    item = make(admin, offer(), id="sale")
    patch(admin, item, replace("/name", "Sommer"))
    created, changed = Revision.objects.filter(item=item).order_by("etag")
    assert created.digest == by_hand(created, "", offer())
    assert changed.digest == by_hand(changed, created.digest, offer(name="Sommer"))


def by_hand(found: Revision, before: str, document: dict[str, object]) -> str:
    salts = salts_of(found)

    def committed(salt: bytes, text: str) -> str:
        assert len(salt) == 16
        return hashlib.sha256(salt + text.encode()).hexdigest()

    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    leaf: dict[str, object] = {
        "actor": None,
        "before": before,
        "client": "",
        "document": committed(salts.document, text),
        "door": "form",
        "etag": found.etag,
        "event": "revision",
        "item": "sale",
        "kind": "personalized-offer",
        "label": committed(salts.label, "Mina Park"),
        "note": committed(salts.note, ""),
        "patch": committed(salts.patch, found.patch),
        "refers_to": {},
        "request": "",
        "sandbox": "prod",
        "time": found.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
        "version": 1,
    }
    return hashlib.sha256(b"\0" + json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_what_is_erased_from_a_history_leaves_every_digest_as_it_was(admin: Actor) -> None:
    """A name and a note are erased, and a text that a patch wrote gets another one in its place, from there to the end."""
    item = make(admin, offer(), id="sale")
    noted = Stamp("form", note="as Jun asked")
    writes.change(admin, list(Kind), "sale", add("/description", "Call Jun Lee"), noted)
    patch(admin, item, replace("/rank/priority", 7))
    digests = list(Revision.objects.order_by("etag").values_list("digest", flat=True))
    erase(3, document=None)
    erase(2, actor_label="(erased)", note="(erased)", patch=canonical(add("/description", "(erased)")), document=None)
    LibraryItem.objects.update(document=offer(description="(erased)", rank={"priority": 7}))
    assert list(Revision.objects.order_by("etag").values_list("digest", flat=True)) == digests
    assert history.document_at(item, 2) == offer(description="(erased)")
    names = ("document", "label", "note", "patch", "document")
    assert differences() == [f"the {name} was erased, and nothing says by whom" for name in names]


def add(pointer: str, value: str) -> list[dict[str, object]]:
    return [{"op": "add", "path": pointer, "value": value}]


def erase(etag: int, **texts: str | None) -> None:
    """Put these texts in the place of a revision's, and the commitments to those that were there."""
    found = Revision.objects.get(etag=etag)
    was = {
        "patch": found.patch,
        "document": canonical(history.document_at(found.item, etag)),
        "label": found.actor_label,
        "note": found.note,
    }
    names = [name.removeprefix("actor_") for name in texts]
    kept = {name: commitment(getattr(found, f"{name}_salt"), was[name]) for name in names}
    written = {name: text for name, text in texts.items() if text is not None} | {"erased": canonical(kept)}
    sets = ", ".join([f"{name} = %s" for name in written] + [f"{name}_salt = NULL" for name in names])
    tamper(f"UPDATE offers_revision SET {sets} WHERE etag = {etag}", *written.values())


def test_no_two_commitments_share_a_salt(admin: Actor, sale: LibraryItem) -> None:
    every = [salt for found in Revision.objects.all() for salt in salts_of(found)]
    assert len(set(every)) == len(every) == 4 * 120


def test_a_revision_knows_the_transaction_that_stored_it(admin: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (now,) = cursor.fetchone()
    item = make(admin, offer())
    assert Revision.objects.get(item=item).xid == int(now)


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
