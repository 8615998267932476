"""Bulk edits on the real database. The worker runs in this thread, unless the test is about threads or processes."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.bulk import plan, runs, worker
from offers.bulk.actions import Action, Do
from offers.bulk.runs import NoteMissing, NothingSelected, NotNow, TooMany
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import history, writes
from offers.ledger.records import Stamp
from offers.ledger.verify import verify
from offers.lists.filters import Wanted
from offers.models import BulkRow, BulkRun, LibraryItem, Membership, Revision, Sandbox

Role = Membership.Role
STAMP = Stamp("form")
PLACEMENT = {"name": "Home page", "componentType": "html", "channel": "https://ns.adobe.com/xdm/channel-types/web"}
TAG = "tag-holiday"


def document(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "status": "draft",
        "selectionConstraint": {
            "startDate": "2026-11-01T05:00:00.000+00:00",
            "endDate": "2026-11-30T23:59:59+09:00",
            "profileConstraintType": "none",
        },
        "rank": {"priority": 1},
        **more,
    }


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return Sandbox.objects.create(org_id="O", name="prod", title="Production", review_policy="live")


def person(sandbox: Sandbox, role: str, name: str) -> Actor:
    user = User.objects.create_user(name, first_name=name.title(), last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=role)
    return actor_for_user(user, sandbox.name)


@pytest.fixture
def marketer(sandbox: Sandbox) -> Actor:
    return person(sandbox, Role.EDITOR, "mina")


@pytest.fixture
def colleague(sandbox: Sandbox) -> Actor:
    return person(sandbox, Role.EDITOR, "jun")


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return person(sandbox, Role.ADMIN, "ada")


@pytest.fixture
def offers(admin: Actor) -> list[str]:
    """Three drafts and the tag that tests add."""
    writes.create(admin, Kind.TAG, {"name": "Holiday 2026"}, STAMP, id=TAG)
    names = ["First", "Second", "Third"]
    for name in names:
        writes.create(admin, Kind.PERSONALIZED_OFFER, document(name), STAMP, id=name.lower())
    return [name.lower() for name in names]


def planned(actor: Actor, action: Action, ids: list[str]) -> BulkRun:
    """A run whose dry run is done."""
    run = runs.begin(actor, action, runs.keys_of(actor, ids))
    assert worker.work(run.number)
    run.refresh_from_db()
    assert run.state == BulkRun.State.PLANNED
    return run


def carried_out(actor: Actor, run: BulkRun, note: str = "Prices rise") -> BulkRun:
    runs.start(actor, run, note)
    assert worker.work(run.number)
    run.refresh_from_db()
    assert run.state == BulkRun.State.FINISHED
    return run


def rows(run: BulkRun) -> dict[str, BulkRow]:
    return {row.item.id: row for row in run.rows.select_related("item").order_by("key")}


def verdicts(run: BulkRun) -> dict[str, str]:
    return {id: row.verdict for id, row in rows(run).items()}


def results(run: BulkRun) -> dict[str, str]:
    return {id: row.result for id, row in rows(run).items()}


def item(id: str) -> LibraryItem:
    return LibraryItem.objects.get(id=id)


def patch(actor: Actor, id: str, pointer: str, value: Any) -> None:
    operation = {"op": "add", "path": pointer, "value": value}
    writes.change(actor, OFFER_KINDS, id, [operation], STAMP)


PRIORITY = Action(Do.PRIORITY, 5)


def test_a_dry_run_says_for_each_offer_what_would_happen_and_changes_nothing(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    patch(admin, "second", "/tags", [TAG])
    patch(admin, "third", "/status", "approved")
    before = Revision.objects.count()
    run = planned(marketer, Action(Do.ADD_TAG, TAG, name="Holiday 2026"), offers)
    assert verdicts(run) == {"first": "change", "second": "same", "third": "refused"}
    change = rows(run)["first"].changes[0]
    assert (change["action"], change["new_text"]) == ("added", "Holiday 2026")
    assert Revision.objects.count() == before
    assert runs.counts(run).tabs == {
        "all": 3,
        "change": 1,
        "same": 1,
        "conflict": 0,
        "invalid": 0,
        "refused": 1,
        "excluded": 0,
        "changed": 0,
        "skipped": 0,
        "failed": 0,
        "left": 1,
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
    assert problem["params"] == {"name": "Jun Park", "etag": 2}
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


def test_one_undo_takes_the_whole_run_back_and_names_what_changed_since(
    marketer: Actor, colleague: Actor, offers: list[str]
) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, offers))
    patch(colleague, "second", "/description", "Later work stays")
    patch(colleague, "third", "/rank/priority", 9)
    undo = runs.undo(marketer, run)
    worker.work(undo.number)
    undo.refresh_from_db()
    assert verdicts(undo) == {"first": "change", "second": "change", "third": "conflict"}
    assert rows(undo)["third"].problems[0]["place"] == [["Priority", {"name": "priority"}]]
    carried_out(marketer, undo, "Undo it")
    assert item("first").document == document("First")
    assert item("second").document == document("Second", description="Later work stays")
    assert item("third").priority == 9
    revision = history.revision(item("second"), 4)
    assert (revision.source, revision.refers_to["undoes"]) == ("undo", 2)
    assert revision.refers_to["bulk"] > run.number
    assert list(verify(Sandbox.objects.all())) == []


def shown_in(*placements: str) -> list[dict[str, Any]]:
    content = {"type": "html", "format": "text/html", "content": "Hello"}
    return [{"placement": name, "channel": PLACEMENT["channel"], "components": [dict(content)]} for name in placements]


@pytest.fixture
def shown(admin: Actor) -> str:
    """An offer that is shown in three places."""
    for name in ("home", "kiosk", "foot"):
        writes.create(admin, Kind.PLACEMENT, PLACEMENT, STAMP, id=name)
    more = {"representations": shown_in("home", "kiosk")}
    writes.create(admin, Kind.PERSONALIZED_OFFER, document("Shown", **more), STAMP, id="shown")
    return "shown"


def test_an_undo_names_what_was_removed_since_and_not_what_stands_there_now(
    marketer: Actor, colleague: Actor, shown: str
) -> None:
    text = {"op": "replace", "path": "/representations/0/components/0/content", "value": "Bye"}
    run = carried_out(marketer, planned(marketer, Action(Do.PATCH, [text]), [shown]))
    writes.change(colleague, OFFER_KINDS, shown, [{"op": "remove", "path": "/representations/0"}], STAMP)
    undo = runs.undo(marketer, run)
    worker.work(undo.number)
    (row,) = rows(undo).values()
    assert (row.verdict, row.problems[0]["place"][0][1]["placement"]) == ("conflict", "home")


def test_what_is_wrong_with_the_outcome_is_named_as_it_stands_in_the_outcome(marketer: Actor, shown: str) -> None:
    operations = [
        {"op": "add", "path": "/representations/0", "value": shown_in("foot")[0]},
        {"op": "replace", "path": "/representations/1/components/0/content", "value": 5},
    ]
    (row,) = rows(planned(marketer, Action(Do.PATCH, operations), [shown])).values()
    assert (row.verdict, row.problems[0]["place"][0][1]["placement"]) == ("invalid", "home")


def test_an_undo_can_be_undone(marketer: Actor, offers: list[str]) -> None:
    run = carried_out(marketer, planned(marketer, PRIORITY, offers))
    for expected in (1, 5):
        run = runs.undo(marketer, run)
        worker.work(run.number)
        run.refresh_from_db()
        carried_out(marketer, run)
        assert {item(id).priority for id in offers} == {expected}


def test_it_refuses_to_undo_what_changed_nothing(marketer: Actor, offers: list[str]) -> None:
    with pytest.raises(NotNow):
        runs.undo(marketer, planned(marketer, PRIORITY, offers))


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
