import pytest
from allauth.idp.oidc.models import Client, Token
from pytest_django import Settings

from offers.access.client_secrets import hashed, is_secret_of, new_secret, rotate
from offers.api import auth
from offers.models import Membership
from tests.api.conftest import OFFER, Caller, fill, make_caller, make_sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    sandbox = make_sandbox()
    fill(sandbox)
    return make_caller("feed", (sandbox, Membership.Role.EDITOR))


@pytest.fixture
def client(caller: Caller) -> Client:
    return Client.objects.get(pk="feed")


def test_a_secret_is_random_and_needs_no_quoting() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(secret) >= 43 and secret.replace("-", "").replace("_", "").isalnum() for secret in made)


def test_it_is_stored_as_a_keyed_hash(settings: Settings) -> None:
    first = hashed("a secret")
    settings.SECRET_KEY = "another " * 10
    assert "a secret" not in first
    assert hashed("a secret") != first


def test_it_survives_a_new_secret_key_while_the_old_one_is_a_fallback(client: Client, settings: Settings) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 10, [old]
    assert not is_secret_of(client, "wrong")
    assert is_secret_of(client, "a secret")
    settings.SECRET_KEY_FALLBACKS = []
    client.refresh_from_db()
    assert is_secret_of(client, "a secret"), "it was stored anew under the new key"


def test_a_new_secret_ends_the_old_one_and_the_tokens_that_it_made(caller: Caller, client: Client) -> None:
    assert caller("GET", OFFER).status_code == 200
    secret = rotate(client, "user-1")
    client.refresh_from_db()
    assert (is_secret_of(client, secret), is_secret_of(client, "a secret")) == (True, False)
    auth.forget()
    assert caller("GET", OFFER).status_code == 401
    assert not Token.objects.exists()


def test_tokens_stay_good_when_an_overlap_is_asked_for(caller: Caller, client: Client) -> None:
    rotate(client, "user-1", keep_tokens=True)
    assert caller("GET", OFFER).status_code == 200


def test_a_secret_under_a_key_of_its_own_is_another_and_says_how_it_was_made() -> None:
    assert hashed("a secret").startswith("hmac-sha256$")
    assert hashed("a secret", "old key") != hashed("a secret") == hashed("a secret", None)


def test_a_fallback_key_proves_no_other_secret_and_changes_nothing_when_it_fails(
    client: Client, settings: Settings
) -> None:
    stored = client.secret
    settings.SECRET_KEY_FALLBACKS = ["older " * 10]
    assert not is_secret_of(client, "wrong")
    assert not is_secret_of(client, "")
    assert Client.objects.get(pk="feed").secret == stored


def test_a_new_secret_that_was_made_meanwhile_is_not_undone(client: Client, settings: Settings) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 10, [old]
    secret = rotate(Client.objects.get(pk="feed"), "user-1")
    assert is_secret_of(client, "a secret"), "as it was when this call read it"
    assert is_secret_of(Client.objects.get(pk="feed"), secret)


def test_a_new_secret_is_this_clients_and_leaves_the_others_theirs(client: Client) -> None:
    other = Client.objects.create(id="other", name="Other", secret=hashed("theirs"))
    Token.objects.create(client=other, hash="h", type=Token.Type.ACCESS_TOKEN)
    rotate(client, "user-1")
    other.refresh_from_db()
    assert is_secret_of(other, "theirs")
    assert Token.objects.filter(client=other).exists()
