"""Names of items, and of those who changed them."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists.names import changers, names, names_in
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, make, make_sandbox, offer, patch, replace

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


def test_names_are_read_in_one_query_also_of_deleted_items(admin: Actor, sandbox: Sandbox) -> None:
    item = make(admin, offer(name="gone"), id="gone-1")
    writes.delete(admin, OFFER_KINDS, item.id, FORM)
    make(admin, {"name": "Holiday"}, Kind.TAG, "tag-1")
    assert names(sandbox.pk, ["gone-1", "tag-1", "never"]) == {"gone-1": "gone", "tag-1": "Holiday"}
    assert names_in(sandbox.pk, Kind.PERSONALIZED_OFFER, [offer(tags=["tag-1"]), None]) == {"tag-1": "Holiday"}
    assert LibraryItem.objects.count() == 2


def test_those_who_changed_offers_last_are_each_named_once(admin: Actor, sandbox: Sandbox) -> None:
    jun = actor(sandbox, label="Jun")
    for _number in range(3):
        make(admin, offer())
    item = make(admin, offer())
    patch(jun, item, replace("/rank/priority", 5))
    make(actor(sandbox, label="Tagger"), {"name": "t"}, Kind.TAG)
    make(actor(make_sandbox("dev"), label="Elsewhere"), offer())
    assert changers(sandbox.pk, OFFER_KINDS) == {"name-Jun": "Jun", "name-Mina Park": "Mina Park"}
