"""A whole run taken back, and what stands in the way of it."""

from typing import Any

import pytest

from offers.access.permissions import Actor
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.bulk.runs import NotNow
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import history, writes
from offers.ledger.verify import verify
from offers.models import Sandbox
from tests.bulk.running import PLACEMENT, PRIORITY, STAMP, carried_out, document, item, patch, planned, rows, verdicts


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
