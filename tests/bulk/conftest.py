"""The cast of the bulk tests, and the offers that they change."""

import pytest

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.models import Sandbox
from tests.bulk.running import STAMP, TAG, document, person
from tests.cast import Role


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return Sandbox.objects.create(org_id="O", name="prod", title="Production", review_policy="reviewer")


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
