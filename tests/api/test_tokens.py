import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client as Browser
from django.utils import timezone

from offers.access.client_secrets import rotate
from offers.api.tokens import FAILURES_A_MINUTE
from offers.models import Attempt, ClientState
from tests.api.conftest import OFFER, SECRET, Caller

FORM = "application/x-www-form-urlencoded"


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


@pytest.mark.parametrize(("hours", "seconds"), [(1, 3600), (48, 86400)])
def test_an_old_secret_gets_a_token_that_lasts_no_longer_than_it_is_good(
    editor: Caller, hours: int, seconds: int
) -> None:
    client = Client.objects.get(pk="editor-client")
    secret = rotate(client, "user-1", old_until=timezone.now() + timedelta(hours=hours))
    old, new = (
        ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={one}") for one in (SECRET, secret)
    )
    assert (old.status_code, new.status_code, new.json()["expires_in"]) == (200, 200, 86400)
    assert seconds - 60 < old.json()["expires_in"] <= seconds
    ClientState.objects.update(old_secret_until=timezone.now())
    ended = ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}")
    assert (ended.status_code, ended.json()["error"]) == (401, "invalid_client")


def test_a_client_that_is_switched_off_is_told_so_if_it_proves_who_it_is(editor: Caller) -> None:
    ClientState.objects.create(client_id="editor-client", off_at=timezone.now())
    right, wrong = (
        ask(f"grant_type=client_credentials&client_id=editor-client&client_secret={one}") for one in (SECRET, "x")
    )
    assert (right.status_code, right.json()["error_description"]) == (401, "This client is switched off.")
    assert wrong.json()["error_description"] == "The client id or its secret is wrong."


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


WRONG = "grant_type=client_credentials&client_id={}&client_secret=wrong"
RIGHT = f"grant_type=client_credentials&client_id=editor-client&client_secret={SECRET}"


def test_it_slows_down_whoever_guesses_and_locks_out_nobody_else_behind_the_address(editor: Caller) -> None:
    statuses = [ask(WRONG.format(f"invented-{number}")).status_code for number in range(FAILURES_A_MINUTE)]
    assert statuses == [401] * FAILURES_A_MINUTE
    refused = ask(WRONG.format("editor-client"))
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert ask(RIGHT).status_code == 200


def test_right_secrets_are_not_counted(editor: Caller) -> None:
    assert {ask(RIGHT).status_code for _ in range(FAILURES_A_MINUTE + 2)} == {200}
    assert not Attempt.objects.exists()


def test_an_invented_client_costs_no_password_hash(editor: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", lambda *args: hashed.append(args))
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(args))
    for client in ("editor-client", "invented"):
        assert ask(WRONG.format(client)).status_code == 401
    assert hashed == []


def test_a_long_form_is_refused_unread(editor: Caller) -> None:
    assert ask(RIGHT + "&" * 10_000).status_code == 413


def test_many_fields_are_read_as_they_are(editor: Caller) -> None:
    assert ask(RIGHT + "&x" * 3_900).status_code == 200
