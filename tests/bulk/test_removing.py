"""Offers deleted in bulk, and brought back as one."""

import threading
from typing import Any

import pytest
from django.db import connection

from offers.access.permissions import Actor
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.bulk.runs import NotNow
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.erasure import keeping
from offers.ledger import writes
from offers.ledger.verify import verify
from offers.models import BulkRow, BulkRun, ChangeRequest, LibraryItem, Sandbox
from tests.bulk.running import STAMP, carried_out, document, item, patch, planned, results, rows, verdicts

DELETE = Action(Do.DELETE)


def collection(actor: Actor, *ids: str, id: str = "best") -> None:
    writes.create(actor, Kind.COLLECTION, {"name": "Best of", "filterType": "offers", "ids": list(ids)}, STAMP, id=id)


def undone(actor: Actor, run: BulkRun) -> BulkRun:
    undoing = runs.undo(actor, run)
    assert worker.work(undoing.number)
    undoing.refresh_from_db()
    return undoing


def deleted(*ids: str) -> list[bool]:
    return [item(id).deleted_at is not None for id in ids]


def test_what_something_refers_to_stays_and_one_undo_brings_the_others_back(marketer: Actor, offers: list[str]) -> None:
    collection(marketer, "third")
    run = planned(marketer, DELETE, offers)
    assert verdicts(run) == {"first": "change", "second": "change", "third": "conflict"}
    assert rows(run)["third"].problems[0]["params"] == {"names": "“Best of”"}
    assert deleted(*offers) == [False] * 3, "a dry run deletes nothing"
    carried_out(marketer, run, "Over")
    assert results(run) == {"first": "changed", "second": "changed", "third": ""}
    assert deleted(*offers) == [True, True, False]
    back = undone(marketer, run)
    assert verdicts(back) == {"first": "change", "second": "change"}
    carried_out(marketer, back, "A mistake")
    assert item("first").document == document("First")
    made = item("first").revisions.latest("etag")
    assert (made.etag, made.source, made.refers_to) == (3, "undo", {"bulk": back.number, "undoes": 2})
    with pytest.raises(NotNow):
        runs.undo(marketer, run)
    again = carried_out(marketer, undone(marketer, back), "No mistake")
    assert results(again) == {"first": "changed", "second": "changed"}
    assert deleted(*offers) == [True, True, False]
    assert list(verify(Sandbox.objects.all())) == []


def test_what_begins_to_be_used_or_moves_after_the_dry_run_is_left_out_by_the_run(
    marketer: Actor, colleague: Actor, offers: list[str]
) -> None:
    run = planned(marketer, DELETE, offers)
    collection(colleague, "first")
    patch(colleague, "second", "/description", "New work")
    carried_out(marketer, run, "Over")
    assert results(run) == {"first": "skipped", "second": "skipped", "third": "changed"}
    assert rows(run)["first"].problems[0]["params"] == {"names": "“Best of”"}
    assert deleted(*offers) == [False, False, True]


def test_what_was_brought_back_or_needs_what_is_gone_is_not_undone(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    patch(marketer, "first", "/tags", ["tag-holiday"])
    run = carried_out(marketer, planned(marketer, DELETE, offers), "Over")
    writes.delete(admin, (Kind.TAG,), "tag-holiday", STAMP)
    writes.undelete(admin, OFFER_KINDS, "second", STAMP)
    back = undone(marketer, run)
    assert verdicts(back) == {"first": "invalid", "second": "conflict", "third": "change"}
    carried_out(marketer, back)
    assert deleted(*offers) == [True, False, False]


def test_a_legal_hold_keeps_an_offer_and_says_so(marketer: Actor, admin: Actor, offers: list[str]) -> None:
    hold(admin, "first")
    run = planned(marketer, DELETE, offers)
    assert verdicts(run)["first"] == "refused"
    assert "legal hold" in rows(run)["first"].problems[0]["message"]
    hold(admin, "second")
    carried_out(marketer, run, "Over")
    assert results(run) == {"first": "", "second": "skipped", "third": "changed"}
    assert "legal hold" in rows(run)["second"].problems[0]["message"]


def test_what_takes_a_second_person_is_proposed_and_its_restoring_too(
    marketer: Actor, admin: Actor, offers: list[str]
) -> None:
    patch(admin, "first", "/status", "approved")
    run = planned(marketer, DELETE, offers[:2])
    assert verdicts(run) == {"first": "propose", "second": "change"}
    carried_out(marketer, run, "Over")
    assert results(run) == {"first": "proposed", "second": "changed"}
    request = ChangeRequest.objects.get()
    assert request.changes.get().patch == [{"op": "remove", "path": ""}]
    assert deleted("first") == [False]


def test_what_nobody_changed_is_not_touched_by_a_run_that_lost_its_author(marketer: Actor, offers: list[str]) -> None:
    run = planned(marketer, DELETE, offers)
    run.sandbox.membership_set.filter(user=marketer.user_id).delete()
    runs.start(marketer, run, "Over")
    worker.work(run.number)
    assert set(results(run).values()) == {BulkRow.Result.SKIPPED}
    assert deleted(*offers) == [False] * 3


@pytest.mark.django_db(transaction=True)
def test_no_offer_goes_while_somebody_begins_to_refer_to_it(marketer: Actor, offers: list[str]) -> None:
    """Collections are made of the offers while a run deletes them: each offer is gone, or in a collection, and never both."""
    ids = [f"offer-{number}" for number in range(12)]
    for id in ids:
        writes.create(marketer, Kind.PERSONALIZED_OFFER, document(id), STAMP, id=id)
    run = planned(marketer, DELETE, ids)
    met: list[Any] = []

    def refer() -> None:
        for id in reversed(ids):
            try:
                collection(marketer, id, id=f"with-{id}")
            except InvalidDocument as error:
                met.append(error.problems[0].code)
        connection.close()

    other = threading.Thread(target=refer)
    other.start()
    carried_out(marketer, run, "Over")
    other.join()
    gone = {one.id for one in LibraryItem.objects.filter(id__in=ids).exclude(deleted_at=None)}
    named = {id for one in LibraryItem.objects.filter(kind=Kind.COLLECTION) for id in one.document["ids"]}
    assert gone & named == set()
    assert gone | named == set(ids)
    assert set(met) <= {"unknown-reference"}
    assert list(verify(Sandbox.objects.all())) == []


def hold(admin: Actor, id: str) -> None:
    keeping.set_hold(admin, item(id), "Case 7")
