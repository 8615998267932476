import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from offers.access.permissions import Actor, actor_for_user
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.models import LibraryItem, Membership
from tests.cast import make, make_sandbox, offer


@pytest.fixture
def marketer(db: None) -> Actor:
    sandbox = make_sandbox()
    user = User.objects.create_user("mina")
    Membership.objects.create(sandbox=sandbox, user=user, role=Membership.Role.EDITOR)
    return actor_for_user(user, sandbox.name)


def test_it_goes_on_with_a_run_that_waits(marketer: Actor) -> None:
    item = make(marketer, offer())
    run = runs.begin(marketer, Action(Do.PRIORITY, 5), [item.key])
    call_command("run_bulk", run.number, stdout=io.StringIO())
    with pytest.raises(CommandError, match="does not wait for a worker: it is planned"):
        call_command("run_bulk", run.number)
    runs.start(marketer, run, "Why")
    out = io.StringIO()
    call_command("run_bulk", run.number, stdout=out)
    assert "1 changed, 0 skipped, 0 failed" in out.getvalue()
    assert LibraryItem.objects.get(key=item.key).priority == 5


def test_it_refuses_a_run_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="no bulk edit 7"):
        call_command("run_bulk", 7)


def test_it_refuses_a_run_that_somebody_else_works_on(marketer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.begin(marketer, Action(Do.PRIORITY, 5), [make(marketer, offer()).key])
    monkeypatch.setattr(worker, "work", lambda number, told: False)
    with pytest.raises(CommandError, match="by another process"):
        call_command("run_bulk", run.number)
