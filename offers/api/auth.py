"""Who is calling: one query from the token to the client, its membership and the sandbox that the headers name.

What it found is known for a few seconds in this process, because asking costs a PATCH a fifth of its time. So whatever is taken
from a client (its token, its membership, its role) is taken within KNOWN_SECONDS. Refusals are always asked for anew.
"""

import re
from time import monotonic
from typing import NamedTuple

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers.access.asking import header
from offers.access.permissions import SANDBOX_COLUMNS, Actor, sandbox_of
from offers.api.wire.problems import ApiError, AuthenticationError

ORGANISATION, SANDBOX = "x-gw-ims-org-id", "x-sandbox-name"
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE)

# For how long an answer of the database is believed, and how many of them are kept.
KNOWN_SECONDS = 5.0
MOST_KNOWN = 1_000


class Asked(NamedTuple):
    """What a caller says of itself: the headers as they came."""

    authorization: str
    api_key: str
    organisation: str
    sandbox: str


# Who that is, and until when (on the monotonic clock). Dictionaries of CPython may be read and written by several threads.
_known: dict[Asked, tuple[Actor, float]] = {}

# Only tokens that a client got for itself: one that stands for a person says nothing about what a program may do.
# The organisation is known to a client when it is a member of any of the organisation's sandboxes.
_QUERY = f"""
SELECT client.id, client.name, {SANDBOX_COLUMNS}, membership.role, membership.may_bypass,
       EXISTS (SELECT FROM offers_membership AS m JOIN offers_sandbox AS s ON s.id = m.sandbox_id
                WHERE m.client_id = client.id AND s.org_id = %s),
       extract(epoch FROM token.expires_at - now())::float8,
       coalesce(state.last_used_at < now() - interval '1 minute', true)
  FROM allauth_idp_oidc_token AS token
  JOIN allauth_idp_oidc_client AS client ON client.id = token.client_id
  LEFT JOIN offers_clientstate AS state ON state.client_id = client.id
  LEFT JOIN offers_sandbox AS sandbox ON sandbox.name = %s AND sandbox.org_id = %s
  LEFT JOIN offers_membership AS membership
         ON membership.client_id = client.id AND membership.sandbox_id = sandbox.id
 WHERE token.type = %s AND token.hash = %s AND token.user_id IS NULL
   AND (token.expires_at IS NULL OR token.expires_at > now())
   AND state.off_at IS NULL
"""
# So that its admins see which clients nobody uses. Of callers that come at once, one writes.
_USED = """
INSERT INTO offers_clientstate AS state (client_id, last_used_at) VALUES (%s, now())
ON CONFLICT (client_id) DO UPDATE SET last_used_at = excluded.last_used_at
 WHERE state.last_used_at IS NULL OR state.last_used_at < now() - interval '1 minute'
"""


class ApiRequest(HttpRequest):
    """A request of an API client that is known (offers/api/routes.py sees to that)."""

    actor: Actor


def authenticate(request: HttpRequest) -> Actor:
    """The API client in the sandbox that it asks for, as it was at most KNOWN_SECONDS ago.

    Raises AuthenticationError (401: no token, or none of ours that is still good), ApiError: 400 without the headers
    that name organisation and sandbox, 403 when `x-api-key` is not the token's client or the organisation is not the
    client's, 404 when the sandbox is not there or not for this client.
    """
    asked = Asked(*(_header(request, name) for name in ("Authorization", "x-api-key", ORGANISATION, SANDBOX)))
    found = _known.get(asked)
    now = monotonic()
    if found is not None and now < found[1]:
        return found[0]
    actor, seconds = _found(asked)
    # All are forgotten at once: to know the oldest would cost every call something, and asking anew costs each one a query.
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[asked] = actor, now + seconds
    return actor


def forget() -> None:
    """Ask the database again for every caller."""
    _known.clear()


def _found(asked: Asked) -> tuple[Actor, float]:
    """Who it is, and for how many seconds that may be believed: no longer than the token is good. Raises what `authenticate` does."""
    bearer = _BEARER.fullmatch(asked.authorization)
    if bearer is None:
        raise AuthenticationError
    with connection.cursor() as cursor:
        cursor.execute(
            _QUERY,
            [
                *(asked.organisation, asked.sandbox, asked.organisation),
                *(Token.Type.ACCESS_TOKEN.value, get_adapter().hash_token(bearer[1])),
            ],
        )
        row = cursor.fetchone()
    if row is None:
        raise AuthenticationError
    client_id, client_name, *sandbox, role, may_bypass, organisation_is_known, seconds_left, is_news = row
    if asked.api_key != client_id:
        detail = _("The header x-api-key must be the client id that the token was given to.")
        raise ApiError(403, "api-key-mismatch", _("Not allowed"), detail)
    for name, value in ((ORGANISATION, asked.organisation), (SANDBOX, asked.sandbox)):
        if not value:
            detail = _("The header {header} is missing.").format(header=name)
            raise ApiError(400, "missing-header", _("A header is missing"), detail)
    if not organisation_is_known:
        detail = _("This client does not belong to the organisation in x-gw-ims-org-id.")
        raise ApiError(403, "unknown-organisation", _("Not allowed"), detail)
    if role is None:
        detail = _("The organisation has no sandbox of the name in x-sandbox-name that is open to this client.")
        raise ApiError(404, "unknown-sandbox", _("No such sandbox"), detail)
    if is_news:
        with connection.cursor() as cursor:
            cursor.execute(_USED, [client_id])
    label = client_name or client_id
    actor = Actor(sandbox_of(sandbox), role, label, client_id=client_id, may_bypass=bool(may_bypass))
    return actor, KNOWN_SECONDS if seconds_left is None else min(KNOWN_SECONDS, seconds_left)


def _header(request: HttpRequest, name: str) -> str:
    # Every server refuses NUL in a header; PostgreSQL would too, with an error of its own.
    return (header(request, name) or "").strip().replace("\0", "")
