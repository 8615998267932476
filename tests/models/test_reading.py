"""Where items are read from: with a router to a copy of the database, the copy answers and the writes go where they went."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, models
from django.test import Client
from pytest_django import Settings

from offers.models import LibraryItem, Listing, ListingPast, Membership, Revision, SearchText, reading
from tests.api.conftest import fill, make_caller
from tests.cast import make_sandbox

MODELS = (LibraryItem, Listing, ListingPast, Revision, SearchText)
TABLES = tuple(model._meta.db_table for model in MODELS)
OFFER = "personalizedOffer1234"
PAGES = (
    *("", "offers/", "offers/?q=offer&sort=name", "offers/filters/tag/?find-tag=loy", "placements/"),
    *(f"offers/{OFFER}/", f"offers/{OFFER}/edit/", f"offers/{OFFER}/compare/?from=1&to=2", f"offers/{OFFER}/blame/"),
    *(f"offers/{OFFER}/history/", f"offers/{OFFER}/history/2/", f"offers/{OFFER}/api/"),
    "placements/offerPlacement1234/",
)
CALLS = (
    *("offers?offer-type=personalized", "placements?property=name~offer&orderBy=-name"),
    *(f"offers/{OFFER}?offer-type=personalized", f"offers/{OFFER}?offer-type=personalized&asOf=2100-01-01T00:00:00Z"),
    *(f"offers/{OFFER}/revisions", f"offers/{OFFER}/revisions/2", f"offers/{OFFER}/blame"),
)


class ToTheCopy:
    """A router as an operator would write one: items and history are read from the copy."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str | None:
        return "copy" if model in MODELS and not connection.in_atomic_block else None

    def allow_relation(self, one: models.Model, other: models.Model, **hints: object) -> bool:
        return True


Seen = list[str]


def note_in(seen: Seen) -> Callable[..., Any]:
    def note(execute: Callable[..., Any], sql: str, params: object, many: bool, context: dict[str, Any]) -> Any:
        if not context["connection"].in_atomic_block or context["connection"].alias == "copy":
            seen.extend(
                table for table in TABLES if table in sql and sql.lstrip().startswith(("SELECT", "WITH RECURSIVE"))
            )
        return execute(sql, params, many, context)

    return note


@pytest.fixture
def copy(transactional_db: None, settings: Settings) -> Iterator[str]:
    """A second way to the test's database, which lets nobody write."""
    connections["copy"] = connection.copy("copy")
    with connections["copy"].cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    settings.DATABASE_ROUTERS = [ToTheCopy()]
    yield "copy"
    connections["copy"].close()
    del connections["copy"]


def test_a_copy_answers_whatever_is_read_and_nothing_that_is_written(copy: str) -> None:
    sandbox = make_sandbox()
    fill(sandbox)
    program = make_caller("editor-client", (sandbox, Membership.Role.ADMIN))
    user = User.objects.create_user("mina")
    Membership.objects.create(sandbox=sandbox, user=user, role=Membership.Role.ADMIN)
    person = Client()
    person.force_login(user)
    change = [{"op": "replace", "path": "/name", "value": "Spring"}]
    assert program("PATCH", f"offers/{OFFER}?offer-type=personalized", change, If_Match='"1"').status_code == 200
    at_home: Seen = []
    in_copy: Seen = []
    pages = [partial(person.get, f"/s/prod/{path}") for path in PAGES]
    calls = [partial(program, "GET", path) for path in CALLS]
    with connection.execute_wrapper(note_in(at_home)), connections[copy].execute_wrapper(note_in(in_copy)):
        for ask in (*pages, *calls):
            in_copy.clear()
            assert (ask.args, ask().status_code, at_home) == (ask.args, 200, [])
            assert in_copy, ask.args


@pytest.mark.django_db
def test_an_item_is_read_with_everything_that_its_model_has() -> None:
    sandbox = make_sandbox()
    fill(sandbox)
    whole = LibraryItem.objects.get(id=OFFER)
    found = reading.item_of(sandbox, OFFER)
    assert found is not None
    names = [field.attname for field in LibraryItem._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(whole, name) for name in names]
    assert (found, found.sandbox) == (whole, sandbox)
    assert reading.item_of(make_sandbox("dev"), OFFER) is None
    assert reading.item_of(sandbox, "nothing") is None


@pytest.mark.django_db(transaction=True)
def test_a_stream_gives_every_row_in_order_and_ends_its_transaction() -> None:
    numbers = [number for (number,) in reading.stream("SELECT * FROM generate_series(1, %s)", [reading.CHUNK * 2 + 1])]
    assert numbers == list(range(1, reading.CHUNK * 2 + 2))
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_setting_ends_with_its_block_and_gives_back_what_was_around_it() -> None:
    def now() -> str:
        ((found,),) = reading.rows("SELECT current_setting('statement_timeout')", [])
        return str(found)

    usual = now()
    with reading.under("statement_timeout", 2_000):
        with reading.under("statement_timeout", 500):
            assert now() == "500ms"
        assert now() == "2s"
    assert now() == usual
