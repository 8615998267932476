"""How sample offers are made, without a database."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client

from offers.demo.brands.words import RULES, SEASONS, TAGS
from offers.demo.library import BRANDS
from offers.demo.offers import offers, season_start
from offers.demo.people import Cast
from offers.document.kinds.registry import Kind
from offers.document.validate import validate
from offers.ledger.imports import Past
from offers.models import Sandbox
from tests.cast import actor

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


def cast(name: str = "prod") -> Cast:
    somebody = actor(Sandbox(name=name))
    return Cast(somebody.sandbox, (somebody,) * 3, (somebody,) * 2, somebody, somebody, somebody)


def made(seed: int = 1, count: int = 60, now: datetime = NOW, name: str = "prod") -> list[Past]:
    return list(offers(seed, cast(name), count, now))


def told(items: list[Past]) -> list[object]:
    return [(item.id, [(version.at, version.document, version.stamp) for version in item.versions]) for item in items]


def test_the_same_seed_and_moment_make_the_same_offers_and_others_do_not() -> None:
    assert told(made()) == told(made())
    assert told(made()) != told(made(seed=2))
    assert {item.id for item in made()}.isdisjoint(item.id for item in made(seed=2))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("now", [NOW, datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC)])
def test_every_version_is_valid_later_than_the_one_before_and_different(seed: int, now: datetime) -> None:
    for item in made(seed, 100, now):
        for version in item.versions:
            assert validate(Kind.PERSONALIZED_OFFER, version.document) == (), (seed, version)
        times = [version.at for version in item.versions]
        assert times == sorted(set(times)), (seed, item)
        assert times[-1] < now, (seed, item)
        assert all(a.document != b.document for a, b in zip(item.versions, list(item.versions)[1:], strict=False)), (
            seed,
            item,
        )


def test_offers_come_oldest_first() -> None:
    created = [next(iter(item.versions)).at for item in made(count=300)]
    assert created == sorted(created)


def test_another_sandbox_has_the_same_offers_with_another_history() -> None:
    prod, dev = made(), made(name="dev")
    assert [next(iter(item.versions)) for item in prod] != [next(iter(item.versions)) for item in dev]  # other actors
    assert [next(iter(item.versions)).document for item in prod] == [next(iter(item.versions)).document for item in dev]
    assert told(prod) != told(dev)


def test_a_season_is_the_next_one() -> None:
    assert season_start("holiday", date(2026, 11, 1)) == date(2026, 11, 28)
    assert season_start("holiday", date(2026, 11, 28)) == date(2027, 11, 28)


def test_campaigns_name_tags_rules_and_seasons_that_exist_and_every_name_once() -> None:
    campaigns = [campaign for brand in BRANDS for campaign in brand.campaigns]
    for campaign in campaigns:
        assert set(campaign.tags) <= TAGS.keys(), campaign.key
        assert campaign.rule in {"", *RULES}, campaign.key
        assert campaign.season in {"", *SEASONS}, campaign.key
    names = [words.name for campaign in campaigns for words in (campaign.en, campaign.ko)]
    assert len(names) == len(set(names))


def test_every_picture_of_the_samples_comes_with_the_product() -> None:
    contents = [
        component
        for past in made()
        for shown in (list(past.versions)[-1].document or {}).get("representations", ())
        for component in shown["components"]
    ]
    addresses = {component["deliveryURL"] for component in contents if "deliveryURL" in component}
    assert len(addresses) == len(BRANDS)
    for address in addresses:
        assert find(address.removeprefix("/static/")), address


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "policy"), [("demo/bomnal.svg", "cross-origin"), ("frame/base.css", "same-origin")])
def test_previews_may_show_the_pictures_though_they_are_of_no_site(client: Client, path: str, policy: str) -> None:
    response = client.get(f"/static/{path}")
    assert response["Cross-Origin-Resource-Policy"] == policy
    response.close()


def test_long_texts_make_documents_of_three_kilobytes_in_many_words_and_two_languages() -> None:
    items = list(offers(1, cast(), 300, NOW, long_texts=True))
    documents = [list(item.versions)[-1].document for item in items]
    texts = [json.dumps(document, ensure_ascii=False) for document in documents]
    assert 2_700 <= sum(len(text.encode()) for text in texts) / len(texts) <= 3_300
    assert len(set(re.findall("[A-Za-z]{3,}", " ".join(texts)))) > 1_400
    assert len(set(re.findall("[가-힣]+", " ".join(texts)))) > 800
    assert [
        problem for document in documents if document for problem in validate(Kind.PERSONALIZED_OFFER, document)
    ] == []
    assert told(items) == told(list(offers(1, cast(), 300, NOW, long_texts=True)))
