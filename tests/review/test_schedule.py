"""What becomes of requests by time: applied once, in time or not at all, and taken back where it is still theirs."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, Membership, Notice, RequestEvent, Sandbox
from offers.review import applying, recheck, requests, schedule, verdicts
from offers.review.applying import NotYet, PeriodOver
from offers.review.requests import When
from tests.cast import differences, make, offer, patch, replace
from tests.review.asking import agree, ask, digest, new, now, said, wanted
from tests.review.conftest import Cast
from tests.servers import worker

State = ChangeRequest.State
RENAME = replace("/name", "Autumn sale")
pytestmark = pytest.mark.django_db(transaction=True)


def scheduled(people: Cast, *proposals: Any, hours: float = 0, until: float | None = None) -> ChangeRequest:
    """A request that others agreed to, `hours` after its moment came; `until` so many hours after that."""
    begin = timezone.now() + timedelta(hours=1)
    when = When(begin, None if until is None else begin + timedelta(hours=until), "Asia/Seoul")
    request = agree(people.jun, requests.propose(people.mina, proposals, "Autumn", "Legal asked for it", when=when))
    assert request.state == State.SCHEDULED
    return request


def passes(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    """Time goes by."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**span))


def state(request: ChangeRequest) -> str:
    return ChangeRequest.objects.get(key=request.key).state


def last(request: ChangeRequest) -> RequestEvent:
    return RequestEvent.objects.filter(request=request).order_by("key").reverse()[0]


def test_it_is_applied_when_its_moment_comes(people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    schedule.keep()
    assert now(sale).etag == 1
    passes(monkeypatch, minutes=61)
    schedule.keep()
    schedule.keep()
    assert (now(sale).name, now(sale).etag, state(request)) == ("Autumn sale", 2, State.APPLIED)
    assert said(request) == ["opened", "approve", "scheduled", "applied"]
    assert differences() == []


def test_nothing_due_costs_two_queries(
    people: Cast, sale: LibraryItem, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled(people, wanted(sale, RENAME))
    monkeypatch.setattr(transaction, "atomic", lambda: transaction.Atomic(None, savepoint=False, durable=False))
    with transaction.Atomic(None, savepoint=True, durable=False), django_assert_num_queries(3):
        schedule.keep()
        recheck.keep()


def test_a_worker_that_comes_back_too_late_lets_it_expire(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    passes(monkeypatch, minutes=60 + people.sandbox.schedule_tolerance_minutes + 1)
    schedule.keep()
    assert (now(sale).etag, state(request), last(request).what) == (1, State.EXPIRED, "expired")


def test_what_cannot_be_applied_fails_and_says_why(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    patch(people.setup, sale, replace("/name", "Their name"))
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert (now(sale).name, state(request)) == ("Their name", State.FAILED)
    about = last(request).about
    assert (about["why"], about["dropped"]) == ("not-ready", ["Jun"])
    assert about["changes"][0]["fields"] == [{"path": ["name"], "by": "Setup", "etag": 2}]


def test_without_an_owner_it_fails(people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    User.objects.filter(username="mina").update(is_active=False)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert (now(sale).etag, state(request), last(request).about) == (1, State.FAILED, {"why": "no-owner"})


def test_one_that_fails_unforeseen_does_not_hold_up_the_next(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scheduled(people, new(Kind.TAG, "one", {"name": "One"}))
    second = scheduled(people, wanted(sale, RENAME))
    write = applying.write

    def broken(request: ChangeRequest, *rest: Any, **more: Any) -> None:
        if request.key == first.key:
            raise ValueError
        write(request, *rest, **more)

    monkeypatch.setattr(applying, "write", broken)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert [state(first), state(second)] == [State.FAILED, State.APPLIED]


@pytest.mark.parametrize("step", ["look_and_lock", "write", "carry_out"])
def test_a_worker_that_dies_at_any_step_leaves_it_to_the_next(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    passes(monkeypatch, minutes=61)
    done = getattr(applying, step)

    def dies(*given: Any, **more: Any) -> None:
        done(*given, **more)
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(applying, step, dies)
        with pytest.raises(OperationalError):
            schedule.keep()
    assert (now(sale).etag, state(request)) == (1, State.SCHEDULED)
    schedule.keep()
    assert (now(sale).etag, state(request)) == (2, State.APPLIED)
    assert differences() == []


def test_two_workers_do_it_once_and_a_real_one_after_one_was_killed(people: Cast, sale: LibraryItem) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    ChangeRequest.objects.filter(key=request.key).update(apply_at=timezone.now() - timedelta(seconds=1))
    # Another time is another thing to agree to.
    verdicts_of = RequestEvent.objects.filter(request=request, what="approve")
    assert verdicts_of.count() == 1
    agree_again(people, request)
    slow = "import time; from offers.review import applying as a; w = a.write; a.write = lambda *x, **y: (w(*x, **y), time.sleep(60))"
    name = str(connection.settings_dict["NAME"])
    with worker(name, slow):
        wait_for(lambda: held(request))
    assert now(sale).etag == 1
    with worker(name), worker(name):
        wait_for(lambda: state(request) == State.APPLIED)
    assert (now(sale).etag, said(request).count("applied")) == (2, 1)
    assert differences() == []


def agree_again(people: Cast, request: ChangeRequest) -> None:
    """Agree to a request whose moment has come already, with nobody at work to apply it."""
    verdicts.approve(people.jun, request, digest(request), apply=False)
    ChangeRequest.objects.filter(key=request.key).update(state=State.SCHEDULED)


def held(request: ChangeRequest) -> bool:
    free = ChangeRequest.objects.select_for_update(skip_locked=True).filter(key=request.key)
    with transaction.atomic():
        return not free.exists()


def wait_for(happens: Any) -> None:
    deadline = time.monotonic() + 40
    while not happens():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.1)


def test_who_sees_to_it_hears_of_a_move_before_it_is_due(people: Cast, sale: LibraryItem) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    patch(people.setup, sale, replace("/rank/priority", 3))
    recheck.keep()
    assert (state(request), said(request)[-1]) == (State.SCHEDULED, "scheduled")
    patch(people.setup, sale, replace("/name", "Their name"))
    recheck.keep()
    recheck.keep()
    assert state(request) == State.OPEN
    assert said(request)[3:] == ["dropped", "conflicted"]
    dropped = RequestEvent.objects.get(request=request, what="dropped")
    assert dropped.about["whose"] == "Jun"
    assert dropped.about["changes"][0]["fields"] == [{"path": ["name"], "by": "Setup", "etag": 3}]


@pytest.mark.parametrize(("late", "becomes"), [(0, State.APPLIED), (1, State.EXPIRED)])
def test_the_tolerance_is_the_sandboxs_to_the_second(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch, late: int, becomes: str
) -> None:
    Sandbox.objects.update(schedule_tolerance_minutes=7)
    request = scheduled(people, wanted(sale, RENAME))
    assert request.apply_at is not None
    then = request.apply_at + timedelta(minutes=7, seconds=late)
    monkeypatch.setattr(timezone, "now", lambda: then)
    schedule.keep()
    assert state(request) == becomes


def test_what_others_agreed_to_for_a_time_is_not_applied_before_it_but_what_one_could_change_alone_is(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    for by in (people.mina, people.jun, people.jisoo):
        with pytest.raises(NotYet):
            requests.apply(by, request)
    assert (now(sale).etag, state(request)) == (1, State.SCHEDULED)
    draft = make(people.setup, offer(name="Draft"), id="draft")
    alone = ask(people.mina, draft, RENAME, when=When(timezone.now() + timedelta(hours=1), None, "Asia/Seoul"))
    assert requests.apply(people.mina, alone).state == State.APPLIED
    # What could not be applied at its time, or was not, is applied by hand after it.
    passes(monkeypatch, minutes=61)
    assert requests.apply(people.mina, request).state == State.APPLIED


def test_nobody_applies_what_was_meant_for_a_time_that_is_over(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scheduled(people, wanted(sale, RENAME), until=1)
    passes(monkeypatch, hours=2.1)
    with pytest.raises(PeriodOver):
        requests.apply(people.mina, request)
    assert now(sale).etag == 1


def test_a_departed_persons_schedule_stops_and_those_who_may_take_it_over_are_told(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    Membership.objects.filter(user=people.mina.user_id).update(role=Membership.Role.AUDITOR)
    recheck.keep()
    assert (state(request), last(request).about) == (State.FAILED, {"why": "no-owner"})
    told = Notice.objects.filter(request=request, what="failed").values_list("user", flat=True)
    assert {people.jun.user_id, people.jisoo.user_id} <= set(told)
    # Who takes it over answers for it: what was agreed to goes on at its time.
    assert requests.claim(people.bora, request).state == State.SCHEDULED
    recheck.keep()
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert (now(sale).etag, state(request)) == (2, State.APPLIED)


def test_it_does_not_wait_for_its_moment_without_who_agreed_to_it(people: Cast, sale: LibraryItem) -> None:
    request = scheduled(people, wanted(sale, RENAME))
    User.objects.filter(pk=people.jun.user_id or 0).update(is_active=False)
    recheck.keep()
    assert (state(request), said(request)[-1]) == (State.OPEN, "dropped")


def test_what_one_could_change_alone_waits_for_nobody_but_its_moment(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make(people.setup, offer(name="Draft"), id="draft")
    when = When(timezone.now() + timedelta(hours=1), None, "Asia/Seoul")
    alone, first, second = (
        requests.propose(people.mina, [wanted(one, RENAME)], "Autumn", when=when)
        for one in (draft, sale, make(people.setup, offer(name="Another"), id="other"))
    )
    assert [one.state for one in (alone, first, second)] == [State.SCHEDULED, State.OPEN, State.SCHEDULED]
    # By its moment it is live, and takes a second person.
    patch(people.setup, LibraryItem.objects.get(id="other"), replace("/status", "approved"))
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert [state(one) for one in (alone, first, second)] == [State.APPLIED, State.OPEN, State.FAILED]
    assert (now(draft).name, LibraryItem.objects.get(id="other").name) == ("Autumn sale", "Another")
    assert differences() == []


def test_what_waits_for_after_a_period_goes_on_when_that_is_over(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = When(timezone.now() + timedelta(hours=5), None, "Asia/Seoul")
    after = agree(people.jun, ask(people.mina, sale, replace("/name", "Winter sale"), when=later))
    scheduled(people, wanted(sale, RENAME), until=1)
    assert "collides" not in said(after)
    for minutes, becomes in ((61, State.OPEN), (60, State.SCHEDULED), (180, State.APPLIED)):
        passes(monkeypatch, minutes=minutes)
        schedule.keep()
        recheck.keep()
        assert state(after) == becomes
    assert now(sale).name == "Winter sale"


def test_schedules_collide_where_they_change_the_same_fields_in_the_same_time(people: Cast, sale: LibraryItem) -> None:
    def at(begin: float, end: float | None, change: Any) -> ChangeRequest:
        starts, ends = (timezone.now() + timedelta(hours=hours) if hours else None for hours in (begin, end))
        return ask(people.bora, sale, change, when=When(starts, ends, "Asia/Seoul"))

    first = scheduled(people, wanted(sale, [*RENAME, *replace("/rank/priority", 9)]), until=2)  # in 1 to 3 hours
    periods = [(2, None), (2.9, 4), (0.5, None), (0.5, 1.1), (3.1, None), (0.5, 0.9)]
    asked = [at(*period, replace("/name", f"Name {period}")) for period in periods]
    at(2, None, replace("/status", "archived"))
    found = {(one.request.number, one.id, one.paths) for one in schedule.collisions(first)}
    assert found == {(one.number, "sale", (("name",),)) for one in asked[:4]}
    # Who sees to the first one is told, and once.
    requests.add(people.bora, asked[0], [wanted(sale, replace("/rank/priority", 3))])
    told = Notice.objects.filter(user=people.mina.user_id, what="collides", request=first).order_by("key")
    assert [one.text.split()[0] for one in told] == [f"#{one.number}" for one in asked[:4]]
