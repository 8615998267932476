"""Who somebody is: by key, whatever they are called."""

import pytest
from allauth.idp.oidc.models import Client as ApiClient
from django.contrib.auth.models import User
from django.test import Client

from offers.access import people
from offers.access.permissions import Actor, Role, actor_for_user
from offers.document.kinds.registry import OFFER_KINDS
from offers.lists.names import changers
from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import make, make_sandbox, offer
from tests.web.frame.test_respond import text_of


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


def member(sandbox: Sandbox, user_name: str, name: str = "Mina Park") -> tuple[User, Actor]:
    first, last = name.split()
    user = User.objects.create_user(user_name, first_name=first, last_name=last)
    Membership.objects.create(sandbox=sandbox, user=user, role=Role.EDITOR)
    return user, actor_for_user(user, sandbox.name)


def program(sandbox: Sandbox, id: str, name: str) -> Actor:
    ApiClient.objects.create(id=id, name=name, secret="x")
    return Actor(sandbox, Role.EDITOR, name, client_id=id)


def offered(sandbox: Sandbox) -> list[str]:
    return [name for _key, name in people.choices(changers(sandbox.pk, OFFER_KINDS))]


def names(browser: Client, by: str) -> list[str]:
    return sorted(row.item.name for row in browser.get(f"/s/prod/offers/?by={by}").context["rows"])


def test_namesakes_are_two_people_and_told_apart(sandbox: Sandbox) -> None:
    (user, mina), (_user, other) = member(sandbox, "mina"), member(sandbox, "mpark")
    make(mina, offer(name="Hers"))
    make(other, offer(name="The other's"))
    make(program(sandbox, "feed", "Mina Park"), offer(name="A program's"))
    assert offered(sandbox) == ["Mina Park (feed)", "Mina Park (mina)", "Mina Park (mpark)"]
    browser = Client()
    browser.force_login(user)
    assert names(browser, mina.key) == ["Hers"]
    assert names(browser, "client-feed") == ["A program's"]
    home = browser.get("/s/prod/")
    assert [item.name for item in home.context["mine"]] == ["Hers"]
    assert f"by={mina.key}" in text_of(home)


def test_who_changes_her_name_keeps_what_is_hers_and_is_called_by_the_new_one(sandbox: Sandbox) -> None:
    user, mina = member(sandbox, "mina")
    make(mina, offer(name="Before"))
    user.last_name = "Kim"
    user.save()
    make(actor_for_user(user, "prod"), offer(name="After"))
    assert offered(sandbox) == ["Mina Kim"]
    browser = Client()
    browser.force_login(user)
    page = browser.get(f"/s/prod/offers/?by={mina.key}")
    assert {row.item.modified_by for row in page.context["rows"]} == {"Mina Kim"}
    assert [chip.text for chip in page.context["chips"]] == ["Changed by Mina Kim"]
    assert len(browser.get("/s/prod/").context["mine"]) == 2
    assert LibraryItem.objects.get(listing__name="Before").modified_by == "Mina Park", "what history copied stays"


def test_who_has_no_account_any_more_goes_by_the_name_that_was_copied(sandbox: Sandbox) -> None:
    (gone, mina), (_user, other) = member(sandbox, "mina"), member(sandbox, "mpark")
    for by in (mina, other, Actor(sandbox, Role.EDITOR, "Of old")):
        make(by, offer(name=by.label))
    key = mina.key
    gone.delete()
    assert offered(sandbox) == ["Mina Park (mpark)", f"Mina Park ({key})", "Of old"]
    assert people.name_of(sandbox.pk, key) == "Mina Park"
    assert people.name_of(sandbox.pk, "name-Of old") == "Of old"


@pytest.mark.parametrize("key", ["user-", "user-x", "user-²", "user-99999999999999999999", "client-", "nobody", ""])
def test_a_key_that_is_nobodys_names_nobody(sandbox: Sandbox, key: str) -> None:
    assert people.known([key]) == {}
