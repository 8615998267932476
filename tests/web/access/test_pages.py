"""The pages of access: an admin manages people, programs and the policy; for everybody else they are closed, or not there."""

import re
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Program
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access.client_secrets import is_old_secret_of, is_secret_of, state_of
from offers.models import AccessChange, ClientState, Membership, Sandbox
from tests.api.conftest import OFFER, Caller, fill, make_caller
from tests.cast import Role, make_sandbox
from tests.web.conftest import SignIn
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

ACCESS = "/s/prod/access/"
TOKEN = "/ims/token/v3"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def admin(sign_in: SignIn) -> Client:
    return sign_in(Role.ADMIN)


@pytest.fixture
def jisoo(sandbox: Sandbox) -> Membership:
    user = User.objects.create_user("jisoo", first_name="Jisoo", last_name="Kim")
    return Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)


@pytest.fixture
def feed(sandbox: Sandbox) -> Membership:
    fill(sandbox)
    make_caller("feed", (sandbox, Role.EDITOR))
    return Membership.objects.get(client_id="feed")


def page(member: Membership, rest: str = "") -> str:
    return f"{ACCESS}members/{member.pk}/{rest}"


def filled(browser: Client, url: str, form: str, **typed: Any) -> Any:
    """The answer to a form as it is shown, with what is typed; nothing is sent for what is None."""
    sent = {**form_in(text_of(browser.get(url)), form), **typed}
    return browser.post(url, {name: value for name, value in sent.items() if value is not None})


def addresses(member: Membership) -> list[tuple[str, str]]:
    shown = [("GET", ACCESS + rest) for rest in ("", "changes/", "members/new/", "clients/new/")]
    steps = [(("POST"), page(member, rest)) for rest in ("", "remove/", "secret/", "old-secret/end/", "switch/")]
    return [*shown, ("GET", page(member)), *steps, ("POST", f"{ACCESS}policy/"), ("POST", f"{ACCESS}members/new/")]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EDITOR, Role.REVIEWER])
def test_other_roles_are_refused_and_see_no_way_there(sign_in: SignIn, feed: Membership, role: str) -> None:
    browser = sign_in(role)
    for method, address in addresses(feed):
        answer = browser.generic(method, address)
        assert answer.status_code == 403, (method, address)
        assert "Only admins of this sandbox can open the Access page." in text_of(answer)
    assert ACCESS not in text_of(browser.get("/s/prod/offers/"))


def test_for_strangers_it_is_not_there(sign_in: SignIn, feed: Membership) -> None:
    browser = sign_in(None)
    for method, address in addresses(feed):
        assert browser.generic(method, address).status_code == 404, (method, address)
    assert Client().get(ACCESS).status_code == 302, "to the page to sign in"


def test_an_admin_sees_who_may_do_what(admin: Client, jisoo: Membership, feed: Membership) -> None:
    Membership.objects.filter(pk=jisoo.pk).update(may_bypass=True)
    text = text_of(admin.get(ACCESS))
    assert ACCESS in text_of(admin.get("/s/prod/offers/")), "the sidebar leads there"
    for said in ("Jisoo Kim", "Marketer", "May publish without review", "feed", "never", "Nothing was changed yet."):
        assert said in text
    for member in (jisoo, feed):
        assert page(member) in text


def test_a_page_of_access_costs_as_many_queries_for_many_members_as_for_one(
    admin: Client, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        user = User.objects.create_user(f"person{number}")
        Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
        make_caller(f"client{number}", (sandbox, Role.EDITOR))
    with django_assert_max_num_queries(6):
        admin.get(ACCESS)


def test_a_person_is_added_by_user_name(admin: Client, sandbox: Sandbox) -> None:
    User.objects.create_user("jisoo")
    typed = {"username": "jisoo", "role": "reviewer", "note": "New in the team"}
    assert "We do not send an invitation" in text_of(admin.get(f"{ACCESS}members/new/"))
    answer = filled(admin, f"{ACCESS}members/new/", "new-person", **typed)
    assert answer.status_code == 302
    assert Membership.objects.get(user__username="jisoo").role == Role.REVIEWER
    text = text_of(admin.get(answer["Location"]))
    assert "Added: jisoo, Reviewer." in text
    assert "New in the team" in text


def test_what_was_typed_comes_back_with_what_is_wrong_with_it(admin: Client) -> None:
    typed = {"username": "nobody", "role": "reviewer", "note": "Why not", "may_bypass": "on"}
    answer = filled(admin, f"{ACCESS}members/new/", "new-person", **typed)
    assert answer.status_code == 422
    assert "There is no account with this user name." in text_of(answer)
    assert {name: [value] for name, value in typed.items()}.items() <= form_in(text_of(answer), "new-person").items()


def test_a_role_is_changed_and_the_change_is_listed(admin: Client, jisoo: Membership) -> None:
    answer = filled(admin, page(jisoo), "member", role="reviewer", may_bypass="on", note="Covers for Olga")
    assert answer.status_code == 302
    jisoo.refresh_from_db()
    assert (jisoo.role, jisoo.may_bypass) == (Role.REVIEWER, True)
    text = " ".join(re.sub(r"<[^>]+>", " ", text_of(admin.get(f"{ACCESS}changes/"))).split())
    assert "Member changed: Jisoo Kim jisoo" in text
    assert "Role Marketer → Reviewer" in text
    assert "Publishes without review no → yes" in text
    assert "Covers for Olga Mina Park" in text
    assert "Member changed: Jisoo Kim · Reviewer · yes" in text_of(admin.get(ACCESS)), "in a line"


def test_a_form_that_is_older_than_somebody_elses_change_changes_nothing(admin: Client, jisoo: Membership) -> None:
    sent = form_in(text_of(admin.get(page(jisoo))), "member")
    Membership.objects.filter(pk=jisoo.pk).update(role=Role.REVIEWER)
    answer = admin.post(page(jisoo), {**sent, "role": "auditor", "note": "Left the team"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in text_of(answer)
    again = form_in(text_of(answer), "member")
    assert (again["role"], again["was"], again["note"]) == (["auditor"], ["reviewer"], ["Left the team"])
    assert admin.post(page(jisoo), again).status_code == 302
    assert Membership.objects.get(pk=jisoo.pk).role == Role.AUDITOR


def test_a_member_is_removed(admin: Client, jisoo: Membership) -> None:
    assert admin.post(page(jisoo, "remove/"), {"was": "editor"}).status_code == 302
    assert not Membership.objects.filter(pk=jisoo.pk).exists()
    assert "Removed: Jisoo Kim." in text_of(admin.get(ACCESS))


def test_the_last_admin_is_told_why_she_stays(admin: Client) -> None:
    me = Membership.objects.get(user__username="mina")
    for answer in (
        filled(admin, page(me), "member", role="editor"),
        admin.post(page(me, "remove/"), {"was": "admin", "note": "Moving on"}),
    ):
        assert answer.status_code == 422
        assert "this is its last one" in text_of(answer)
    assert "Moving on" in text_of(answer)
    assert Membership.objects.get(pk=me.pk).role == Role.ADMIN


@pytest.mark.parametrize(("role", "leads"), [("editor", "/s/prod/"), ("admin", ACCESS)])
def test_who_gives_up_her_role_goes_on_where_she_may(admin: Client, jisoo: Membership, role: str, leads: str) -> None:
    Membership.objects.filter(pk=jisoo.pk).update(role=Role.ADMIN)
    me = Membership.objects.get(user__username="mina")
    answer = filled(admin, page(me), "member", role=role, may_bypass="on")
    assert answer["Location"] == leads
    assert admin.get(leads).status_code == 200


def test_who_leaves_goes_to_the_start(admin: Client, jisoo: Membership) -> None:
    Membership.objects.filter(pk=jisoo.pk).update(role=Role.ADMIN)
    me = Membership.objects.get(user__username="mina")
    assert admin.post(page(me, "remove/"), {"was": "admin"})["Location"] == "/"


def test_the_policy_is_set_if_it_is_what_was_seen(admin: Client, sandbox: Sandbox) -> None:
    silent = admin.post(f"{ACCESS}policy/", {"policy": "two-people", "was": "none", "note": " "})
    assert (silent.status_code, "Say why:" in text_of(silent)) == (422, True)
    sandbox.refresh_from_db()
    assert sandbox.review_policy == "none"
    sent = {"policy": "two-people", "was": "none", "note": "Four eyes"}
    assert admin.post(f"{ACCESS}policy/", sent).status_code == 302
    sandbox.refresh_from_db()
    assert sandbox.review_policy == "two-people"
    answer = admin.post(f"{ACCESS}policy/", {"policy": "reviewer", "was": "none", "note": "Calmer"})
    assert answer.status_code == 409
    assert "Calmer" in text_of(answer)
    assert admin.post(f"{ACCESS}policy/", {"policy": "x", "was": "two-people"}).status_code == 422
    assert AccessChange.objects.count() == 1


def secret_in(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (secret,) = re.findall(r"<code>([\w-]{43})</code>", answer.content.decode())
    assert secret not in str(answer.cookies)
    return str(secret)


def ask(secret: str, client: str = "feed") -> int:
    form = f"grant_type=client_credentials&client_id={client}&client_secret={secret}"
    return Client().post(TOKEN, form, content_type=FORM).status_code


def test_a_client_is_made_and_its_secret_shown_once(admin: Client, sandbox: Sandbox) -> None:
    fill(sandbox)
    typed = {"name": "Store screens", "id": "store-screens", "role": "editor"}
    secret = secret_in(filled(admin, f"{ACCESS}clients/new/", "new-client", **typed))
    member = Membership.objects.get(client_id="store-screens")
    for address in (ACCESS, page(member), f"{ACCESS}changes/"):
        text = text_of(admin.get(address))
        assert secret not in text
        assert Program.objects.get().secret not in text
    form = f"grant_type=client_credentials&client_id=store-screens&client_secret={secret}"
    token = Client().post(TOKEN, form, content_type=FORM).json()["access_token"]
    assert Caller("store-screens", token)("GET", OFFER).status_code == 200
    assert "never" not in text_of(admin.get(ACCESS)), "it was used"
    again = filled(admin, f"{ACCESS}clients/new/", "new-client", **typed)
    assert again.status_code == 422
    assert "There is a client with this id already." in text_of(again)


def test_a_client_of_ones_other_sandbox_is_let_in_without_a_new_secret(admin: Client, sandbox: Sandbox) -> None:
    dev = make_sandbox("dev")
    make_caller("feed", (dev, Role.EDITOR))
    Membership.objects.create(sandbox=dev, user=User.objects.get(username="mina"), role=Role.ADMIN)
    answer = filled(admin, f"{ACCESS}clients/new/", "new-client", client="feed", role="auditor")
    assert answer["Location"] == ACCESS
    assert Membership.objects.get(sandbox=sandbox, client_id="feed").role == Role.AUDITOR
    assert ask("a secret") == 200


def test_a_new_secret_leaves_the_old_one_good_until_it_is_ended(admin: Client, feed: Membership) -> None:
    secret = secret_in(admin.post(page(feed, "secret/"), {"seen": "", "overlap": "24"}))
    assert (ask(secret), ask("a secret"), ask("x")) == (200, 200, 401)
    text = text_of(admin.get(page(feed)))
    assert "The old secret is good until" in text
    assert "not since the new one was made" not in text, "it was used"
    assert admin.post(page(feed, "old-secret/end/")).status_code == 302
    assert (ask(secret), ask("a secret")) == (200, 401)
    assert [change.what for change in AccessChange.objects.order_by("key")] == ["secret-made", "secret-ended"]


def test_a_new_secret_may_end_the_old_one_at_once(admin: Client, feed: Membership) -> None:
    secret = secret_in(admin.post(page(feed, "secret/"), {"seen": "", "overlap": "0"}))
    assert (ask(secret), ask("a secret")) == (200, 401)


def test_a_secret_that_is_asked_for_twice_is_made_once(admin: Client, feed: Membership) -> None:
    """A reload of the page that shows it sends the form again."""
    form = {"seen": "", "overlap": "0"}
    secret = secret_in(admin.post(page(feed, "secret/"), form))
    assert admin.post(page(feed, "secret/"), form).status_code == 409
    assert is_secret_of(Program.objects.get(), secret)


@pytest.mark.parametrize("overlap", ["", "2", "-1", "9" * 30, "x"])
def test_an_overlap_is_one_of_those_that_are_offered(admin: Client, feed: Membership, overlap: str) -> None:
    assert admin.post(page(feed, "secret/"), {"seen": "", "overlap": overlap}).status_code == 422
    assert is_secret_of(Program.objects.get(), "a secret")
    assert not is_old_secret_of(state_of(Program.objects.get()), "a secret")


def test_a_client_is_switched_off_and_on(admin: Client, feed: Membership) -> None:
    assert admin.post(page(feed, "switch/"), {"note": "Leaked"}).status_code == 302
    assert ask("a secret") == 401
    assert "switched off" in text_of(admin.get(ACCESS))
    assert "Switch it on" in text_of(admin.get(page(feed)))
    assert admin.post(page(feed, "switch/"), {"on": "1"}).status_code == 302
    assert ask("a secret") == 200


def test_who_is_no_admin_of_a_clients_other_sandbox_is_told_and_refused(admin: Client, feed: Membership) -> None:
    Membership.objects.create(sandbox=make_sandbox("dev"), client_id="feed", role=Role.EDITOR)
    text = text_of(admin.get(page(feed)))
    assert "that you are no admin of" in text
    assert "Make a new secret" not in text
    for rest in ("secret/", "old-secret/end/", "switch/"):
        assert admin.post(page(feed, rest), {"seen": "", "overlap": "24"}).status_code == 403
    assert not ClientState.objects.exists()


def test_changes_go_on_page_by_page_from_the_newest(admin: Client, sandbox: Sandbox) -> None:
    AccessChange.objects.bulk_create(
        AccessChange(
            sandbox=sandbox,
            what="client-off",
            subject_label=f"Client {number}",
            actor_label="Mina Park",
            source="page",
            created_at=timezone.now(),
        )
        for number in range(60)
    )
    AccessChange.objects.create(
        sandbox=make_sandbox("dev"),
        what="client-off",
        subject_label="Elsewhere",
        source="page",
        created_at=timezone.now(),
    )
    seen, address = list[str](), f"{ACCESS}changes/"
    for _ in range(9):
        text = text_of(admin.get(address))
        seen += re.findall(r"Client switched off: (\w+ ?\d*)", text)
        older = re.search(r'href="(\?before=\d+)"', text)
        if older is None:
            break
        address = f"{ACCESS}changes/{older[1]}"
    assert seen == [f"Client {number}" for number in reversed(range(60))]


def test_every_kind_of_change_has_words_in_english_and_korean(admin: Client, sandbox: Sandbox) -> None:
    for what in AccessChange.What:
        AccessChange.objects.create(
            sandbox=sandbox, what=what, subject_label="<b>Feed</b>", source="operator", created_at=timezone.now()
        )
    for language, word in (("en", "Review policy changed"), ("ko", "검토 정책 변경")):
        text = text_of(admin.get(f"{ACCESS}changes/", headers={"accept-language": language}))
        assert word in text
        assert text.count("&lt;b&gt;Feed") == len(AccessChange.What) - 1
