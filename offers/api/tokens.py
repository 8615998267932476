"""`POST /ims/token/v3`: an access token for a client's id and secret (RFC 6749 section 4.4).

Clients and tokens are django-allauth's, tokens stored hashed. Its own token endpoint is not used here because the
documented call asks for scopes that no client of ours has, in a list joined by commas; what a client may do is its
membership's to say, so unknown scopes are passed over.
"""

import base64
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

import orjson
from allauth.idp.oidc import app_settings
from allauth.idp.oidc.models import Client, Token
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from offers.access.attempts import Budget, address_of, take
from offers.access.client_secrets import is_old_secret_of, is_secret_of, state_of
from offers.api.wire import shapes
from offers.api.wire.bodies import is_coded

TOKEN_BYTES = 48
FAILURES_A_MINUTE = 20
# The documented form has 250 bytes.
LONGEST_FORM = 8_192
CHALLENGE = {"WWW-Authenticate": 'Basic realm="offers"'}


def token(request: HttpRequest) -> HttpResponse:
    """The documented form in, `{"access_token", "token_type", "expires_in"}` out; errors as RFC 6749 section 5.2 says."""
    if request.method != "POST":
        return _error(405, "invalid_request", "Send the form with POST.", Allow="POST")
    if request.content_type != "application/x-www-form-urlencoded":
        return _error(400, "invalid_request", "Send application/x-www-form-urlencoded.")
    if is_coded(request):
        return _error(400, "invalid_request", "Send the form as it is, without Content-Encoding.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_FORM:
        return _error(413, "invalid_request", "The form is too long.")
    client_id, secret = _credentials(request)
    grant_type = request.POST.get("grant_type", "")
    if not grant_type:
        return _error(400, "invalid_request", "The field grant_type is missing.")
    if grant_type != Client.GrantType.CLIENT_CREDENTIALS:
        return _error(400, "unsupported_grant_type", "The grant_type here is client_credentials.")
    known = _client(client_id, secret)
    if known is None:
        return _refused(request)
    client, until = known
    if state_of(client).off_at is not None:
        return _error(401, "invalid_client", "This client is switched off.", **CHALLENGE)
    if Client.GrantType.CLIENT_CREDENTIALS not in client.get_grant_types():
        return _error(400, "unauthorized_client", "This client may not use client_credentials.")
    return _issue(client, request.POST.get("scope", ""), until)


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """Client id and secret, from the form or else from HTTP Basic authentication (RFC 6749 section 2.3.1)."""
    if "client_secret" in request.POST:
        return request.POST.get("client_id", ""), request.POST["client_secret"]
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", ""), ""
    try:
        client_id, _, secret = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        return "", ""
    # RFC 6749 section 2.3.1: both are encoded as in a form before they are joined by a colon.
    return unquote_plus(client_id), unquote_plus(secret)


def _client(client_id: str, secret: str) -> tuple[Client, datetime | None] | None:
    """The client, if this is its secret; and until when, if it is its old one."""
    # PostgreSQL refuses NUL with an error of its own.
    if not client_id or "\0" in client_id:
        return None
    client = Client.objects.select_related("offers_state").filter(pk=client_id).first()
    if client is None:
        return None
    if is_secret_of(client, secret):
        return client, None
    state = state_of(client)
    return (client, state.old_secret_until) if is_old_secret_of(state, secret) else None


def _refused(request: HttpRequest) -> HttpResponse:
    """Failures count by address. They never stand in the way of a right secret, which nobody guesses and which costs no
    more to check than to refuse: so no stranger can lock out a client, nor everybody behind one address."""
    if not take([Budget(("token", address_of(request)), FAILURES_A_MINUTE, 60)]):
        return _error(429, "invalid_client", "Too many failed attempts. Wait a minute.", **{"Retry-After": "60"})
    return _error(401, "invalid_client", "The client id or its secret is wrong.", **CHALLENGE)


def _issue(client: Client, scope: str, until: datetime | None) -> HttpResponse:
    """A token; one that was got with an old secret lasts no longer than that is good."""
    value, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    seconds: int = app_settings.ACCESS_TOKEN_EXPIRES_IN
    if until is not None:
        seconds = min(seconds, max(1, int((until - now).total_seconds())))
    issued = Token(type=Token.Type.ACCESS_TOKEN, client=client, expires_at=now + timedelta(seconds=seconds))
    issued.set_value(value)
    asked = set(re.split(r"[,\s]+", scope))
    issued.set_scopes([known for known in client.get_scopes() if known in asked])
    issued.save()
    return _answer(200, {"access_token": value, "token_type": "bearer", "expires_in": seconds})


def _error(status: int, code: shapes.TokenErrorCode, description: str, **headers: str) -> HttpResponse:
    return _answer(status, {"error": code, "error_description": description}, **headers)


def _answer(status: int, content: shapes.Token | shapes.TokenError, **headers: str) -> HttpResponse:
    # RFC 6749 section 5.1: nobody may keep a copy.
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **headers}
    return HttpResponse(orjson.dumps(content), status=status, content_type="application/json", headers=headers)
