import base64
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.core.cache import cache
from django.test import Client as Browser

from offers.api.tokens import FAILURES_A_MINUTE
from tests.api.conftest import OFFER, SECRET, Caller

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def no_failures_yet() -> None:
    cache.clear()


def ask(form: str, *, content_type: str = FORM, **headers: str) -> Any:
    return Browser().post("/ims/token/v3", form, content_type=content_type, headers=headers)


def test_it_gives_a_token_that_works(editor: Caller) -> None:
    scope = "openid,AdobeID,read_organizations,additional_info.projectedProductContext"
    response = ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}&scope={scope}")
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == {"access_token", "token_type", "expires_in"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 86400)
    assert response["Cache-Control"] == "no-store"
    assert Caller("editor-client", answer["access_token"])("GET", OFFER).status_code == 200


def test_it_keeps_no_token_in_the_clear(editor: Caller) -> None:
    value = ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}").json()["access_token"]
    assert not Token.objects.filter(hash__contains=value).exists()
    assert Token.objects.by_value(value).get().client_id == "editor-client"


def test_it_takes_the_secret_from_basic_authentication(editor: Caller) -> None:
    credentials = base64.b64encode(f"editor-client:{SECRET}".encode()).decode()
    assert ask("grant_type=client_credentials", Authorization=f"Basic {credentials}").status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        "client_id=editor-client&client_secret=wrong",
        "client_id=nobody&client_secret=a secret",
        "client_id=editor-client",
        "client_id=editor-client%00&client_secret=a secret",
        "client_secret=a secret",
        "",
    ],
)
def test_it_refuses_a_wrong_id_or_secret(editor: Caller, form: str) -> None:
    before = Token.objects.count()
    response = ask(f"grant_type=client_credentials&{form}")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in response
    assert Token.objects.count() == before


@pytest.mark.parametrize(
    ("form", "error"), [("", "invalid_request"), ("grant_type=password&username=admin", "unsupported_grant_type")]
)
def test_it_gives_tokens_for_client_credentials_only(editor: Caller, form: str, error: str) -> None:
    response = ask(f"{form}&client_id=editor-client&client_secret={SECRET}")
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_it_refuses_a_client_made_for_another_grant(editor: Caller) -> None:
    Client.objects.update(grant_types=Client.GrantType.AUTHORIZATION_CODE)
    response = ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}")
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")


def test_it_takes_a_form_by_post_and_nothing_else(editor: Caller) -> None:
    assert Browser().get("/ims/token/v3").status_code == 405
    assert ask("{}", content_type="application/json").status_code == 400


def test_it_slows_down_whoever_guesses(editor: Caller) -> None:
    wrong = "grant_type=client_credentials&client_id=editor-client&client_secret=wrong"
    statuses = [ask(wrong).status_code for _ in range(FAILURES_A_MINUTE + 1)]
    assert statuses == [401] * FAILURES_A_MINUTE + [429]
    right = ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}")
    assert (right.status_code, right["Retry-After"]) == (429, "60")
