"""What the tests of the edit forms find: an offer that uses everything, and a library of the other kinds."""

from typing import Any

import pytest

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Sandbox
from tests.cast import (
    WEB,
    actor,
    make,
    make_placement,
    offer,
    shown_in,
)
from tests.web.edit.filling_library import (
    RULE,
    SCOPE,
)

ODD = {
    "description": "\n first\r\nsecond\rthird \n",
    "representations": [
        {
            "placement": "home",
            "channel": WEB,
            "components": [
                {"id": "c1", "type": "component-html", "format": "text/html", "content": "</textarea><script>alert(1)</script>\r\n"},
                {"type": "html", "format": "text/html; charset=utf-8", "language": ["ko", "en-us"], "linkURL": " {{link}}\n"},
            ],
        }
    ],
    "selectionConstraint": {
        "startDate": "2022-07-27T05:00:00.123+00:00",
        "endDate": "9999-12-31T23:59:59Z",
        "profileConstraintType": "anySegments",
        "segmentIdentities": [{"_id": "s1", "namespace": {"code": "ups"}, "xid": "vip"}],
    },
    "cappingConstraint": {"globalCap": 3},
    "frequencyCappingConstraints": [
        {"limit": 1, "scope": "global", "entity": "offer", "events": ["click", "decisioning"], "repeat": {}},
        {"id": "f", "enabled": False, "limit": 2, "scope": "profile", "entity": "placement", "repeat": {"enabled": True},
         "startDate": "2023-05-15T14:25:49.622+00:00", "events": ["custom"], "customQuery": "a\r\n= b"},
    ],
    "characteristics": {"z\nz": "two\r\nlines", "a": ""},
    "tags": ["holiday", "summer"],
    "labels": ["core/C5", "core/C1"],
}  # fmt: skip


@pytest.fixture
def odd(sandbox: Sandbox, item: LibraryItem) -> LibraryItem:
    """An offer that uses everything, spelt as no form would."""
    admin = actor(sandbox)
    make(admin, {"name": "Summer"}, Kind.TAG, "summer")
    return make(admin, offer(**ODD), id="odd")


@pytest.fixture
def library(sandbox: Sandbox) -> Sandbox:
    """One of each kind, with values that browsers and databases like to change."""
    admin = actor(sandbox, label="Jisoo Kim")
    more: dict[str, Any] = {"description": " a\n\nb ", "returnMetaData": {"offerName": True}, "itemCount": 2}
    make_placement(admin, componentType="component-html", **more)
    make_placement(admin, "kiosk", channel=WEB.removesuffix("web") + "kiosk")
    make(admin, RULE, Kind.RULE, "gold")
    make(admin, {"name": "Spring <b>", "description": "\nfirst line empty"}, Kind.TAG, "season")
    make(admin, {"name": "Other"}, Kind.TAG, "other")
    make(admin, offer(name="Sale", tags=["season"], representations=[shown_in("home")]), id="sale")
    make(admin, {"name": "Spring", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")
    make(admin, {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet")
    decision = {"name": "Next best", "status": "draft", "startDate": "2026-03-01T00:00:00.5+09:00", "criteria": [SCOPE]}
    make(admin, decision, Kind.DECISION, "nba")
    return sandbox
