"""What operators change of access in Django's admin is recorded like what admins change at the page of it."""

from io import StringIO
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Program
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from offers.models import AccessChange, ClientState, Membership, Sandbox
from tests.api.conftest import make_caller
from tests.cast import another_connection, make_sandbox

pytestmark = pytest.mark.django_db
INLINE = {"membership_set-TOTAL_FORMS": "0", "membership_set-INITIAL_FORMS": "0"}
SANDBOX = {
    "org_id": "O",
    "name": "prod",
    "title": "P",
    "type": "production",
    "review_policy": "none",
    "schedule_tolerance_minutes": "60",
}


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator", password="x", first_name="Olga"))
    return client


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def member(sandbox: Sandbox) -> Membership:
    return Membership.objects.create(sandbox=sandbox, user=User.objects.create_user("jisoo"), role="editor")


def post(browser: Client, address: str, form: dict[str, Any]) -> None:
    answer = browser.post(f"/admin/{address}", form)
    assert answer.status_code == 302, answer.content.decode()


def recorded() -> list[tuple[Any, ...]]:
    names = ("what", "subject_label", "before", "after", "actor_label", "source")
    return list(AccessChange.objects.order_by("key").values_list(*names))


def test_a_member_is_added_changed_and_removed(operator: Client, sandbox: Sandbox) -> None:
    form = {"sandbox": str(sandbox.pk), "user": str(User.objects.create_user("jisoo").pk), "role": "editor"}
    post(operator, "offers/membership/add/", form)
    address = f"offers/membership/{Membership.objects.get().pk}"
    post(operator, f"{address}/change/", {**form, "role": "admin"})
    post(operator, f"{address}/change/", {**form, "role": "admin"})
    post(operator, f"{address}/delete/", {"post": "yes"})
    given = {"role": "admin", "may_bypass": False}
    assert recorded() == [
        ("member-added", "jisoo", {}, {"role": "editor", "may_bypass": False}, "Olga", "operator"),
        ("member-changed", "jisoo", {"role": "editor"}, {"role": "admin"}, "Olga", "operator"),
        ("member-removed", "jisoo", given, {}, "Olga", "operator"),
    ]


def test_members_and_policy_of_a_sandboxs_page_are_recorded(operator: Client) -> None:
    jisoo = User.objects.create_user("jisoo")
    added = {**INLINE, "membership_set-TOTAL_FORMS": "1", "membership_set-0-user": str(jisoo.pk)}
    post(operator, "offers/sandbox/add/", {**SANDBOX, **added, "membership_set-0-role": "admin"})
    assert [what for what, *_ in recorded()] == ["policy-changed", "member-added"]
    address = f"offers/sandbox/{Sandbox.objects.get().pk}/change/"
    kept = {**added, "membership_set-INITIAL_FORMS": "1", "membership_set-0-id": str(Membership.objects.get().pk)}
    post(operator, address, {**SANDBOX, **kept, "membership_set-0-role": "admin", "review_policy": "two-people"})
    assert recorded()[2:] == [
        ("policy-changed", "", {"review_policy": "none"}, {"review_policy": "two-people"}, "Olga", "operator")
    ]


def test_who_is_removed_with_an_account_is_recorded(operator: Client, member: Membership) -> None:
    post(operator, f"auth/user/{member.user_id}/delete/", {"post": "yes"})
    assert [what for what, *_ in recorded()] == ["member-removed"]


def test_many_who_are_deleted_at_once_are_recorded(operator: Client, member: Membership, sandbox: Sandbox) -> None:
    other = Membership.objects.create(sandbox=sandbox, user=User.objects.create_user("olga"), role="auditor")
    chosen = {"action": "delete_selected", "_selected_action": [str(member.pk), str(other.pk)], "post": "yes"}
    post(operator, "offers/membership/", chosen)
    assert sorted((what, label) for what, label, *_ in recorded()) == [
        ("member-removed", "jisoo"),
        ("member-removed", "olga"),
    ]


def test_a_new_secret_of_a_client_is_recorded_without_the_secret(operator: Client, sandbox: Sandbox) -> None:
    make_caller("feed", (sandbox, "editor"))
    operator.post("/admin/allauth_idp_oidc/client/", {"action": "give_new_secret", "_selected_action": ["feed"]})
    assert recorded() == [("secret-made", "Feed", {}, {"old_secret_until": None}, "Olga", "operator")]
    assert Program.objects.get().secret not in str(AccessChange.objects.values())
    assert ClientState.objects.get().known_to == [f"user-{User.objects.get(username='operator').pk}"]


def test_whatever_an_operator_does_to_an_account_is_recorded_where_it_counts(
    operator: Client, member: Membership, sandbox: Sandbox
) -> None:
    user = User.objects.get(username="jisoo")
    address, joined = f"auth/user/{user.pk}", {"date_joined_0": "2026-01-01", "date_joined_1": "09:00:00"}
    account = {"username": "jisoo", **joined}
    post(operator, f"{address}/change/", account)
    post(operator, f"{address}/change/", {**account, "is_active": "on", "is_staff": "on"})
    post(operator, f"{address}/change/", {**account, "is_active": "on", "is_staff": "on", "is_superuser": "on"})
    post(operator, f"{address}/password/", {"password1": "nine-lives-9", "password2": "nine-lives-9"})
    renamed = {**account, "first_name": "Jisoo", "email": "jisoo@offers.example", "is_active": "on"}
    post(operator, f"{address}/change/", renamed)
    assert [(what, label, before, after) for what, label, before, after, *_ in recorded()] == [
        ("account-closed", "jisoo", {}, {}),
        ("account-opened", "jisoo", {}, {}),
        ("operator-changed", "jisoo", {}, {"operator": "some"}),
        ("operator-changed", "jisoo", {"operator": "some"}, {"operator": "everything"}),
        ("password-set", "jisoo", {}, {}),
        ("email-changed", "Jisoo", {}, {}),
        ("operator-changed", "jisoo", {"operator": "everything"}, {}),
    ]
    assert {entry[-2:] for entry in recorded()} == {("Olga", "operator")}
    assert User.objects.get(pk=user.pk).password not in str(AccessChange.objects.values())


def test_whose_a_client_is_counts_in_a_review_and_is_recorded(operator: Client, sandbox: Sandbox) -> None:
    make_caller("feed", (sandbox, "editor"))
    key = str(Membership.objects.get().pk)
    kept = {f"membership_set-0-{name}": value for name, value in {"id": key, "role": "editor"}.items()}
    form = {**INLINE, "membership_set-TOTAL_FORMS": "1", "membership_set-INITIAL_FORMS": "1", **kept}
    owner = User.objects.get(username="operator")
    form |= {"name": "Feed", "owner": str(owner.pk), "membership_set-0-sandbox": str(sandbox.pk)}
    post(operator, "allauth_idp_oidc/client/feed/change/", {**form, "membership_set-0-client": "feed"})
    assert recorded() == [("owner-changed", "Feed", {"owner": ""}, {"owner": f"user-{owner.pk}"}, "Olga", "operator")]


@pytest.mark.django_db(transaction=True)
def test_what_a_command_changes_is_recorded_under_its_name_and_nothing_that_others_change_meanwhile(
    member: Membership, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(prompt: str) -> str:
        with another_connection() as other:
            other.execute("UPDATE offers_membership SET role = 'admin'")
        return "ten-lives-10"

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "nine-lives-9")
    call_command("createsuperuser", username="root", email="root@offers.example", interactive=False, verbosity=0)
    monkeypatch.setattr("getpass.getpass", typed)
    call_command("changepassword", "jisoo", stdout=StringIO())
    assert recorded() == [
        ("operator-changed", "root", {}, {"operator": "everything"}, "manage.py createsuperuser", "operator"),
        ("password-set", "jisoo", {}, {}, "manage.py changepassword", "operator"),
    ]
    assert User.objects.get(username="jisoo").check_password("ten-lives-10")


def test_what_is_refused_or_only_looked_at_records_nothing(operator: Client, member: Membership) -> None:
    operator.get(f"/admin/offers/membership/{member.pk}/change/")
    answer = operator.post(f"/admin/offers/membership/{member.pk}/change/", {"role": "king"})
    assert answer.status_code == 200
    assert recorded() == []
