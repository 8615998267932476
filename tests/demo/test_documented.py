"""The PATCH samples of the API documentation, as they are printed, on the demo's library."""

from datetime import UTC, datetime

import pytest
from django.test import Client as Browser

from offers.demo.documented import ITEMS
from offers.demo.load import FEWEST_OFFERS, load
from offers.demo.people import CLIENT_SECRET
from tests.api.conftest import Caller

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
# Address and what the sample says of it.
SAMPLES = {
    "offers/personalizedOffer1234?offer-type=personalized": "personalized offer",
    "offers/fallbackOffer1234?offer-type=fallback": "fallback offer",
    "placements/offerPlacement1234": "offer placement",
    "placements/offerPlacement5678": "offer placement",
    "offer-rules/offerRule1234": "eligibility rule",
    "tags/tag1234": "tag",
    "offer-collections/offerCollection1234": "offer collection",
    "offer-decisions/offerDecision1234": "offer decision",
}


@pytest.mark.django_db
def test_every_documented_patch_runs_as_printed_in_both_sandboxes() -> None:
    load(FEWEST_OFFERS, 1, NOW)
    form = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": CLIENT_SECRET}
    content = "&".join(f"{name}={value}" for name, value in form.items())
    token = Browser().post("/ims/token/v3", content, "application/x-www-form-urlencoded").json()["access_token"]
    assert {id for _, id, _ in ITEMS} == {path.split("/")[1].split("?")[0] for path in SAMPLES}
    for sandbox in ("prod", "dev"):
        caller = Caller("demo-client", token, sandbox)
        for path, name in SAMPLES.items():
            patch = [
                {"op": "replace", "path": "/name", "value": f"Updated {name}"},
                {"op": "replace", "path": "/description", "value": f"Updated {name} description"},
            ]
            answer = caller("PATCH", path, patch)
            assert (answer.status_code, answer.json().get("etag")) == (200, 2), (sandbox, path, answer.json())
            shown = caller("GET", path).json()
            assert (shown["name"], shown["description"]) == (f"Updated {name}", f"Updated {name} description")
