import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers.api import auth
from offers.models import ClientState, Membership, Sandbox
from tests.api.conftest import OFFER, Caller, make_caller, make_sandbox

Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock by which callers are known to so many seconds after now."""
    began = time.monotonic()

    def later(seconds: float) -> None:
        monkeypatch.setattr(auth, "monotonic", lambda: began + seconds)

    later(0)
    return later


def code(response: Any) -> str:
    return str(response.json()["type"]).rsplit(":", 1)[1]


def test_it_asks_for_a_token_and_says_how(sandbox: Sandbox) -> None:
    response = Client().get(OFFER)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="offers"'
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer ", "Bearer a b", "Basic eDp5", "Bearer \xe9"])
def test_it_refuses_what_is_no_token(editor: Caller, authorization: str) -> None:
    response = editor("GET", OFFER, Authorization=authorization)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer ")


def test_it_names_the_error_of_a_token_that_was_sent(editor: Caller) -> None:
    assert 'error="invalid_token"' in editor("GET", OFFER, Authorization="Bearer nonsense")["WWW-Authenticate"]


def test_it_refuses_an_expired_token(editor: Caller) -> None:
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert editor("GET", OFFER).status_code == 401


def test_it_refuses_a_token_that_stands_for_a_person(editor: Caller) -> None:
    Token.objects.update(user=User.objects.create_user("mina"))
    assert editor("GET", OFFER).status_code == 401


def test_it_refuses_a_refresh_token(editor: Caller) -> None:
    Token.objects.update(type=Token.Type.REFRESH_TOKEN)
    assert editor("GET", OFFER).status_code == 401


@pytest.mark.parametrize("key", ["", "another-client"])
def test_it_refuses_an_api_key_that_is_not_the_tokens_client(editor: Caller, key: str) -> None:
    response = editor("GET", OFFER, **{"x-api-key": key})
    assert (response.status_code, code(response)) == (403, "api-key-mismatch")


@pytest.mark.parametrize("header", ["x-gw-ims-org-id", "x-sandbox-name"])
def test_it_requires_organisation_and_sandbox(editor: Caller, header: str) -> None:
    response = editor("GET", OFFER, **{header: ""})
    assert (response.status_code, code(response)) == (400, "missing-header")
    assert header in response.json()["detail"]


def test_it_refuses_an_unknown_organisation(editor: Caller) -> None:
    response = editor("GET", OFFER, **{"x-gw-ims-org-id": "NOBODY@OfferOrg"})
    assert (response.status_code, code(response)) == (403, "unknown-organisation")


def test_it_refuses_an_organisation_that_others_belong_to(editor: Caller) -> None:
    Sandbox.objects.create(org_id="OTHER@OfferOrg", name="theirs", title="Theirs")
    response = editor("GET", OFFER, **{"x-gw-ims-org-id": "OTHER@OfferOrg", "x-sandbox-name": "theirs"})
    assert (response.status_code, code(response)) == (403, "unknown-organisation")


def test_it_finds_no_sandbox_that_is_not_there(editor: Caller) -> None:
    response = editor("GET", OFFER, **{"x-sandbox-name": "nowhere"})
    assert (response.status_code, code(response)) == (404, "unknown-sandbox")


def test_it_shows_a_stranger_no_difference_between_a_sandbox_not_theirs_and_none(stranger: Caller) -> None:
    theirs, none = stranger("GET", OFFER), stranger("GET", OFFER, **{"x-sandbox-name": "nowhere"})
    assert theirs.status_code == none.status_code == 404
    assert theirs.json()["detail"] == none.json()["detail"]


def test_it_keeps_sandboxes_apart(editor: Caller) -> None:
    empty = make_sandbox("dev")
    tester = make_caller("tester", (empty, "editor"))
    assert tester("GET", OFFER, **{"x-sandbox-name": "dev"}).status_code == 404
    assert (
        tester("PATCH", OFFER, [{"op": "remove", "path": "/description"}], **{"x-sandbox-name": "dev"}).status_code
        == 404
    )
    assert editor("GET", OFFER).json()["etag"] == 1


def test_an_auditor_reads_and_changes_nothing(auditor: Caller) -> None:
    assert auditor("GET", OFFER).status_code == 200
    response = auditor("PATCH", OFFER, [{"op": "replace", "path": "/name", "value": "Mine"}])
    assert (response.status_code, code(response)) == (403, "not-allowed")
    assert auditor("DELETE", OFFER).status_code == 403
    assert auditor("POST", "tags", {"name": "Mine"}).status_code == 403
    assert auditor("GET", OFFER).json()["etag"] == 1


def test_an_editor_changes_no_live_offer_in_a_reviewed_sandbox(editor: Caller, sandbox: Sandbox) -> None:
    approve = [{"op": "replace", "path": "/status", "value": "approved"}]
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    assert editor("PATCH", OFFER, approve).status_code == 403
    auth.forget()
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.NONE)
    assert editor("PATCH", OFFER, approve).status_code == 200


def test_a_caller_is_looked_up_once_and_then_known(
    editor: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    editor("GET", "tags")  # that it is used was written then
    auth.forget()
    with django_assert_num_queries(3):
        response = editor("PATCH", OFFER, [{"op": "replace", "path": "/name", "value": "Lean"}])
    assert response.status_code == 200
    with django_assert_num_queries(2):
        editor("PATCH", OFFER, [{"op": "replace", "path": "/name", "value": "Leaner"}])
    with django_assert_num_queries(1):
        editor("GET", OFFER)


def last_used() -> datetime | None:
    return ClientState.objects.get(client_id="editor-client").last_used_at


def test_when_a_client_called_last_is_written_at_most_once_a_minute(
    editor: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert editor("GET", OFFER, **{"x-sandbox-name": "nowhere"}).status_code == 404
    assert not ClientState.objects.exists(), "it was not let in"
    assert editor("GET", OFFER).status_code == 200
    first = last_used()
    assert first is not None
    auth.forget()
    with django_assert_num_queries(2):
        editor("GET", OFFER)
    assert last_used() == first
    # PostgreSQL's now is when the test began.
    long_ago = timezone.now() - timedelta(minutes=2)
    ClientState.objects.update(last_used_at=long_ago)
    auth.forget()
    editor("GET", OFFER)
    assert last_used() != long_ago


def test_a_client_that_is_switched_off_is_let_in_no_more_even_with_a_token(editor: Caller, clock: Clock) -> None:
    assert editor("GET", OFFER).status_code == 200
    ClientState.objects.update(off_at=timezone.now())
    clock(5.1)
    assert editor("GET", OFFER).status_code == 401
    ClientState.objects.update(off_at=None)
    assert editor("GET", OFFER).status_code == 200


def test_what_is_taken_from_a_client_is_gone_within_five_seconds(editor: Caller, clock: Clock) -> None:
    rename = [{"op": "replace", "path": "/name", "value": "Mine"}]
    assert editor("GET", OFFER).status_code == 200
    Membership.objects.filter(client_id="editor-client").update(role="auditor")
    clock(4.9)
    assert editor("PATCH", OFFER, rename).status_code == 200
    clock(5.1)
    assert editor("PATCH", OFFER, rename).status_code == 403
    Membership.objects.filter(client_id="editor-client").delete()
    clock(10.2)
    assert editor("GET", OFFER).status_code == 403


def test_a_token_is_not_good_for_longer_than_it_lasts(editor: Caller, clock: Clock) -> None:
    Token.objects.update(expires_at=timezone.now() + timedelta(seconds=4.5))
    assert editor("GET", OFFER).status_code == 200
    Token.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    # Less than the five seconds for which a caller is known otherwise; PostgreSQL's now is when the test began.
    clock(4.9)
    assert editor("GET", OFFER).status_code == 401


def test_a_known_caller_is_known_for_what_it_said_and_nothing_else(editor: Caller) -> None:
    make_sandbox("dev")
    assert editor("GET", OFFER).status_code == 200
    for headers, status in (
        ({"x-sandbox-name": "dev"}, 404),
        ({"x-gw-ims-org-id": "NOBODY@OfferOrg"}, 403),
        ({"x-api-key": "stranger-client"}, 403),
        ({"Authorization": "Bearer token-of-nobody"}, 401),
    ):
        assert editor("GET", OFFER, **headers).status_code == status


def test_whoever_was_refused_is_let_in_as_soon_as_they_may(editor: Caller) -> None:
    empty = make_sandbox("dev")
    assert editor("GET", "tags", **{"x-sandbox-name": "dev"}).status_code == 404
    Membership.objects.create(sandbox=empty, client_id="editor-client", role="editor")
    assert editor("GET", "tags", **{"x-sandbox-name": "dev"}).status_code == 200


def test_no_more_callers_are_known_than_memory_is_meant_for(editor: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "MOST_KNOWN", 3)
    for number in range(10):
        assert editor("GET", OFFER, Authorization=f"Bearer {' ' * number}token-of-editor-client").status_code == 200
        assert len(auth._known) <= 3


def test_what_a_program_read_is_asked_for_again_and_kept_by_nobody_between(editor: Caller) -> None:
    read = editor("GET", OFFER)
    assert read["Cache-Control"] == "private, no-cache"
    assert editor("GET", OFFER, If_None_Match=read["ETag"])["Cache-Control"] == "private, no-cache"
    assert editor("GET", "offers?offer-type=personalized")["Cache-Control"] == "no-store, private"
    assert editor("GET", "offers/nothing")["Cache-Control"] == "no-store, private"
