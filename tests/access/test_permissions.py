"""Who may do what, as a table."""

import pytest
from allauth.idp.oidc.models import Client
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction

from offers.access import permissions, policy
from offers.access.permissions import NotAllowed, NotFound
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.models import Membership, Sandbox
from tests.cast import FORM, Role, actor, make, make_sandbox, offer

pytestmark = pytest.mark.django_db

DRAFT, APPROVED, NOTHING = offer(), offer(status="approved"), None
OFFER, DECISION, TAG = Kind.PERSONALIZED_OFFER, Kind.DECISION, Kind.TAG


@pytest.mark.parametrize(
    ("kind", "before", "after", "who_with_review", "who_without"),
    [
        (OFFER, NOTHING, DRAFT, "editor reviewer admin", "editor reviewer admin"),
        (OFFER, DRAFT, DRAFT, "editor reviewer admin", "editor reviewer admin"),
        (OFFER, DRAFT, NOTHING, "editor reviewer admin", "editor reviewer admin"),
        (OFFER, DRAFT, APPROVED, "reviewer admin", "editor reviewer admin"),
        (OFFER, APPROVED, APPROVED, "reviewer admin", "editor reviewer admin"),
        (OFFER, APPROVED, DRAFT, "reviewer admin", "editor reviewer admin"),
        (OFFER, APPROVED, NOTHING, "reviewer admin", "editor reviewer admin"),
        (OFFER, NOTHING, APPROVED, "reviewer admin", "editor reviewer admin"),
        (Kind.FALLBACK_OFFER, DRAFT, APPROVED, "reviewer admin", "editor reviewer admin"),
        (DECISION, {"status": "draft"}, {"status": "live"}, "reviewer admin", "editor reviewer admin"),
        (DECISION, {"status": "live"}, {"status": "live"}, "reviewer admin", "editor reviewer admin"),
        (DECISION, {"status": "draft"}, {"status": "draft"}, "editor reviewer admin", "editor reviewer admin"),
        (TAG, {"name": "a"}, {"name": "b"}, "editor reviewer admin", "editor reviewer admin"),
    ],
)
def test_who_may_make_a_change(
    kind: Kind,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    who_with_review: str,
    who_without: str,
) -> None:
    for review, wanted in (("reviewer", who_with_review), ("none", who_without)):
        sandbox = Sandbox(name="s", title="S", review_policy=review)
        allowed = []
        for role in Role:
            try:
                policy.check_change(actor(sandbox, role), kind, "x", before, after)
                allowed.append(role.value)
            except NotAllowed:
                continue
        assert allowed == wanted.split()


def test_only_an_admin_may_bring_back_what_is_archived() -> None:
    sandbox = Sandbox(name="s")
    assert [role for role in Role if policy.can_restore_archived(actor(sandbox, role))] == [Role.ADMIN]


def test_a_member_is_an_actor_with_the_role_of_that_sandbox_and_the_full_name() -> None:
    user = User.objects.create_user("mina", first_name="Mina", last_name="Park")
    prod, dev = make_sandbox("prod"), make_sandbox("dev")
    Membership.objects.create(sandbox=prod, user=user, role=Role.AUDITOR)
    Membership.objects.create(sandbox=dev, user=user, role=Role.ADMIN)
    found = permissions.actor_for_user(user, "prod")
    assert (found.sandbox, found.role, found.label, found.user_id, found.client_id) == (
        *(prod, "auditor", "Mina Park", user.pk, ""),
    )
    assert permissions.actor_for_user(user, "dev").role == "admin"


def test_a_person_without_a_full_name_is_known_by_the_user_name() -> None:
    assert permissions.label_for_user(User(username="mina")) == "mina"


def test_it_refuses_strangers_the_signed_out_and_the_deactivated() -> None:
    sandbox = make_sandbox()
    client = Client.objects.create(id="c", name="C", secret="x")
    Membership.objects.create(sandbox=sandbox, client=client, role=Role.ADMIN)
    left = User.objects.create_user("left", is_active=False)
    Membership.objects.create(sandbox=sandbox, user=left, role=Role.ADMIN)
    for nobody in (AnonymousUser(), User.objects.create_user("stranger"), left):
        with pytest.raises(NotFound):
            permissions.actor_for_user(nobody, sandbox.name)


def test_a_superuser_is_a_stranger_too_where_nobody_invited_them() -> None:
    make_sandbox()
    with pytest.raises(NotFound):
        permissions.actor_for_user(User.objects.create_superuser("root"), "prod")


def test_an_item_is_found_only_in_its_sandbox_by_its_kind_and_while_it_is_there() -> None:
    here, elsewhere = actor(make_sandbox("prod")), actor(make_sandbox("dev"))
    item = make(here, offer(), id="sale")
    assert permissions.get_item_for(here, "sale") == item
    for by, kinds in ((elsewhere, (OFFER,)), (here, (TAG,))):
        with pytest.raises(NotFound):
            permissions.get_item_for(by, "sale", kinds=kinds)
    writes.delete(here, [OFFER], "sale", FORM)
    with pytest.raises(NotFound):
        permissions.get_item_for(here, "sale")
    assert permissions.get_item_for(here, "sale", deleted=True) == item


def test_a_membership_is_a_persons_or_a_clients_and_there_is_one_of_each() -> None:
    sandbox, user = make_sandbox(), User.objects.create_user("mina")
    client = Client.objects.create(id="c", name="C", secret="x")
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    Membership.objects.create(sandbox=sandbox, client=client, role=Role.EDITOR)
    for wrong in ({}, {"user": user, "client": client}, {"user": user}, {"client": client}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(sandbox=sandbox, role=Role.EDITOR, **wrong)
