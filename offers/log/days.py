"""How many entries a day has, by what they are filtered by: kept with the log, so that no page counts what is in it.

A term is a filter with its value ("by=user-7"). Of each day (in UTC) it is known how many entries have a term, and how many have
two; of more terms, how many there are at most. So a page knows its bars and its number without looking at entries, and looks for
these on such days only as have some: two filters that leave ten entries of ten million lead straight to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from django.db import connection

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
    """A day and how many entries it has (`at_most`, where the terms are more than two), and how many of them went ahead without waiting."""

    day: date
    entries: int
    bypasses: int = 0

    @property
    def begins(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        return self.begins + A_DAY


def count(sandbox_id: int, first: int, last: int) -> None:
    """Count the entries from the index `first` to before `last`, and keep their notes, in the transaction that stores them."""
    with connection.cursor() as cursor:
        for statement in (_COUNT, _NOTES):
            cursor.execute(statement, {"sandbox": sandbox_id, "first": first, "last": last})


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


# What entries have alike is counted first: then few are taken apart into their pairs of terms. Fields, doors, kinds, statuses and
# approvers are of changes alone: which kind of event it was says nothing besides.
_COUNT = """
WITH alike AS (
  SELECT row_number() OVER () AS number, (created_at AT TIME ZONE 'UTC')::date AS day, actor_key, fields, door, kind, event, status,
         bypass, approved_by, count(*) AS entries
    FROM offers_logentry WHERE sandbox_id = %(sandbox)s AND index >= %(first)s AND index < %(last)s
   GROUP BY day, actor_key, fields, door, kind, event, status, bypass, approved_by),
terms AS (
  SELECT alike.number, alike.day, alike.entries, alike.bypass, said.rank, said.term
    FROM alike CROSS JOIN LATERAL (
      SELECT * FROM (VALUES (0, ''), (1, 'by=' || actor_key), (3, 'door=' || NULLIF(door, '')), (4, 'kind=' || NULLIF(kind, '')),
                            (5, 'status=' || NULLIF(status, '')), (6, CASE WHEN bypass THEN 'bypass' END),
                            (8, 'event=' || event)) AS plain(rank, term) WHERE term IS NOT NULL
      UNION ALL SELECT 2, 'field=' || field FROM unnest(fields) AS field
      UNION ALL SELECT 7, 'yes=' || person FROM unnest(approved_by) AS person) AS said)
INSERT INTO offers_logday (sandbox_id, term, also, day, entries, bypasses)
SELECT %(sandbox)s, one.term, other.term, one.day, sum(one.entries), COALESCE(sum(one.entries) FILTER (WHERE one.bypass), 0)
  FROM terms AS one JOIN terms AS other USING (number)
 WHERE one.rank < other.rank AND (other.rank < 8 OR one.rank IN (0, 1, 6)) OR (one.rank = 0 AND other.rank = 0)
 GROUP BY one.term, other.term, one.day
    ON CONFLICT (sandbox_id, term, also, day) DO UPDATE
   SET entries = offers_logday.entries + EXCLUDED.entries, bypasses = offers_logday.bypasses + EXCLUDED.bypasses
"""
_NOTES = """
INSERT INTO offers_lognote (sandbox_id, index, text)
SELECT entry.sandbox_id, entry.index, lower(said.note)
  FROM offers_logentry AS entry CROSS JOIN LATERAL (
    SELECT note FROM offers_revision WHERE entry.event = 2 AND key = entry.row
    UNION ALL SELECT text FROM offers_requestevent WHERE entry.event = 1 AND key = entry.row
    UNION ALL SELECT note FROM offers_accesschange WHERE entry.event = 0 AND key = entry.row) AS said(note)
 WHERE entry.sandbox_id = %(sandbox)s AND entry.index >= %(first)s AND entry.index < %(last)s AND said.note <> ''
"""
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
