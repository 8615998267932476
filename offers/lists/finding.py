"""How the first items of a filtered list are found where there are many: by a walk, or by sorting all of them. Reads only.

A walk along the index of the order is quick where every fiftieth row is asked for, and takes seconds where all that is asked
for lies at the far end of a million. So it passes over WALKED rows at most; then all hits are sorted, by their keys alone; and
where these are too many for that, the walk goes to its end.

Words that are common are not looked up together with other filters: to leave a thousand of a million, PostgreSQL walks through
all texts in the order of their items. So it is looked at what is certain to be bounded: what the other filters leave, and the
first texts that have the longest word. Only where neither is few, all texts with it are taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from offers import asked
from offers.document.kinds.registry import Kind
from offers.lists.filters import MAX_WORDS, Wanted, conditions, has_word_in_row, matching, texts_with, unfiltered
from offers.lists.keyset import Condition, Order, Start, sorting, stretches
from offers.models import Listing, reading

T = TypeVar("T", bound=Model)
WALKED = 50_000
# More hits than that lie everywhere: a walk comes to them sooner than they are read and sorted.
SORTED = 50_000
# Letters that a word needs for the index of texts to be of use.
TRIGRAM = 3
# Rows that the other filters leave, each of which is looked at with its text; then texts that have the longest word. The first few
# are enough for most.
LOOKS = ((500, 5_000), (2_000, 30_000), (20_000, 100_000), (50_000, 500_000))


def first_keys(
    sandbox_id: int, kind: Kind, wanted: Wanted, now: datetime, order: Order, start: Start, size: int
) -> list[int]:
    """The keys of the first items of one kind from the start on, `size` of each of the order's stretches, in no order."""
    column = order[0].name
    # Where the index of the order leads straight to what is asked for, it passes over nothing for that.
    rows = unfiltered(sandbox_id, kind, wanted).filter(
        *(asks for led_by, asks in conditions(kind, wanted, now) if led_by == column)
    )
    by_walk, by_words = (matching(sandbox_id, kind, wanted, now, walk=walk) for walk in (True, False))

    @cache
    def hits() -> QuerySet[Listing]:
        keys = up_to(sandbox_id, [kind], wanted, now, SORTED)[kind] if wanted.text else []
        return Listing.objects.filter(among(keys)) if 0 < len(keys) <= SORTED else by_words

    found = []
    for stretch in stretches(order, start):
        walked = ordered(beyond(rows, stretch), order, start)[:WALKED]
        keys = _walked(walked, ordered(by_walk, order, start)[:size])
        if len(keys) < size and len(walked.values_list("pk")[WALKED - 1 : WALKED]):
            keys = _sorted(beyond(hits(), stretch), order, start, size)
            if not keys:
                keys = list(ordered(beyond(by_walk, stretch), order, start).values_list("pk", flat=True)[:size])
        found += keys
    return found


def up_to(sandbox_id: int, kinds: Collection[Kind], wanted: Wanted, now: datetime, most: int) -> dict[Kind, list[int]]:
    """The keys of the items of each kind that match, in no order, at most `most` + 1: that says there are more."""
    words = sorted(asked.words(wanted.text, MAX_WORDS), key=len, reverse=True)
    if not words:
        return {kind: _up_to(matching(sandbox_id, kind, wanted, now), most) for kind in kinds}
    is_alone = len(words[0]) >= TRIGRAM and replace(wanted, text="") == Wanted()
    # The longest word is likely to be the rarest: the others are looked for in the rows that it leads to.
    in_rows = list(map(has_word_in_row, words))

    @cache
    def having_longest(texts: int) -> list[int]:
        return list(texts_with(words[0]).values_list("item_id", flat=True)[: texts + 1])

    def found_of(kind: Kind) -> list[int]:
        left = matching(sandbox_id, kind, replace(wanted, text=""), now)
        for rows, texts in LOOKS:
            if len(few := _up_to(left, rows)) <= rows:
                return _up_to(Listing.objects.filter(among(few), *in_rows), most)
            if is_alone:
                # By the index of texts alone, which comes to the first of many at once.
                break
            items = having_longest(texts)
            found = _up_to(left.filter(among(items), *in_rows[1:]), most)
            if len(found) > most or len(items) <= texts:
                return found
        return _up_to(matching(sandbox_id, kind, wanted, now), most)

    return {kind: found_of(kind) for kind in kinds}


def among(keys: list[int]) -> RawSQL:
    """By the index of keys: PostgreSQL does not see how many there are, and so walks along no other index to find them."""
    return RawSQL("offers_listing.key = ANY(ARRAY(SELECT unnest(%s::bigint[])))", (keys,), BooleanField())


def _up_to(items: QuerySet[Listing], most: int) -> list[int]:
    return list(items.order_by().values_list("pk", flat=True)[: most + 1])


def beyond(items: QuerySet[T], stretch: Condition) -> QuerySet[T]:
    """Those of these rows that lie in a stretch of an order (keyset.stretches)."""
    return items.filter(RawSQL(stretch.sql, stretch.params, BooleanField()))  # noqa: S611  # its values are parameters


def ordered(items: QuerySet[Listing], order: Order, start: Start) -> QuerySet[Listing]:
    names = [("pk" if key.name == "key" else key.name, down) for key, down in sorting(order, start)]
    return items.order_by(*(f"-{name}" if down else name for name, down in names))


def _walked(rows: QuerySet[Listing], items: QuerySet[Listing]) -> list[int]:
    """The keys of these items among these rows: the statement finds them under the name of the table.

    PostgreSQL takes one row after the other, because there is a LIMIT, and is done when it has enough.
    """
    walk, walk_params = rows.query.sql_with_params()
    among, params = items.values_list("pk").query.sql_with_params()
    return _keys(f"WITH offers_listing AS ({walk}) {among}", [*walk_params, *params])


def _sorted(items: QuerySet[Listing], order: Order, start: Start, size: int) -> list[int]:
    """The keys of the first of these items, all of which are found before any is sorted; none where there are more than SORTED.

    A LIMIT on the items themselves would let PostgreSQL believe that a walk will be over soon.
    """
    hits, params = items.values_list("pk", order[0].name)[: SORTED + 1].query.sql_with_params()
    first, last = ("DESC" if down else "ASC" for _key, down in sorting(order, start))
    return _keys(
        f"""WITH hits(key, at) AS MATERIALIZED ({hits}) SELECT key FROM hits
             WHERE (SELECT count(*) FROM hits) <= %s ORDER BY at {first}, key {last} LIMIT %s""",
        [*params, SORTED, size],
    )


def _keys(statement: str, params: Sequence[Any]) -> list[int]:
    return [key for (key,) in reading.rows(statement, params)]
