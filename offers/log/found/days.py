"""How many entries a day has, by what they are filtered by: kept with the log, so that no page counts what is in it.

A term is a filter with its value ("by=user-7"). Of each day (in UTC) it is known how many entries have a term, and how many have
two; of more terms, how many there are at most. So a page knows its bars and its number without looking at entries, and looks for
these on such days only as have some: two filters that leave ten entries of ten million lead straight to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from offers.models import reading

A_DAY = timedelta(days=1)
# In this order the two terms of a row stand.
BY, FIELD, DOOR, KIND, EVENT, STATUS, BYPASS, APPROVER = (
    "by=",
    "field=",
    "door=",
    "kind=",
    "event=",
    "status=",
    "bypass",
    "yes=",
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day and how many entries it has (`at_most`, where the terms are more than two), and what went ahead without review.

    That is counted in requests, and in changes where only these are asked for.
    """

    day: date
    entries: int
    bypasses: int = 0

    @property
    def begins(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        return self.begins + A_DAY


def days_of(sandbox_id: int, terms: Sequence[Sequence[str]]) -> list[Day]:
    """The days that have entries with all of these terms, the oldest first; of each, any one of its alternatives.

    How many it has is exact of up to two terms without alternatives, else at most that many.
    """
    pairs = [*combinations(terms, 2)] if len(terms) > 1 else [([""], terms[0] if terms else [""])]
    asked = [(n, one, other) for n, (ones, others) in enumerate(pairs) for one in ones for other in others]
    numbers, ones, others = (list(column) for column in zip(*asked, strict=True)) if asked else ([], [], [])
    found = reading.rows(
        _DAYS, {"sandbox": sandbox_id, "numbers": numbers, "ones": ones, "others": others, "pairs": len(pairs)}
    )
    return [Day(*row) for row in found]


def total_of(sandbox_id: int, alternatives: Sequence[str]) -> int:
    """How many entries have one of these terms, of all days together."""
    ((found,),) = reading.rows(_TOTAL, {"sandbox": sandbox_id, "terms": list(alternatives)})
    return int(found)


def values_of(sandbox_id: int, prefix: str, most: int = 100) -> list[str]:
    """The values that terms of one kind have: one step along the index for each of them."""
    beyond = f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"
    found = reading.rows(_VALUES, {"sandbox": sandbox_id, "first": prefix, "beyond": beyond, "most": most})
    return [term.removeprefix(prefix) for (term,) in found]


_DAYS = """
SELECT day, min(entries), min(bypasses) FROM (
  SELECT number, day, sum(entries) AS entries, sum(bypasses) AS bypasses
    FROM unnest(%(numbers)s::int[], %(ones)s::text[], %(others)s::text[]) AS asked(number, one, other)
    JOIN offers_logday AS kept ON kept.sandbox_id = %(sandbox)s AND kept.term = asked.one AND kept.also = asked.other
   GROUP BY number, day) AS found
 GROUP BY day HAVING count(*) = %(pairs)s ORDER BY day
"""
_TOTAL = """
SELECT COALESCE(sum(entries), 0) FROM offers_logday WHERE sandbox_id = %(sandbox)s AND term = '' AND also = ANY(%(terms)s)
"""
_VALUES = """
WITH RECURSIVE found(term) AS (
  SELECT min(also) FROM offers_logday WHERE sandbox_id = %(sandbox)s AND term = '' AND also >= %(first)s AND also < %(beyond)s
  UNION ALL
  SELECT (SELECT min(also) FROM offers_logday
           WHERE sandbox_id = %(sandbox)s AND term = '' AND also > found.term AND also < %(beyond)s)
    FROM found WHERE term IS NOT NULL
) SELECT term FROM found WHERE term IS NOT NULL LIMIT %(most)s
"""
