"""The worker of bulk edits against other threads, other processes and its own death. Everything here commits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from offers.access.permissions import Actor, actor_for_user
from offers.bulk import queue
from offers.bulk import runs as bulk
from offers.bulk import worker as bulk_work
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.models import BulkRun, LibraryItem, Membership, Revision
from tests.cast import FORM, another_connection, at_once, differences, make, make_sandbox, offer, replace
from tests.servers import worker

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 12
PRIORITY = Action(Do.PRIORITY, 5)
RUNNING = BulkRun.State.RUNNING

# A worker that takes one offer at a time, and one that does not wait for as long as production does.
SLOW = "from offers.bulk import worker; worker.CHUNKS['running'] = 1; worker.LOCK_SECONDS = 20"
SOON = "from offers import jobs; jobs.BEAT_SECONDS, jobs.GONE_SECONDS, jobs.SWEEP_SECONDS = 0.3, 1, 0.3"


@pytest.fixture
def marketer(db: None) -> Actor:
    sandbox = make_sandbox()
    user = User.objects.create_user("mina", first_name="Mina", last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=Membership.Role.EDITOR)
    return actor_for_user(user, sandbox.name)


@pytest.fixture
def person(marketer: Actor) -> int:
    return marketer.user_id or 0


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


def jobs() -> list[int]:
    """Whom the jobs that wait are for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (args->>'person')::int FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [person for (person,) in cursor.fetchall()]


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
    monkeypatch.setitem(bulk_work.CHUNKS, RUNNING, 2)
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
            assert row.problems[0]["params"] == {"name": "Jun Kim", "by": "name-Jun Kim", "etag": 2}
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


def test_what_a_killed_worker_had_in_hand_is_done_by_the_next_and_nothing_is_done_twice(
    run: BulkRun, keys: list[int]
) -> None:
    database = str(connection.settings_dict["NAME"])
    with _held(keys[5]), worker(database, f"{SOON}\n{SLOW}") as killed:
        # It has done five, and waits for the sixth in the middle of a transaction.
        until(lambda: results(run).count("changed") == 5 and _somebody_waits_for_a_lock())
        killed.kill()
        killed.wait()
    with worker(database, SOON):
        until(lambda: not queue.under_way().exists())
    assert results(run) == ["changed"] * COUNT
    assert etags() == {2}
    assert Revision.objects.filter(refers_to__bulk=run.number).count() == COUNT
    assert differences() == []
    until(lambda: jobs() == [])


def test_in_production_the_next_worker_takes_over_within_a_minute() -> None:
    """The same with the times of production: when it was gone, when that is seen, and when the job is taken."""
    from offers import jobs

    assert jobs.BEAT_SECONDS * 2 < jobs.GONE_SECONDS, "one late sign of life is not the end"
    assert jobs.GONE_SECONDS + 2 * jobs.SWEEP_SECONDS < 45


@contextmanager
def _held(key: int) -> Iterator[None]:
    """Somebody is about to save this offer."""
    with another_connection() as other, other.transaction():
        other.execute("SELECT 1 FROM offers_libraryitem WHERE key = %s FOR UPDATE", [key])
        yield


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
            [connection.settings_dict["NAME"]],
        )
        return bool(cursor.fetchone()[0])


def test_the_job_joins_the_transaction_that_makes_the_run(marketer: Actor, person: int, keys: list[int]) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        bulk.begin(marketer, PRIORITY, keys)
        assert jobs() == [person]
        assert at_once(1, lambda _number: jobs()) == [[]]
        raise ZeroDivisionError
    assert jobs() == []
    bulk.begin(marketer, PRIORITY, keys)
    assert jobs() == [person]


def test_a_job_that_comes_twice_or_for_nothing_does_no_harm(run: BulkRun, person: int) -> None:
    at_once(3, lambda _number: bulk_work.take_turn(person))
    bulk_work.take_turn(person)
    bulk_work.take_turn(person + 1)
    assert results(run) == ["changed"] * COUNT
    assert etags() == {2}


def test_a_job_leaves_what_it_has_no_time_for_to_the_next(
    run: BulkRun, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bulk_work.CHUNKS, RUNNING, 5)
    monkeypatch.setattr(bulk_work, "TURN_SECONDS", 0)
    for done in (5, 10, 12):
        forget_jobs()
        bulk_work.take_turn(person)
        assert results(run).count("changed") == done
        assert jobs() == [person]


def test_while_somebody_is_at_a_run_others_leave_it_alone(run: BulkRun, person: int) -> None:
    forget_jobs()
    with transaction.atomic():
        assert queue.taken(run.number)
        assert at_once(1, lambda _number: bulk_work.work(run.number)) == [False]
        assert at_once(1, lambda _number: bulk_work.take_turn(person)) == [None]
    assert results(run) == [""] * COUNT
    assert jobs() == []


def test_one_persons_runs_are_done_in_the_order_in_which_they_were_asked_for(
    run: BulkRun, marketer: Actor, person: int, keys: list[int]
) -> None:
    second = bulk.begin(marketer, PRIORITY, keys)
    assert not bulk_work.work(second.number)
    assert queue.waits([run, second]) == {second.number: run.number}
    jun = User.objects.create_user("jun")
    Membership.objects.create(sandbox=marketer.sandbox, user=jun, role=Membership.Role.EDITOR)
    other = bulk.begin(actor_for_user(jun, marketer.sandbox.name), PRIORITY, keys[:1])
    assert queue.waits([other]) == {}
    assert bulk_work.work(other.number)
    bulk_work.take_turn(person)
    # What the second finds is what the first has made.
    assert set(second.rows.values_list("verdict", flat=True)) == {"same"}
    assert queue.waits([run, second]) == {}


def test_a_request_that_does_a_small_run_itself_wakes_the_worker_for_what_waited(
    marketer: Actor, person: int, keys: list[int]
) -> None:
    first = bulk.begin(marketer, PRIORITY, keys)
    bulk.begin(marketer, PRIORITY, keys)
    forget_jobs()
    bulk_work.at_once(first)
    assert jobs() == [person]


def test_a_run_whose_job_was_lost_is_remembered(run: BulkRun, marketer: Actor, person: int, keys: list[int]) -> None:
    bulk.begin(marketer, PRIORITY, keys)
    forget_jobs()
    bulk_work.wake_forgotten()
    assert jobs() == [], "it was heard of just now"
    BulkRun.objects.update(heartbeat_at="2026-01-01T00:00:00Z")
    bulk_work.wake_forgotten()
    assert jobs() == [person]
