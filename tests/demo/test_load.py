"""The sample library: real enough to look at, true enough to verify."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from allauth.idp.oidc.models import Client
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import transaction
from pytest_django import DjangoDbBlocker

from offers import proof
from offers.access import policy
from offers.access.client_secrets import is_secret_of
from offers.access.members import subject_of
from offers.access.permissions import Actor, actor_for_user
from offers.demo.documented import OFFER as DOCUMENTED_OFFER
from offers.demo.load import load
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.validate import references, transition_problem
from offers.ledger import history
from offers.ledger.references import reference_problems
from offers.models import (
    AccessChange,
    ChangeRequest,
    LibraryItem,
    Membership,
    RequestComment,
    RequestEvent,
    Revision,
    Sandbox,
)
from offers.review import notices, queue
from offers.review.standing import Trouble, standing

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KOREAN = re.compile("[가-힣]")
REQUESTS = [
    (1, "expired", "First in line for the bank holiday"),
    (2, "rejected", "Promise an answer within the hour"),
    (3, "withdrawn", "주말 행사 우선 노출"),
    (4, "applied", "Two weeks more"),
    (5, "failed", "On top for the match"),
    (6, "changes-requested", "Say that places are limited"),
    (7, "open", "A little higher"),
    (8, "approved", "일주일 연장"),
    (9, "scheduled", "On top for the week of the app's birthday"),
    (10, "applied", "Below the seasonal ones"),
    (11, "open", "Above the leaflet"),
    (12, "open", "초안 승인 요청"),
    (13, "open", "The Advent calendar"),
    (14, "open", "New creative from the studio"),
    (15, "open", "블랙 등급도 골드 혜택에 포함"),
    (16, "applied", "Out of sight until its page is back"),
    (17, "applied", "Nightly prices"),
]


@pytest.fixture(scope="module")
def library(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A library of 200 offers, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(200, 1, NOW)
        yield
        transaction.set_rollback(True)


def prod_offers() -> list[LibraryItem]:
    return list(LibraryItem.objects.filter(sandbox__name="prod", kind__in=OFFER_KINDS))


# Without the mark, pytest-django makes no test database for these alone: they would meet that of this machine.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("library")]


def test_history_is_intact_and_nothing_went_live_alone_since_that_is_the_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof, "GRACE", timedelta(0))
    assert list(proof.verify(Sandbox.objects.all())) == []
    assert Revision.objects.count() > 800


def test_there_are_as_many_offers_as_asked_for_of_three_brands_in_two_languages() -> None:
    offers = prod_offers()
    assert len(offers) == 200
    sites = {re.search(r"www\.(\w+)\.example|images\.(\w+)\.example", str(offer.document)) for offer in offers}
    assert {found[1] or found[2] for found in sites if found} == {"bomnal", "harborline", "kestrel"}
    assert 20 < sum(bool(KOREAN.search(offer.name)) for offer in offers) < 150


def test_every_kind_of_item_is_there_and_what_an_item_refers_to_fits_it() -> None:
    assert {item.kind for item in LibraryItem.objects.all()} == set(Kind)
    for item in LibraryItem.objects.filter(deleted_at=None).select_related("sandbox"):
        wanted = references(Kind(item.kind), item.document)
        assert reference_problems(item.sandbox_id, item.document, wanted) == [], item


def test_the_documented_offer_is_at_etag_1_in_both_sandboxes() -> None:
    found = list(LibraryItem.objects.filter(id="personalizedOffer1234").order_by("sandbox__name"))
    assert [(item.sandbox.name, item.etag, item.status) for item in found] == [
        ("dev", 1, "draft"),
        ("prod", 1, "draft"),
    ]
    assert found[0].document == found[1].document == DOCUMENTED_OFFER
    assert found[0].document["description"]


def test_today_is_in_the_middle_of_it() -> None:
    offers = [offer for offer in prod_offers() if offer.starts_at and offer.ends_at]
    approved = [offer for offer in offers if offer.status == "approved"]
    live = [offer for offer in approved if offer.starts_at and offer.ends_at and offer.starts_at <= NOW < offer.ends_at]
    soon = [offer for offer in live if offer.ends_at and offer.ends_at < NOW + timedelta(days=2)]
    scheduled = [offer for offer in offers if offer.starts_at and offer.starts_at > NOW]
    expired = [offer for offer in offers if offer.ends_at and offer.ends_at < NOW]
    assert len(live) >= 15
    assert soon
    assert len(scheduled) >= 15
    assert len(expired) >= 60
    assert {offer.status for offer in expired} >= {"archived", "approved"}


def test_nothing_happened_in_the_future_and_the_audit_is_in_order() -> None:
    times = list(Revision.objects.filter(sandbox__name="prod").order_by("key").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert times[-1] < NOW + SECOND
    assert times[0] < NOW - timedelta(days=400)


def test_everybody_was_allowed_to_do_what_they_did() -> None:
    people = {member.user_id: member.role for member in Membership.objects.filter(sandbox__name="prod", client=None)}
    programs = {member.client_id: member.role for member in Membership.objects.filter(sandbox__name="prod", user=None)}
    sandbox = Sandbox.objects.get(name="prod")
    sandbox.review_policy = policy_set(0)[1]["review_policy"]
    for item in LibraryItem.objects.filter(sandbox=sandbox):
        before: dict[str, Any] | None = None
        documents = history.documents(item, 1, item.etag)
        for found in Revision.objects.filter(item=item, created_at__lt=NOW).order_by("etag"):
            role = people[found.actor_id] if found.actor_id else programs[found.client_id]
            after = documents[found.etag]
            policy.check_change(Actor(sandbox, role, found.actor_label), Kind(item.kind), item.id, before, after)
            old, new = (before or {}).get("status"), (after or {}).get("status")
            assert transition_problem(Kind(item.kind), old, new, False) is None
            before = after


def policy_set(index: int) -> tuple[datetime, dict[str, Any]]:
    """When a policy was set for prod, and which."""
    found = AccessChange.objects.filter(sandbox__name="prod", what="policy-changed").order_by("key")
    return found.values_list("created_at", "after")[index]


def test_a_second_person_is_asked_for_since_the_end_of_the_past_which_an_admin_set_and_gave_a_reason_for() -> None:
    assert policy_set(0)[0] < Revision.objects.order_by("created_at")[0].created_at
    assert policy_set(1) == (NOW, {"review_policy": "two-people"})
    after = Revision.objects.filter(sandbox__name="prod", created_at__gte=policy_set(1)[0])
    assert {found.source for found in after} == {"review"}
    for found in after:
        request = ChangeRequest.objects.get(sandbox__name="prod", number=found.refers_to["request"])
        yes = RequestEvent.objects.filter(request=request, what="approve").exclude(actor_key__in=request.contributors)
        assert yes.exists() or (found.refers_to["bypass"] and request.review_due_at)
    last = AccessChange.objects.latest("key")
    assert (last.actor_label, last.source, last.before) == ("Tomás Rivera", "page", {"review_policy": "reviewer"})
    assert last.note
    given = AccessChange.objects.filter(what="member-added").values_list("sandbox", "subject_key", "after")
    assert sorted(given) == sorted(
        (member.sandbox_id, subject_of(member).key, {"role": member.role, "may_bypass": member.may_bypass})
        for member in Membership.objects.all()
    )


def test_six_people_and_two_programs_worked_on_it() -> None:
    labels = set(Revision.objects.filter(sandbox__name="prod").values_list("actor_label", "client_id"))
    assert len([label for label, client in labels if not client]) == 6
    assert len([label for label, client in labels if not client and KOREAN.search(label)]) == 2
    assert {client for _, client in labels if client} == {"demo-client", "price-feed"}
    assert "Legal asked to drop 'free'" in set(Revision.objects.values_list("note", flat=True))


def test_one_undo_one_restore_and_one_merge_can_be_seen() -> None:
    told = (
        Revision.objects.filter(sandbox__name="prod")
        .exclude(refers_to={})
        .exclude(source="review")
        .select_related("item")
    )
    assert sorted(found.source for found in told) == ["form", "restore", "undo"]
    for found in told:
        before = history.document_at(found.item, found.etag - 1)
        after = history.document_at(found.item, found.etag)
        assert before is not None
        if found.source == "restore":
            assert after == history.document_at(found.item, found.refers_to["restores"])
        elif found.source == "undo":
            item = LibraryItem(key=found.item.key, document=before, etag=found.etag - 1)
            assert history.undone(item, found.refers_to["undoes"]).document == after
        else:
            assert found.refers_to == {"merged_with": found.etag - 1}
            assert [step["path"] for step in orjson.loads(found.patch)] == ["/description"]


def test_an_offer_keeps_its_id_from_one_sandbox_to_the_other() -> None:
    dev = {item.id: item.document["characteristics"]["campaign"] for item in _campaign_offers("dev")}
    prod = {item.id: item.document["characteristics"]["campaign"] for item in _campaign_offers("prod")}
    assert len(dev) == 40
    assert dev.items() <= prod.items()


def _campaign_offers(sandbox: str) -> list[LibraryItem]:
    return list(LibraryItem.objects.filter(sandbox__name=sandbox, document__has_key="characteristics"))


def test_the_accounts_are_those_that_the_demo_tells_about() -> None:
    roles = {"marketer": "editor", "reviewer": "reviewer", "admin": "admin", "auditor": "auditor"}
    for name, role in roles.items():
        user = authenticate(username=name, password="offers")
        assert user is not None
        memberships = Membership.objects.filter(user_id=user.pk)
        assert sorted(memberships.values_list("sandbox__name", "role")) == [("dev", role), ("prod", role)]
    assert list(User.objects.filter(is_staff=True).values_list("username", flat=True)) == ["admin"]
    assert authenticate(username="grace", password="offers") is None
    client = Client.objects.get(pk="demo-client")
    assert is_secret_of(client, "demo-secret")
    assert not is_secret_of(Client.objects.get(pk="price-feed"), "demo-secret")
    assert client.get_grant_types() == ["client_credentials"]
    prod = Sandbox.objects.get(name="prod")
    assert (prod.org_id, prod.type, prod.review_policy) == ("DEMO@OfferOrg", "production", "two-people")
    assert Sandbox.objects.get(name="dev").review_policy == "none"


def test_there_are_requests_in_every_state_which_the_same_seed_makes_again() -> None:
    found = ChangeRequest.objects.order_by("number")
    assert {request.sandbox.name for request in found} == {"prod"}
    assert [(request.number, request.state, request.title) for request in found] == REQUESTS
    opened = [request.created_at for request in found]
    assert opened == sorted(opened)
    known = {now.trouble for request in found if request.is_under_way for now in standing(request).troubled}
    assert known == {Trouble.CONFLICT}
    assert [request.number for request in found if request.is_under_way and standing(request).troubled] == [5, 7]
    assert [request.number for request in found if request.apply_at and request.apply_at > NOW] == [9]
    assert [request.number for request in found if request.review_due_at and not request.looked_at] == [16]
    assert [request.number for request in found if request.changes.count() > 1] == [13]
    assert RequestComment.objects.exclude(suggestion=None).count() == 1
    assert sum(bool(KOREAN.search(request.title)) for request in found) == 4
    # What happened to them, happened then, and one after the other.
    assert len({*RequestEvent.objects.values_list("created_at", flat=True)}) == RequestEvent.objects.count()
    assert not RequestEvent.objects.filter(created_at__gt=NOW + SECOND).exists()


@pytest.mark.parametrize("name", ["marketer", "reviewer", "admin"])
def test_something_waits_for_each_of_the_demos_accounts_and_is_news_to_them(name: str) -> None:
    actor = actor_for_user(User.objects.get(username=name), "prod")
    assert queue.count_needing(actor) > 1
    assert notices.unread(actor) > 1
    assert notices.of(actor).exclude(read_at=None).exists()
