"""Secrets of API clients: made here, at random, and kept as a keyed hash.

A person's password is hashed slowly because it can be guessed. 256 random bits cannot, so one HMAC is enough, and a call with
an invented secret costs next to nothing.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from offers.access.permissions import CLIENT, actor_key, client_of
from offers.models import AccessChange, ClientState

_Access = AccessChange.What
_ALGORITHM = "hmac-sha256"
_BYTES = 32
# A client's id stands in addresses, headers and log lines, where anything else would need quoting.
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


def new_secret() -> str:
    """A secret of letters, digits, `-` and `_`: it needs no quoting in a shell, a form or an address."""
    return secrets.token_urlsafe(_BYTES)


def hashed(secret: str, key: str | None = None) -> str:
    """How a secret is stored: keyed with SECRET_KEY, or with an older `key`."""
    digest = salted_hmac("offers.client-secret", secret, secret=key, algorithm="sha256").hexdigest()
    return f"{_ALGORITHM}${digest}"


def new_client(id: str, name: str) -> tuple[Client, str]:
    """A client for a program, which is not stored yet, and its secret."""
    secret = new_secret()
    client = Client(id=id, name=name, secret=hashed(secret), type=Client.Type.CONFIDENTIAL)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    return client, secret


def is_secret_of(client: Client, secret: str) -> bool:
    """Whether it is the present one. One that was stored under a key of SECRET_KEY_FALLBACKS is stored anew, under the present one."""
    if constant_time_compare(client.secret, hashed(secret)):
        return True
    if _is_under_a_fallback(client.secret, secret):
        # Only if it is still this one: a new secret that was made meanwhile must not be undone.
        Client.objects.filter(pk=client.pk, secret=client.secret).update(secret=hashed(secret))
        return True
    return False


def is_old_secret_of(state: ClientState, secret: str) -> bool:
    """Whether it is the one before the present one, and still good. That it was used is noted: a program is still to be told."""
    if not has_old_secret(state):
        return False
    stored = state.old_secret
    if not (constant_time_compare(stored, hashed(secret)) or _is_under_a_fallback(stored, secret)):
        return False
    rows = ClientState.objects.filter(pk=state.pk, old_secret=stored)
    rows.update(old_secret_used_at=timezone.now())
    return True


def has_old_secret(state: ClientState) -> bool:
    """Whether the secret before the present one is still good."""
    return state.old_secret_until is not None and timezone.now() < state.old_secret_until


def state_of(client: Client) -> ClientState:
    """What is kept about a client; of one of which nothing is kept yet, what that means."""
    found: ClientState | None = getattr(client, "offers_state", None)
    return found or ClientState(client_id=client.pk)


def _is_under_a_fallback(stored: str, secret: str) -> bool:
    return any(constant_time_compare(stored, hashed(secret, key)) for key in settings.SECRET_KEY_FALLBACKS)


def who_is_behind(key: str) -> list[str]:
    """The keys of those who act where this one does: of a client also who was shown its secret, and whose it is."""
    if not key.startswith(CLIENT):
        return [key]
    client = Client.objects.select_related("offers_state").filter(pk=client_of(key)).first()
    if client is None:
        return [key]
    owner = [] if client.owner_id is None else [actor_key(client.owner_id, "", "")]
    return list(dict.fromkeys([key, *state_of(client).known_to, *owner]))


def who_was_behind(key: str, at: datetime) -> set[str]:
    """Who acted then where this one did: of a client also who was given the secret that it had, as far as that is recorded."""
    if not key.startswith(CLIENT):
        return {key}
    given = AccessChange.objects.filter(
        subject_key=key, what__in=(_Access.MEMBER_ADDED, _Access.SECRET_MADE), created_at__lte=at
    ).order_by("key")
    # Who made it, or a new secret; who lets one in that is there, or whose page did not show it, was given none.
    shown = [
        change
        for place, change in enumerate(given)
        if change.what == _Access.SECRET_MADE or (place == 0 and change.source == AccessChange.Source.PAGE)
    ]
    return {key, *(actor_key(change.actor_id, "", change.actor_label) for change in shown[-1:])}


def rotate(client: Client, by: str, *, keep_tokens: bool = False, old_until: datetime | None = None) -> str:
    """Give the client a new secret, and return it to whose key is `by`: it is stored nowhere in the clear.

    The old one ends at once, and with it the tokens that it made, unless they are to be good until they expire. With
    `old_until` it goes on until then, and no token that there is lasts longer. All of that happens, or nothing.
    """
    secret = new_secret()
    with transaction.atomic():
        old = Client.objects.select_for_update().values_list("secret", flat=True).get(pk=client.pk)
        Client.objects.filter(pk=client.pk).update(secret=hashed(secret))
        _set_old_secret(client, old if old_until else "", old_until, secret_at=timezone.now())
        _now_known_to([*(_known_to(client) if old_until or keep_tokens else ()), by], client)
        tokens = Token.objects.filter(client=client)
        if old_until:
            tokens.filter(Q(expires_at=None) | Q(expires_at__gt=old_until)).update(expires_at=old_until)
        elif not keep_tokens:
            tokens.delete()
    return secret


def end_old_secret(client: Client) -> None:
    """End the secret before the present one, and all tokens: nobody knows which of the two they were got with."""
    with transaction.atomic():
        _set_old_secret(client, "", None)
        _now_known_to(_known_to(client)[-1:], client)
        Token.objects.filter(client=client).delete()


def _set_old_secret(client: Client, stored: str, until: datetime | None, **more: datetime) -> None:
    old = {"old_secret": stored, "old_secret_until": until, "old_secret_used_at": None}
    ClientState.objects.update_or_create(client_id=client.pk, defaults={**old, **more})


def shown_to(client: Client, by: str) -> None:
    """Note that somebody was shown the secret of a client that was just stored."""
    ClientState.objects.update_or_create(client_id=client.pk, defaults={"secret_at": timezone.now(), "known_to": [by]})


def _known_to(client: Client) -> Sequence[str]:
    return ClientState.objects.filter(client_id=client.pk).values_list("known_to", flat=True).first() or []


def _now_known_to(keys: Sequence[str], client: Client) -> None:
    ClientState.objects.filter(client_id=client.pk).update(known_to=list(dict.fromkeys(reversed(keys)))[::-1])
