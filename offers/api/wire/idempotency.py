"""Idempotency-Key: a request that is sent again gets the first answer, and happens once.

The key's row, the change and the answer are one transaction. A duplicate that arrives meanwhile waits at the unique
index of the keys, in PostgreSQL, until that transaction ends: then there is an answer to give, or nothing was done.

What was refused changed nothing, so its key is free again: sent again it is judged by what is true then, and a request
that was mended (another If-Match, say) is not answered by the refusal of the one before.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access.asking import header
from offers.access.permissions import Actor
from offers.api.wire.answers import JSON
from offers.api.wire.etags import tag
from offers.api.wire.problems import ApiError
from offers.models import IdempotencyKey

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
REPLAYED = "Idempotency-Replayed"

# Takes a new key, or one whose answer is no longer kept; no row back means that it is somebody's already.
_CLAIM = """
INSERT INTO offers_idempotencykey (client_id, sandbox_id, value, request_digest, location, created_at)
VALUES (%s, %s, %s, %s, '', %s)
ON CONFLICT (client_id, sandbox_id, value) DO UPDATE
   SET request_digest = excluded.request_digest, created_at = excluded.created_at,
       status = NULL, body = NULL, etag = NULL, location = ''
 WHERE offers_idempotencykey.created_at < %s RETURNING id
"""


def once(request: HttpRequest, actor: Actor, perform: Callable[[], HttpResponse]) -> HttpResponse:
    """`perform`'s answer, or the one that was given to this key before.

    Whatever `perform` raises, refusals and our own errors, undoes everything, the key as well.
    Raises ApiError: 400 for a malformed key, 422 when the key came with another request.
    """
    key = key_of(request)
    if key is None:
        return perform()
    digest, now = _digest(request), timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [actor.client_id, actor.sandbox.pk, key, digest, now, now - KEPT])
            claimed = cursor.fetchone()
        if claimed is None:
            return _first_answer(actor, key, digest)
        response = perform()
        etag = response.headers.get("ETag", "").strip('"')
        IdempotencyKey.objects.filter(pk=claimed[0]).update(
            status=response.status_code,
            body=response.content,
            etag=int(etag) if etag else None,
            location=response.headers.get("Location", ""),
        )
        return response


def key_of(request: HttpRequest) -> str | None:
    """The header, if there is one. Raises ApiError (400) for a malformed one."""
    key = header(request, "Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        detail = _("Idempotency-Key is 1 to 128 visible ASCII characters.")
        raise ApiError(400, "malformed-header", _("A header could not be read"), detail)
    return key


def _first_answer(actor: Actor, key: str, digest: str) -> HttpResponse:
    kept = IdempotencyKey.objects.get(client_id=actor.client_id, sandbox=actor.sandbox, value=key)
    if kept.request_digest != digest:
        detail = _("This Idempotency-Key came with another request before. Use a new key for a new request.")
        raise ApiError(422, "idempotency-key-reused", _("The key is taken"), detail)
    assert kept.status is not None, "a key is committed together with its answer"
    headers = {REPLAYED: "true"}
    if kept.etag is not None:
        headers["ETag"] = tag(kept.etag)
    if kept.location:
        headers["Location"] = kept.location
    return HttpResponse(bytes(kept.body or b""), status=kept.status, content_type=JSON, headers=headers)


def _digest(request: HttpRequest) -> str:
    """What makes two requests of one client in one sandbox the same: method, address and body."""
    start = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(start + request.body).hexdigest()
