"""Every page of Django's admin that is registered is opened, saved and deleted. One that is new and not named here fails."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Program
from allauth.idp.oidc.models import Token
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model, QuerySet
from django.test import Client

from offers.access.client_secrets import is_secret_of
from offers.api import auth
from offers.models import LibraryItem, Membership, Revision, Sandbox
from tests.api.conftest import OFFER, Caller, fill, make_caller, make_sandbox
from tests.web.form_reader import form_in

pytestmark = pytest.mark.django_db

SANDBOX = {"org_id": "O", "name": "test", "title": "T", "type": "development", "review_policy": "none"}
# What an operator types on a page "Add"; None where there is no such page.
TYPED: dict[type[Model], Callable[[], dict[str, Any]] | None] = {
    User: lambda: {"username": "jisoo", "password1": "a long password", "password2": "a long password"},
    Group: lambda: {"name": "operators"},
    Sandbox: lambda: SANDBOX,
    Membership: lambda: {"sandbox": Sandbox.objects.get().pk, "user": User.objects.get().pk, "role": "editor"},
    Program: lambda: {"name": "Feed", "id": "feed"},
    Token: None,
    LibraryItem: None,
    Revision: None,
}
FORM = "application/x-www-form-urlencoded"
EDITABLE = [model for model, typed in TYPED.items() if typed]


def test_every_registered_page_is_named_here() -> None:
    assert set(admin.site._registry) == set(TYPED)


@pytest.fixture
def caller() -> Caller:
    sandbox = make_sandbox()
    fill(sandbox)
    return make_caller("price-feed", (sandbox, "editor"))


@pytest.fixture
def operator(caller: Caller) -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("operator", password="x"))
    return browser


def address(model: type[Model], *more: object) -> str:
    return "/".join(["/admin", model._meta.app_label, str(model._meta.model_name), *map(str, more), ""])


def saved(browser: Client, url: str, form: str, **typed: Any) -> Any:
    """The answer to a form's Save, with what it says already and what is typed; a refusal fails, with its reasons."""
    filled = {**form_in(browser.get(url).content.decode(), form), **typed}
    response = browser.post(url, filled)
    assert "errornote" not in response.content.decode(), response.content.decode()
    return response


def add(browser: Client, model: type[Model]) -> Any:
    typed = TYPED[model]
    assert typed
    return saved(browser, address(model, "add"), f"{model._meta.model_name}_form", **typed())


@pytest.mark.parametrize("model", TYPED, ids=lambda model: model.__name__)
def test_the_list_and_every_item_of_it_are_shown(operator: Client, model: type[Model]) -> None:
    if TYPED[model]:
        add(operator, model)
    assert operator.get(address(model)).status_code == 200
    if admin.site._registry[model].search_fields:
        assert operator.get(address(model) + "?q=a").status_code == 200
    kept = list(model._default_manager.all())
    assert kept
    for item in kept:
        for page in ("change", "history"):
            assert operator.get(address(model, item.pk, page)).status_code == 200


def shown(rows: QuerySet[Model]) -> list[dict[str, Any]]:
    """What is stored; Django's forms show times to the second."""
    return [
        {name: value.replace(microsecond=0) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows.values()
    ]


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_it_is_added_saved_as_it_is_and_deleted(operator: Client, model: type[Model]) -> None:
    before = set(model._default_manager.values_list("pk", flat=True))
    assert add(operator, model).status_code in (200, 302)
    (made,) = model._default_manager.exclude(pk__in=before)
    rows = model._default_manager.filter(pk=made.pk)
    stored = shown(rows)
    url = address(model, made.pk, "change")
    assert saved(operator, url, f"{model._meta.model_name}_form").status_code == 302
    assert shown(rows) == stored
    deleted = address(model, made.pk, "delete")
    assert operator.get(deleted).status_code == 200
    assert operator.post(deleted, {"post": "yes"}).status_code == 302
    assert not rows.exists()


def shown_secrets(response: Any) -> list[str]:
    return re.findall(r'readonly value="([^"]{43})"', response.content.decode())


def test_a_new_client_has_its_roles_and_a_secret_that_is_shown_once(operator: Client) -> None:
    sandbox = Sandbox.objects.get()
    typed = {
        "name": "Feed",
        "id": "feed",
        "membership_set-TOTAL_FORMS": "1",
        "membership_set-0-sandbox": str(sandbox.pk),
        "membership_set-0-role": "editor",
    }
    response = saved(operator, address(Program, "add"), "client_form", **typed)
    (secret,) = shown_secrets(response)
    assert "no-store" in response["Cache-Control"]
    assert secret not in str(response.cookies)
    program = Program.objects.get(pk="feed")
    assert is_secret_of(program, secret)
    assert Membership.objects.get(client=program).role == "editor"
    for page in (operator.get(address(Program)), operator.get(address(Program, "feed", "change"))):
        assert secret not in page.content.decode()
        assert program.secret not in page.content.decode()
    form = {"grant_type": "client_credentials", "client_id": "feed", "client_secret": secret}
    token = Client().post("/ims/token/v3", "&".join(f"{name}={value}" for name, value in form.items()), FORM)
    assert Caller("feed", token.json()["access_token"])("GET", OFFER).status_code == 200


@pytest.mark.parametrize("id", ["a b", "..", "a/b", "a%00", "설날", "a\nb", "-a"])
def test_a_client_id_needs_no_quoting_anywhere(operator: Client, id: str) -> None:
    form = form_in(operator.get(address(Program, "add")).content.decode(), "client_form")
    answer = operator.post(address(Program, "add"), {**form, "name": "Feed", "id": id})
    assert "ASCII letters, digits and" in answer.content.decode()
    assert not Program.objects.filter(name="Feed").exists()


@pytest.mark.parametrize(("action", "status"), [("give_new_secret", 401), ("give_new_secret_and_keep_tokens", 200)])
def test_an_operator_gives_a_new_secret(operator: Client, caller: Caller, action: str, status: int) -> None:
    response = operator.post(address(Program), {"action": action, "_selected_action": ["price-feed"]})
    (secret,) = shown_secrets(response)
    assert is_secret_of(Program.objects.get(), secret)
    assert caller("GET", OFFER).status_code == status
    assert "New secret." in operator.get(address(Program, "price-feed", "history")).content.decode()


def test_an_operator_who_may_only_look_gives_no_new_secret(caller: Caller) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_client"))
    browser = Client()
    browser.force_login(looker)
    response = browser.post(address(Program), {"action": "give_new_secret", "_selected_action": ["price-feed"]})
    assert shown_secrets(response) == []
    assert is_secret_of(Program.objects.get(), "a secret")


def test_deleting_a_token_ends_it(operator: Client, caller: Caller) -> None:
    assert caller("GET", OFFER).status_code == 200
    operator.post(address(Token, Token.objects.get().pk, "delete"), {"post": "yes"})
    auth.forget()
    assert caller("GET", OFFER).status_code == 401
