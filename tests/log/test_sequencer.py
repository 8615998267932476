"""The log: everything that happened, once, densely, in an order that nothing is ever put before."""

import dataclasses
import itertools
import os
import signal
import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.log import entries, sequencer, tree
from offers.log.tree import Tree
from offers.models import AccessChange, LogEntry, LogHead, RequestEvent, Revision, Sandbox, reading
from offers.review import requests
from tests.cast import (
    FORM,
    Role,
    actor,
    another_connection,
    at_once,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    shown_in,
)
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import cast_in, member

pytestmark = pytest.mark.django_db(transaction=True)
ACCESS = """INSERT INTO offers_accesschange (sandbox_id, what, subject_key, subject_label, before, after, actor_label, source,
                  note, request_id, created_at) VALUES (%s, 'policy-changed', '', '', '{}', '{}', 'Mina', 'page', '', '', now())"""
LOOKING = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"


def log(sandbox: Sandbox) -> list[tuple[int, int, int]]:
    sequencer.keep()
    return list(LogEntry.objects.filter(sandbox=sandbox).order_by("index").values_list("index", "event", "row"))


def everything() -> set[tuple[int, int]]:
    tables = ((0, AccessChange), (1, RequestEvent), (2, Revision))
    return {(event, key) for event, table in tables for key in table._default_manager.values_list("key", flat=True)}


def assert_whole(sandbox: Sandbox) -> None:
    found = log(sandbox)
    assert [index for index, _event, _row in found] == list(range(len(found)))
    assert (
        len(found) == len({(event, row) for _index, event, row in found}) == LogHead.objects.get(sandbox=sandbox).size
    )
    assert {(event, row) for _index, event, row in found} == everything()
    hashes = [bytes(one) for one in LogEntry.objects.order_by("index").values_list("leaf_hash", flat=True)]
    assert Tree(sandbox.pk).root(len(found)) == tree.root_of(hashes)
    changes = LogEntry.objects.filter(event=LogEntry.Event.REVISION).values_list("row", "leaf_hash")
    assert {row: bytes(hash).hex() for row, hash in changes} == dict(Revision.objects.values_list("key", "digest"))


def test_what_is_stored_late_comes_later_and_nothing_that_is_there_moves() -> None:
    sandbox = make_sandbox()
    item = make(actor(sandbox), offer())
    first = log(sandbox)
    assert len(first) == 1
    with another_connection() as slow:
        # It has its number and its key before the next change, and is stored after it.
        slow.execute("BEGIN")
        slow.execute("SELECT pg_current_xact_id(), nextval(pg_get_serial_sequence('offers_revision', 'key'))")
        patch(actor(sandbox), item, replace("/name", "Second"))
        assert log(sandbox) == first, "what is below the slow one is still to come"
        slow.execute(
            ACCESS,
            [sandbox.pk],
        )
        slow.execute("COMMIT")
    assert log(sandbox)[:1] == first
    assert_whole(sandbox)
    assert [event for _index, event, _row in log(sandbox)] == [2, 0, 2], "in the order of their transactions"


def test_events_are_looked_up_one_by_one_though_nothing_was_counted_of_a_new_library() -> None:
    after = {kind.label: 0 for kind in LogEntry.Event}
    where: dict[str, int | str] = {
        "sandbox": make_sandbox().pk,
        "xid": "0",
        "bound": "9",
        "beyond": "9",
        "most": 5_000,
        **after,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sequencer._ORDER}", where)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "SubPlan" in plan
    assert "Anti Join" not in plan, "without statistics that compared a quarter of a million revisions with each entry"


def test_what_somebody_does_in_another_database_of_the_server_holds_nothing_up() -> None:
    sandbox = make_sandbox()
    elsewhere = connection.copy()
    elsewhere.settings_dict = {**connection.settings_dict, "NAME": "postgres"}
    elsewhere.connect()
    assert elsewhere.connection is not None
    try:
        elsewhere.connection.execute("BEGIN")
        elsewhere.connection.execute("SELECT pg_current_xact_id()")
        make(actor(sandbox), offer())
        assert len(log(sandbox)) == 1
    finally:
        elsewhere.close()


def test_nor_does_what_ends_there_while_the_log_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    slowly = sequencer._BOUNDS.replace("CASE WHEN", "CASE WHEN pg_sleep(0.5) IS NULL THEN TRUE WHEN")
    assert slowly != sequencer._BOUNDS
    monkeypatch.setattr(sequencer, "_BOUNDS", slowly)
    sandbox = make_sandbox()
    began, found = threading.Event(), []

    def work(number: int) -> None:
        if number:
            assert began.wait(10)
            found.extend(log(sandbox))
            return
        elsewhere = connection.copy()
        elsewhere.settings_dict = {**connection.settings_dict, "NAME": "postgres"}
        elsewhere.connect()
        assert elsewhere.connection is not None
        elsewhere.connection.execute("BEGIN; SELECT pg_current_xact_id()")
        make(actor(sandbox), offer())
        began.set()
        # The log has looked which transactions are under way, and not yet whose they are.
        while not reading.rows(LOOKING, []):
            pass
        elsewhere.close()

    assert [one for one in at_once(2, work) if one is not None] == []
    assert len(found) == 1


def test_writers_and_several_workers_at_once_leave_one_whole_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "AT_ONCE", 7)
    monkeypatch.setattr(tree, "WIDTH", 4)
    monkeypatch.setattr(tree, "TILE_HEIGHT", 2)
    sandbox = make_sandbox()
    items = [make(actor(sandbox), offer(name=f"offer {number}")) for number in range(3)]
    over = threading.Event()

    def work(number: int) -> None:
        if number < 3:
            for step in range(12):
                with transaction.atomic():
                    patch(actor(sandbox), items[number], replace("/rank/priority", step + 10))
                    time.sleep(0.001 * number)
            if number == 2:
                over.set()
        else:
            while not over.wait(0.005):
                sequencer.keep()

    assert [one for one in at_once(5, work) if one is not None] == []
    assert_whole(sandbox)
    assert LogEntry.objects.count() == 3 + 3 * 12


def test_an_entry_says_who_did_what_where_and_to_which_fields() -> None:
    sandbox = make_sandbox(review_policy="reviewer")
    admin = actor(sandbox)
    item = make(admin, offer())
    patch(admin, item, [{"op": "replace", "path": "/selectionConstraint/endDate", "value": "2026-05-01T00:00:00Z"}])
    patch(admin, item, replace("/status", "approved"))
    writes.delete(admin, list(Kind), item.id, FORM)
    log(sandbox)
    made, ended, approved, deleted = LogEntry.objects.order_by("index")
    assert (made.status, made.fields, made.item_id, made.kind, made.door) == (
        "draft",
        [],
        item.key,
        "personalized-offer",
        "form",
    )
    assert ended.fields == ["selectionConstraint", "selectionConstraint/endDate"]
    assert (approved.status, approved.fields, approved.actor_key) == ("approved", ["status"], "name-Mina Park")
    assert (deleted.status, deleted.fields, deleted.bypass, deleted.request) == ("", [], False, None)


def test_who_agreed_is_whoever_said_yes_to_what_was_applied_and_no_namesake() -> None:
    people = cast_in(make_sandbox(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE))
    make_placement(people.setup)
    sale = make(people.setup, offer(status="approved", representations=[shown_in("home")]), id="sale")
    namesake = dataclasses.replace(member(people.sandbox, "kim", Role.REVIEWER), label=people.jun.label)
    request = ask(people.mina, sale, replace("/name", "First"))
    agree(namesake, request, apply=False)
    requests.add(people.mina, request, [wanted(sale, replace("/name", "Second"))])
    agree(people.jun, request)
    log(people.sandbox)
    made = LogEntry.objects.filter(item_id=sale.key).latest("index")
    assert (made.request, made.approved_by) == (request.number, [people.jun.key])


def test_a_worker_that_dies_leaves_the_log_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = make_sandbox()
    make(actor(sandbox), offer())

    def dies(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(tree, "append", dies)
    with pytest.raises(MemoryError):
        sequencer.keep()
    monkeypatch.undo()
    assert LogEntry.objects.count() == 0
    assert_whole(sandbox)


def test_an_items_revisions_stand_in_their_order_though_a_later_one_has_the_lower_transaction() -> None:
    sandbox = make_sandbox()
    item = make(actor(sandbox), offer())
    log(sandbox)
    for _round in range(3):
        with another_connection() as early:
            # It has its number, as one that kept an idempotency key first, and waits while somebody else is quicker.
            early.execute("BEGIN")
            early.execute("SELECT pg_current_xact_id()")
            patch(actor(sandbox), item, replace("/rank/priority", _round + 10))
            with another_connection() as blocking:
                blocking.execute("BEGIN")
                blocking.execute("SELECT pg_current_xact_id()")
                early.execute(
                    """WITH head AS (UPDATE offers_libraryitem SET etag = etag + 1 WHERE key = %(item)s RETURNING key, etag, sandbox_id)
                       INSERT INTO offers_revision (item_id, sandbox_id, etag, patch, actor_label, client_id, source, refers_to, note,
                              request_id, created_at, digest)
                       SELECT key, sandbox_id, etag, '[]', '', '', 'form', '{}', '', '', now(), md5(etag::text) || md5('') FROM head""",
                    {"item": item.key},
                )
                early.execute("COMMIT")
                sequencer.keep()
                blocking.execute("COMMIT")
        sequencer.keep()
    rows = list(LogEntry.objects.order_by("index").values_list("row", flat=True))
    etags = dict(Revision.objects.values_list("key", "etag"))
    assert [etags[row] for row in rows] == list(range(1, 8))
    assert_whole(sandbox)


@pytest.mark.parametrize("ahead", [10**9, 0], ids=["its numbers were higher", "its numbers were lower"])
def test_after_a_restore_into_another_server_the_log_goes_on_and_misses_nothing(ahead: int) -> None:
    sandbox = make_sandbox()
    item = make(actor(sandbox), offer())
    log(sandbox)
    with connection.cursor() as cursor:
        # As the other server numbered them; what follows was stored just before the dump, and is not in the log.
        patch(actor(sandbox), item, replace("/name", "Second"))
        cursor.execute(ACCESS, [sandbox.pk])
        cursor.execute("ALTER TABLE offers_accesschange DISABLE TRIGGER USER")
        cursor.execute("UPDATE offers_accesschange SET xid = (xid::text::bigint + %s)::text::xid8", [ahead])
        cursor.execute("ALTER TABLE offers_accesschange ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE offers_revision DISABLE TRIGGER USER")
        cursor.execute("UPDATE offers_revision SET xid = (xid::text::bigint + %s)::text::xid8", [ahead])
        cursor.execute("ALTER TABLE offers_revision ENABLE TRIGGER USER")
    LogHead.objects.update(server="another", xid=ahead + 10**8)
    patch(actor(sandbox), item, replace("/name", "Third"))
    assert_whole(sandbox)
    patch(actor(sandbox), item, replace("/name", "Fourth"))
    make(actor(sandbox), offer(), id="new")
    assert_whole(sandbox)
    etags = dict(Revision.objects.filter(item=item).values_list("key", "etag"))
    rows = LogEntry.objects.filter(item_id=item.key).order_by("index").values_list("row", flat=True)
    assert [etags[row] for row in rows] == [1, 2, 3, 4]


def test_a_library_that_was_restored_before_its_log_began_is_in_it_whole() -> None:
    """Only a change of access has a number that this server has yet to give."""
    sandbox = make_sandbox()
    item = make(actor(sandbox), offer())
    with connection.cursor() as cursor:
        cursor.execute(ACCESS, [sandbox.pk])
        cursor.execute("ALTER TABLE offers_accesschange DISABLE TRIGGER USER")
        cursor.execute("UPDATE offers_accesschange SET xid = '999999999999'")
        cursor.execute("ALTER TABLE offers_accesschange ENABLE TRIGGER USER")
    assert_whole(sandbox)
    patch(actor(sandbox), item, replace("/name", "Second"))
    assert [entry.what for entry in sequencer.coming(sandbox.pk, 9)] == [""]
    assert_whole(sandbox)


PHASES = {
    "before it reads": (sequencer, "_order", 1),
    "before entries": (entries, "store", 1),
    "before the tree": (tree, "append", 1),
    "within the tree": (tree, "root_of", 1),
    "before the head": (LogHead, "save", 1),
    "before the commit": (BaseDatabaseWrapper, "_commit", 1),
    "after a commit": (sequencer, "_order", 2),
    "before the second commit": (BaseDatabaseWrapper, "_commit", 2),
}


@pytest.mark.parametrize("phase", PHASES)
def test_a_worker_that_is_killed_in_any_phase_leaves_a_log_that_goes_on(
    phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 of a process of its own, while a long transaction is under way that commits after it."""
    monkeypatch.setattr(tree, "WIDTH", 4)
    monkeypatch.setattr(tree, "TILE_HEIGHT", 2)
    monkeypatch.setattr(sequencer, "AT_ONCE", 4)
    sandbox = make_sandbox()
    item = make(actor(sandbox), offer())
    before = log(sandbox)
    for priority in range(2, 8):
        patch(actor(sandbox), item, replace("/rank/priority", priority))
    with another_connection() as slow:
        slow.execute("BEGIN")
        slow.execute(ACCESS, [sandbox.pk])
        patch(actor(sandbox), item, replace("/name", "Later"))
        _killed_at(*PHASES[phase])
        slow.execute("COMMIT")
    assert log(sandbox)[: len(before)] == before
    assert_whole(sandbox)
    assert [event for _index, event, _row in log(sandbox)] == [2] * 7 + [0, 2]


def _killed_at(place: Any, name: str, turn: int) -> None:
    """A worker that dies where this is called for the so-manieth time, without a word to the database."""
    real, calls = getattr(place, name), itertools.count(1)

    def dies(*args: Any, **more: Any) -> Any:
        if next(calls) == turn:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)

    process = os.fork()
    if process == 0:
        try:
            # The parent's connection is the parent's.
            _kept, connection.connection = connection.connection, None
            setattr(place, name, dies)
            sequencer.keep()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status), "it was not killed there"
