"""The one write path: what it stores, what it refuses, and what happens when two people are at it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.document.errors import InvalidDocument, PatchError
from offers.document.kinds.registry import Kind
from offers.document.values import canonical_text
from offers.ledger import heads, history, writes
from offers.ledger.records import Stamp
from offers.ledger.references import InUse, used_by
from offers.ledger.writes import PreconditionRequired, StaleEtag
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import (
    FORM,
    Role,
    actor,
    differences,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    shown_in,
)

MOBILE = "https://ns.adobe.com/xdm/channel-types/mobile"


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


@pytest.fixture
def sale(admin: Actor) -> LibraryItem:
    return make(admin, offer(), id="sale")


def codes(error: pytest.ExceptionInfo[InvalidDocument]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.value.problems]


def test_a_new_item_is_at_etag_1_with_a_revision_that_adds_the_whole_document(sale: LibraryItem) -> None:
    (first,) = Revision.objects.filter(item=sale)
    assert (sale.etag, first.etag, first.actor_label, first.source) == (1, 1, "Mina Park", "form")
    assert orjson.loads(first.patch) == [{"op": "add", "path": "", "value": sale.document}]
    assert first.digest == sale.digest
    assert differences() == []


def test_a_new_offer_without_a_status_is_a_draft_and_gets_an_id(admin: Actor) -> None:
    document = offer()
    del document["status"]
    item = make(admin, document)
    assert item.document["status"] == "draft"
    assert len(item.id) == 24
    assert item.id.isalnum()


def test_a_change_stores_document_etag_revision_and_stamps_together(admin: Actor, sale: LibraryItem) -> None:
    somebody = Actor(admin.sandbox, Role.EDITOR, "Jun Lee", client_id="feed")
    stamp = Stamp("api", note="New prices", request_id="r-1", refers_to={"merged_with": 1})
    outcome = writes.change(somebody, [Kind.PERSONALIZED_OFFER], "sale", replace("/name", "Summer sale"), stamp)
    sale.refresh_from_db()
    last = Revision.objects.get(item=sale, etag=2)
    assert outcome.changed
    assert outcome.before is not None
    assert outcome.before["name"] == "Spring sale"
    assert (sale.etag, sale.document["name"], sale.name) == (2, "Summer sale", "Summer sale")
    assert (sale.created_by, sale.modified_by, sale.modified_by_client) == ("Mina Park", "Jun Lee", "feed")
    assert sale.modified_at == last.created_at > sale.created_at
    assert (last.source, last.note, last.request_id, last.refers_to) == (
        *("api", "New prices", "r-1"),
        {"merged_with": 1},
    )
    assert orjson.loads(last.patch) == replace("/name", "Summer sale")
    assert differences() == []


def test_a_patch_that_changes_nothing_makes_no_revision(admin: Actor, sale: LibraryItem) -> None:
    outcome = patch(admin, sale, replace("/name", "Spring sale"))
    assert (outcome.changed, outcome.head.etag) == (False, 1)
    assert Revision.objects.filter(item=sale).count() == 1


def test_history_keeps_of_a_patch_what_had_an_effect(admin: Actor, sale: LibraryItem) -> None:
    noise = [{"op": "test", "path": "/status", "value": "draft", "note": "x" * 5_000}]
    real = [{**replace("/rank/priority", 2)[0], "from": "/name", "because": "x" * 5_000}]
    patch(admin, sale, [*noise, *replace("/name", sale.document["name"]), *real])
    assert Revision.objects.get(item=sale, etag=2).patch == canonical_text(replace("/rank/priority", 2))


@pytest.mark.parametrize(
    "sent",
    [
        [{"op": "add", "path": "/characteristics/note1", "value": "y" * 5_000}, {"op": "remove", "path": "/characteristics/note1"}],
        [{"op": "add", "path": "/description", "value": "x" * 5_000}, {"op": "add", "path": "/description", "value": "B"}],
        [{"op": "test", "path": "/name", "value": "Spring sale", "why": "x" * 50_000}],
        [{"op": "add", "path": "", "value": offer(characteristics={f"note{n}": "x" * 900 for n in range(30)})}],
    ],
)  # fmt: skip
def test_a_revision_is_as_long_as_its_change_whatever_was_sent(admin: Actor, sent: list[dict[str, Any]]) -> None:
    long = make(admin, offer(characteristics={f"note{n}": "x" * 900 for n in range(30)}))
    written = patch(admin, long, [*sent, *replace("/rank/priority", 2)]).head
    recorded = Revision.objects.get(item=long, etag=2).patch
    assert len(recorded) < 1_000
    assert history.document_at(long, 2) == written.document
    assert differences() == []


def test_it_refuses_a_stale_precondition_and_says_where_the_item_is(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, replace("/rank/priority", 2))
    with pytest.raises(StaleEtag) as stale:
        patch(admin, sale, replace("/rank/priority", 3), if_match=1)
    assert stale.value.head.etag == 2
    assert stale.value.head.document["rank"]["priority"] == 2


def test_it_refuses_a_change_without_precondition_where_the_sandbox_wants_one(admin: Actor, sale: LibraryItem) -> None:
    admin.sandbox.require_if_match = True
    with pytest.raises(PreconditionRequired):
        patch(admin, sale, replace("/rank/priority", 2))
    with pytest.raises(PreconditionRequired):
        writes.delete(admin, list(Kind), "sale", FORM)
    assert patch(admin, sale, replace("/rank/priority", 2), if_match=1).head.etag == 2


@pytest.mark.parametrize("wrong", [{"rank": {"priority": -1}}, {"name": ""}, {"unknown": 1}, {"status": "live"}])
def test_it_refuses_an_invalid_document_and_stores_nothing(admin: Actor, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidDocument):
        make(admin, offer(**wrong))
    assert not LibraryItem.objects.exists()
    assert not Revision.objects.exists()


def test_it_refuses_a_patch_that_leaves_the_document_invalid(admin: Actor, sale: LibraryItem) -> None:
    with pytest.raises(InvalidDocument) as refused:
        patch(admin, sale, replace("/selectionConstraint/endDate", "2026-02-01T00:00:00+09:00"))
    assert codes(refused) == [("/selectionConstraint/endDate", "end-before-start")]
    with pytest.raises(PatchError):
        patch(admin, sale, replace("/description", "there was none"))
    sale.refresh_from_db()
    assert sale.etag == 1


def test_it_refuses_to_bring_back_what_is_archived_except_by_an_admin(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, replace("/status", "archived"))
    with pytest.raises(InvalidDocument) as refused:
        patch(actor(admin.sandbox, Role.REVIEWER), sale, replace("/status", "draft"))
    assert codes(refused) == [("/status", "status-transition")]
    assert patch(admin, sale, replace("/status", "draft")).head.etag == 3


def test_it_refuses_references_to_what_is_not_there(admin: Actor) -> None:
    constraint = {**offer()["selectionConstraint"], "profileConstraintType": "eligibilityRule", "eligibilityRule": "r"}
    with pytest.raises(InvalidDocument) as refused:
        make(admin, offer(representations=[shown_in("home")], tags=["t"], selectionConstraint=constraint))
    assert codes(refused) == [
        ("/selectionConstraint/eligibilityRule", "unknown-reference"),
        ("/tags/0", "unknown-reference"),
        ("/representations/0/placement", "unknown-reference"),
    ]


def test_it_refuses_a_reference_to_an_item_of_another_kind_or_sandbox(admin: Actor) -> None:
    make(admin, {"name": "A tag"}, Kind.TAG, "home")
    make_placement(actor(make_sandbox("dev")), "side")
    for id in ("home", "side"):
        with pytest.raises(InvalidDocument) as refused:
            make(admin, offer(representations=[shown_in(id)]))
        assert codes(refused) == [("/representations/0/placement", "unknown-reference")]


def test_it_refuses_content_that_the_placement_does_not_take(admin: Actor) -> None:
    make_placement(admin, "home")
    text = {"type": "text", "format": "text/plain"}
    with pytest.raises(InvalidDocument) as refused:
        make(admin, offer(representations=[shown_in("home", channel=MOBILE, components=[text])]))
    assert codes(refused) == [
        ("/representations/0/channel", "channel-mismatch"),
        ("/representations/0/components/0/type", "component-mismatch"),
    ]


def test_a_change_of_content_is_checked_against_the_placement_that_was_there_before(admin: Actor) -> None:
    make_placement(admin, "home")
    item = make(admin, offer(representations=[shown_in("home")]))
    with pytest.raises(InvalidDocument) as refused:
        patch(admin, item, replace("/representations/0/components/0/type", "json"))
    assert codes(refused) == [("/representations/0/components/0/type", "component-mismatch")]


def test_a_placement_in_use_cannot_take_other_content_but_can_be_renamed(admin: Actor) -> None:
    home = make_placement(admin, "home")
    make(admin, offer(representations=[shown_in("home")]), id="sale")
    with pytest.raises(InUse) as refused:
        patch(admin, home, replace("/componentType", "json"))
    assert refused.value.users == (("personalized-offer", "sale", "Spring sale"),)
    assert patch(admin, home, replace("/name", "Front page")).head.etag == 2


def test_it_refuses_to_delete_what_is_in_use(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, offer(representations=[shown_in("home")]), id="sale")
    with pytest.raises(InUse):
        writes.delete(admin, [Kind.PLACEMENT], "home", FORM)
    writes.delete(admin, [Kind.PERSONALIZED_OFFER], "sale", FORM)
    writes.delete(admin, [Kind.PLACEMENT], "home", FORM)
    assert differences() == []


def test_what_is_deleted_is_gone_but_its_history_and_last_document_stay(admin: Actor, sale: LibraryItem) -> None:
    deleted = writes.delete(admin, [Kind.PERSONALIZED_OFFER], "sale", FORM, if_match=1)
    sale.refresh_from_db()
    assert (deleted.head.etag, sale.etag, sale.deleted_at) == (2, 2, sale.modified_at)
    assert sale.document["name"] == "Spring sale"
    for attempt in (
        lambda: heads.read(admin, list(Kind), "sale"),
        lambda: patch(admin, sale, replace("/name", "x")),
        lambda: writes.delete(admin, list(Kind), "sale", FORM),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert [orjson.loads(found.patch)[0]["op"] for found in Revision.objects.filter(item=sale).order_by("etag")] == [
        "add",
        "remove",
    ]
    assert differences() == []


def test_what_was_deleted_can_be_brought_back(admin: Actor, sale: LibraryItem) -> None:
    writes.delete(admin, list(Kind), "sale", FORM)
    assert writes.undelete(admin, list(Kind), "sale", Stamp("restore")).head.etag == 3
    assert heads.read(admin, list(Kind), "sale").document == sale.document
    assert not writes.undelete(admin, list(Kind), "sale", FORM).changed
    assert differences() == []


def test_it_refuses_to_bring_back_an_offer_whose_placement_is_gone(admin: Actor) -> None:
    make_placement(admin, "home")
    make(admin, offer(representations=[shown_in("home")]), id="sale")
    writes.delete(admin, list(Kind), "sale", FORM)
    writes.delete(admin, list(Kind), "home", FORM)
    with pytest.raises(InvalidDocument) as refused:
        writes.undelete(admin, list(Kind), "sale", FORM)
    assert codes(refused) == [("/representations/0/placement", "unknown-reference")]


def test_the_same_id_lives_in_two_sandboxes_but_only_once_in_each(admin: Actor, sale: LibraryItem) -> None:
    other = actor(make_sandbox("dev"))
    make(other, offer(name="Promoted"), id="sale")
    assert heads.read(admin, list(Kind), "sale").document["name"] == "Spring sale"
    assert heads.read(other, list(Kind), "sale").document["name"] == "Promoted"
    with pytest.raises(IntegrityError), transaction.atomic():
        make(admin, offer(), id="sale")


def test_a_read_only_member_can_change_nothing(admin: Actor, sale: LibraryItem) -> None:
    auditor = actor(admin.sandbox, Role.AUDITOR)
    for attempt in (
        lambda: make(auditor, offer()),
        lambda: patch(auditor, sale, replace("/name", "x")),
        lambda: patch(auditor, sale, replace("/name", "Spring sale")),
        lambda: writes.delete(auditor, list(Kind), "sale", FORM),
        lambda: writes.undelete(auditor, list(Kind), "sale", FORM),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attempt()
    assert Revision.objects.count() == 1


def test_a_dry_run_tells_what_would_be_and_stores_nothing(admin: Actor, sale: LibraryItem) -> None:
    tried = patch(admin, sale, replace("/name", "Summer sale"), dry_run=True)
    assert (tried.changed, tried.head.etag, tried.head.document["name"]) == (True, 2, "Summer sale")
    created = writes.create(admin, Kind.TAG, {"name": "T"}, FORM, dry_run=True)
    assert created.head.etag == 1
    with pytest.raises(InvalidDocument):
        patch(admin, sale, [{"op": "add", "path": "/tags", "value": ["nowhere"]}], dry_run=True)
    sale.refresh_from_db()
    assert (sale.etag, LibraryItem.objects.count(), Revision.objects.count()) == (1, 1, 1)


def test_every_fiftieth_revision_keeps_the_whole_document(admin: Actor, sale: LibraryItem) -> None:
    for number in range(2, 103):
        patch(admin, sale, replace("/rank/priority", number))
    kept = Revision.objects.filter(item=sale, snapshot__isnull=False).order_by("etag")
    assert [found.etag for found in kept] == [50, 100]
    assert orjson.loads(kept[1].snapshot or "")["rank"]["priority"] == 100
    assert differences() == []


def test_a_change_is_later_than_the_one_before_even_when_the_clock_goes_back(
    admin: Actor, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: behind)
    assert patch(admin, sale, replace("/rank/priority", 2)).head.modified_at > sale.modified_at
    assert differences() == []


def test_an_item_of_another_kind_is_not_found(admin: Actor, sale: LibraryItem) -> None:
    with pytest.raises(NotFound):
        writes.change(admin, [Kind.TAG], "sale", replace("/name", "x"), FORM)


def test_used_by_names_the_latest_first_and_not_what_is_deleted(admin: Actor) -> None:
    make(admin, {"name": "T"}, Kind.TAG, "tag")
    for name in ("first", "second", "third"):
        make(admin, offer(name=name, tags=["tag"]), id=name)
    writes.delete(admin, list(Kind), "second", FORM)
    used = used_by(admin.sandbox.pk, "tag")
    assert [id for _, id, _ in used] == ["third", "first"]
