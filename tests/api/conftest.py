"""The cast of the API tests: clients with a role each, and the library that they work on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from allauth.idp.oidc.models import Client, Token
from django.test import Client as Browser
from django.utils import timezone

from offers.access.client_secrets import hashed
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import LibraryItem, Membership, Sandbox
from tests.cast import FORM

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

BASE = "/data/core/dps"
SECRET = "a secret"
ORGANISATION = "DEMO@OfferOrg"
DOCUMENTED_OFFER = {
    "name": "Test personalized offer with frequency constraint",
    "description": "An offer as the documentation has it",
    "status": "draft",
    "representations": [
        {
            "channel": "https://ns.adobe.com/xdm/channel-types/web",
            "placement": "offerPlacement1234",
            "components": [
                {
                    "type": "html",
                    "format": "text/html",
                    "language": ["en-us"],
                    "content": "Hello You qualify for our Discount of 60%",
                }
            ],
        }
    ],
    "selectionConstraint": {
        "startDate": "2022-07-27T05:00:00.000+00:00",
        "endDate": "2023-07-29T05:00:00.000+00:00",
        "profileConstraintType": "none",
    },
    "rank": {"priority": 0},
    "cappingConstraint": {},
    "frequencyCappingConstraints": [
        {
            "enabled": False,
            "limit": 1,
            "startDate": "2023-05-15T14:25:49.622+00:00",
            "endDate": "2023-05-25T14:25:49.622+00:00",
            "scope": "global",
            "entity": "offer",
            "repeat": {"enabled": False, "unit": "month", "unitCount": 1},
        }
    ],
}
PLACEMENT = {
    "name": "Home page",
    "componentType": "html",
    "channel": "https://ns.adobe.com/xdm/channel-types/web",
}
OFFER = f"{BASE}/offers/personalizedOffer1234?offer-type=personalized"


# One for all, because each new one loads the middleware, which takes longer than most calls. The API sets no cookies.
BROWSER = Browser()


@dataclass(frozen=True)
class Caller:
    """An API client with its token: calls the API the way a program does."""

    client_id: str
    token: str
    sandbox: str = "prod"
    organisation: str = ORGANISATION

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "x-api-key": self.client_id,
            "x-gw-ims-org-id": self.organisation,
            "x-sandbox-name": self.sandbox,
        }

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> "Answer":
        """The answer to one request; `If_Match="..."` is the header If-Match. Bytes are sent as they are."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/json")
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        path = path if path.startswith("/") else f"{BASE}/{path}"
        return BROWSER.generic(method, path, data=data, content_type=content_type, headers={**self.headers, **named})


def make_sandbox(name: str = "prod", **more: Any) -> Sandbox:
    return Sandbox.objects.create(org_id=ORGANISATION, name=name, title=name.title(), **more)


def make_caller(name: str, *roles: tuple[Sandbox, str], secret: str = SECRET) -> Caller:
    """A client with these roles in these sandboxes, and a token that is good for a day."""
    client = Client.objects.create(
        id=name,
        name=name.title(),
        secret=hashed(secret),
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        type=Client.Type.CONFIDENTIAL,
    )
    for sandbox, role in roles:
        Membership.objects.create(sandbox=sandbox, client=client, role=role)
    token = Token(client=client, type=Token.Type.ACCESS_TOKEN, expires_at=timezone.now() + timedelta(days=1))
    token.set_value(f"token-of-{name}")
    token.save()
    return Caller(name, f"token-of-{name}")


def fill(sandbox: Sandbox) -> None:
    """The documentation's placement and offer, at etag 1."""
    actor = Actor(sandbox, Membership.Role.ADMIN, "Mina Park")
    writes.create(actor, Kind.PLACEMENT, PLACEMENT, Stamp("import"), id="offerPlacement1234")
    writes.create(actor, Kind.PERSONALIZED_OFFER, DOCUMENTED_OFFER, Stamp("import"), id="personalizedOffer1234")


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    made = make_sandbox()
    fill(made)
    return made


@pytest.fixture
def editor(sandbox: Sandbox) -> Caller:
    return make_caller("editor-client", (sandbox, Membership.Role.EDITOR))


@pytest.fixture
def auditor(sandbox: Sandbox) -> Caller:
    return make_caller("auditor-client", (sandbox, Membership.Role.AUDITOR))


@pytest.fixture
def stranger(sandbox: Sandbox) -> Caller:
    """Belongs to the same organisation, but not to this sandbox."""
    return make_caller("stranger-client", (make_sandbox("elsewhere"), Membership.Role.ADMIN))


@pytest.fixture
def offer_like() -> Callable[..., dict[str, Any]]:
    """A small valid offer, with what a test wants different."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "name": "Small offer",
            "status": "draft",
            "selectionConstraint": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-02-01T00:00:00Z"},
            "rank": {"priority": 1},
            **members,
        }

    return make


LIVE = "offers/personalizedOffer1234"
RENAME = [{"op": "replace", "path": "/name", "value": "Autumn sale"}]
RANK = [{"op": "replace", "path": "/rank/priority", "value": 9}]
DELETE = [{"op": "remove", "path": ""}]


def approve_offer(sandbox: Sandbox) -> None:
    """The documented offer goes live, as it did before the sandbox was reviewed."""
    setup = Actor(sandbox, Membership.Role.ADMIN, "Mina Park")
    writes.change(
        setup, list(Kind), "personalizedOffer1234", [{"op": "replace", "path": "/status", "value": "approved"}], FORM
    )


@dataclass
class Programs:
    """What clients of a reviewed sandbox may: write, review, publish without review, read."""

    sandbox: Sandbox
    writer: Caller
    reviewer: Caller
    hasty: Caller
    reader: Caller

    def edit(self, patch: list[dict[str, Any]]) -> None:
        """Somebody changes the offer behind the back of the policy."""
        actor = Actor(Sandbox(pk=self.sandbox.pk, name="prod"), Membership.Role.ADMIN, "Somebody")
        writes.change(actor, list(Kind), "personalizedOffer1234", patch, FORM)


@pytest.fixture
def programs(db: None) -> Programs:
    sandbox = make_sandbox()
    fill(sandbox)
    approve_offer(sandbox)
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE)
    sandbox.refresh_from_db()
    made = Programs(
        sandbox,
        make_caller("writer", (sandbox, Membership.Role.EDITOR)),
        make_caller("reviewer", (sandbox, Membership.Role.REVIEWER)),
        make_caller("hasty", (sandbox, Membership.Role.EDITOR)),
        make_caller("reader", (sandbox, Membership.Role.AUDITOR)),
    )
    Membership.objects.filter(client="hasty").update(may_bypass=True)
    return made


def etag(id: str = "personalizedOffer1234") -> int:
    return LibraryItem.objects.get(id=id).etag
