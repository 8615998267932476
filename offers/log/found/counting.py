"""Counts entries by day, and keeps their notes to be searched: the worker's part of it, and an erasure's. Nobody else writes here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from offers.models import LogDay, reading


def count(sandbox_id: int, first: int, last: int) -> None:
    """Count the entries from the index `first` to before `last`, and keep their notes, in the transaction that stores them."""
    with connection.cursor() as cursor:
        for statement in (_COUNT, _NOTES):
            cursor.execute(statement, {"sandbox": sandbox_id, "first": first, "last": last})


@contextmanager
def counted_anew(sandbox_id: int, revisions: Sequence[int]) -> Iterator[None]:
    """What is said of the entries of these revisions changes in the block, as by an erasure: days count them by what they say then."""
    wanted: dict[str, Any] = {"sandbox": sandbox_id, "rows": list(revisions)}
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNT, wanted)
    yield
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, wanted)
    LogDay.objects.filter(sandbox_id=sandbox_id, entries=0).delete()


def miscounted(sandbox_id: int) -> Iterator[str]:
    """Each day of which a count of entries is not what the entries are, in words."""
    for day, terms, what, kept, made, many in reading.stream(_MISCOUNTED, {"sandbox": sandbox_id}):
        more = f", and {many - 1} more counts of that day are wrong" if many > 1 else ""
        yield f"audit pages count {kept} {what} of {day}{f' by {terms}' if terms else ''}, and there are {made}{more}"


def notes_apart(sandbox_id: int) -> Iterator[str]:
    """Each entry of which another note is searched than was written, in words."""
    for index, wrong in reading.stream(_NOTES_APART, {"sandbox": sandbox_id}):
        yield f"{wrong} entry {index}"


# What entries have alike is counted first: then few are taken apart into their pairs of terms. Fields, doors, kinds, statuses and
# approvers are of changes alone: which kind of event it was says nothing besides.
_ALIKE = """
WITH alike AS (
  SELECT row_number() OVER () AS number, (created_at AT TIME ZONE 'UTC')::date AS day, actor_key, fields, door, kind, event, status,
         bypass, approved_by, count(*) AS entries
    FROM offers_logentry WHERE sandbox_id = %(sandbox)s AND {which}
   GROUP BY day, actor_key, fields, door, kind, event, status, bypass, approved_by),
terms AS (
  SELECT alike.number, alike.day, alike.entries, alike.bypass, alike.event, said.rank, said.term
    FROM alike CROSS JOIN LATERAL (
      SELECT * FROM (VALUES (0, ''), (1, 'by=' || actor_key), (3, 'door=' || NULLIF(door, '')), (4, 'kind=' || NULLIF(kind, '')),
                            (5, 'status=' || NULLIF(status, '')), (6, CASE WHEN bypass THEN 'bypass' END),
                            (8, 'event=' || event)) AS plain(rank, term) WHERE term IS NOT NULL
      UNION ALL SELECT 2, 'field=' || field FROM unnest(fields) AS field
      UNION ALL SELECT 7, 'yes=' || person FROM unnest(approved_by) AS person) AS said)
"""
# What went ahead without review is counted once, by its request's step, as `taken/bypasses` counts it; where only changes are asked
# for, by these.
_PAIRS = """
SELECT %(sandbox)s AS sandbox_id, one.term, other.term AS also, one.day, {sign} sum(one.entries) AS entries,
       {sign} COALESCE(sum(one.entries) FILTER (WHERE one.bypass AND one.event = CASE
         WHEN one.rank IN (2, 3, 4, 5, 7) OR other.rank IN (2, 3, 4, 5, 7) OR other.term = 'event=2' THEN 2 ELSE 1 END), 0) AS bypasses
  FROM terms AS one JOIN terms AS other USING (number)
 WHERE one.rank < other.rank AND (other.rank < 8 OR one.rank IN (0, 1, 6)) OR (one.rank = 0 AND other.rank = 0)
 GROUP BY one.term, other.term, one.day
"""
_COUNTED = f"""{_ALIKE}
INSERT INTO offers_logday (sandbox_id, term, also, day, entries, bypasses) {_PAIRS}
    ON CONFLICT (sandbox_id, term, also, day) DO UPDATE
   SET entries = offers_logday.entries + EXCLUDED.entries, bypasses = offers_logday.bypasses + EXCLUDED.bypasses
"""
_COUNT = _COUNTED.format(which="index >= %(first)s AND index < %(last)s", sign="")
_THESE = "event = 2 AND row = ANY(%(rows)s)"
_UNCOUNT, _RECOUNT = (_COUNTED.format(which=_THESE, sign=sign) for sign in ("-", ""))
_MISCOUNTED = f"""{_ALIKE.format(which="true")}
SELECT DISTINCT ON (day) day::text, concat_ws(', ', NULLIF(term, ''), NULLIF(also, '')), what, COALESCE(kept, 0), COALESCE(made, 0),
       count(*) OVER (PARTITION BY day)
  FROM (SELECT term, also, day, what, kept, made
          FROM ({_PAIRS.format(sign="")}) AS found
               FULL JOIN (SELECT term, also, day, entries AS kept_entries, bypasses AS kept_bypasses
                            FROM offers_logday WHERE sandbox_id = %(sandbox)s) AS day USING (term, also, day)
               CROSS JOIN LATERAL (VALUES ('entries', kept_entries, entries::bigint), ('bypasses', kept_bypasses, bypasses::bigint))
                 AS counted(what, kept, made)
         WHERE kept IS DISTINCT FROM made) AS wrong
 ORDER BY day, term, also, what DESC
"""
# What people wrote with each entry, and whether an erasure took it.
_NOTED = """
SELECT entry.sandbox_id, entry.index, normalize(lower(said.note)) AS text, said.gone
  FROM offers_logentry AS entry CROSS JOIN LATERAL (
    SELECT note, erased ? 'note' FROM offers_revision WHERE entry.event = 2 AND key = entry.row
    UNION ALL SELECT text, erased ? 'text' FROM offers_requestevent WHERE entry.event = 1 AND key = entry.row
    UNION ALL SELECT note, erased ? 'note' FROM offers_accesschange WHERE entry.event = 0 AND key = entry.row
    UNION ALL SELECT text, erased ? 'text' FROM offers_erasurestep WHERE entry.event = 3 AND key = entry.row) AS said(note, gone)
 WHERE entry.sandbox_id = %(sandbox)s AND said.note <> ''
"""
_NOTES = f"""
INSERT INTO offers_lognote (sandbox_id, index, text)
SELECT sandbox_id, index, text FROM ({_NOTED} AND entry.index >= %(first)s AND entry.index < %(last)s) AS noted
"""
# A note that was erased is searched no more; one that was erased before the log had it, by its mark.
_NOTES_APART = f"""
SELECT index, CASE WHEN kept.text IS NULL THEN 'no search finds the note of'
                   WHEN noted.text IS NULL THEN 'a search finds a note that nobody wrote with' ELSE 'a search finds another note than was written with' END
  FROM ({_NOTED}) AS noted
       FULL JOIN (SELECT index, text FROM offers_lognote WHERE sandbox_id = %(sandbox)s) AS kept USING (index)
 WHERE noted.text IS DISTINCT FROM kept.text AND NOT (kept.text IS NULL AND COALESCE(noted.gone, false))
 ORDER BY index
"""
