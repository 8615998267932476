"""Any change of a page as a call of the API that makes the same one: to learn the API from, and to hand to a program."""

import shlex
from typing import Any
from urllib.parse import quote

import orjson
from django.http import HttpRequest

from offers.document.kinds.registry import Kind, api_address
from offers.models import Sandbox


def json_text(value: object) -> str:
    """A document, patch or operation as indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def item_address(request: HttpRequest, kind: str, id: str) -> str:
    """Where the API has this item, from the scheme on."""
    return request.build_absolute_uri(api_address(Kind(kind), quote(id)))


def patch_curl(
    request: HttpRequest, sandbox: Sandbox, kind: str, id: str, patch: list[dict[str, Any]], etag: int
) -> str:
    """A command that applies `patch` to the item as long as it is at `etag`. $TOKEN and $API_KEY are for the reader."""
    body = json_text(patch)
    return _command(
        "curl -X PATCH " + shlex.quote(item_address(request, kind, id)),
        *_headers(sandbox),
        "-H " + shlex.quote("Content-Type: application/json"),
        "-H " + shlex.quote(f'If-Match: "{etag}"'),
        "-d " + shlex.quote(body),
    )


def read_curl(request: HttpRequest, sandbox: Sandbox, kind: str, id: str, as_of: str = "") -> str:
    """A command that reads the item; as it was at a time."""
    address = item_address(request, kind, id)
    if as_of:
        address += f"{'&' if '?' in address else '?'}asOf={as_of}"
    return _command("curl " + shlex.quote(address), *_headers(sandbox))


def _headers(sandbox: Sandbox) -> list[str]:
    return [
        '-H "Authorization: Bearer $TOKEN"',
        '-H "x-api-key: $API_KEY"',
        "-H " + shlex.quote(f"x-gw-ims-org-id: {sandbox.org_id}"),
        "-H " + shlex.quote(f"x-sandbox-name: {sandbox.name}"),
    ]


def _command(*parts: str) -> str:
    return " \\\n  ".join(parts)
