"""Whose run is worked on when, what may be done to it in which state, and what is kept of its rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.access.policy import ReviewRequired
from offers.bulk import listed, queue, runs
from offers.bulk import rows as stored
from offers.bulk.actions import Action, Do
from offers.bulk.runs import SILENCE, NotNow, State, TooMany
from offers.document.errors import Problem
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.words.describe import describe
from offers.ledger import writes
from offers.lists.filters import Wanted
from offers.models import BulkRow, BulkRun, Sandbox
from tests.bulk.running import PRIORITY, STAMP, carried_out, document, person, planned, rows
from tests.cast import Role


def begun(actor: Actor, ids: list[str]) -> BulkRun:
    return runs.begin(actor, PRIORITY, runs.keys_of(actor, ids))


def set_to(run: BulkRun, **values: object) -> None:
    BulkRun.objects.filter(number=run.number).update(**values)
    run.refresh_from_db()


def test_one_persons_second_run_waits_for_the_first_and_anothers_does_not(
    marketer: Actor, colleague: Actor, offers: list[str]
) -> None:
    first, second, third = (begun(marketer, offers) for _ in range(3))
    theirs = begun(colleague, offers)
    assert queue.waits([first, second, third, theirs]) == {second.number: first.number, third.number: first.number}
    assert marketer.user_id is not None
    assert queue.first_of(marketer.user_id) == first.number
    set_to(first, state=State.PLANNED)
    assert queue.waits([first, second, third]) == {third.number: second.number}
    assert queue.waits([first]) == {}
    assert queue.first_of(marketer.user_id) == second.number
    assert queue.first_of(0) is None


def test_a_run_is_its_authors_while_it_is_looked_at_and_then_his_who_set_it_off(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    run = planned(marketer, PRIORITY, offers)
    runs.start(admin, run, "Prices rise")
    assert marketer.user_id is not None
    assert admin.user_id is not None
    assert (queue.first_of(marketer.user_id), queue.first_of(admin.user_id)) == (None, run.number)
    assert queue.person_of(run) == admin.user_id
    assert (run.author_id, run.runner_label) == (marketer.user_id, "Ada Park")
    assert queue.taken(run.number) == run
    set_to(run, state=State.FINISHED)
    assert queue.taken(run.number) is None


def test_only_the_first_of_each_person_is_remembered_and_only_after_a_silence(
    marketer: Actor, colleague: Actor, offers: list[str]
) -> None:
    mine, waiting, theirs = begun(marketer, offers), begun(marketer, offers), begun(colleague, offers)
    long_ago = timezone.now() - SILENCE - timedelta(seconds=5)
    set_to(waiting, heartbeat_at=long_ago)
    assert queue.forgotten() == []
    set_to(theirs, heartbeat_at=long_ago)
    assert queue.forgotten() == [colleague.user_id]
    set_to(mine, heartbeat_at=long_ago)
    assert queue.forgotten() == [marketer.user_id, colleague.user_id]


@pytest.mark.parametrize("state", list(State))
def test_a_run_is_silent_only_while_somebody_should_be_at_it(marketer: Actor, offers: list[str], state: State) -> None:
    run = begun(marketer, offers[:1])
    set_to(run, state=state, heartbeat_at=timezone.now() - SILENCE - timedelta(seconds=5))
    assert runs.is_silent(run) == (state in (State.PLANNING, State.RUNNING))
    set_to(run, heartbeat_at=timezone.now() - SILENCE + timedelta(seconds=20))
    assert not runs.is_silent(run)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (State.PLANNING, {"discard"}),
        (State.PLANNED, {"start", "exclude", "discard"}),
        (State.RUNNING, {"stop"}),
        (State.STOPPED, {"resume"}),
        (State.FINISHED, set()),
    ],
)
def test_each_state_of_a_run_lets_do_what_makes_sense(
    marketer: Actor, offers: list[str], state: State, may: set[str]
) -> None:
    done = set()
    run = planned(marketer, PRIORITY, offers)
    steps: dict[str, Callable[[], object]] = {
        "start": lambda: runs.start(marketer, run, "n"),
        "stop": lambda: runs.stop(marketer, run),
        "resume": lambda: runs.resume(marketer, run),
        "exclude": lambda: runs.exclude(marketer, run, rows(run)["first"].key, True),
        "undo": lambda: runs.undo(marketer, run),
        "discard": lambda: runs.discard(marketer, run),
    }
    for name, do in steps.items():
        set_to(run, state=state)
        try:
            do()
        except NotNow:
            continue
        done.add(name)
    assert done == may


def test_who_may_act_on_a_run_is_its_author_while_they_edit_and_any_admin(
    marketer: Actor, colleague: Actor, admin: Actor, offers: list[str]
) -> None:
    run = begun(marketer, offers)
    reader = Actor(marketer.sandbox, Role.AUDITOR, marketer.label, user_id=marketer.user_id)
    program = Actor(marketer.sandbox, Role.EDITOR, marketer.label, client_id="feed")
    may = [runs.may_act(by, run) for by in (marketer, colleague, admin, reader, program)]
    assert may == [True, False, True, False, False]
    with pytest.raises(NotAllowed, match="Only Mina Park or an admin can do this"):
        runs.check_may_act(colleague, run)
    with pytest.raises(NotAllowed, match="You can read this sandbox but not change it"):
        runs.begin(program, PRIORITY, [1])


def test_a_run_is_found_in_its_sandbox_only_and_the_newest_come_first(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = Sandbox.objects.create(org_id="O", name="dev", title="Dev")
    made = [begun(marketer, offers) for _ in range(3)]
    stranger = person(dev, Role.ADMIN, "eve")
    assert (runs.run_for(marketer, made[0].number), listed.recent(stranger)) == (made[0], [])
    with pytest.raises(NotFound):
        runs.run_for(stranger, made[0].number)
    monkeypatch.setattr(runs, "PAGE_SIZE", 2)
    assert listed.recent(marketer) == made[:0:-1]
    assert listed.recent(marketer, before=made[1].number) == made[:1]


def test_a_selection_is_offers_that_are_there_in_this_sandbox_in_the_order_in_which_they_were_made(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    writes.create(admin, Kind.FALLBACK_OFFER, {"name": "Fallback", "status": "draft"}, STAMP, id="fallback")
    writes.delete(admin, OFFER_KINDS, "second", STAMP)
    chosen = runs.keys_of(marketer, ["fallback", "third", "second", "first", "tag-holiday", "never", "first"])
    assert chosen == sorted(chosen)
    assert len(chosen) == 3
    assert runs.keys_matching(marketer, Wanted()) == chosen
    assert runs.keys_matching(marketer, Wanted(status="deleted")) == []


def test_a_run_takes_as_many_offers_as_its_limit_and_not_one_more(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LIMIT", 2)
    assert len(runs.keys_of(marketer, offers)) == len(runs.keys_matching(marketer, Wanted())) == 3
    with pytest.raises(TooMany):
        begun(marketer, offers)
    assert begun(marketer, offers[:2]).total == 2
    assert BulkRun.objects.count() == 1


def test_an_offer_that_changes_nothing_cannot_be_left_out_and_one_that_was_comes_back(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    writes.create(admin, Kind.PERSONALIZED_OFFER, document("Same", rank={"priority": 5}), STAMP, id="same")
    run = planned(marketer, PRIORITY, [*offers, "same"])
    other = planned(marketer, PRIORITY, offers)
    found = rows(run)
    for key in (found["same"].key, rows(other)["first"].key, 0):
        with pytest.raises(NotNow):
            runs.exclude(marketer, run, key, True)
    runs.exclude(marketer, run, found["first"].key, True)
    assert (runs.counts(run).to_run, runs.counts(run).tabs["excluded"], runs.counts(run).looked_at) == (2, 1, 4)
    assert [row.item.id for row in runs.page(run, "change").rows] == offers, "where it can be taken back in"
    assert [row.item.id for row in runs.page(run, "left").rows] == offers[1:]
    assert [row.item.id for row in runs.page(run, "no such tab").rows] == [*offers, "same"]
    runs.exclude(marketer, run, found["first"].key, False)
    assert runs.counts(run).to_run == 3


def test_one_offer_needs_no_note_and_a_note_is_kept_without_space_around_it(marketer: Actor, offers: list[str]) -> None:
    assert carried_out(marketer, planned(marketer, PRIORITY, offers[:1]), "  ").note == ""
    assert (
        carried_out(marketer, planned(marketer, Action(Do.PRIORITY, 6), offers), " Prices rise\n").note == "Prices rise"
    )


def test_what_archived_offers_for_good_is_taken_back_by_an_admin_only(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    archived = carried_out(marketer, planned(marketer, Action(Do.STATUS, "archived"), offers))
    assert (runs.archived_for_good(marketer, archived), runs.archived_for_good(admin, archived)) == (True, False)
    with pytest.raises(NotNow):
        runs.undo(marketer, archived)
    assert runs.undo(admin, archived).undoes == archived
    tagged = BulkRun(action={**archived.action, "value": "draft"})
    assert not runs.archived_for_good(marketer, tagged)


def test_of_a_change_enough_is_kept_to_be_told_and_never_a_whole_long_text() -> None:
    for length, kept in ((160, "x" * 160), (161, "x" * 160 + "…")):
        (change,) = describe({"description": "x" * length}, {"description": "B"})
        told = stored.kept_change(change)
        assert (told["old_text"], told["new_text"]) == (kept, "B")
        assert (told["old"], told["new"], told["spans"]) == (None, None, ())


def test_of_a_problem_its_words_its_place_and_its_operation_are_kept() -> None:
    problem = Problem("/rank/priority", "x", "No {limit}.", operation=2, params={"limit": 4})
    kept = stored.kept_problem(problem, document("A"))
    assert (kept["message"], kept["params"], kept["pointer"], kept["operation"]) == (
        "No {limit}.",
        {"limit": 4},
        "/rank/priority",
        2,
    )
    assert [label for label, _params in kept["place"]][-1:] == ["Priority"]
    assert stored.kept_problem(Problem("", "x", "No."), document("A"))["place"] == []


def test_a_refusal_names_who_may_no_longer_change_anything(marketer: Actor) -> None:
    run = BulkRun(author_label="Mina Park", runner_label="")
    gone = NotAllowed()
    assert stored.refusal(run, ReviewRequired()).message == stored.NEEDS_REVIEW
    assert stored.refusal(run, gone).params == {"name": "Mina Park"}
    assert stored.refusal(BulkRun(author_label="Mina Park", runner_label="Ada Park"), gone).params == {
        "name": "Ada Park"
    }


def test_the_next_rows_are_those_still_to_be_done_in_their_order(marketer: Actor, offers: list[str]) -> None:
    run = begun(marketer, offers)
    assert [row.item.id for row in stored.next_rows(run, 2)] == offers[:2]
    BulkRow.objects.filter(run=run, item__id="first").update(verdict="same")
    assert [row.item.id for row in stored.next_rows(run, 9)] == offers[1:]
    runs.discard(marketer, run)
    run = planned(marketer, Action(Do.PRIORITY, 8), offers)
    runs.start(marketer, run, "n")
    BulkRow.objects.filter(run=run, item__id="second").update(result="changed")
    assert [row.item.id for row in stored.next_rows(run, 9)] == ["first", "third"]
