"""A bulk run from its dry run to its end, and what it says of each offer."""

from typing import Any

from django.contrib.auth.models import User

from offers.access.permissions import Actor, actor_for_user
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import BulkRow, BulkRun, LibraryItem, Membership, Sandbox

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


def person(sandbox: Sandbox, role: str, name: str) -> Actor:
    user = User.objects.create_user(name, first_name=name.title(), last_name="Park")
    Membership.objects.create(sandbox=sandbox, user=user, role=role)
    return actor_for_user(user, sandbox.name)


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
