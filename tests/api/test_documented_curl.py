"""The documentation's own commands, word for word but for host and token, run by a real curl against a real server."""

import shutil
import subprocess

import orjson
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.conftest import SECRET, Caller

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

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
-H 'x-sandbox-name: prod' \\
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
-H 'x-sandbox-name: prod'
"""
LIST = """
curl -s -X GET \\
'{host}/data/core/dps/offers?offer-type=PERSONALIZED&limit=2&orderby=-modified' \\
-H 'Accept: *,application/json' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: prod'
"""
DELETE = """
curl -s -X DELETE -w '%{{http_code}}' \\
'{host}/data/core/dps/offers/personalizedOffer1234?offer-type=personalized' \\
-H 'Authorization: Bearer {token}' \\
-H 'x-api-key: editor-client' \\
-H 'x-gw-ims-org-id: DEMO@OfferOrg' \\
-H 'x-sandbox-name: prod'
"""


def shell(command: str) -> str:
    return subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True, timeout=30).stdout


def test_the_documented_calls_work_word_for_word(live_server: LiveServer, editor: Caller) -> None:
    host = live_server.url
    token = orjson.loads(shell(TOKEN.format(host=host, secret=SECRET.replace(" ", "+"))))["access_token"]
    receipt = orjson.loads(shell(UPDATE.format(host=host, token=token)))
    assert (receipt["etag"], len(receipt)) == (2, 9)
    shown = orjson.loads(shell(LOOK_UP.format(host=host, token=token)))
    assert (shown["name"], shown["etag"]) == ("Updated personalized offer", 2)
    assert shown["description"] == "Updated personalized offer description"
    listed = orjson.loads(shell(LIST.format(host=host, token=token)))
    assert [found["id"] for found in listed["results"]] == ["personalizedOffer1234"]
    assert shell(DELETE.format(host=host, token=token)) == "200"
    assert orjson.loads(shell(LOOK_UP.format(host=host, token=token)))["status"] == 404
