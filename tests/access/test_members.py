"""Who may do what, changed by admins: each change is checked, made and recorded at once, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.utils import IntegrityError

from offers.access import members
from offers.access.changes import Reason
from offers.access.members import Given, Moved, Refused
from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.models import AccessChange, Membership, Sandbox
from tests.api.conftest import make_caller
from tests.cast import Role, make_sandbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sandbox() -> Sandbox:
    return make_sandbox()


def person(sandbox: Sandbox, name: str, role: str = Role.ADMIN) -> Actor:
    user = User.objects.get_or_create(username=name, defaults={"first_name": name.title()})[0]
    Membership.objects.create(sandbox=sandbox, user=user, role=role)
    return actor_for_user(user, sandbox.name)


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return person(sandbox, "mina")


def key_of(who: Actor) -> int:
    assert who.user_id is not None
    return Membership.objects.get(sandbox=who.sandbox, user_id=who.user_id).pk


def last_record() -> dict[str, Any]:
    names = ("what", "subject_key", "subject_label", "before", "after", "actor_label", "note", "request_id", "source")
    return dict(AccessChange.objects.order_by("-key").values(*names)[0])


def test_an_admin_lets_somebody_in_who_has_an_account_and_that_is_recorded(admin: Actor, sandbox: Sandbox) -> None:
    jisoo = User.objects.create_user("jisoo", first_name="Jisoo", last_name="Kim")
    member = members.add_person(admin, "jisoo", Given(Role.EDITOR, True), Reason("New in the team", "request-1"))
    assert (member.sandbox, member.user, member.role, member.may_bypass) == (sandbox, jisoo, Role.EDITOR, True)
    assert last_record() == {
        "what": "member-added",
        "subject_key": f"user-{jisoo.pk}",
        "subject_label": "Jisoo Kim",
        "before": {},
        "after": {"role": "editor", "may_bypass": True},
        "actor_label": "Mina",
        "note": "New in the team",
        "request_id": "request-1",
        "source": "page",
    }
    assert AccessChange.objects.get().actor_id == admin.user_id


@pytest.mark.parametrize(("name", "said"), [("nobody", "no account"), ("", "no account"), ("gone", "is closed")])
def test_nobody_is_let_in_without_an_account_that_is_open(admin: Actor, name: str, said: str) -> None:
    User.objects.create_user("gone", is_active=False)
    with pytest.raises(Refused, match=said) as refused:
        members.add_person(admin, name, Given(Role.EDITOR))
    assert refused.value.field == "username"
    assert (Membership.objects.count(), AccessChange.objects.count()) == (1, 0)


def test_nobody_is_let_in_twice(admin: Actor) -> None:
    with pytest.raises(Refused, match="Mina is a member already"):
        members.add_person(admin, "mina", Given(Role.EDITOR))


def test_a_role_and_the_bypass_are_changed_and_only_what_changed_is_recorded(admin: Actor, sandbox: Sandbox) -> None:
    key = key_of(person(sandbox, "jisoo", Role.EDITOR))
    assert members.change_member(admin, key, Given(Role.EDITOR, True), was=Given(Role.EDITOR))
    assert (last_record()["before"], last_record()["after"]) == ({"may_bypass": False}, {"may_bypass": True})
    assert members.change_member(admin, key, Given(Role.REVIEWER, True), was=Given(Role.EDITOR, True))
    assert (last_record()["before"], last_record()["after"]) == ({"role": "editor"}, {"role": "reviewer"})
    assert not members.change_member(admin, key, Given(Role.REVIEWER, True), was=Given(Role.REVIEWER, True))
    assert AccessChange.objects.count() == 2, "a change that changes nothing is none"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(admin: Actor, sandbox: Sandbox) -> None:
    key = key_of(person(sandbox, "jisoo", Role.REVIEWER))
    with pytest.raises(Moved):
        members.change_member(admin, key, Given(Role.AUDITOR), was=Given(Role.EDITOR))
    with pytest.raises(Moved):
        members.remove_member(admin, key, was=Given(Role.EDITOR))
    with pytest.raises(Moved):
        members.change_policy(admin, "everything", was="two-people")
    assert not AccessChange.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"), [(Given("king"), "role"), (Given(""), "role"), (Given(Role.AUDITOR, True), "may_bypass")]
)
def test_a_role_that_is_none_and_an_auditor_who_publishes_are_refused(
    admin: Actor, sandbox: Sandbox, given: Given, field: str
) -> None:
    key = key_of(person(sandbox, "jisoo", Role.EDITOR))
    User.objects.create_user("olga")
    for change in (
        lambda: members.change_member(admin, key, given, was=Given(Role.EDITOR)),
        lambda: members.add_person(admin, "olga", given),
        lambda: members.add_client(admin, "feed", "Feed", given),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.field == field
    assert not Client.objects.exists(), "a client without a role is not left behind"


def test_a_member_is_removed_and_stays_in_the_record(admin: Actor, sandbox: Sandbox) -> None:
    jisoo = person(sandbox, "jisoo", Role.EDITOR)
    assert members.remove_member(admin, key_of(jisoo), was=Given(Role.EDITOR)).label == "Jisoo"
    with pytest.raises(NotFound):
        actor_for_user(User.objects.get(username="jisoo"), "prod")
    User.objects.get(username="jisoo").delete()
    assert (last_record()["what"], last_record()["subject_label"]) == ("member-removed", "Jisoo")
    assert last_record()["before"] == {"role": "editor", "may_bypass": False}


def test_the_last_admin_neither_leaves_nor_takes_another_role(admin: Actor, sandbox: Sandbox) -> None:
    """Others who are called admins do not count where they cannot let anybody in."""
    make_caller("robot", (sandbox, Role.ADMIN))
    person(sandbox, "gone")
    User.objects.filter(username="gone").update(is_active=False)
    person(make_sandbox("dev"), "elsewhere")
    for change in (
        lambda: members.change_member(admin, key_of(admin), Given(Role.REVIEWER), was=Given(Role.ADMIN)),
        lambda: members.remove_member(admin, key_of(admin), was=Given(Role.ADMIN)),
    ):
        with pytest.raises(Refused, match="its last one"):
            change()
    assert members.change_member(admin, key_of(admin), Given(Role.ADMIN, True), was=Given(Role.ADMIN))
    members.add_person(admin, "elsewhere", Given(Role.ADMIN))
    assert members.remove_member(admin, key_of(admin), was=Given(Role.ADMIN, True))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EDITOR, Role.REVIEWER])
def test_whoever_is_no_admin_changes_and_sees_nothing(admin: Actor, sandbox: Sandbox, role: str) -> None:
    by, key = person(sandbox, "jisoo", role), key_of(admin)
    make_caller("feed", (sandbox, Role.EDITOR))
    feed = Membership.objects.get(client_id="feed").pk
    for do in (
        lambda: members.add_person(by, "mina", Given(role)),
        lambda: members.change_member(by, key_of(by), Given(Role.ADMIN), was=Given(role)),
        lambda: members.remove_member(by, key, was=Given(Role.ADMIN)),
        lambda: members.change_policy(by, "everything", was="none"),
        lambda: members.add_client(by, "x", "X", Given(role)),
        lambda: members.make_secret(by, feed, seen="", overlap=DAY),
        lambda: members.end_old_secret(by, feed),
        lambda: members.switch_client(by, feed, on=False),
        lambda: members.members(by),
        lambda: members.member_for(by, key),
    ):
        with pytest.raises(NotAllowed):
            do()
    assert not AccessChange.objects.exists()


def test_whoever_was_an_admin_when_she_opened_the_page_is_asked_for_again(admin: Actor, sandbox: Sandbox) -> None:
    person(sandbox, "jisoo")
    Membership.objects.filter(pk=key_of(admin)).update(role=Role.EDITOR)
    with pytest.raises(NotAllowed, match="no longer"):
        members.change_policy(admin, "everything", was="none")
    program = Actor(sandbox, Role.ADMIN, "Robot", client_id="robot")
    with pytest.raises(NotAllowed):
        members.change_policy(program, "everything", was="none")


def test_members_of_another_sandbox_are_out_of_reach(admin: Actor) -> None:
    other = key_of(person(make_sandbox("dev"), "jisoo", Role.EDITOR))
    with pytest.raises(NotFound):
        members.change_member(admin, other, Given(Role.ADMIN), was=Given(Role.EDITOR))
    with pytest.raises(NotFound):
        members.member_for(admin, other)


def test_the_policy_is_set_and_recorded(admin: Actor, sandbox: Sandbox) -> None:
    assert members.change_policy(admin, "two-people", was="none")
    sandbox.refresh_from_db()
    assert sandbox.review_policy == "two-people"
    assert last_record()["before"] == {"review_policy": "none"}
    assert last_record()["after"] == {"review_policy": "two-people"}
    assert not members.change_policy(admin, "two-people", was="two-people")
    with pytest.raises(Refused):
        members.change_policy(admin, "whatever", was="two-people")


@pytest.mark.parametrize("statement", ["UPDATE offers_accesschange SET note = 'x'", "DELETE FROM offers_accesschange"])
def test_what_is_recorded_cannot_be_changed_or_removed(admin: Actor, statement: str) -> None:
    members.change_policy(admin, "two-people", was="none")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
