"""The items of the API documentation's examples, under its ids: every call that it shows finds what it is about.

Each has a description, because the documented PATCH replaces it.
"""

from offers.demo.representations import Json
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import Kind

# Word for word from the API documentation, plus the description.
OFFER: Json = {
    "name": "Test personalized offer with frequency constraint",
    "description": "The offer of the API documentation. Try the documented PATCH on it.",
    "status": "draft",
    "representations": [
        {
            "channel": CHANNEL_PREFIX + "web",
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
_CONTENT: Json = {"type": "html", "format": "text/html", "language": ["en-us"], "content": "<p>Have a look around</p>"}
_RULE = "https://ns.adobe.com/xdm/context/profile_union"

# In the order in which they need each other.
ITEMS: tuple[tuple[Kind, str, Json], ...] = (
    (
        Kind.PLACEMENT,
        "offerPlacement1234",
        {
            "name": "Documentation · web",
            "description": "The placement of the example in the API documentation.",
            "componentType": "html",
            "channel": CHANNEL_PREFIX + "web",
        },
    ),
    (
        Kind.PLACEMENT,
        "offerPlacement5678",
        {
            "name": "Documentation · email",
            "description": "The other placement of the API documentation. Try the documented PATCH on it.",
            "componentType": "html",
            "channel": CHANNEL_PREFIX + "email",
        },
    ),
    (
        Kind.TAG,
        "tag1234",
        {"name": "Documentation", "description": "The tag of the API documentation. Try the documented PATCH on it."},
    ),
    (
        Kind.RULE,
        "offerRule1234",
        {
            "name": "Documentation · members",
            "description": "The decision rule of the API documentation. Try the documented PATCH on it.",
            "condition": {"type": "PQL", "format": "pql/text", "value": 'profile.loyalty.tier = "gold"'},
            "definedOn": {"profile": {"schema": {"ref": _RULE, "version": "1"}}},
        },
    ),
    (
        Kind.FALLBACK_OFFER,
        "fallbackOffer1234",
        {
            "name": "Documentation · fallback",
            "description": "The fallback offer of the API documentation. Try the documented PATCH on it.",
            "status": "draft",
            "representations": [
                {"channel": CHANNEL_PREFIX + "web", "placement": "offerPlacement1234", "components": [_CONTENT]}
            ],
        },
    ),
    (Kind.PERSONALIZED_OFFER, "personalizedOffer1234", OFFER),
    (
        Kind.COLLECTION,
        "offerCollection1234",
        {
            "name": "Documentation · tagged",
            "description": "The collection of the API documentation. Try the documented PATCH on it.",
            "filterType": "any-tags",
            "ids": ["tag1234"],
        },
    ),
    (
        Kind.DECISION,
        "offerDecision1234",
        {
            "name": "Documentation · web",
            "description": "The decision of the API documentation. Try the documented PATCH on it.",
            "status": "draft",
            "startDate": "2022-07-27T05:00:00.000+00:00",
            "endDate": "2023-07-29T05:00:00.000+00:00",
            "fallback": "fallbackOffer1234",
            "criteria": [
                {
                    "placements": ["offerPlacement1234"],
                    "rank": {"priority": 0, "order": {"orderEvaluationType": "static"}},
                    "profileConstraint": {"profileConstraintType": "none"},
                    "optionSelection": {"filter": "offerCollection1234"},
                }
            ],
        },
    ),
)
