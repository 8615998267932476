"""Everything of the sample library but the personalized offers: what they refer to, and what refers to them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from offers.access.permissions import Actor
from offers.demo import documented
from offers.demo.brands.bank import HARBORLINE
from offers.demo.brands.grocer import BOMNAL
from offers.demo.brands.telco import KESTREL
from offers.demo.brands.words import RULES, TAGS, Brand
from offers.demo.edits import weekly_cap
from offers.demo.ids import date_text, item_id
from offers.demo.people import Cast
from offers.demo.representations import Json, component, representation
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import Kind
from offers.ledger.imports import Past, Version
from offers.ledger.records import Stamp

BRANDS = (BOMNAL, HARBORLINE, KESTREL)
FALLBACKS = sum(len(brand.fallbacks) for brand in BRANDS)
TEMPLATES = len(BRANDS)
BEFORE_THE_FIRST_OFFER = timedelta(days=40)


def foundations(seed: int, cast: Cast, since: datetime, now: datetime) -> Iterator[Past]:
    """What must be there before the first offer: tags, rules, placements, fallback offers and what is documented."""
    at = since - BEFORE_THE_FIRST_OFFER
    for made in (_tags(seed, now), _rules(seed), _placements(seed)):
        for kind, id, document in made:
            at += timedelta(minutes=11)
            yield _once(cast.admin, kind, id, at, document)
    at += timedelta(days=1)
    yield _withdrawn_tag(seed, cast, at)
    for brand in BRANDS:
        for index in range(len(brand.fallbacks)):
            at += timedelta(hours=1, minutes=20)
            yield _fallback(seed, cast, brand, index, at)
    at += timedelta(hours=3)
    for kind, id, document in documented.ITEMS:
        yield _once(cast.admin, kind, id, at, document)
    for brand in BRANDS:
        at += timedelta(minutes=25)
        tag = item_id(seed, "tag", brand.key)
        yield _once(cast.admin, Kind.TAG, tag, at, {"name": brand.name, "description": f"{brand.name_ko}의 모든 오퍼"})
        at += timedelta(minutes=5)
        yield _once(cast.admin, Kind.PERSONALIZED_OFFER, template_id(seed, brand), at, _template(seed, brand, tag, at))


def arrangements(seed: int, cast: Cast, offers: int, now: datetime) -> Iterator[Past]:
    """What is made of the offers, of which there are so many: collections, and decisions on them."""
    for number, brand in enumerate(BRANDS):
        at = now - timedelta(days=21 - 4 * number, hours=2)
        marketer = cast.marketers[number]
        tags = sorted({tag for campaign in brand.campaigns for tag in campaign.tags})
        by_tag = item_id(seed, "collection", brand.key)
        everything: Json = {
            "name": f"{brand.name} · everything",
            "description": f"{brand.name_ko}의 모든 오퍼",
            "filterType": "any-tags",
            "ids": [item_id(seed, "tag", tag) for tag in tags],
        }
        yield _once(marketer, Kind.COLLECTION, by_tag, at, everything)
        picked: Json = {
            "name": f"{brand.name} · hand-picked",
            "description": "Offers that the team wants to see next to each other.",
            "filterType": "offers",
            "ids": [item_id(seed, "offer", index) for index in range(number, min(offers, 18), 3)],
        }
        yield _once(marketer, Kind.COLLECTION, item_id(seed, "picked", brand.key), at + timedelta(hours=1), picked)
        yield _decision(seed, cast, brand, by_tag, at + timedelta(days=1))


def _once(actor: Actor, kind: Kind, id: str, at: datetime, document: Json) -> Past:
    return Past(kind, id, [Version(actor, at, document, Stamp("form"))])


def _tags(seed: int, now: datetime) -> Iterator[tuple[Kind, str, Json]]:
    for key, (name, about) in TAGS.items():
        document = {"name": name.format(year=now.year)} | ({"description": about} if about else {})
        yield Kind.TAG, item_id(seed, "tag", key), document


def _rules(seed: int) -> Iterator[tuple[Kind, str, Json]]:
    for key, (name, about, condition) in RULES.items():
        document: Json = {
            "name": name,
            "condition": {"type": "PQL", "format": "pql/text", "value": condition},
            "definedOn": {
                "profile": {"schema": {"ref": "https://ns.adobe.com/xdm/context/profile_union", "version": "1"}}
            },
        }
        yield Kind.RULE, item_id(seed, "rule", key), document | ({"description": about} if about else {})


def _placements(seed: int) -> Iterator[tuple[Kind, str, Json]]:
    for brand in BRANDS:
        for place in brand.places:
            document = {
                "name": place.name,
                "description": place.about,
                "componentType": place.content,
                "channel": CHANNEL_PREFIX + place.channel,
                "itemCount": 1,
                "returnContent": True,
            }
            yield Kind.PLACEMENT, item_id(seed, "placement", brand.key, place.key), document


def _withdrawn_tag(seed: int, cast: Cast, at: datetime) -> Past:
    """One item that was deleted, so that the history of a deleted item can be seen."""
    versions = [
        Version(cast.marketers[2], at, {"name": "Test tag, please ignore"}, Stamp("form")),
        Version(cast.admin, at + timedelta(days=2), None, Stamp("form", note="Nobody used it")),
    ]
    return Past(Kind.TAG, item_id(seed, "tag", "withdrawn"), versions)


def _fallback(seed: int, cast: Cast, brand: Brand, index: int, at: datetime) -> Past:
    words, language = brand.fallbacks[index], ("en-us", "ko-kr")[index]
    draft: Json = {
        "name": words.name,
        "description": f"Shown when nothing else of {brand.name} fits.",
        "status": "draft",
        "representations": [
            {
                "channel": CHANNEL_PREFIX + place.channel,
                "placement": item_id(seed, "placement", brand.key, place.key),
                "components": [component(brand, "start", place, language, words, "")],
            }
            for place in brand.places
        ],
    }
    approved = draft | {"status": "approved"}
    versions = [
        Version(cast.marketers[index], at, draft, Stamp("form")),
        Version(cast.reviewers[index], at + timedelta(days=1), approved, Stamp("form")),
    ]
    return Past(Kind.FALLBACK_OFFER, fallback_id(seed, brand, index), versions)


def template_id(seed: int, brand: Brand) -> str:
    return item_id(seed, "template", brand.key)


def _template(seed: int, brand: Brand, tag: str, at: datetime) -> Json:
    """What new offers of the brand begin with: all of its placements, with the words of its first campaign."""
    campaign = brand.campaigns[0]
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "name": f"{brand.name} · standard offer",
        "status": "draft",
        "representations": [
            representation(seed, brand, campaign, place, campaign.amounts[0]) for place in brand.places
        ],
        "selectionConstraint": {
            "startDate": date_text(day),
            "endDate": date_text(day + timedelta(days=30)),
            "profileConstraintType": "none",
        },
        "rank": {"priority": 10},
        "frequencyCappingConstraints": [weekly_cap(3)],
        "tags": [tag],
    }


def fallback_id(seed: int, brand: Brand, index: int) -> str:
    return item_id(seed, "fallback", brand.key, index)


def _decision(seed: int, cast: Cast, brand: Brand, collection: str, at: datetime) -> Past:
    document: Json = {
        "name": f"{brand.name} · next best offer",
        "description": "Asked by web and app on every page; the highest priority wins.",
        "status": "draft",
        "startDate": date_text(at.replace(hour=0, minute=0, second=0, microsecond=0)),
        "endDate": date_text(at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=365)),
        "fallback": fallback_id(seed, brand, 0),
        "criteria": [
            {
                "placements": [item_id(seed, "placement", brand.key, place.key)],
                "rank": {"priority": 0, "order": {"orderEvaluationType": "static"}},
                "profileConstraint": {"profileConstraintType": "none"},
                "optionSelection": {"filter": collection},
            }
            for place in brand.places
        ],
    }
    versions = [
        Version(cast.marketers[0], at, document, Stamp("form")),
        Version(cast.admin, at + timedelta(hours=5), document | {"status": "live"}, Stamp("form", note="Go")),
    ]
    return Past(Kind.DECISION, item_id(seed, "decision", brand.key), versions)
