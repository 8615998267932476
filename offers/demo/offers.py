"""The personalized offers of the sample library, each with the story of how it came to be as it is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random

from offers.demo import edits
from offers.demo.brands.sentences import small_print
from offers.demo.brands.words import SEASONS, Brand, Campaign
from offers.demo.edits import FREE, Scene, weekly_cap
from offers.demo.ids import KOREA, date_text, item_id
from offers.demo.library import BRANDS
from offers.demo.people import Cast
from offers.demo.representations import Json, representation
from offers.demo.story import Story, tell
from offers.document.kinds.registry import Kind
from offers.ledger.imports import Past

SPAN = timedelta(days=420)
# How many of the latest offers have a long history; the bulk of a large library has a short one.
RICH = 250

AREAS = (
    *("Seoul", "Busan", "Incheon", "Daegu", "Jeju", "Lisbon", "Porto", "Hamburg", "Leeds", "Rotterdam"),
    *("newsletter", "test A", "test B", "second wave", "students", "gold members", "weekend", "staff"),
)
AREAS_KO = ("서울", "부산", "인천", "대구", "제주", "광주", "대전", "뉴스레터", "테스트 A", "테스트 B", "2차", "주말")


def offers(
    seed: int, cast: Cast, count: int, now: datetime, *, first: int = 0, long_texts: bool = False
) -> Iterator[Past]:
    """`count` offers, oldest first, with their histories; those before `first` are left out."""
    for index in range(first, count):
        yield _offer(seed, cast, index, count, now, long_texts)


def _offer(seed: int, cast: Cast, index: int, count: int, now: datetime, long_texts: bool) -> Past:
    rng = Random(seed * 1_000_003 + index)  # noqa: S311  # sample data, not secrets
    # More of them lately than long ago.
    created = now - SPAN * (1 - (index + 0.5) / count) ** 1.6 - timedelta(hours=2)
    brand = rng.choice(BRANDS)
    kind_of_story = {count * 4 // 5: "undo", count * 4 // 5 + 1: "merge", count * 4 // 5 + 2: "restore"}.get(index, "")
    campaign = rng.choice(_campaigns(brand, date.min if kind_of_story else created.date()))
    start, end = _window(rng, campaign, created, now, ends_tomorrow=index % 9 == 0)
    if kind_of_story:
        end = now + timedelta(days=45)
    scene = Scene(rng, seed, brand, campaign)
    document = _draft(scene, start, end)
    if long_texts:
        document = _with_long_texts(Random(f"{seed}/{index}/texts"), document)  # noqa: S311  # the same
    story = Story(created, start, end, now, rich=index >= count - RICH, ending=kind_of_story)
    # Another sandbox has the same offers, but not the same history.
    scene = Scene(Random(f"{seed}/{index}/{cast.sandbox.name}"), seed, brand, campaign)  # noqa: S311  # the same
    return Past(Kind.PERSONALIZED_OFFER, item_id(seed, "offer", index), list(tell(story, scene, cast, document)))


@lru_cache(maxsize=2_000)
def _campaigns(brand: Brand, day: date) -> tuple[Campaign, ...]:
    """What the brand would plan on this day: the campaigns of all year (twice as likely), and the coming season's."""
    always = [campaign for campaign in brand.campaigns if not campaign.season]
    if day == date.min:
        return tuple(always)
    soon = [
        c for c in brand.campaigns if c.season and timedelta(5) <= season_start(c.season, day) - day <= timedelta(60)
    ]
    return (*always, *soon * (2 * len(always) // (3 * len(soon)) if soon else 0))


def season_start(season: str, day: date) -> date:
    """The first day of the next such season after this day."""
    month, of_month = SEASONS[season][0]
    start = date(day.year, month, of_month)
    return start if start > day else start.replace(year=day.year + 1)


def _window(
    rng: Random, campaign: Campaign, created: datetime, now: datetime, *, ends_tomorrow: bool
) -> tuple[datetime, datetime]:
    zone = KOREA if campaign.korean else UTC
    if campaign.season:
        day = season_start(campaign.season, created.date())
        length = SEASONS[campaign.season][1] - rng.choice((0, 0, 3, 7))
    else:
        day = created.date() + timedelta(days=rng.randrange(2, 25))
        length = rng.choice((10, 14, 21, 30, 30, 45, 60, 90, 180))
    start = datetime(day.year, day.month, day.day, rng.choice((0, 0, 6, 9)), tzinfo=zone)
    end = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=length) - timedelta(seconds=1)
    if ends_tomorrow and start < now < end:
        end = now.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=0) + timedelta(days=1)
    return start, end


def _draft(scene: Scene, start: datetime, end: datetime) -> Json:
    rng, seed, brand, campaign = scene.rng, scene.seed, scene.brand, scene.campaign
    amount = rng.choice(campaign.amounts)
    constraint: Json = {"startDate": date_text(start), "endDate": date_text(end), "profileConstraintType": "none"}
    if campaign.rule and rng.random() < 0.85:
        rule = item_id(seed, "rule", campaign.rule)
        constraint |= {"profileConstraintType": "eligibilityRule", "eligibilityRule": rule}
    places = brand.places[: rng.randrange(1, len(brand.places) + 1)]
    document: Json = {
        "name": _name(rng, campaign, start),
        "description": campaign.about,
        "status": "draft",
        "representations": [representation(seed, brand, campaign, place, amount) for place in places],
        "selectionConstraint": constraint,
        "rank": {"priority": rng.choice((0, 10, 20, 20, 30, 40, 50, 80))},
        "characteristics": {
            "amount": amount[1] if campaign.korean else amount[0],
            "campaign": campaign.key,
            "costCentre": f"MK-{rng.randrange(100, 999)}",
            "creative": "v1",
        },
        "tags": [item_id(seed, "tag", key) for key in campaign.tags],
    }
    if rng.random() < 0.6:
        document["frequencyCappingConstraints"] = [weekly_cap(rng.choice((1, 2, 3)))]
    if rng.random() < 0.08:
        document["labels"] = ["core/C5"]
    document = _with_terms(rng, document)
    return _with_free(document) if rng.random() < 0.12 else document


def _with_terms(rng: Random, document: Json) -> Json:
    """With small print under the contents of its first placement."""
    first, *others = document["representations"]
    return {**document, "representations": [_longer(rng, first, "\n<p><small>{}</small></p>", 2), *others]}


def _with_long_texts(rng: Random, document: Json) -> Json:
    """With more to say: a sentence more in each of its pages of HTML."""
    shown = document["representations"]
    return {**document, "representations": [_longer(rng, one, "\n<p>{}</p>", 1) for one in shown]}


def _longer(rng: Random, shown: Json, paragraph: str, sentences: int) -> Json:
    """A representation with another paragraph in each page of HTML, in its language."""
    parts = []
    for part in shown["components"]:
        if part["type"] == "html":
            text = small_print(rng, part["language"][0][:2], sentences)
            part = {**part, "content": part["content"] + paragraph.format(text)}
        parts.append(part)
    return {**shown, "components": parts}


def _name(rng: Random, campaign: Campaign, start: datetime) -> str:
    words = campaign.ko if campaign.korean else campaign.en
    if campaign.season:
        when = f"{start.year}"
    else:
        when = f"{start.year}년 {start.month}월" if campaign.korean else f"{start:%b %Y}"
    area = rng.choice(AREAS_KO if campaign.korean else AREAS)
    return f"{words.name} · {when}" + (f" · {area}" if rng.random() < 0.6 else "")


def _with_free(document: Json) -> Json:
    """What a first draft says before somebody from the legal department has read it."""
    shown, *others = document["representations"]
    parts = [
        {**part, "content": part["content"].replace("</p>", f"{FREE[part['language'][0][:2]]}</p>", 1)}
        if part["type"] == "html"
        else part
        for part in shown["components"]
    ]
    return {**document, "representations": [{**shown, "components": parts}, *others]}


__all__ = ["RICH", "SPAN", "edits", "offers"]
