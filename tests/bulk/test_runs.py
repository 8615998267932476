"""Bulk edits on the real database. The worker runs in this thread, unless the test is about threads or processes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.bulk import plan, runs, worker
from offers.bulk.actions import Action, Do
from offers.bulk.runs import NoteMissing, NothingSelected, NotNow, TooMany
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import history, writes
from offers.ledger.verify import verify
from offers.lists.filters import Wanted
from offers.models import BulkRow, BulkRun, Membership, Revision, Sandbox
from tests.bulk.running import (
    PRIORITY,
    STAMP,
    TAG,
    carried_out,
    item,
    patch,
    person,
    planned,
    results,
    rows,
    verdicts,
)
from tests.cast import Role


def test_a_dry_run_says_for_each_offer_what_would_happen_and_changes_nothing(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    patch(admin, "second", "/tags", [TAG])
    patch(admin, "third", "/status", "approved")
    before = Revision.objects.count()
    run = planned(marketer, Action(Do.ADD_TAG, TAG, name="Holiday 2026"), offers)
    assert verdicts(run) == {"first": "change", "second": "same", "third": "propose"}
    change = rows(run)["first"].changes[0]
    assert (change["action"], change["new_text"]) == ("added", "Holiday 2026")
    assert Revision.objects.count() == before
    assert runs.counts(run).tabs == {
        "all": 3,
        "change": 1,
        "propose": 1,
        "same": 1,
        "conflict": 0,
        "invalid": 0,
        "refused": 0,
        "excluded": 0,
        "changed": 0,
        "proposed": 0,
        "skipped": 0,
        "failed": 0,
        "left": 2,
    }


def test_a_dry_run_tells_a_patch_that_does_not_apply_from_one_that_makes_no_sense(
    marketer: Actor, offers: list[str]
) -> None:
    patch(marketer, "first", "/description", "Half price")
    operations = [{"op": "replace", "path": "/description", "value": "x"}]
    run = planned(marketer, Action(Do.PATCH, operations), offers[:2])
    assert verdicts(run) == {"first": "change", "second": "conflict"}
    assert rows(run)["second"].problems[0]["operation"] == 0
    run = planned(marketer, Action(Do.PATCH, [{"op": "remove", "path": "/name"}]), offers[:1])
    assert verdicts(run) == {"first": "invalid"}
    run = planned(marketer, Action(Do.ADD_TAG, "no-such-tag"), offers[:1])
    assert verdicts(run) == {"first": "invalid"}
    assert rows(run)["first"].problems[0]["params"]["id"] == "no-such-tag"


def test_a_run_changes_what_would_change_and_records_run_note_and_person(marketer: Actor, offers: list[str]) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, offers))
    assert results(run) == dict.fromkeys(offers, "changed")
    for id in offers:
        revision = history.revision(item(id), 2)
        assert item(id).priority == 5
        assert (revision.source, revision.refers_to) == ("bulk", {"bulk": run.number})
        assert (revision.note, revision.actor_label) == ("Prices rise", "Mina Park")
    assert list(verify(Sandbox.objects.all())) == []


def test_it_leaves_out_what_was_excluded(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, PRIORITY, offers)
    runs.exclude(marketer, run, rows(run)["second"].key, True)
    carried_out(marketer, run)
    assert results(run) == {"first": "changed", "second": "", "third": "changed"}
    assert item("second").etag == 1
    with pytest.raises(NotNow):
        runs.exclude(marketer, run, rows(run)["second"].key, False)


def test_it_skips_and_names_an_offer_that_changed_since_the_dry_run(
    marketer: Actor, colleague: Actor, offers: list[str]
) -> None:
    run = planned(marketer, PRIORITY, offers)
    patch(colleague, "second", "/description", "Mine")
    writes.delete(colleague, OFFER_KINDS, "third", STAMP)
    carried_out(marketer, run)
    assert results(run) == {"first": "changed", "second": "skipped", "third": "skipped"}
    problem = rows(run)["second"].problems[0]
    assert problem["params"] == {"name": "Jun Park", "by": colleague.key, "etag": 2}
    assert item("second").document["rank"] == {"priority": 1}


def test_it_skips_an_offer_whose_new_tag_was_deleted_since_the_dry_run(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, Action(Do.ADD_TAG, TAG), offers)
    writes.delete(marketer, [Kind.TAG], TAG, STAMP)
    carried_out(marketer, run)
    assert results(run) == dict.fromkeys(offers, "skipped")
    assert {item(id).etag for id in offers} == {1}


def test_it_asks_for_a_note_for_more_than_one_offer(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, PRIORITY, offers)
    with pytest.raises(NoteMissing):
        runs.start(marketer, run, "  ")
    runs.start(marketer, planned(marketer, PRIORITY, offers[:1]), "")


def test_it_refuses_to_run_what_changes_nothing_or_twice(marketer: Actor, offers: list[str]) -> None:
    with pytest.raises(NotNow):
        runs.start(marketer, planned(marketer, Action(Do.PRIORITY, 1), offers), "Why")
    run = planned(marketer, PRIORITY, offers)
    runs.start(marketer, run, "Why")
    with pytest.raises(NotNow):
        runs.start(marketer, run, "Why")


def test_it_refuses_strangers_readers_and_colleagues(
    marketer: Actor, colleague: Actor, admin: Actor, offers: list[str]
) -> None:
    run = planned(marketer, PRIORITY, offers)
    other = person(Sandbox.objects.create(org_id="O", name="dev", title="Dev"), Role.ADMIN, "sue")
    with pytest.raises(NotFound):
        runs.run_for(other, run.number)
    auditor = person(run.sandbox, Role.AUDITOR, "olga")
    assert runs.run_for(auditor, run.number) == run
    for act in (runs.discard, runs.stop, runs.resume, runs.undo):
        for actor in (auditor, colleague):
            with pytest.raises(NotAllowed):
                act(actor, run)
    with pytest.raises(NotAllowed):
        runs.start(colleague, run, "Why")
    with pytest.raises(NotAllowed):
        runs.begin(auditor, PRIORITY, runs.keys_of(auditor, offers))
    assert carried_out(admin, run).runner_label == "Ada Park"
    assert history.revision(item("first"), 2).actor_label == "Ada Park"


def test_rights_count_at_the_moment_of_the_change(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, PRIORITY, offers)
    Membership.objects.filter(user__username="mina").update(role=Role.AUDITOR)
    carried_out(marketer, run)
    assert results(run) == dict.fromkeys(offers, "skipped")
    Membership.objects.filter(user__username="mina").update(role=Role.EDITOR)
    run = planned(marketer, PRIORITY, offers)
    Membership.objects.filter(user__username="mina").delete()
    carried_out(marketer, run)
    assert rows(run)["first"].problems[0]["params"] == {"name": "Mina Park"}
    assert item("first").etag == 1


def test_it_refuses_empty_and_huge_selections(marketer: Actor, offers: list[str]) -> None:
    with pytest.raises(NothingSelected):
        runs.begin(marketer, PRIORITY, runs.keys_of(marketer, ["nothing", TAG]))
    with pytest.raises(TooMany):
        runs.begin(marketer, PRIORITY, range(runs.LIMIT + 1))
    assert not BulkRun.objects.exists()


def test_it_takes_a_whole_filter(marketer: Actor, offers: list[str]) -> None:
    patch(marketer, "second", "/tags", [TAG])
    keys = runs.keys_matching(marketer, Wanted(reference=TAG))
    assert keys == [item("second").key]
    assert len(runs.keys_matching(marketer, Wanted())) == 3


def test_a_discarded_run_is_gone_and_a_started_one_cannot_be_discarded(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, PRIORITY, offers)
    runs.discard(marketer, run)
    assert not BulkRow.objects.exists()
    run = carried_out(marketer, planned(marketer, PRIORITY, offers))
    with pytest.raises(NotNow):
        runs.discard(marketer, run)


def test_pages_forward_and_backward_give_every_row_once(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE_SIZE", 2)
    run = planned(marketer, PRIORITY, offers)
    first = runs.page(run, "all")
    second = runs.page(run, "all", after=first.after)
    assert [row.item.id for row in [*first.rows, *second.rows]] == offers
    assert (first.before, second.after) == (0, 0)
    assert runs.page(run, "all", before=second.before).rows == first.rows
    assert runs.page(run, "same").rows == []


# Runs that stop, and those that nobody is at


def test_a_stopped_run_goes_on_where_it_was(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker.CHUNKS, BulkRun.State.RUNNING, 1)
    run = planned(marketer, PRIORITY, offers)
    runs.start(marketer, run, "Why")
    assert worker.step(run.number)
    runs.stop(marketer, run)
    assert worker.work(run.number)
    assert results(run) == {"first": "changed", "second": "", "third": ""}
    runs.resume(marketer, run)
    worker.work(run.number)
    run.refresh_from_db()
    assert (run.state, results(run)) == ("finished", dict.fromkeys(offers, "changed"))
    assert {item(id).etag for id in offers} == {2}


def test_only_a_stopped_run_can_be_resumed(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, PRIORITY, offers)
    runs.start(marketer, run, "Why")
    assert not runs.is_silent(run)
    BulkRun.objects.update(heartbeat_at=timezone.now() - runs.SILENCE - timedelta(seconds=1))
    run.refresh_from_db()
    assert runs.is_silent(run)
    with pytest.raises(NotNow):
        runs.resume(marketer, run)
    runs.stop(marketer, run)
    runs.resume(marketer, run)
    assert not runs.is_silent(run)


def test_a_run_that_was_never_started_is_discarded_though_it_is_being_looked_at(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker.CHUNKS, BulkRun.State.PLANNING, 1)
    run = runs.begin(marketer, PRIORITY, runs.keys_of(marketer, offers))
    assert worker.step(run.number)
    runs.discard(marketer, run)
    assert worker.work(run.number), "there is nothing to do for it, and nothing to complain of"
    assert not BulkRow.objects.exists()


def test_an_offer_that_cannot_even_be_looked_at_is_named_and_the_others_are_planned(
    marketer: Actor, offers: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    look_at = plan._look_at

    def fail(run: BulkRun, row: BulkRow, *rest: Any) -> Any:
        if row.item.id == "second":
            raise ZeroDivisionError
        return look_at(run, row, *rest)

    monkeypatch.setattr(plan, "_look_at", fail)
    run = planned(marketer, PRIORITY, offers)
    found = {row.item.id: row for row in run.rows.select_related("item")}
    assert {id: row.verdict for id, row in found.items()} == {"first": "change", "second": "invalid", "third": "change"}
    assert found["second"].problems[0]["message"] == worker.UNFORESEEN
    assert "ZeroDivisionError" in caplog.text
