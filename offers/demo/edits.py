"""The edits that people and programs make of an offer, with what they write beside them.

Each edit gives a new document and a note; or None where it does not apply. Documents share what they have in common.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from offers.demo.brands.words import Brand, Campaign
from offers.demo.ids import date_text, item_id
from offers.demo.representations import Json, representation
from offers.document.kinds.fields import instant

Edited = tuple[Json, str] | None
# Tags that people add to an offer later.
AFTERTHOUGHTS = ("loyalty", "app", "retention", "acquisition", "family")
FREE = {"en": " Free of charge.", "ko": " 무료로 드려요."}


@dataclass(frozen=True, slots=True)
class Scene:
    """What an edit can draw on."""

    rng: Random
    seed: int
    brand: Brand
    campaign: Campaign

    def note(self, *choices: str) -> str:
        """One of these, or none: most people write none."""
        return self.rng.choice(choices) if self.rng.random() < 0.5 else ""


def longer(scene: Scene, document: Json) -> Edited:
    constraint = document["selectionConstraint"]
    days = scene.rng.choice((3, 7, 14))
    end = date_text(instant(constraint["endDate"]) + timedelta(days=days))
    note = scene.note("Stock is good, we keep it up", "Partner agreed to extend", "매장 요청으로 기간 연장")
    return {**document, "selectionConstraint": {**constraint, "endDate": end}}, note


def priority(scene: Scene, document: Json) -> Edited:
    value = scene.rng.choice((5, 15, 25, 35, 45, 60, 75))
    if value == document["rank"]["priority"]:
        return None
    return {**document, "rank": {"priority": value}}, scene.note(
        "Was hiding behind the leaflet", "Below the seasonal ones"
    )


def description(scene: Scene, document: Json) -> Edited:
    extra = scene.rng.choice(
        ("Reviewed with category management.", "예산은 3분기에서 집행.", "Second wave, smaller audience.")
    )
    if extra in document["description"]:
        return None
    return {**document, "description": f"{document['description']} {extra}"}, ""


def capping(scene: Scene, document: Json) -> Edited:
    rows = document.get("frequencyCappingConstraints", [])
    limit = scene.rng.choice((1, 2, 3, 5))
    note = scene.note("Complaints about seeing it too often", "노출이 너무 잦다는 의견이 있었음")
    if not rows:
        return {**document, "frequencyCappingConstraints": [weekly_cap(limit)]}, note
    if rows[0]["limit"] == limit:
        return None
    return {**document, "frequencyCappingConstraints": [{**rows[0], "limit": limit}, *rows[1:]]}, note


def weekly_cap(limit: int) -> Json:
    return {
        "enabled": True,
        "limit": limit,
        "scope": "profile",
        "entity": "offer",
        "events": ["impression"],
        "repeat": {"enabled": True, "unit": "week", "unitCount": 1},
    }


def tag(scene: Scene, document: Json) -> Edited:
    new = item_id(scene.seed, "tag", scene.rng.choice(AFTERTHOUGHTS))
    if new in document["tags"]:
        return None
    return {**document, "tags": [*document["tags"], new]}, ""


def placement(scene: Scene, document: Json) -> Edited:
    taken = {shown["placement"] for shown in document["representations"]}
    for place in scene.brand.places:
        if item_id(scene.seed, "placement", scene.brand.key, place.key) not in taken:
            amount = scene.rng.choice(scene.campaign.amounts)
            new = representation(scene.seed, scene.brand, scene.campaign, place, amount)
            return {**document, "representations": [*document["representations"], new]}, scene.note(
                "The creative arrived"
            )
    return None


def wider(scene: Scene, document: Json) -> Edited:
    constraint = document["selectionConstraint"]
    if constraint["profileConstraintType"] != "eligibilityRule":
        return None
    kept = {name: value for name, value in constraint.items() if name != "eligibilityRule"}
    open_to_all = {**kept, "profileConstraintType": "none"}
    return {**document, "selectionConstraint": open_to_all}, scene.note("Audience was too small, under 2,000")


def creative(scene: Scene, document: Json) -> Edited:
    attributes = document["characteristics"]
    version = f"v{int(attributes['creative'][1:]) + 1}"
    return {**document, "characteristics": {**attributes, "creative": version}}, scene.note("New photo")


def button(scene: Scene, document: Json) -> Edited:
    changed = _rewritten(
        document, scene.campaign.en.button, scene.rng.choice(("Find out more", "Show me how", "Yes, please"))
    )
    return None if changed is None else (changed, scene.note("Button test: 11 % more clicks"))


def spelling(scene: Scene, document: Json) -> Edited:
    changed = _rewritten(document, "습니다.", "습니다!") or _rewritten(document, "어요.", "어요!")
    return None if changed is None else (changed, scene.note("말투를 밝게", "맞춤법 확인 완료"))


def link(scene: Scene, document: Json) -> Edited:
    old = f"utm_campaign={scene.campaign.key}"
    changed = None if f"{old}-" in str(document) else _rewritten(document, old, f"{old}-{scene.rng.choice('ab')}")
    return None if changed is None else (changed, scene.note("Link had last year's campaign code"))


def legal(scene: Scene, document: Json) -> Edited:
    """The edit every marketer knows."""
    english, korean = _rewritten(document, FREE["en"], ""), _rewritten(document, FREE["ko"], "")
    if english:
        return _rewritten(english, FREE["ko"], "") or english, "Legal asked to drop 'free'"
    return None if korean is None else (korean, "법무팀 요청으로 '무료' 삭제")


def new_amount(scene: Scene, document: Json) -> Edited:
    """What the nightly price feed does: another price wherever the old one stands."""
    current = document["characteristics"]["amount"]
    old = next(pair for pair in scene.campaign.amounts if current in pair)
    new = scene.rng.choice(scene.campaign.amounts)
    if old == new:
        return None
    changed = _rewritten(document, old[0], new[0]) or document
    changed = _rewritten(changed, old[1], new[1]) or changed
    amount = new[old.index(current)]
    return {**changed, "characteristics": {**changed["characteristics"], "amount": amount}}, ""


def _rewritten(document: Json, old: str, new: str) -> Json | None:
    """The document with one text replaced by another in its contents and links; None where it is in none of them."""
    found = False
    representations = []
    for shown in document["representations"]:
        components = []
        for part in shown["components"]:
            members = {
                name: part[name].replace(old, new) for name in ("content", "linkURL") if old in part.get(name, "")
            }
            found = found or bool(members)
            components.append({**part, **members} if members else part)
        representations.append({**shown, "components": components})
    return {**document, "representations": representations} if found else None


Edit = Callable[[Scene, Json], Edited]
# What marketers do before an offer is approved, and reviewers while it is live.
WORK: tuple[Edit, ...] = (
    *(priority, description, capping, tag, placement, wider, creative, button, spelling, link, longer, creative),
)
LIVE: tuple[Edit, ...] = (longer, priority, capping, spelling, link)
