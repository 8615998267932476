"""Who may do what, changed by admins: each change is checked, made and recorded at once, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from offers.access import members
from offers.access.changes import Reason, recent
from offers.access.client_secrets import is_old_secret_of, is_secret_of, state_of
from offers.access.members import Given, Moved, Refused
from offers.access.permissions import Actor, NotAllowed, NotFound, actor_for_user
from offers.models import AccessChange, ClientState, Membership, Sandbox
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
        lambda: members.make_secret(by, feed, seen=None, overlap=DAY),
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


def test_a_client_is_made_with_a_secret_that_is_stored_as_a_hash_only(admin: Actor, sandbox: Sandbox) -> None:
    member, secret = members.add_client(admin, "feed", "Price feed", Given(Role.REVIEWER, True))
    client = Client.objects.get(pk="feed")
    assert is_secret_of(client, secret)
    assert client.get_grant_types() == ["client_credentials"]
    assert (member.client, member.role, member.may_bypass) == (client, Role.REVIEWER, True)
    assert (last_record()["subject_key"], last_record()["subject_label"]) == ("client-feed", "Price feed")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT concat((SELECT json_agg(c) FROM offers_accesschange c), (SELECT json_agg(s) FROM offers_clientstate s))"
        )
        assert secret not in cursor.fetchone()[0]


@pytest.mark.parametrize("id", ["", "a b", "..", "a/b", "설날", "a\nb", "-a", "x" * 101, "a\0"])
def test_a_clients_id_needs_no_quoting(admin: Actor, id: str) -> None:
    with pytest.raises(Refused) as refused:
        members.add_client(admin, id, "Feed", Given(Role.EDITOR))
    assert refused.value.field == "id"


def test_an_id_is_one_clients(admin: Actor) -> None:
    make_caller("feed", (make_sandbox("dev"), Role.EDITOR))
    with pytest.raises(Refused, match="already"):
        members.add_client(admin, "feed", "Feed", Given(Role.EDITOR))
    assert not Membership.objects.filter(sandbox=admin.sandbox, client_id="feed").exists()


@pytest.fixture
def feed(admin: Actor, sandbox: Sandbox) -> int:
    """The key of a client's membership; its secret is "a secret", and it has a token for a day."""
    make_caller("feed", (sandbox, Role.EDITOR))
    return Membership.objects.get(client_id="feed").pk


def states() -> tuple[Client, ClientState]:
    client = Client.objects.select_related("offers_state").get(pk="feed")
    return client, state_of(client)


def test_a_new_secret_leaves_the_old_one_good_for_a_while(admin: Actor, feed: int) -> None:
    secret = members.make_secret(admin, feed, seen=None, overlap=timedelta(hours=1), reason=Reason("Once a year"))
    client, state = states()
    assert is_secret_of(client, secret)
    assert not is_secret_of(client, "a secret")
    assert is_old_secret_of(state, "a secret")
    assert not is_old_secret_of(state, secret)
    assert states()[1].old_secret_used_at is not None, "a program is still to be told"
    assert Token.objects.get().expires_at <= timezone.now() + timedelta(hours=1), "what it got lasts no longer"
    assert (last_record()["what"], last_record()["note"]) == ("secret-made", "Once a year")
    assert state.old_secret_until is not None
    assert last_record()["after"] == {"old_secret_until": state.old_secret_until.isoformat()}
    ClientState.objects.update(old_secret_until=timezone.now())
    assert not is_old_secret_of(states()[1], "a secret")


def test_a_new_secret_without_an_overlap_ends_the_old_one_and_its_tokens(admin: Actor, feed: int) -> None:
    members.make_secret(admin, feed, seen=None, overlap=timedelta(0))
    client, state = states()
    assert not is_secret_of(client, "a secret")
    assert not is_old_secret_of(state, "a secret")
    assert not Token.objects.exists()


def test_of_three_secrets_the_first_is_no_good_any_more(admin: Actor, feed: int) -> None:
    second = members.make_secret(admin, feed, seen=None, overlap=DAY)
    third = members.make_secret(admin, feed, seen=states()[1].secret_at, overlap=DAY)
    client, state = states()
    assert is_secret_of(client, third)
    assert is_old_secret_of(state, second)
    assert not is_old_secret_of(state, "a secret")


def test_a_form_that_is_sent_twice_makes_one_secret(admin: Actor, feed: int) -> None:
    secret = members.make_secret(admin, feed, seen=None, overlap=DAY)
    with pytest.raises(Moved):
        members.make_secret(admin, feed, seen=None, overlap=DAY)
    assert is_secret_of(states()[0], secret)


@pytest.mark.parametrize("overlap", [timedelta(days=31), timedelta(days=-1)])
def test_an_old_secret_goes_on_for_a_stated_time(admin: Actor, feed: int, overlap: timedelta) -> None:
    with pytest.raises(Refused) as refused:
        members.make_secret(admin, feed, seen=None, overlap=overlap)
    assert refused.value.field == "overlap"


def test_an_old_secret_is_ended_early_with_whatever_it_got(admin: Actor, feed: int) -> None:
    assert not members.end_old_secret(admin, feed), "there is none"
    secret = members.make_secret(admin, feed, seen=None, overlap=DAY)
    assert members.end_old_secret(admin, feed)
    client, state = states()
    assert not is_old_secret_of(state, "a secret")
    assert is_secret_of(client, secret)
    assert not Token.objects.exists()
    assert last_record()["what"] == "secret-ended"


def test_a_client_is_switched_off_and_on(admin: Actor, feed: int) -> None:
    assert members.switch_client(admin, feed, on=False)
    assert not members.switch_client(admin, feed, on=False)
    assert states()[1].off_at is not None
    assert not Token.objects.exists()
    assert members.switch_client(admin, feed, on=True)
    assert states()[1].off_at is None
    assert [change.what for change in recent(admin.sandbox.pk)] == ["client-on", "client-off"]


def test_a_client_of_several_sandboxes_is_changed_by_who_is_an_admin_of_all_of_them(admin: Actor, feed: int) -> None:
    """Its secret would open the other sandbox to whoever makes it."""
    dev = make_sandbox("dev")
    Membership.objects.create(sandbox=dev, client_id="feed", role=Role.EDITOR)
    for do in (
        lambda: members.make_secret(admin, feed, seen=None, overlap=DAY),
        lambda: members.end_old_secret(admin, feed),
        lambda: members.switch_client(admin, feed, on=False),
    ):
        with pytest.raises(NotAllowed, match="no admin of"):
            do()
    assert members.change_member(admin, feed, Given(Role.AUDITOR), was=Given(Role.EDITOR)), "its role here is ours"
    person(dev, "mina")
    assert members.switch_client(admin, feed, on=False)
    assert {change.sandbox.name for change in AccessChange.objects.filter(what="client-off")} == {"prod", "dev"}


def test_a_person_has_no_secret(admin: Actor) -> None:
    with pytest.raises(NotFound):
        members.make_secret(admin, key_of(admin), seen=None, overlap=DAY)


@pytest.mark.parametrize("statement", ["UPDATE offers_accesschange SET note = 'x'", "DELETE FROM offers_accesschange"])
def test_what_is_recorded_cannot_be_changed_or_removed(admin: Actor, statement: str) -> None:
    members.change_policy(admin, "two-people", was="none")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
