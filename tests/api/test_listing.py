from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.conftest import BASE, Caller


@pytest.fixture
def library(editor: Caller) -> Caller:
    for name in ("Holiday", "Retention", "설날", "Clearance", "VIP"):
        assert editor("POST", "tags", {"name": name}).status_code == 201
    return editor


def test_a_list_has_results_counts_and_links(library: Caller) -> None:
    content = library("GET", "tags?limit=2").json()
    assert set(content) == {"results", "count", "total", "_links"}
    assert [found["name"] for found in content["results"]] == ["VIP", "Clearance"]
    assert (content["count"], content["total"]) == (2, 5)
    assert content["_links"]["self"] == {"href": "/tags?limit=2", "type": "application/json"}
    assert set(content["_links"]) == {"self", "next"}
    assert {"id", "etag", "created", "modified", "schemas", "createdBy", "lastModifiedBy"} <= set(content["results"][0])


def test_following_next_and_then_prev_walks_the_list_and_back(library: Caller) -> None:
    path, names, previous = "/tags?limit=2&orderby=name", [], ""
    while path:
        content = library("GET", BASE + path).json()
        names += [found["name"] for found in content["results"]]
        previous = content["_links"].get("prev", {}).get("href", "")
        path = content["_links"].get("next", {}).get("href", "")
    assert names == ["Clearance", "Holiday", "Retention", "VIP", "설날"]
    back = library("GET", BASE + previous).json()
    assert [found["name"] for found in back["results"]] == ["Retention", "VIP"]


def test_links_keep_everything_else_that_was_asked(library: Caller) -> None:
    asked = "limit=1&property=name~^[A-Z]&property=!description&orderBy=-name"
    link = library("GET", f"tags?{asked}").json()["_links"]["next"]["href"]
    query = parse_qs(urlsplit(link).query)
    assert query.pop("start")
    assert query == {"limit": ["1"], "property": ["name~^[A-Z]", "!description"], "orderBy": ["-name"]}


def test_a_list_of_offers_is_of_one_type_or_of_both(editor: Caller) -> None:
    editor("POST", "offers?offer-type=fallback", {"name": "Fallback"})
    names = [
        sorted(found["name"] for found in editor("GET", f"offers{query}").json()["results"])
        for query in ("?offer-type=FALLBACK", "?offer-type=PERSONALIZED", "")
    ]
    documented = "Test personalized offer with frequency constraint"
    assert names == [["Fallback"], [documented], ["Fallback", documented]]


def test_a_list_shows_only_its_own_sandbox_and_kind(library: Caller, stranger: Caller) -> None:
    assert library("GET", "placements").json()["total"] == 1
    assert stranger("GET", "tags", **{"x-sandbox-name": "elsewhere"}).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        *("property=name=x", "property=name~(", "property=a..b", "orderBy=a..b", "start=x", "limit=0", "limit=x"),
        *("offer-type=x", "property=name==%00", "orderBy=%00", "start=%00", "property=etag==1e99999"),
    ],
)
def test_a_query_that_cannot_be_understood_is_400(editor: Caller, query: str) -> None:
    response = editor("GET", f"offers?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert editor("GET", "offers").status_code == 200


def test_a_value_that_is_not_utf_8_finds_nothing(editor: Caller) -> None:
    assert editor("GET", "offers?property=name==%ff%fe").json()["results"] == []


def test_a_list_takes_as_many_queries_for_one_item_as_for_many(
    library: Caller, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        library("GET", "tags?limit=1")
    with CaptureQueriesContext(connection) as many:
        library("GET", "tags?limit=5")
    assert len(one) == len(many)
