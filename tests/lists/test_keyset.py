"""Page by page: an order of any keys, both ways, with NULL; and cursors that nobody but us makes."""

import random
from itertools import product

import orjson
import pytest
from django.core import signing
from django.db import connection

from offers.lists import keyset
from offers.lists.keyset import (
    Condition,
    Key,
    Order,
    Page,
    Start,
    any_of,
    item_key,
    page_of,
    sorting,
    start_of,
    stretches,
)

Row = tuple[str | None, ...]
ROWS = [(first, second) for first in (None, "1", "2", "10") for second in ("a", "b")] * 2
VALUES = "(SELECT first::int, second, row_number() OVER () AS key FROM jsonb_to_recordset(%s) AS given(first int, second text))"


def order_of(*descending: bool) -> Order:
    first, second, last = descending
    return (
        Key("first", "first", "int", first, nullable=True),
        Key("second", "second", "text", second),
        item_key(descending=last),
    )


def rows_in(found: list[Condition], order: Order, start: Start, limit: int) -> list[Row]:
    given = [{"first": first and int(first), "second": second} for first, second in ROWS]
    where = any_of(found)
    by = ", ".join(f"{key.sql} {'DESC' if down else 'ASC'}" for key, down in sorting(order, start))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT first::text AS a, second AS b, key::text AS c FROM {VALUES.replace("%s", "%s::jsonb")} AS rows
                 WHERE {where.sql} ORDER BY {by} LIMIT {limit}""",
            [orjson.dumps(given).decode(), *where.params],
        )
        return list(cursor.fetchall())


def page(order: Order, size: int, cursor: str = "") -> Page[Row]:
    start = start_of(cursor, order)
    assert start is not None
    return page_of(
        rows_in(stretches(order, start), order, start, size + 1), size, order, start, lambda row: row, total=len(ROWS)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("descending", list(product([False, True], repeat=3)))
def test_it_goes_through_everything_once_both_ways_whichever_way_each_key_goes(descending: tuple[bool, ...]) -> None:
    order = order_of(*descending)
    everything = page(order, len(ROWS)).items
    assert len(set(everything)) == len(ROWS)
    for size in (1, 3):
        found = page(order, size)
        forwards = list(found.items)
        while found.next:
            found = page(order, size, found.next)
            forwards += found.items
        backwards = list(found.items)
        while found.previous:
            found = page(order, size, found.previous)
            backwards = [*found.items, *backwards]
        assert forwards == everything
        assert backwards == everything


@pytest.mark.django_db
@pytest.mark.parametrize("descending", list(product([False, True], repeat=3)))
def test_stretches_have_nothing_in_common(descending: tuple[bool, ...]) -> None:
    order = order_of(*descending)
    for at in page(order, len(ROWS)).items:
        for backwards in (False, True):
            start = Start(backwards, at)
            found = stretches(order, start)
            apart = [row for one in found for row in rows_in([one], order, start, len(ROWS))]
            assert sorted(apart, key=str) == sorted(rows_in(found, order, start, len(ROWS)), key=str)


ORDER = order_of(False, False, False)


def test_no_cursor_is_the_start_of_a_list() -> None:
    assert start_of("", ORDER) == Start()


def test_a_cursor_leads_where_it_was_given_for() -> None:
    cursor = keyset._cursor("p", ORDER, (None, "설날", "7"))
    assert start_of(cursor, ORDER) == Start(backwards=True, values=(None, "설날", "7"))


def test_a_cursor_of_another_order_or_of_other_types_is_none() -> None:
    cursor = keyset._cursor("n", ORDER, ("1", "a", "7"))
    assert start_of(cursor, order_of(True, False, False)) is None
    assert start_of(cursor, (Key("first", "first", "jsonb"), *ORDER[1:])) is None


def test_a_cursor_that_we_did_not_make_is_none() -> None:
    """Whatever was changed in it: no value from outside reaches the database."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    cursor = keyset._cursor("n", ORDER, ("1", "a", "7"))
    forged = signing.b64_encode(orjson.dumps(["n", "first:int,second:text", "1; DROP", "a", "7"])).decode()
    for text in ("x", "é", "\0", "\ud800", ":", "a:b", forged, forged + cursor[cursor.index(":") :], cursor + "x"):
        assert start_of(text, ORDER) is None, text
    dice = random.Random(seed)
    for _time in range(200):
        place, letter = dice.randrange(len(cursor)), chr(dice.randrange(33, 127))
        changed = cursor[:place] + letter + cursor[place + 1 :]
        assert changed == cursor or start_of(changed, ORDER) is None, changed
