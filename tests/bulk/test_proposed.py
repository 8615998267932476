"""What takes a second person is proposed by a bulk edit: said beforehand, once, and taken back in the same way."""

import pytest

from offers.access.permissions import Actor
from offers.bulk import proposing, rows, runs, worker
from offers.bulk.runs import NotNow, TooManyToPropose
from offers.ledger.verify import verify
from offers.models import BulkRun, ChangeRequest, LibraryItem, RequestedChange, Sandbox
from offers.review import requests
from tests.bulk.running import PRIORITY, carried_out, item, patch, planned, results, verdicts
from tests.bulk.running import rows as rows_of
from tests.review.asking import agree

State = ChangeRequest.State


@pytest.fixture
def live(admin: Actor, offers: list[str]) -> list[str]:
    """Two of the three offers are shown to customers."""
    for id in offers[1:]:
        patch(admin, id, "/status", "approved")
    return offers


def asked() -> list[ChangeRequest]:
    return list(ChangeRequest.objects.select_related("sandbox").order_by("number"))


def test_what_is_live_goes_into_one_request_and_the_rest_is_changed_at_once(
    marketer: Actor, admin: Actor, live: list[str]
) -> None:
    run = planned(marketer, PRIORITY, live)
    assert verdicts(run) == {"first": "change", "second": "propose", "third": "propose"}
    runs.start(marketer, run, "Prices rise", title="Set priority to 5")
    worker.work(run.number)
    assert results(run) == {"first": "changed", "second": "proposed", "third": "proposed"}
    (request,) = asked()
    assert (request.title, request.reason, request.actor_label) == ("Set priority to 5", "Prices rise", "Mina Park")
    assert {row.proposed_in for row in rows_of(run).values()} == {None, request}
    assert [item(id).priority for id in live] == [5, 1, 1]
    assert agree(admin, request).state == State.APPLIED
    assert [item(id).priority for id in live] == [5, 5, 5]
    assert item("third").modified_by == "Mina Park"
    assert list(verify(Sandbox.objects.all())) == []


def test_an_undo_takes_back_at_once_what_was_and_proposes_the_rest(
    marketer: Actor, admin: Actor, live: list[str]
) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, live))
    assert not runs.is_taken_back(run)
    agree(admin, asked()[0])
    undo = runs.undo(marketer, run)
    worker.work(undo.number)
    undo.refresh_from_db()
    assert verdicts(undo) == {"first": "change", "second": "propose", "third": "propose"}
    carried_out(marketer, undo)
    assert runs.is_taken_back(run)
    agree(admin, asked()[1])
    assert [item(id).priority for id in live] == [1, 1, 1]
    changes = RequestedChange.objects.filter(request=asked()[1])
    assert [one.refers_to for one in changes] == [{"bulk": undo.number, "undoes": 3}] * 2


def test_what_was_only_asked_for_is_not_undone_but_withdrawn(marketer: Actor, live: list[str]) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, live[1:]))
    with pytest.raises(NotNow):
        runs.undo(marketer, run)


def test_what_is_agreed_to_after_the_undo_is_undone_by_another(marketer: Actor, admin: Actor, live: list[str]) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, live))
    undo = runs.undo(marketer, run)
    worker.work(undo.number)
    undo.refresh_from_db()
    carried_out(marketer, undo)
    with pytest.raises(NotNow):
        runs.undo(marketer, run)
    agree(admin, asked()[0])
    rest = runs.undo(marketer, run)
    assert sorted(row.item.id for row in rest.rows.select_related("item")) == sorted(live[1:])


def test_an_undo_that_nobody_agreed_to_can_be_asked_for_again(marketer: Actor, admin: Actor, live: list[str]) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, live[1:]))
    agree(admin, asked()[0])
    undo = runs.undo(marketer, run)
    worker.work(undo.number)
    undo.refresh_from_db()
    carried_out(marketer, undo)
    with pytest.raises(NotNow):
        runs.undo(marketer, run)
    requests.withdraw(marketer, asked()[1])
    assert runs.undo(marketer, run).undoes == run


def test_more_than_a_request_holds_goes_into_several_that_say_which_part_they_are(
    marketer: Actor, live: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (rows, runs, proposing):
        monkeypatch.setattr(module, "MOST_CHANGES", 1)
    run = planned(marketer, PRIORITY, live)
    runs.start(marketer, run, "Prices rise", title="t" * 300)
    worker.work(run.number)
    assert [one.title for one in asked()] == ["t" * 194 + " (1/2)", "t" * 194 + " (2/2)"]
    assert len({row.proposed_in_id for row in rows_of(run).values()}) == 3


def test_nobody_is_asked_to_look_at_thousands(
    marketer: Actor, live: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_PROPOSED", 1)
    with pytest.raises(TooManyToPropose):
        runs.start(marketer, planned(marketer, PRIORITY, live), "Why")


def test_it_can_be_added_to_an_open_request_of_ones_own(marketer: Actor, colleague: Actor, live: list[str]) -> None:
    carried_out(marketer, planned(marketer, PRIORITY, ["second"]))
    carried_out(colleague, planned(colleague, PRIORITY, ["second"]))
    mine, theirs = asked()
    run = planned(marketer, PRIORITY, ["third"])
    with pytest.raises(TooManyToPropose):
        runs.start(marketer, run, "", into=theirs)
    runs.start(marketer, run, "", into=mine)
    worker.work(run.number)
    assert rows_of(run)["third"].proposed_in == mine
    assert (mine.changes.count(), len(asked())) == (2, 2)
    late = planned(marketer, PRIORITY, ["third"])
    runs.start(marketer, late, "", into=mine)
    requests.withdraw(marketer, mine)
    worker.work(late.number)
    row = rows_of(late)["third"]
    assert (row.result, row.problems[0]["params"]) == ("skipped", {"number": mine.number})


def test_what_moved_or_went_since_the_dry_run_is_left_out_and_says_why(
    marketer: Actor, admin: Actor, live: list[str]
) -> None:
    run = planned(marketer, PRIORITY, live)
    patch(admin, "first", "/status", "approved")
    patch(admin, "second", "/description", "Mine")
    carried_out(marketer, run)
    assert results(run) == {"first": "skipped", "second": "skipped", "third": "proposed"}
    assert rows_of(run)["second"].problems[0]["message"] == rows.STALE
    (request,) = asked()
    assert [one.id for one in request.changes.all()] == ["third"]


def test_who_may_change_nothing_any_more_proposes_nothing(marketer: Actor, live: list[str]) -> None:
    run = planned(marketer, PRIORITY, live)
    runs.start(marketer, run, "Why")
    marketer.sandbox.membership_set.filter(user=marketer.user_id).update(role="auditor")
    worker.work(run.number)
    assert results(run) == dict.fromkeys(live, "skipped")
    assert rows_of(run)["third"].problems[0]["message"] == rows.NO_LONGER
    assert asked() == []


def test_a_worker_that_dies_over_a_request_leaves_nothing_and_the_next_one_makes_one(
    marketer: Actor, live: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(marketer, PRIORITY, live[1:])
    runs.start(marketer, run, "Why")
    with monkeypatch.context() as patched:
        # Where it is killed: the request is made, and what the rows say of it is not yet.
        patched.setattr(worker, "save_rows", _killed)
        with pytest.raises(KeyboardInterrupt):
            worker.work(run.number)
    assert asked() == []
    worker.work(run.number)
    assert [one.changes.count() for one in asked()] == [2]
    run.refresh_from_db()
    assert run.state == BulkRun.State.FINISHED


def _killed(*args: object) -> None:
    raise KeyboardInterrupt


def test_proposing_changes_nothing_of_the_offers(marketer: Actor, live: list[str]) -> None:
    before = list(LibraryItem.objects.order_by("key").values())
    carried_out(marketer, planned(marketer, PRIORITY, live[1:]))
    assert list(LibraryItem.objects.order_by("key").values()) == before
