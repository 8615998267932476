"""Gives what happened its place in the log of its sandbox: after commit, densely, and never before anything that is in it.

Keys are given before they are committed, so whoever went by keys would miss what was stored late. Here, events are taken in the
order of (transaction, kind of event, key), and only of transactions below the oldest one that is still under way: nothing can come
before those any more. A transaction may get its number before it waits for an item that another one changes: so an item's
revisions are put in the order of their etags, and one that came first is taken along, though its transaction has a later number.
The head of the log is held meanwhile, so that two workers do not write it, and what a worker that dies had not finished never was.

Transactions are numbered anew by every server (cluster). After a restore into another one, what the log does not have is looked
for once, and it goes on with that server's numbers. What is in the log is never taken again: an index keeps each event unique.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import orjson
from django.db import transaction

from offers import asked
from offers.log import entries, tree
from offers.log.events import (
    AccessStep,
    Change,
    ErasureStep,
    Found,
    ImportStep,
    RequestStep,
    Step,
    of_change,
    of_step,
)
from offers.log.found import counting
from offers.models import LogEntry, LogHead, Sandbox, reading

Event = LogEntry.Event
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
    known = {"sandbox": sandbox.pk, "xid": str(head.xid), "server": head.server}
    ((server, bound, last, is_strange),) = reading.rows(_BOUNDS, known)
    if head.server == "" and not is_strange:
        head.server = server
    is_new = head.server != server
    start = LogHead(sandbox=sandbox) if is_new else head
    # Each kind has an index in this order: of a new library of millions, a few thousand are taken at once.
    with reading.under("enable_sort", "off"):
        order = _order(start, int(bound), AT_ONCE, beyond=int(last) if is_new else asked.MAX_KEY)
    found = _in_order(sandbox, order)
    if found:
        entries.store(sandbox.pk, head.size, found)
        counting.count(sandbox.pk, head.size, head.size + len(found))
        tree.append(sandbox.pk, head.size, [event.leaf_hash for event in found])
        head.size += len(found)
    if not is_new and order:
        head.xid, head.event, head.row = order[-1]
    elif is_new and len(order) < AT_ONCE:
        # All that this server has settled so far is in it now.
        head.server, head.xid, head.event, head.row = server, int(bound) - 1, max(Event), asked.MAX_KEY
    if found or is_new:
        head.save()
    return len(found)


def coming(sandbox_id: int, most: int) -> list[LogEntry]:
    """What has been stored and is not in the log yet, the newest first: at most so many, with no place so far (-1)."""
    sandbox = Sandbox.objects.get(pk=sandbox_id)
    head = LogHead.objects.filter(sandbox=sandbox).first() or LogHead(sandbox=sandbox)
    # What has a higher number was stored by another server, before a restore: all of that is in the log.
    ((last,),) = reading.rows(
        "SELECT GREATEST(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())::text", []
    )
    made = _made(sandbox, _order(head, int(last) + 1, most))
    found = [_entry(sandbox, -1, event) for event in made.values()]
    return sorted(found, key=lambda entry: entry.created_at, reverse=True)


def _entry(sandbox: Sandbox, index: int, event: Found) -> LogEntry:
    values = event._asdict() | {"fields": list(event.fields), "approved_by": list(event.approved_by)}
    values.pop("etag")
    return LogEntry(sandbox=sandbox, index=index, **values)


# Where each kind of event is stored, and which column says the sandbox. They share one order, and each is found by its own index.
_STORED: dict[Event, tuple[str, str]] = {
    Event.ACCESS: ("offers_accesschange AS made", "made.sandbox_id"),
    Event.REQUEST: (
        "offers_requestevent AS made JOIN offers_changerequest AS request ON request.key = made.request_id",
        "request.sandbox_id",
    ),
    Event.REVISION: ("offers_revision AS made", "made.sandbox_id"),
    Event.ERASURE: ("offers_erasurestep AS made", "made.sandbox_id"),
    Event.IMPORT: ("offers_libraryimport AS made", "made.sandbox_id"),
}
_LAST = [f"(SELECT max(made.xid) FROM {stored} WHERE {sandbox} = %(sandbox)s)" for stored, sandbox in _STORED.values()]
# Which server (cluster) it is; the oldest transaction under way, below which all is settled, and the next number to be given; and, at the first
# look, whether there is what no transaction of this server can have stored. A server's databases share the numbers of transactions; one that is
# known to be at work in another of them stores nothing here, and one that has ended since this statement began is settled for the next statement:
# without that, a transaction of another database that ends between the two looks would count as one of here.
_BOUNDS = f"""
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       COALESCE(
         (SELECT busy FROM pg_snapshot_xip(pg_current_snapshot()) AS busy
           WHERE CASE WHEN EXISTS (SELECT FROM pg_locks AS held JOIN pg_stat_activity AS other USING (pid)
                                    WHERE held.locktype = 'transactionid' AND held.granted AND held.mode = 'ExclusiveLock'
                                      AND held.transactionid = busy::xid AND other.datname <> current_database())
                      THEN FALSE ELSE pg_xact_status(busy) = 'in progress' END
           ORDER BY busy LIMIT 1),
         pg_snapshot_xmax(pg_current_snapshot()))::text,
       pg_snapshot_xmax(pg_current_snapshot())::text,
       %(server)s = '' AND pg_snapshot_xmax(pg_current_snapshot()) <= GREATEST(%(xid)s::text::xid8, {", ".join(_LAST)})
"""
# OFFSET 0: each is looked up in the index. Joined, as PostgreSQL would where it has not counted a new library yet, all are compared with all.
_UNKNOWN = """NOT EXISTS (SELECT FROM offers_logentry AS known
                    WHERE known.sandbox_id = %(sandbox)s AND known.event = {event} AND known.row = made.key OFFSET 0)"""
_PIECE = """
  (SELECT {event} AS event, made.key AS row, made.xid FROM {stored}
    WHERE {sandbox} = %(sandbox)s AND (made.xid, made.key) > (%(xid)s::text::xid8, %({event.label})s::bigint)
      AND (made.xid < %(bound)s::text::xid8 OR made.xid >= %(beyond)s::text::xid8)
      AND {unknown}
    ORDER BY made.xid, made.key LIMIT %(most)s)"""
# The same as parts of a statement, with the condition that the log does not have it.
STORED_BY = [
    {"event": event, "stored": stored, "sandbox": sandbox, "unknown": _UNKNOWN.format(event=event)}
    for event, (stored, sandbox) in _STORED.items()
]
_PIECES = [_PIECE.format(**names) for names in STORED_BY]
_ORDER = f"""
SELECT xid::text::bigint, event, row FROM ({" UNION ALL ".join(_PIECES)}) AS found
 ORDER BY xid, event, row LIMIT %(most)s
"""
# What came before the first of these revisions of an item, and is not in the log.
_BEFORE = f"""
SELECT made.key FROM unnest(%(items)s::bigint[], %(etags)s::int[]) AS first(item, etag)
  JOIN offers_revision AS made ON made.item_id = first.item AND made.etag = first.etag - 1
 WHERE {_UNKNOWN.format(event=Event.REVISION)}
"""
# Whose yes stands behind a revision `made`: of those who said it to the very thing that was applied, those whom `approvedBy` counts,
# by name; or `everybody`.
_APPROVED_BY = """ARRAY(SELECT DISTINCT yes.actor_key
          FROM offers_changerequest AS request
          JOIN offers_requestevent AS applied ON applied.request_id = request.key AND applied.what = 'applied'
          JOIN offers_requestevent AS yes ON yes.request_id = request.key AND yes.what = 'approve'
           AND yes.version = applied.version AND yes.digest = applied.digest AND yes.key < applied.key
           AND ({everybody} OR applied.about -> 'approvedBy' ? yes.actor_label)
         WHERE request.sandbox_id = made.sandbox_id
           AND request.number = CASE WHEN made.refers_to ->> 'request' ~ '^[0-9]{{1,9}}$' THEN (made.refers_to ->> 'request')::int END
         ORDER BY yes.actor_key)"""
APPROVED_BY = _APPROVED_BY.format(everybody="false")
# Once names were erased, they do not tell namesakes apart any more.
MAY_HAVE_APPROVED = _APPROVED_BY.format(everybody="applied.erased IS NOT NULL")
_READ: dict[int, tuple[str, type[Change | Step]]] = {
    Event.ACCESS: (
        """SELECT key, what, subject_key, subject_label, before, after, actor_id, actor_label, source, note,
                  request_id, created_at, salt, erased, salts
             FROM offers_accesschange WHERE key = ANY(%s)""",
        AccessStep,
    ),
    Event.REQUEST: (
        """SELECT event.key, request.number, event.what, event.version, event.digest, event.text, event.about,
                  event.created_at, event.actor_key, event.actor_label, event.actor_id, event.client_id, event.salt,
                  event.erased, event.salts
             FROM offers_requestevent AS event JOIN offers_changerequest AS request ON request.key = event.request_id
            WHERE event.key = ANY(%s)""",
        RequestStep,
    ),
    Event.REVISION: (
        f"""SELECT made.key, made.item_id, item.kind, made.etag, made.digest, made.patch, made.actor_id, made.actor_label,
                  made.client_id, made.source, made.refers_to, made.created_at, {APPROVED_BY}
             FROM offers_revision AS made JOIN offers_libraryitem AS item ON item.key = made.item_id
            WHERE made.key = ANY(%s)""",
        Change,
    ),
    Event.ERASURE: (
        """SELECT made.key, made.erasure_id, coalesce(item.id, ''), made.what, made.text, made.about,
                  (SELECT coalesce(string_agg(line || E'\\n', '' ORDER BY line COLLATE "C"), '')
                     FROM offers_erasedtext AS gone,
                          concat_ws(' ', gone.kept, gone.name, gone.instead) AS line WHERE gone.step_id = made.key),
                  made.created_at, made.actor_key, made.actor_label, made.actor_id, made.client_id, made.salt,
                  made.erased, made.salts
             FROM offers_erasurestep AS made LEFT JOIN offers_libraryitem AS item ON item.key = made.item_id
            WHERE made.key = ANY(%s)""",
        ErasureStep,
    ),
    Event.IMPORT: (
        """SELECT key, origin, exported_at, checkpoint, sha256, items, revisions, actor_id, actor_label, note, created_at, salt,
                  NULL, NULL
             FROM offers_libraryimport WHERE key = ANY(%s)""",
        ImportStep,
    ),
}


Place = tuple[int, int, int]
# The kind of an event, and its key.
Row = tuple[int, int]


def _order(head: LogHead, bound: int, most: int, *, beyond: int = asked.MAX_KEY) -> list[Place]:
    """What comes next: (transaction, kind of event, key) of transactions below `bound`, or from `beyond` on."""
    after = {kind.label: _after(head, kind) for kind in Event}
    where = {"sandbox": head.sandbox_id, "xid": str(head.xid), "bound": str(bound), "beyond": str(beyond), "most": most}
    return [(int(xid), event, row) for xid, event, row in reading.rows(_ORDER, {**where, **after})]


def _made(sandbox: Sandbox, order: list[Place]) -> dict[Row, Found]:
    """What happened, in this order."""
    rows = [(event, row) for _xid, event, row in order]
    made = recorded(sandbox, rows)
    return {row: made[row] for row in rows}


def _in_order(sandbox: Sandbox, order: list[Place]) -> list[Found]:
    """What happened, with each item's revisions in the order of their etags, none missing before the first."""
    made = _made(sandbox, order)
    by_item: dict[int, list[Found]] = {}
    for event in made.values():
        if event.item_id is not None:
            by_item.setdefault(event.item_id, []).append(event)
    fresh = dict(by_item)
    while fresh:
        first = {item: min(one.etag for one in events) for item, events in fresh.items()}
        wanted = {"sandbox": sandbox.pk, "items": list(first), "etags": list(first.values())}
        before = recorded(sandbox, [(Event.REVISION, key) for (key,) in reading.rows(_BEFORE, wanted)])
        for one in before.values():
            assert one.item_id is not None
            by_item[one.item_id].append(one)
        fresh = {one.item_id: by_item[one.item_id] for one in before.values() if one.item_id is not None}
    waiting = {item: iter(sorted(events, key=lambda one: one.etag)) for item, events in by_item.items()}
    along = {item: sum((Event.REVISION, one.row) not in made for one in events) for item, events in by_item.items()}
    found = []
    for event in made.values():
        if event.item_id is None:
            found.append(event)
            continue
        # What was taken along comes with the first of its item.
        found += islice(waiting[event.item_id], 1 + along.pop(event.item_id, 0))
    return found


def recorded(sandbox: Sandbox, rows: Iterable[Row]) -> dict[Row, Found]:
    """These events, one statement for each kind; none that is not there."""
    return {
        row: of_change(known) if isinstance(known, Change) else of_step(sandbox, known)
        for row, known in _read(rows).items()
    }


def steps(rows: Iterable[Row]) -> dict[Row, Step]:
    """The same of those that are no revisions, as they are read."""
    return {row: step for row, step in _read(rows).items() if not isinstance(step, Change)}


def _read(rows: Iterable[Row]) -> dict[Row, Change | Step]:
    keys: dict[int, list[int]] = {}
    for event, key in rows:
        keys.setdefault(event, []).append(key)
    found: dict[Row, Change | Step] = {}
    for event, wanted in keys.items():
        statement, step = _READ[event]
        for values in reading.rows(statement, [wanted]):
            read = (_READ_AS.get(name, _as_it_is)(one) for name, one in zip(step._fields, values, strict=True))
            found[event, values[0]] = step(*read)
    return found


def _after(head: LogHead, event: Event) -> int:
    """Beyond which key the last transaction in the log may have more events of this kind."""
    if event == head.event:
        return head.row
    return 0 if event > head.event else asked.MAX_KEY


def _as_it_is(value: Any) -> Any:
    return value


# What Django leaves as the texts and views that the driver gives.
_READ_AS: dict[str, Callable[[Any], Any]] = {
    "salt": lambda salt: bytes(salt or b""),
    **dict.fromkeys(("about", "before", "after", "refers_to", "patch"), orjson.loads),
    **dict.fromkeys(("erased", "salts"), lambda text: text and orjson.loads(text)),
}
