"""The commands that pages give away do what they say when a shell runs them."""

import json
import subprocess

from django.test import RequestFactory

from offers.models import Sandbox
from offers.web.frame.curl import patch_curl, read_curl

SANDBOX = Sandbox(org_id="DEMO@OfferOrg", name="prod")
# Runs the command with `curl` replaced by a program that prints its arguments as JSON.
SHOW = "curl() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1:]))' \"$@\"; }\nTOKEN=t0k3n\nAPI_KEY=me\n"


def arguments(command: str) -> list[str]:
    done = subprocess.run(["bash", "-c", SHOW + command], check=True, capture_output=True, text=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


def test_a_shell_sends_the_very_patch_whatever_is_in_it() -> None:
    value = "it's $HOME `id` \"quoted\" \\ 설날\n!! %s $(touch /tmp/x) 'a'"
    patch = [{"op": "replace", "path": "/name", "value": value}]
    request = RequestFactory().get("/")
    given = arguments(patch_curl(request, SANDBOX, "personalized-offer", "sale", patch, 3))
    assert json.loads(given[given.index("-d") + 1]) == patch
    assert given[:3] == ["-X", "PATCH", "http://testserver/data/core/dps/offers/sale?offer-type=personalized"]
    headers = [given[index + 1] for index, part in enumerate(given) if part == "-H"]
    assert headers == [
        "Authorization: Bearer t0k3n",
        "x-api-key: me",
        "x-gw-ims-org-id: DEMO@OfferOrg",
        "x-sandbox-name: prod",
        "Content-Type: application/json",
        'If-Match: "3"',
    ]


def test_every_kind_has_its_address() -> None:
    request = RequestFactory().get("/", secure=True)
    assert "https://testserver/data/core/dps/offer-rules/r1" in read_curl(request, SANDBOX, "rule", "r1")
    assert "offers/f1?offer-type=fallback" in read_curl(request, SANDBOX, "fallback-offer", "f1")
