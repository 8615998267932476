"""Who somebody is: by key, whatever they are called."""

import pytest
from allauth.idp.oidc.models import Client as ApiClient
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from offers.access import people
from offers.access.permissions import Actor, Role, actor_for_user
from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.lists.names import changers
from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import FORM, make, make_sandbox, offer
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


def test_people_and_programs_are_looked_up_in_one_query_each_and_only_where_there_are_some(
    sandbox: Sandbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    (_mina, mina), (_other, other) = member(sandbox, "mina"), member(sandbox, "mpark")
    feed = program(sandbox, "feed", "Price feed")
    for keys, queries in (([], 0), (["name-x"], 0), ([mina.key, other.key], 1), ([feed.key], 1)):
        with django_assert_num_queries(queries):
            assert list(people.known(keys)) == [key for key in keys if key != "name-x"]
    with django_assert_num_queries(2):
        assert set(people.known([feed.key, mina.key, "user-x"])) == {feed.key, mina.key}


def test_who_is_known_has_a_key_a_name_and_what_tells_namesakes_apart(sandbox: Sandbox) -> None:
    user, mina = member(sandbox, "mina")
    ApiClient.objects.create(id="nameless", name="", secret="x")
    assert people.known([mina.key, "client-nameless"]) == {
        mina.key: people.Known(f"user-{user.pk}", "Mina Park", "mina"),
        "client-nameless": people.Known("client-nameless", "nameless", "nameless"),
    }


def test_a_choice_of_people_is_in_the_order_of_their_names_in_any_case() -> None:
    copied = {"name-b": "bora", "name-A": "Ana", "name-c": "Cem", "name-a": "ada"}
    assert [name for _key, name in people.choices(copied) if name] == ["ada", "Ana", "bora", "Cem"]


def test_a_name_that_was_copied_comes_from_this_sandbox_and_from_what_is_there(sandbox: Sandbox) -> None:
    elsewhere = make_sandbox("dev")
    make(Actor(elsewhere, Role.EDITOR, "Of old"), offer())
    assert people.name_of(sandbox.pk, "name-Of old") == "name-Of old"
    gone = make(Actor(sandbox, Role.EDITOR, "Of old"), offer())
    assert people.name_of(sandbox.pk, "name-Of old") == "Of old"
    writes.delete(Actor(sandbox, Role.ADMIN, "Of old"), OFFER_KINDS, gone.id, FORM)
    assert people.name_of(sandbox.pk, "name-Of old") == "name-Of old"


def test_names_of_now_are_given_to_those_who_have_an_account_and_others_keep_theirs(
    sandbox: Sandbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user, mina = member(sandbox, "mina")
    items = [make(by, offer(name=by.label)) for by in (mina, Actor(sandbox, Role.EDITOR, "Of old"), mina)]
    User.objects.filter(pk=user.pk).update(last_name="Kim")
    with django_assert_num_queries(1):
        renamed = people.with_names_of_now(items)
    assert [item.modified_by for item in renamed] == ["Mina Kim", "Of old", "Mina Kim"]
