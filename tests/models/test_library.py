"""What PostgreSQL itself holds us to: history is append-only, and columns say what the document says."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import WEB, Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE offers_revision SET note = 'x'",
        "UPDATE offers_revision SET note = note WHERE false",
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


def test_search_and_sort_columns_say_what_the_document_says(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, {"name": "설날"}, Kind.TAG, "tag")
    rule = {"name": "R", "condition": {"type": "PQL", "format": "pql/text", "value": "true"}}
    make(admin, rule, Kind.RULE, "rule")
    constraint = {
        "startDate": "2026-03-01T00:00:00+09:00",
        "endDate": "2026-04-01T00:00:00.000Z",
        "profileConstraintType": "eligibilityRule",
        "eligibilityRule": "rule",
    }
    document = offer(
        name="Spring 봄 Sale",
        description="About it",
        tags=["tag"],
        representations=[shown_in("home")],
        selectionConstraint=constraint,
        rank={"priority": 2**31 - 1},
    )
    item = make(admin, document, id="Sale-1")
    assert (item.name, item.status, item.priority) == ("Spring 봄 Sale", "draft", 2**31 - 1)
    assert item.starts_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert item.ends_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert sorted(item.references) == ["home", "rule", "tag"]
    assert item.channels == [WEB]
    for text in ("sale-1", "spring 봄 sale", "about it", "hello"):
        assert text in item.search
    patch(admin, item, replace("/name", "Autumn"))
    assert LibraryItem.objects.get(key=item.key).name == "Autumn"


def test_a_decisions_window_and_references_are_columns_too(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, {"name": "T"}, Kind.TAG, "tag")
    make(admin, {"name": "All", "filterType": "any-tags", "ids": ["tag"]}, Kind.COLLECTION, "all")
    make(admin, {"name": "Else", "status": "draft"}, Kind.FALLBACK_OFFER, "else")
    decision = {
        "name": "D",
        "status": "draft",
        "startDate": "2026-01-01T00:00:00Z",
        "fallback": "else",
        "criteria": [{"placements": ["home"], "optionSelection": {"filter": "all"}}],
    }
    item = make(admin, decision, Kind.DECISION)
    assert sorted(item.references) == ["all", "else", "home"]
    assert (item.starts_at, item.ends_at) == (datetime(2026, 1, 1, tzinfo=UTC), None)
    assert LibraryItem.objects.get(id="all").references == ["tag"]


def test_a_generated_column_cannot_be_written(admin: Actor) -> None:
    item = make(admin, offer())
    refused = pytest.raises(ProgrammingError, match="can only be updated to DEFAULT")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE offers_libraryitem SET name = 'x' WHERE key = %s", [item.key])


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
