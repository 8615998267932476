"""The worker of bulk edits against other threads, other processes and its own death. Everything here commits."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from offers.access.permissions import Actor, actor_for_user
from offers.bulk import queue
from offers.bulk import rows as bulk_rows
from offers.bulk import runs as bulk
from offers.bulk import worker as bulk_work
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.models import BulkRow, BulkRun, LibraryItem, Membership, Sandbox
from tests.cast import FORM, at_once, differences, make, make_sandbox, offer, replace
from tests.servers import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 12
PRIORITY = Action(Do.PRIORITY, 5)

# A worker of a process of its own, on this test's database, slow enough to be killed half way.
WORK = """
import sys, time
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django; django.setup()
from offers.bulk import rows, worker
rows.CHUNK = 1
def told(done):
    print(done, flush=True)
    time.sleep(0.05)
worker.work(int(sys.argv[2]), told)
"""


@pytest.fixture
def marketer(db: None) -> Actor:
    sandbox = make_sandbox()
    user = User.objects.create_user("mina", first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Membership.Role.EDITOR)
    return actor_for_user(user, sandbox.name)


@pytest.fixture
def keys(marketer: Actor) -> list[int]:
    return [make(marketer, offer(), id=f"offer{number:02}").key for number in range(COUNT)]


@pytest.fixture
def run(marketer: Actor, keys: list[int]) -> BulkRun:
    """A run over all offers, started, with nobody at work on it yet."""
    run = bulk.begin(marketer, PRIORITY, keys)
    assert bulk_work.work(run.number)
    run.refresh_from_db()
    bulk.start(marketer, run, "Prices rise")
    return run


def results(run: BulkRun) -> list[str]:
    return list(run.rows.order_by("key").values_list("result", flat=True))


def etags() -> set[int]:
    return set(LibraryItem.objects.filter(kind__in=OFFER_KINDS).values_list("etag", flat=True))


def test_two_workers_at_once_change_every_offer_once(run: BulkRun) -> None:
    answers = at_once(4, lambda number: bulk_work.work(run.number))
    assert set(answers) <= {True, False}
    assert True in answers
    assert results(run) == ["changed"] * COUNT
    assert etags() == {2}
    assert differences() == []


def test_offers_that_people_save_meanwhile_are_skipped_and_named_and_nothing_is_lost(
    run: BulkRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_rows, "CHUNK", 2)
    person = Actor(run.sandbox, Membership.Role.EDITOR, "Jun Kim")

    def save_every_other(number: int) -> None:
        if number == 0:
            assert bulk_work.work(run.number)
            return
        for index in range(COUNT - 1, -1, -2):
            writes.change(person, OFFER_KINDS, f"offer{index:02}", replace("/name", "Mine"), FORM)

    assert at_once(2, save_every_other) == [None, None]
    for row in run.rows.select_related("item"):
        item = row.item
        saved = int(item.id[-2:]) % 2 == 1
        assert (item.document["name"] == "Mine") == saved
        assert (item.document["rank"]["priority"] == 5) == (row.result == "changed")
        if row.result == "skipped":
            assert saved
            assert row.problems[0]["params"] == {"name": "Jun Kim", "etag": 2}
    assert set(results(run)) <= {"changed", "skipped"}
    assert differences() == []


def test_an_offer_that_somebody_holds_does_not_hold_up_the_others(
    run: BulkRun, keys: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "LOCK_SECONDS", 0.2)
    held, done = threading.Event(), threading.Event()

    def hold(number: int) -> None:
        if number == 0:
            held.wait(10)
            with suppress(Exception):
                bulk_work.work(run.number)
            done.set()
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM offers_libraryitem WHERE key = %s FOR UPDATE", [keys[3]])
            held.set()
            done.wait(30)

    at_once(2, hold)
    assert results(run) == [*["changed"] * 3, "failed", *["changed"] * (COUNT - 4)]
    assert LibraryItem.objects.get(key=keys[3]).etag == 1


def test_a_worker_that_dies_between_a_change_and_its_record_leaves_neither(
    run: BulkRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(rows: object) -> None:
        raise SystemExit

    with monkeypatch.context() as context:
        context.setattr(bulk_work, "save_rows", die)
        with pytest.raises(SystemExit):
            bulk_work.work(run.number)
    assert etags() == {1}
    assert results(run) == [""] * COUNT
    assert bulk_work.work(run.number)
    assert etags() == {2}


def test_a_killed_worker_shows_as_interrupted_and_its_run_is_finished_without_repeating(
    marketer: Actor, run: BulkRun
) -> None:
    database = str(connection.settings_dict["NAME"])
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, database, str(run.number)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    for _chunk in range(3):
        assert worker.stdout.readline() == "1\n"
    assert not bulk_work.work(run.number), "it is being worked on"
    worker.kill()
    worker.wait()
    worker.stdout.close()
    _wait_until_free(run.number)
    done = results(run).count("changed")
    assert 3 <= done < COUNT
    assert LibraryItem.objects.filter(kind__in=OFFER_KINDS, etag=2).count() == done
    run.refresh_from_db()
    assert run.state == "running"
    BulkRun.objects.update(heartbeat_at=run.heartbeat_at - bulk.SILENCE)
    run.refresh_from_db()
    assert bulk.is_silent(run)
    bulk.resume(marketer, run)
    assert bulk_work.work(run.number)
    assert results(run) == ["changed"] * COUNT
    assert etags() == {2}
    assert differences() == []


def _wait_until_free(number: int) -> None:
    """PostgreSQL takes a moment to notice that a client was killed, and gives its locks back then."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [number])
            if cursor.fetchone() is None:
                return
            assert time.monotonic() < deadline, "the lock is still held"
            time.sleep(0.05)


def test_a_large_run_is_worked_on_by_a_thread_that_leaves_no_connection(
    marketer: Actor, keys: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "AT_ONCE", 0)
    before = _connections()
    with transaction.atomic():
        run = bulk.begin(marketer, PRIORITY, keys)
        bulk_work.dispatch(run)
        assert _threads(run) == [], "before the commit there is nothing that a thread could see"
    for thread in _threads(run):
        thread.join(30)
    run.refresh_from_db()
    assert run.state == "planned"
    assert not BulkRow.objects.filter(run=run).exclude(verdict="change").exists()
    assert _connections() == before


def _threads(run: BulkRun) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == f"bulk-{run.number}"]


def _connections() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_a_worker_without_work_does_nothing(run: BulkRun) -> None:
    assert bulk_work.work(run.number)
    assert bulk_work.work(run.number)
    assert etags() == {2}
    assert Sandbox.objects.count() == 1


def _a_run(by: Actor, keys: list[int]) -> BulkRun:
    return bulk.begin(by, PRIORITY, keys)


def _somebody(marketer: Actor, name: str) -> Actor:
    user = User.objects.create_user(name)
    Membership.objects.create(sandbox=marketer.sandbox, user=user, role=Membership.Role.EDITOR)
    return actor_for_user(user, marketer.sandbox.name)


def _elsewhere(do: Any) -> Any:
    """What this gives on a connection of its own, as in another process."""
    (found,) = at_once(1, lambda _number: do())
    return found


@contextmanager
def _turn_elsewhere(number: int) -> Iterator[bool]:
    """A run's turn, held by a session of its own."""
    taken, over, mine = threading.Event(), threading.Event(), list[bool]()

    def hold() -> None:
        with queue.turn(number) as got:
            mine.append(got)
            taken.set()
            over.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(20)
    try:
        yield mine[0]
    finally:
        over.set()
        thread.join(20)


def _shown(by: Actor, run: BulkRun) -> str:
    """What a run's page says to this person, long after anybody gave a sign of life."""
    BulkRun.objects.filter(pk=run.pk).update(heartbeat_at="2026-01-01T00:00:00Z")
    browser = Client()
    browser.force_login(User.objects.get(pk=by.user_id or 0))
    return browser.get(f"/s/{by.sandbox.name}/bulk/{run.number}/").content.decode()


def _ended(*numbers: int) -> None:
    """Wait until these runs have had their dry runs."""
    until = time.monotonic() + 20
    while BulkRun.objects.filter(number__in=numbers, state="planning").exists():
        assert time.monotonic() < until, "a run still waits"
        time.sleep(0.02)


def test_of_one_persons_runs_one_is_worked_on_and_the_next_says_what_it_waits_for(
    marketer: Actor, keys: list[int]
) -> None:
    first, second = _a_run(marketer, keys), _a_run(marketer, keys)
    with queue.turn(first.number) as mine:
        assert mine
        assert _elsewhere(lambda: bulk_work.work(second.number)) is False
        assert queue.waits([first, second]) == {second.number: queue.Wait(first.number)}
        page = _shown(marketer, second)
        assert f'/bulk/{first.number}/">bulk edit {first.number}</a> has ended' in page
        assert "Interrupted" not in page
        assert "Waits for its turn" not in _shown(marketer, first)
        other = _a_run(_somebody(marketer, "jisoo"), keys)
        assert _elsewhere(lambda: bulk_work.work(other.number)) is True
        other.refresh_from_db()
        assert queue.waits([other]) == {}


def test_what_waited_for_a_run_whose_worker_died_still_says_so_and_can_be_discarded(
    marketer: Actor, keys: list[int]
) -> None:
    first, second, third = (_a_run(marketer, keys) for _ in range(3))
    assert "Interrupted" in _shown(marketer, first)
    assert queue.waits([first, second]) == {second.number: queue.Wait(first.number)}
    page = _shown(marketer, second)
    assert "Waits for its turn" in page
    assert f"/bulk/{second.number}/discard/" in page
    with _turn_elsewhere(first.number):
        with pytest.raises(bulk.NotNow):
            queue.discard(marketer, first)
        queue.discard(marketer, second)
    assert bulk_work.work(second.number), "there is nothing to do for it, and nothing to complain of"
    queue.discard(marketer, first)
    assert queue.waits([third]) == {}
    assert bulk_work.work(third.number)


def test_a_few_people_are_served_at_once_and_the_rest_wait(marketer: Actor, keys: list[int]) -> None:
    people = [_somebody(marketer, f"person{number}") for number in range(queue.PLACES + 1)]
    *served, late = [_a_run(person, keys) for person in people]
    with ExitStack() as turns:
        assert all(turns.enter_context(_turn_elsewhere(run.number)) for run in served)
        assert bulk_work.work(late.number) is False
        assert "Waits for its turn" in _shown(people[-1], late)
        assert queue.waits([*served, late]) == {late.number: queue.Wait(0)}
    assert bulk_work.work(late.number)


def test_whoever_ends_takes_what_waits_and_nothing_is_left_behind(marketer: Actor, keys: list[int]) -> None:
    runs = [_a_run(marketer, keys) for _ in range(8)]
    with queue.turn(runs[0].number):
        at_once(7, lambda number: bulk_work._work_and_leave(runs[number + 1].number) if number < 2 else None)
        assert BulkRun.objects.filter(state="planning").count() == 8
    bulk_work._start_thread(runs[0].number)
    _ended(*(run.number for run in runs))


def test_a_run_waits_no_longer_for_a_worker_that_was_killed(run: BulkRun, marketer: Actor, keys: list[int]) -> None:
    second = _a_run(marketer, keys)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, connection.settings_dict["NAME"], str(run.number)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "1\n"
    assert bulk_work.work(second.number) is False
    worker.kill()
    worker.wait()
    worker.stdout.close()
    until = time.monotonic() + 10
    while not bulk_work.work(second.number):
        assert time.monotonic() < until, "the dead worker's locks were not given back"
        time.sleep(0.05)
    bulk_work._work_and_leave(0)
    assert {found.state for found in BulkRun.objects.all()} == {"planned", "finished"}
