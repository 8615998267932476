"""Random people at work by every kind of door, beside a small model of what may become of it: nobody's change goes live alone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from offers import proof
from offers.access import members
from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from tests.api.conftest import make_caller
from tests.cast import make, offer
from tests.review.conftest import cast_in
from tests.review.model import FIELDS, ITEMS, VALUES, fields_of
from tests.review.world import PEOPLE, World

STEPS = {
    World.edits: 4,
    World.proposes: 4,
    World.approves: 6,
    World.adds: 2,
    World.objects: 1,
    World.withdraws: 1,
    World.applies: 2,
    World.bypasses: 1,
    World.deletes: 2,
    World.restores: 1,
    World.schedules: 2,
    World.time_passes: 2,
    World.policy_changes: 1,
    World.roles_change: 1,
}


def steps(rng: Random) -> Iterator[tuple[Any, ...]]:
    """What somebody does next: the step, who, and the item and the field that it may be about."""
    while True:
        (step,) = rng.choices(list(STEPS), list(STEPS.values()))
        id = rng.choice(ITEMS)
        name = rng.choice(FIELDS[id])
        yield step, rng.choice(PEOPLE), id, name, rng.choice(VALUES[name])


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(proof, "GRACE", timedelta(0))
    people = cast_in(Sandbox.objects.create(org_id="DEMO@OfferOrg", name="prod", title="Prod"))
    condition = {"type": "PQL", "value": "true", "format": "pql/text"}
    made = [make(people.setup, {"name": "A", "condition": condition}, Kind.RULE, "gold")]
    for id, status in (("sale", "approved"), ("draft", "draft")):
        made.append(make(people.setup, offer(name="A", status=status), id=id))
    robot = make_caller("robot", (people.sandbox, "editor"))
    members.change_policy(people.jisoo, "two-people", was="none")
    role = {"mina": "editor", "jun": "reviewer", "jisoo": "admin", "bora": "editor", "robot": "editor"}
    return World(people, robot, {one.id: fields_of(one.document) for one in made}, role=role)


@pytest.mark.parametrize("seed", [1, 2])
def test_documents_chains_states_and_permissions_agree_whatever_people_do(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    real: Callable[[], datetime] = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + world.clock[0])
    for step, *rest in islice(steps(Random(seed)), 80):  # no secret
        print(step.__name__, *rest)
        step(world, *rest)
        world.check()
