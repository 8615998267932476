"""Every call that is documented, word for word but for host and sandbox, made by curl to the real server."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.api.conftest import SECRET
from tests.servers import HOST, ROOT, Server
from tests.transport.conftest import SANDBOX

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

TOKEN = """
curl -s -X POST '{host}/ims/token/v3' \\
-H 'Content-Type: application/x-www-form-urlencoded' \\
-d 'client_id=editor-client&client_secret={secret}&grant_type=client_credentials&scope=openid,AdobeID,read_organizations'
"""
UPDATE = """
curl -s -X PATCH \\
'{host}/data/core/dps/offers/personalizedOffer1234?offer-type=personalized' \\
-H 'Content-Type: application/json' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: {sandbox}' \\
-d '[
    {{
        "op": "replace",
        "path": "/name",
        "value": "Updated personalized offer"
    }},
    {{
        "op": "replace",
        "path": "/description",
        "value": "Updated personalized offer description"
    }}
]'
"""
LOOK_UP = """
curl -s -X GET \\
'{host}/data/core/dps/offers/personalizedOffer1234?offer-type=PERSONALIZED' \\
-H 'Accept: *,application/json' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: {sandbox}'
"""
LIST = """
curl -s -X GET \\
'{host}/data/core/dps/offers?offer-type=PERSONALIZED&limit=2&orderby=-modified' \\
-H 'Accept: *,application/json' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: {sandbox}'
"""
DELETE = """
curl -s -X DELETE -w '%{{http_code}}' \\
'{host}/data/core/dps/offers/personalizedOffer1234?offer-type=personalized' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: {sandbox}'
"""


def shell(command: str, **variables: str) -> str:
    done = subprocess.run(
        ["bash", "-c", command], check=True, capture_output=True, text=True, timeout=30, env={**os.environ, **variables}
    )
    return done.stdout


def test_the_documented_calls_work_word_for_word(running: Server) -> None:
    host = f"http://{HOST}:{running.port}"
    token = orjson.loads(shell(TOKEN.format(host=host, secret=SECRET.replace(" ", "+"))))["access_token"]
    words = {"host": host, "token": token, "sandbox": SANDBOX}
    receipt = orjson.loads(shell(UPDATE.format(**words)))
    assert (receipt["etag"], len(receipt)) == (2, 9)
    shown = orjson.loads(shell(LOOK_UP.format(**words)))
    assert (shown["name"], shown["etag"]) == ("Updated personalized offer", 2)
    assert shown["description"] == "Updated personalized offer description"
    listed = orjson.loads(shell(LIST.format(**words)))
    assert [found["id"] for found in listed["results"]] == ["personalizedOffer1234"]
    assert shell(DELETE.format(**words)) == "200"
    assert orjson.loads(shell(LOOK_UP.format(**words)))["status"] == 404


def examples(page: Path) -> list[str]:
    """The blocks of commands on a page that have a curl in them."""
    return [
        block
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
        if "curl" in block
    ]


def test_every_curl_on_our_own_pages_works_as_it_is_printed(running: Server) -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = [block for page in pages for block in examples(page)]
    assert len(blocks) >= 3
    # Every answer that is an error is an error of the command.
    strictly = 'set -e; curl() { command curl --silent --fail-with-body "$@"; }\n'
    token = ""
    for block in blocks:
        here = block.replace("http://127.0.0.1:8000", f"http://{HOST}:{running.port}")
        answer = orjson.loads(shell(strictly + here, TOKEN=token))
        token = answer.get("access_token", token)


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_no_curl_is_printed_outside_of_a_block_that_is_tried(page: Path) -> None:
    text = re.sub(r"^```sh\n.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert not re.findall(r"^\s*(?:curl |GET /).*", text, re.MULTILINE)
