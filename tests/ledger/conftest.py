"""An admin, and an offer with a long history."""

import pytest

from offers.access.permissions import Actor
from offers.models import LibraryItem
from tests.cast import actor, make, make_sandbox, offer, patch, replace


@pytest.fixture
def admin(db: None) -> Actor:
    return actor(make_sandbox())


@pytest.fixture
def sale(admin: Actor) -> LibraryItem:
    """An offer at etag 120, whose priority is its etag: two snapshots lie in its history."""
    item = make(admin, offer(), id="sale")
    for etag in range(2, 121):
        patch(admin, item, replace("/rank/priority", etag))
    item.refresh_from_db()
    return item
