"""What PostgreSQL itself holds us to: history is append-only, and etags count."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from offers.access.permissions import Actor
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import Role, actor, make, make_sandbox, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE offers_revision SET note = 'x'",
        "UPDATE offers_revision SET note = note",
        "DELETE FROM offers_revision",
        "TRUNCATE offers_revision",
        "TRUNCATE offers_libraryitem CASCADE",
        "MERGE INTO offers_revision USING (VALUES (1)) AS v(n) ON true WHEN MATCHED THEN DELETE",
        "INSERT INTO offers_revision SELECT * FROM offers_revision ON CONFLICT (key) DO UPDATE SET note = 'x'",
    ],
)
def test_it_refuses_to_change_or_remove_a_revision(admin: Actor, sql: str) -> None:
    make(admin, offer())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Revision.objects.filter(note="").count() == 1


def test_history_cannot_be_removed_through_its_subjects(admin: Actor) -> None:
    user = User.objects.create_user("mina")
    item = make(Actor(admin.sandbox, Role.ADMIN, "Mina Park", user_id=user.pk), offer())
    with pytest.raises(ProtectedError):
        item.delete()
    with pytest.raises(ProtectedError):
        admin.sandbox.delete()
    user.delete()
    assert Revision.objects.get().actor_label == "Mina Park"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM offers_libraryitem")


@pytest.mark.parametrize("columns", ["etag", "key, etag"])
def test_an_etag_and_a_key_are_there_once(admin: Actor, columns: str) -> None:
    make(admin, offer())
    values = "etag" if columns == "etag" else "key, etag + 1"
    rest = "item_id, sandbox_id, patch, actor_label, client_id, source, refers_to, note, request_id, created_at, digest"
    refused = pytest.raises(IntegrityError, match="duplicate key")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO offers_revision ({columns}, {rest}) SELECT {values}, {rest} FROM offers_revision")


def test_an_etag_counts_from_one(admin: Actor) -> None:
    item = make(admin, offer())
    with pytest.raises(IntegrityError, match="item_etag_counts_from_one"), transaction.atomic():
        LibraryItem.objects.filter(key=item.key).update(etag=0)


def test_things_are_named_for_people(admin: Actor) -> None:
    item = make(admin, offer(), id="sale")
    assert str(admin.sandbox) == "prod"
    assert str(item) == "personalized-offer sale at etag 1"
    assert str(Revision.objects.get()) == f"revision 1 of item {item.key}"
    assert Sandbox.objects.get() == admin.sandbox


def test_a_change_locks_no_row_but_its_items() -> None:
    """Whatever a new row of history refers to is locked by PostgreSQL until the commit: of a sandbox, by every change of its items."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'
                  AND conrelid IN ('offers_revision'::regclass, 'offers_listingpast'::regclass)"""
        )
        assert cursor.fetchall() == [("offers_libraryitem",)]


def test_a_document_is_stored_as_it_is(admin: Actor) -> None:
    """To compress it costs a change a fifth of its time in PostgreSQL."""
    long = {**offer(), "description": "The same words again. " * 90}
    item = make(admin, {**long, "characteristics": {"notes": "And again the same. " * 45}})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_column_size(document) > octet_length(document::text) * 0.9 FROM offers_libraryitem WHERE key = %s",
            [item.pk],
        )
        assert cursor.fetchone()[0]
