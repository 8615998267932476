"""A sandbox with two admins, an offer whose history says what it should not, and the whole database to search."""

import pytest
from django.db import connection

from offers import proof
from offers.access.permissions import Actor
from offers.log import checking
from offers.models import LibraryItem, Sandbox
from tests.cast import Role, make, make_placement, make_sandbox, offer, patch, replace, shown_in
from tests.review.conftest import Cast, cast_in, member

SECRET = "Ask Hana Seo 010-2345"
TEXTS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = ANY(%s)"


@pytest.fixture
def people(db: None) -> Cast:
    return cast_in(make_sandbox())


@pytest.fixture
def hyun(people: Cast) -> Actor:
    """A second admin beside Jisoo."""
    return member(people.sandbox, "hyun", Role.ADMIN)


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    """An offer that said it in three places, and says it no more."""
    make_placement(people.setup)
    made = make(people.mina, offer(name="Spring sale", representations=[shown_in("home")]), id="sale")
    patch(people.mina, made, replace("/name", f"Sale. {SECRET}"))
    patch(people.jun, made, replace("/representations/0/components/0/content", f"<b>{SECRET}</b>"))
    patch(people.jun, made, [{"op": "add", "path": "/description", "value": SECRET}])
    for count in range(50):
        patch(people.jun, made, replace("/rank/priority", count + 2))
    patch(people.jun, made, [*replace("/name", "Spring sale"), {"op": "remove", "path": "/description"}])
    patch(people.mina, made, replace("/representations/0/components/0/content", "Hello"))
    made.refresh_from_db()
    return made


def found(text: str) -> set[str]:
    """Every column of the database in which this text stands, as text or in bytes."""
    places = set()
    with connection.cursor() as cursor:
        kinds = ["text", "character varying", "jsonb", "json", "ARRAY", "bytea", "name", "xml", "USER-DEFINED"]
        cursor.execute(TEXTS, [kinds])
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE strpos("{column}"::text, %s) > 0 OR strpos("{column}"::text, %s) > 0',
                [text, text.encode().hex()],
            )
            if cursor.fetchone() != (0,):
                places.add(f"{table}.{column}")
    return places


def wrong() -> list[str]:
    """What verify_history says."""
    sandboxes = Sandbox.objects.all()
    logs = (one for sandbox in sandboxes for one in checking.check(sandbox))
    return [f"{one.id} {one.etag}: {one.message}" for one in (*proof.verify(sandboxes), *logs)]
