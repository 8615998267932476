"""`manage.py demo_data`: fills an empty database, and no other."""

import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from offers.demo import load
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import actor, differences, make, make_sandbox, offer

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


def test_it_fills_an_empty_database_once() -> None:
    assert "Sample library: 12 offers in prod" in run("--offers", "12")
    count = LibraryItem.objects.count()
    assert "nothing was added" in run("--offers", "12")
    assert LibraryItem.objects.count() == count
    assert LibraryItem.objects.filter(sandbox__name="prod", kind__endswith="offer").count() == 12
    assert differences() == []


def test_all_of_it_happened_before_the_moment_it_is_told() -> None:
    run("--offers", "30", "--now", "2024-05-02T14:00:00+02:00")
    last = Revision.objects.order_by("-created_at")[0].created_at
    assert datetime(2024, 5, 1, tzinfo=UTC) < last < datetime(2024, 5, 2, 12, 1, tzinfo=UTC)


def test_it_leaves_a_library_alone() -> None:
    make(actor(make_sandbox("mine")), offer())
    assert "nothing was added" in run("--offers", "12")
    assert Sandbox.objects.count() == 1
    assert not User.objects.exists()


def test_it_refuses_a_database_that_has_accounts_of_its_own() -> None:
    User.objects.create_user("mina")
    with pytest.raises(CommandError, match="accounts of its own"):
        run("--offers", "12")
    assert not Sandbox.objects.exists()


@pytest.mark.parametrize("arguments", [("--offers", "6"), ("--offers", "12", "--now", "2026-11-23T14:00:00")])
def test_it_refuses_what_it_cannot_do(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not User.objects.exists()


def test_a_large_library_gets_its_text_index_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def index() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_indexdef('search_by_trigram'::regclass)")
            return str(cursor.fetchone()[0])

    before = index()
    monkeypatch.setattr(load, "MANY", 10)
    run("--offers", "12")
    assert index() == before
    assert differences() == []
