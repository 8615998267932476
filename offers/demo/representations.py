"""What a campaign looks like in each placement."""

from functools import lru_cache
from typing import Any

import orjson

from offers.demo.brands.words import Brand, Campaign, Place, Words
from offers.demo.ids import item_id
from offers.document.kinds.fields import CHANNEL_PREFIX

MIME_TYPES = {"html": "text/html", "text": "text/plain", "json": "application/json", "imagelink": "image/svg+xml"}

Json = dict[str, Any]


@lru_cache(maxsize=10_000)
def representation(seed: int, brand: Brand, campaign: Campaign, place: Place, amount: tuple[str, str]) -> Json:
    """The campaign in one placement, in English and Korean. Shared between offers: never change it in place."""
    languages = (("ko-kr", campaign.ko, amount[1]), ("en-us", campaign.en, amount[0]))
    if not campaign.korean:
        languages = (languages[1], languages[0])
    return {
        "channel": CHANNEL_PREFIX + place.channel,
        "placement": item_id(seed, "placement", brand.key, place.key),
        "components": [
            component(brand, campaign.key, place, language, words, value) for language, words, value in languages
        ],
    }


def component(brand: Brand, page: str, place: Place, language: str, words: Words, amount: str) -> Json:
    """The words as the placement's content type wants them."""
    headline, body = words.headline.replace("[amount]", amount), words.body.replace("[amount]", amount)
    link = f"{brand.site}/{language[:2]}/{page}?utm_campaign={page}&utm_medium={place.channel}"
    made: Json = {"type": place.content, "format": MIME_TYPES[place.content], "language": [language]}
    if place.content == "imagelink":
        # A picture that comes with this product: previews show it, and it loads nothing from elsewhere.
        return {**made, "deliveryURL": f"/static/demo/{brand.key}.svg", "linkURL": link}
    if place.content == "json":
        tile = {"headline": headline, "text": body, "button": words.button, "value": amount}
        return {**made, "content": orjson.dumps(tile).decode(), "linkURL": link}
    if place.content == "text":
        return {**made, "content": headline, "linkURL": link}
    html = f'<h2>{headline}</h2>\n<p>{body}</p>\n<p><a href="{link.replace("&", "&amp;")}">{words.button}</a></p>'
    return {**made, "content": html}
