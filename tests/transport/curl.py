"""curl as tests use it: one request, its status, header fields and content."""

import subprocess
from dataclasses import dataclass
from typing import Any

import orjson

from tests.servers import HOST

AS_EDITOR = (
    *("-H", "Authorization: Bearer token-of-editor-client"),
    *("-H", "x-api-key: editor-client"),
    *("-H", "x-gw-ims-org-id: DEMO@OfferOrg"),
    *("-H", "x-sandbox-name: prod"),
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.content)
        return found


def curl(port: int, path: str, *options: str, scheme: str = "http") -> Answer:
    """The answer to one request. A header field that is repeated is there once."""
    address = f"{scheme}://{HOST}:{port}{path}"
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--show-error",
            "--include",
            "--globoff",
            "--insecure",
            "--http1.1",
            "--max-time",
            "20",
            *options,
            address,
        ],
        capture_output=True,
        check=True,
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, content = content.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(start.split()[1]), headers, content)


def api(port: int, path: str, *options: str, scheme: str = "http") -> Answer:
    """The same, as the editing client, below the API's base."""
    return curl(port, f"/data/core/dps/{path}", *AS_EDITOR, *options, scheme=scheme)
