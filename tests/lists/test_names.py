"""Names of items, and of those who changed them."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.lists.names import changers, names, names_in
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

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


def test_names_of_nothing_cost_nothing(admin: Actor, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert names(admin.sandbox.pk, []) == {}
        assert names_in(admin.sandbox.pk, Kind.PERSONALIZED_OFFER, [None, offer()]) == {}


def test_names_are_those_of_this_sandbox(admin: Actor, sandbox: Sandbox) -> None:
    make(actor(make_sandbox("dev")), {"name": "Theirs"}, Kind.TAG, "tag-1")
    assert names(sandbox.pk, ["tag-1"]) == {}
    make(admin, {"name": "Ours"}, Kind.TAG, "tag-1")
    assert names(sandbox.pk, ["tag-1"]) == {"tag-1": "Ours"}


def test_everything_that_several_documents_refer_to_is_named_in_one_query(
    admin: Actor, sandbox: Sandbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_placement(admin)
    for id in ("a", "b"):
        make(admin, {"name": id.upper()}, Kind.TAG, id)
    documents = [offer(tags=["a"]), None, offer(tags=["b", "a"], representations=[shown_in("home")])]
    with django_assert_num_queries(1):
        assert names_in(sandbox.pk, Kind.PERSONALIZED_OFFER, documents) == {"a": "A", "b": "B", "home": "Home"}


def test_who_changed_offers_is_called_as_history_copied_it_last(sandbox: Sandbox) -> None:
    before, after = (Actor(sandbox, Role.EDITOR, name, client_id="feed") for name in ("Feed", "Price feed"))
    make(before, {"name": "Fallback", "status": "draft"}, Kind.FALLBACK_OFFER)
    make(after, offer())
    assert changers(sandbox.pk, OFFER_KINDS) == {"client-feed": "Price feed"}
    make(before, {"name": "Fallback", "status": "draft"}, Kind.FALLBACK_OFFER)
    assert changers(sandbox.pk, OFFER_KINDS) == {"client-feed": "Feed"}


def test_who_changed_only_what_is_deleted_or_of_another_kind_is_none_of_them(admin: Actor, sandbox: Sandbox) -> None:
    item = make(actor(sandbox, label="Gone"), offer())
    writes.delete(actor(sandbox, label="Gone"), OFFER_KINDS, item.id, FORM)
    make(actor(sandbox, label="Tagger"), {"name": "T"}, Kind.TAG)
    assert changers(sandbox.pk, OFFER_KINDS) == {}
    assert changers(sandbox.pk, [Kind.TAG]) == {"name-Tagger": "Tagger"}


def test_no_more_people_are_named_than_a_choice_can_have(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("c", "a", "b"):
        make(actor(sandbox, label=name), offer())
    monkeypatch.setattr("offers.lists.names.CHANGERS", 2)
    assert set(changers(sandbox.pk, OFFER_KINDS)) == {"name-a", "name-b"}
