import random
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core import signing
from django.db import connection

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.heads import Head
from offers.ledger.records import Stamp
from offers.lists import programs
from offers.lists.expressions import QueryError, conditions
from offers.lists.keyset import Page
from offers.models import Membership, Sandbox
from tests.cast import make_placement, shown_in
from tests.lists.test_expressions import offer

KINDS = (Kind.PERSONALIZED_OFFER,)
COUNT = 23


@pytest.fixture
def actor(db: None) -> Actor:
    sandbox = Sandbox.objects.create(org_id="O", name="prod", title="Prod")
    actor = Actor(sandbox, Membership.Role.ADMIN, "Mina Park")
    rng = random.Random(7)
    for number in range(COUNT):
        more: dict[str, Any] = {"description": rng.choice(["x", "y"])} if rng.random() < 0.6 else {}
        document = offer(rng.choice(["Same", "Other", "세번째"]), rank={"priority": rng.randrange(3)}, **more)
        writes.create(actor, Kind.PERSONALIZED_OFFER, document, Stamp("import"), id=f"offer{number:02}")
    return actor


def page(actor: Actor, order: str, size: int, cursor: str = "", *expressions: str) -> Page[Head]:
    return programs.page(actor.sandbox.pk, KINDS, conditions(expressions), programs.order([order]), size, cursor)


def ids(page: Page[Head]) -> list[str]:
    return [head.id for head in page.items]


ORDERS = [
    *("modified", "-modified", "name", "-name", "name,-modified", "-rank.priority,name", "description,-id", "id"),
    *("selectionConstraint.startDate", "-description", "nothing", "-etag,-created", "rank"),
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4, COUNT])
def test_pages_forward_and_backward_give_the_whole_list_in_order(actor: Actor, order: str, size: int) -> None:
    whole = ids(page(actor, order, 100))
    assert len(set(whole)) == COUNT
    forward, cursor, last = [], "", ""
    while True:
        found = page(actor, order, size, cursor)
        assert found.total == COUNT
        forward += ids(found)
        last, cursor = found.previous, found.next
        if not cursor:
            break
    assert forward == whole
    backward: list[str] = []
    while last:
        found = page(actor, order, size, last)
        backward = ids(found) + backward
        assert found.next
        last = found.previous
    assert backward == whole[: len(backward)]
    assert len(backward) == (COUNT - 1) // size * size


def test_orders_mean_what_they_say(actor: Actor) -> None:
    found = page(actor, "-rank.priority,name", 100).items
    keys = [(-head.document["rank"]["priority"], head.document["name"]) for head in found]
    assert keys == sorted(keys)


def test_edits_between_two_pages_neither_repeat_nor_skip_what_stays_put(actor: Actor) -> None:
    whole = ids(page(actor, "name,id", 100))
    first = page(actor, "name,id", 5)
    for id in (whole[0], whole[5]):
        writes.delete(actor, KINDS, id, Stamp("api"))
    writes.create(actor, KINDS[0], offer("AAA first"), Stamp("api"))
    rest = page(actor, "name,id", 100, first.next)
    assert ids(first) + ids(rest) == [id for id in whole if id != whole[5]]


@pytest.mark.parametrize("cursor", ["nonsense", "é", "bm90IGpzb24", "W10", "WyJuIiwiLW1vZGlmaWVkIiwieCJd"])
def test_a_cursor_that_is_none_is_refused(actor: Actor, cursor: str) -> None:
    with pytest.raises(QueryError):
        page(actor, "-modified", 5, cursor)


def test_a_cursor_of_another_order_is_refused(actor: Actor) -> None:
    cursor = page(actor, "name", 5).next
    with pytest.raises(QueryError):
        page(actor, "-name", 5, cursor)


def test_a_cursor_with_a_forged_value_is_refused_and_shows_nothing(actor: Actor) -> None:
    content = ["n", "modified:timestamptz", "'; DROP TABLE x; --", "1"]
    forged = signing.b64_encode(orjson.dumps(content)).decode() + page(actor, "modified", 5).next[-44:]
    with pytest.raises(QueryError) as caught:
        page(actor, "modified", 5, forged)
    assert caught.value.status == 400
    assert page(actor, "modified", 5).total == COUNT


@pytest.mark.parametrize("order", ["a..b", "-", "a,b,c,d,e", "x" * 5 + "\0", "x" * 201])
def test_an_order_that_is_none_is_refused(actor: Actor, order: str) -> None:
    with pytest.raises(QueryError):
        page(actor, order, 5)


def test_every_cursor_fits_into_an_address_whatever_the_items_are_ordered_by(actor: Actor) -> None:
    long = "한\u0001" * 2_000
    contents = [{"type": "html", "format": "text/html", "content": long}]
    make_placement(actor)
    for number in range(3):
        more = {"description": long[:4_000], "characteristics": dict.fromkeys(("a", "b", "c"), "🎉" * 250)}
        document = offer("🎉" * 255, representations=[shown_in("home", components=contents)], **more)
        head = writes.create(actor, KINDS[0], document, Stamp("import"), id=f"long{number}").head
    assert head.document["description"] == long[:4_000]
    for order in (
        *("representations", "-representations", "representations.0.components.0.content", "-characteristics"),
        *("characteristics.a,characteristics.b,characteristics.c,description", "name,createdBy,id,lastModifiedBy"),
        ",".join(f"{letter * 195}.{letter}" for letter in "abcd"),
    ):
        seen, cursor = set[str](), ""
        while True:
            found = page(actor, order, 5, cursor)
            seen |= set(ids(found))
            cursor = found.next
            assert len(cursor) < 5_000
            if not cursor:
                break
        assert len(seen) == COUNT + 3


def test_a_field_that_is_named_again_decides_nothing(actor: Actor) -> None:
    assert ids(page(actor, "name,-name,name,id,name,-id,name", 100)) == ids(page(actor, "name,id", 100))


def test_a_list_without_a_regular_expression_is_stopped_as_well(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    make_placement(actor)
    contents = [{"type": "html", "format": "text/html", "content": random.Random(7).randbytes(1_400).hex()}] * 100
    large = offer("Large", representations=[shown_in("home", components=contents)])
    for _ in range(8):
        writes.create(actor, KINDS[0], large, Stamp("import"))
    monkeypatch.setattr(programs, "TIMEOUT_MS", 1)
    with pytest.raises(QueryError) as caught:
        page(actor, "id", 5, "", *["representations.components.content!=y"] * 8)
    assert (caught.value.status, caught.value.code) == (422, "query-too-slow")
    monkeypatch.undo()
    assert page(actor, "id", 5).total == COUNT + 8


@pytest.mark.parametrize("order", ["name; DROP TABLE x", "a'b", 'a"b', "%s", "$1"])
def test_a_hostile_order_is_only_a_parameter(actor: Actor, order: str) -> None:
    assert page(actor, order, 5).total == COUNT


def test_a_regular_expression_that_runs_on_is_stopped_and_the_connection_stays_usable(actor: Actor) -> None:
    document = offer("Slow", description="a" * 400 + "x" + "a" * 399 + "b")
    writes.create(actor, KINDS[0], document, Stamp("import"))
    started = time.perf_counter()
    with pytest.raises(QueryError) as caught:
        page(actor, "id", 5, "", "description~" + r"^(a*)(a*)(a*)(a*)x\1\2\3\4b$")
    assert time.perf_counter() - started < 3
    assert (caught.value.status, caught.value.code) == (422, "query-too-slow")
    assert page(actor, "id", 5).total == COUNT + 1


@pytest.mark.django_db(transaction=True)
def test_the_timeout_of_a_list_ends_with_its_query(actor: Actor) -> None:
    assert page(actor, "id", 5, "", "name~Same").total > 0
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("30s",)


@pytest.mark.parametrize(("text", "expected"), [(None, 25), ("1", 1), ("100", 100), ("007", 7)])
def test_a_limit_is_at_most_a_hundred(text: str | None, expected: int) -> None:
    assert programs.limit(text) == expected


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5", "²", "101", "9" * 20])
def test_a_limit_that_is_no_whole_number_up_to_a_hundred_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        programs.limit(text)


@pytest.mark.parametrize(
    ("ask", "code", "told"),
    [
        (lambda: programs.limit("101"), "bad-limit", "limit is a whole number from 1 to 100."),
        (lambda: programs.order(["a,b", "c,d,e"]), "too-many-fields", "There can be at most 4 fields to order by."),
    ],
)
def test_what_is_refused_is_told_with_its_limit(ask: Callable[[], object], code: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        ask()
    (problem,) = caught.value.problems
    assert (problem.code, problem.text, caught.value.status) == (code, told, 400)


def test_what_the_database_refuses_is_told_as_what_it_is(actor: Actor) -> None:
    for expression, cursor, code in (("name~(", "", "bad-regex"), ("name~a", "zz", "bad-cursor")):
        with pytest.raises(QueryError) as caught:
            page(actor, "id", 5, cursor, expression)
        assert (caught.value.status, caught.value.code) == (400, code)
    assert page(actor, "id", 5).total == COUNT


def test_an_order_has_up_to_four_fields_each_way_and_the_key_behind_them() -> None:
    def told(*texts: str) -> list[tuple[str, bool]]:
        return [(key.name, key.descending) for key in programs.order(texts)]

    assert told() == told("") == told(" , ,") == [("modified", True), ("key", True)]
    assert told("name, -etag") == told("name", "-etag") == [("name", False), ("etag", True), ("key", True)]
    assert told("a,b,c,d") == [*((name, False) for name in "abcd"), ("key", False)]
    assert told("a,b,c,d,-a,b") == told("a,b,c,d")


def test_a_list_is_of_its_kinds_and_of_what_is_there(actor: Actor) -> None:
    make_placement(actor)
    assert page(actor, "id", 100).total == COUNT
    writes.delete(actor, KINDS, "offer00", Stamp("api"))
    assert page(actor, "id", 1).items[0].id == "offer01"
    assert programs.page(actor.sandbox.pk + 1, KINDS, [], programs.order([])).items == []


def test_a_page_that_is_just_full_has_no_next(actor: Actor) -> None:
    for size, more in ((COUNT - 1, True), (COUNT, False), (COUNT + 1, False)):
        found = page(actor, "id", size)
        assert (bool(found.next), found.previous, found.total) == (more, "", COUNT)


def test_what_has_no_value_there_stands_where_null_would(actor: Actor) -> None:
    up, down = page(actor, "description", 100), page(actor, "-description", 100)
    assert ids(up) == ids(down)[::-1]
    told = ["description" in head.document for head in up.items]
    assert told == sorted(told), "first those without, then those with one"
