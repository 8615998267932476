"""API clients of a sandbox, made and changed by its admins: secrets with an overlap, switched off, in several sandboxes."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client, Token
from django.db import connection
from django.utils import timezone

from offers.access import members
from offers.access.changes import Reason, recent
from offers.access.client_secrets import is_old_secret_of, is_secret_of, state_of
from offers.access.members import Given, Moved, Refused
from offers.access.permissions import Actor, NotAllowed, NotFound
from offers.models import AccessChange, ClientState, Membership, Sandbox
from tests.access.test_members import key_of, last_record, person
from tests.api.conftest import make_caller
from tests.cast import Role, make_sandbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sandbox() -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return person(sandbox, "mina")


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
    secret = members.make_secret(admin, feed, seen="", overlap=timedelta(hours=1), reason=Reason("Once a year"))
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
    members.make_secret(admin, feed, seen="", overlap=timedelta(0))
    client, state = states()
    assert not is_secret_of(client, "a secret")
    assert not is_old_secret_of(state, "a secret")
    assert not Token.objects.exists()


def test_of_three_secrets_the_first_is_no_good_any_more(admin: Actor, feed: int) -> None:
    second = members.make_secret(admin, feed, seen="", overlap=DAY)
    third = members.make_secret(admin, feed, seen=members.secret_mark(states()[1]), overlap=DAY)
    client, state = states()
    assert is_secret_of(client, third)
    assert is_old_secret_of(state, second)
    assert not is_old_secret_of(state, "a secret")


def test_a_form_that_is_sent_twice_makes_one_secret(admin: Actor, feed: int) -> None:
    secret = members.make_secret(admin, feed, seen="", overlap=DAY)
    with pytest.raises(Moved):
        members.make_secret(admin, feed, seen="", overlap=DAY)
    assert is_secret_of(states()[0], secret)


@pytest.mark.parametrize("overlap", [timedelta(days=31), timedelta(days=-1)])
def test_an_old_secret_goes_on_for_a_stated_time(admin: Actor, feed: int, overlap: timedelta) -> None:
    with pytest.raises(Refused) as refused:
        members.make_secret(admin, feed, seen="", overlap=overlap)
    assert refused.value.field == "overlap"


def test_an_old_secret_is_ended_early_with_whatever_it_got(admin: Actor, feed: int) -> None:
    assert not members.end_old_secret(admin, feed), "there is none"
    secret = members.make_secret(admin, feed, seen="", overlap=DAY)
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
        lambda: members.make_secret(admin, feed, seen="", overlap=DAY),
        lambda: members.end_old_secret(admin, feed),
        lambda: members.switch_client(admin, feed, on=False),
    ):
        with pytest.raises(NotAllowed, match="no admin of"):
            do()
    assert members.change_member(admin, feed, Given(Role.AUDITOR), was=Given(Role.EDITOR)), "its role here is ours"
    person(dev, "mina")
    assert members.switch_client(admin, feed, on=False)
    assert {change.sandbox.name for change in AccessChange.objects.filter(what="client-off")} == {"prod", "dev"}


def test_a_client_that_works_elsewhere_is_let_in_by_who_is_an_admin_there(admin: Actor, sandbox: Sandbox) -> None:
    dev, stage = make_sandbox("dev"), make_sandbox("stage")
    make_caller("feed", (dev, Role.EDITOR))
    make_caller("both", (dev, Role.EDITOR), (stage, Role.EDITOR))
    make_caller("here", (sandbox, Role.EDITOR))
    make_caller("nowhere")
    assert not members.clients_elsewhere(admin).exists()
    for id in ("feed", "both", "here", "nowhere", "", "none"):
        with pytest.raises(Refused):
            members.let_client_in(admin, id, Given(Role.EDITOR))
    person(dev, "mina")
    assert [client.pk for client in members.clients_elsewhere(admin)] == ["feed"]
    members.let_client_in(admin, "feed", Given(Role.AUDITOR))
    assert Membership.objects.get(sandbox=sandbox, client_id="feed").role == Role.AUDITOR
    assert (last_record()["what"], last_record()["subject_key"]) == ("member-added", "client-feed")


def test_a_person_has_no_secret(admin: Actor) -> None:
    with pytest.raises(NotFound):
        members.make_secret(admin, key_of(admin), seen="", overlap=DAY)
