"""Secrets of API clients: made here, at random, and kept as a keyed hash.

A person's password is hashed slowly because it can be guessed. 256 random bits cannot, so one HMAC is enough, and a call with
an invented secret costs next to nothing.
"""

import secrets

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

_ALGORITHM = "hmac-sha256"
_BYTES = 32


def new_secret() -> str:
    """A secret of letters, digits, `-` and `_`: it needs no quoting in a shell, a form or an address."""
    return secrets.token_urlsafe(_BYTES)


def hashed(secret: str, key: str | None = None) -> str:
    """How a secret is stored: keyed with SECRET_KEY, or with an older `key`."""
    digest = salted_hmac("offers.client-secret", secret, secret=key, algorithm="sha256").hexdigest()
    return f"{_ALGORITHM}${digest}"


def is_secret_of(client: Client, secret: str) -> bool:
    """Whether it is. One that was stored under a key of SECRET_KEY_FALLBACKS is stored anew, under the present one."""
    if constant_time_compare(client.secret, hashed(secret)):
        return True
    if any(constant_time_compare(client.secret, hashed(secret, key)) for key in settings.SECRET_KEY_FALLBACKS):
        # Only if it is still this one: a new secret that was made meanwhile must not be undone.
        Client.objects.filter(pk=client.pk, secret=client.secret).update(secret=hashed(secret))
        return True
    return False


def rotate(client: Client, *, keep_tokens: bool = False) -> str:
    """Give the client a new secret, and return it: it is stored nowhere in the clear. The old one ends at once.

    So do the tokens that it made, unless they are to be good until they expire. Both happen, or neither.
    """
    secret = new_secret()
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(secret=hashed(secret))
        if not keep_tokens:
            Token.objects.filter(client=client).delete()
    return secret
