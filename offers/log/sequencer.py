"""Gives what happened its place in the log of its sandbox: after commit, densely, and never before anything that is in it.

Keys are given before they are committed, so whoever went by keys would miss what was stored late. Here, events are taken in the
order of (transaction, kind of event, key), and only of transactions below the oldest one that is still under way: nothing can come
before those any more. The head of the log is held meanwhile, so that two workers do not write it, and what a worker that dies had
not finished never was.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson
from django.db import connection, transaction

from offers import asked
from offers.log import tree
from offers.log.events import AccessStep, Change, Found, RequestStep, of_access, of_change, of_request
from offers.models import LogEntry, LogHead, Sandbox

# What one transaction adds: a library that was imported is many of these.
AT_ONCE = 5_000
# And what one turn of the upkeep adds at most, so that its other sandboxes have theirs.
TURN = 50_000


def keep() -> None:
    """Bring the log of every sandbox up to date: the upkeep of a worker."""
    for sandbox in Sandbox.objects.all():
        added = 0
        while added < TURN and (count := advance(sandbox)):
            added += count


@transaction.atomic
def advance(sandbox: Sandbox) -> int:
    """Add up to AT_ONCE events to the log; how many there were. 0 also where another worker is at it."""
    LogHead.objects.bulk_create([LogHead(sandbox=sandbox)], ignore_conflicts=True)
    head = LogHead.objects.select_for_update(skip_locked=True).filter(sandbox=sandbox).first()
    if head is None:
        return 0
    found = list(_next(sandbox, head))
    if not found:
        return 0
    LogEntry.objects.bulk_create(
        [_entry(sandbox, head.size + place, event) for place, event in enumerate(found)], batch_size=1_000
    )
    tree.append(sandbox.pk, head.size, [event.leaf_hash for event in found])
    last = found[-1]
    head.size, head.xid, head.event, head.row = head.size + len(found), last.xid, last.event, last.row
    head.save()
    return len(found)


def coming(sandbox_id: int, most: int) -> list[LogEntry]:
    """What has been stored and is not in the log yet, the newest first: at most so many, with no place so far (-1)."""
    sandbox = Sandbox.objects.get(pk=sandbox_id)
    head = LogHead.objects.filter(sandbox=sandbox).first() or LogHead(sandbox=sandbox)
    found = [_entry(sandbox, -1, event) for event in _next(sandbox, head, settled=False, most=most)]
    return sorted(found, key=lambda entry: entry.created_at, reverse=True)


def _entry(sandbox: Sandbox, index: int, event: Found) -> LogEntry:
    values = event._asdict() | {"fields": list(event.fields)}
    values.pop("xid")
    return LogEntry(sandbox=sandbox, index=index, **values)


# The kinds of events share one order, and each is found by its own index. What is not committed yet is not seen by the snapshot of
# the statement, whose oldest transaction under way bounds it. A server's databases share the numbers of transactions; one that is
# known to be at work in another of them stores nothing here.
_NEXT = """
WITH settled AS MATERIALIZED (
  SELECT CASE WHEN %(settled)s THEN COALESCE(
    (SELECT busy FROM pg_snapshot_xip(pg_current_snapshot()) AS busy
      WHERE NOT EXISTS (SELECT FROM pg_locks AS held JOIN pg_stat_activity AS other USING (pid)
                         WHERE held.locktype = 'transactionid' AND held.granted AND held.mode = 'ExclusiveLock'
                           AND held.transactionid = busy::xid AND other.datname <> current_database())
      ORDER BY busy LIMIT 1),
    pg_snapshot_xmax(pg_current_snapshot())) ELSE '9223372036854775807'::xid8 END AS xmin)
SELECT event, row FROM (
  (SELECT 0 AS event, key AS row, xid FROM offers_accesschange
    WHERE sandbox_id = %(sandbox)s AND (xid, key) > (%(xid)s::text::xid8, %(access)s::bigint)
      AND xid < (SELECT xmin FROM settled) ORDER BY xid, key LIMIT %(most)s)
  UNION ALL
  (SELECT 1, event.key, event.xid FROM offers_requestevent AS event
     JOIN offers_changerequest AS request ON request.key = event.request_id AND request.sandbox_id = %(sandbox)s
    WHERE (event.xid, event.key) > (%(xid)s::text::xid8, %(request)s::bigint)
      AND event.xid < (SELECT xmin FROM settled) ORDER BY event.xid, event.key LIMIT %(most)s)
  UNION ALL
  (SELECT 2, key, xid FROM offers_revision
    WHERE sandbox_id = %(sandbox)s AND (xid, key) > (%(xid)s::text::xid8, %(revision)s::bigint)
      AND xid < (SELECT xmin FROM settled) ORDER BY xid, key LIMIT %(most)s)
) AS found ORDER BY xid, event, row LIMIT %(most)s
"""
_READ = {
    0: (
        """SELECT key, xid, what, subject_key, subject_label, before, after, actor_id, actor_label, source, note,
                  request_id, created_at, salt
             FROM offers_accesschange WHERE key = ANY(%s)""",
        AccessStep,
    ),
    1: (
        """SELECT event.key, event.xid, request.number, event.what, event.version, event.digest, event.text, event.about,
                  event.created_at, event.actor_key, event.actor_label, event.actor_id, event.client_id, event.salt
             FROM offers_requestevent AS event JOIN offers_changerequest AS request ON request.key = event.request_id
            WHERE event.key = ANY(%s)""",
        RequestStep,
    ),
    2: (
        """SELECT made.key, made.xid, made.item_id, item.kind, made.digest, made.patch, made.actor_id, made.actor_label,
                  made.client_id, made.source, made.refers_to, made.created_at
             FROM offers_revision AS made JOIN offers_libraryitem AS item ON item.key = made.item_id
            WHERE made.key = ANY(%s)""",
        Change,
    ),
}


def _next(sandbox: Sandbox, head: LogHead, *, settled: bool = True, most: int = 0) -> Iterator[Found]:
    """What comes next, in the order of the log: before which nothing can come any more or, if not `settled`, whatever is there."""
    after = {kind.label: _after(head, kind) for kind in LogEntry.Event}
    order = _rows(
        _NEXT, {"sandbox": sandbox.pk, "xid": str(head.xid), "settled": settled, "most": most or AT_ONCE, **after}
    )
    made = {event: _read(sandbox, event, [key for kind, key in order if kind == event]) for event in _READ}
    return (made[event][row] for event, row in order)


def _read(sandbox: Sandbox, event: int, keys: list[int]) -> dict[int, Found]:
    """These events of one kind, by their keys."""
    statement, step = _READ[event]
    return {row[0]: _found(sandbox, step, row) for row in _rows(statement, [keys])} if keys else {}


def made_again(sandbox: Sandbox) -> Iterator[tuple[int, int]]:
    """The places and kinds of the entries about requests and access whose rows are gone, or no longer what the log has of them."""
    for event in (LogEntry.Event.ACCESS, LogEntry.Event.REQUEST):
        entries = LogEntry.objects.filter(sandbox=sandbox, event=event).order_by("index")
        for batch in _batches(entries.values_list("index", "row", "leaf_hash").iterator()):
            made = _read(sandbox, event, [row for _index, row, _hash in batch])
            yield from (
                (index, int(event))
                for index, row, hash in batch
                if row not in made or made[row].leaf_hash != bytes(hash)
            )


def _after(head: LogHead, event: LogEntry.Event) -> int:
    """Beyond which key the last transaction in the log may have more events of this kind."""
    if event == head.event:
        return head.row
    return 0 if event > head.event else asked.MAX_KEY


def _found(sandbox: Sandbox, step: type[AccessStep] | type[Change] | type[RequestStep], row: tuple[Any, ...]) -> Found:
    known = step(*(_READ_AS.get(name, _as_it_is)(value) for name, value in zip(step._fields, row, strict=True)))
    if isinstance(known, Change):
        return of_change(known)
    return of_request(sandbox, known) if isinstance(known, RequestStep) else of_access(sandbox, known)


def _as_it_is(value: Any) -> Any:
    return value


# What Django leaves as the texts and views that the driver gives.
_READ_AS: dict[str, Callable[[Any], Any]] = {
    "xid": int,
    "salt": lambda salt: bytes(salt or b""),
    **dict.fromkeys(("about", "before", "after", "refers_to"), orjson.loads),
}


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while batch := list(islice(source, 1_000)):
        yield batch


def _rows(statement: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
