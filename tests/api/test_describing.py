from typing import Any

from django.test import Client

from offers.api import describing
from offers.document.kinds import ADAPTERS
from tests.api.conftest import BASE


def openapi() -> dict[str, Any]:
    content: dict[str, Any] = Client().get(f"{BASE}/openapi.json").json()
    return content


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        return {value["$ref"]} if "$ref" in value else set().union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_it_describes_every_call_without_asking_who_reads() -> None:
    paths = openapi()["paths"]
    for collection in ("offers", "placements", "offer-rules", "tags", "offer-collections", "offer-decisions"):
        assert set(paths[f"{BASE}/{collection}"]) == {"get", "post"}
        assert set(paths[f"{BASE}/{collection}/{{id}}"]) == {"get", "patch", "delete"}
        assert {f"{BASE}/{collection}/{{id}}/{more}" for more in ("revisions", "revisions/{etag}", "blame")} <= set(
            paths
        )


def test_it_shows_the_schema_of_every_kind_and_refers_to_nothing_that_is_not_there() -> None:
    document = openapi()
    schemas = document["components"]["schemas"]
    assert {kind.value for kind in ADAPTERS} <= set(schemas)
    assert {reference.removeprefix("#/components/schemas/") for reference in references(document)} <= set(schemas)
    create = document["paths"][f"{BASE}/tags"]["post"]["requestBody"]["content"]
    assert create == {"application/json": {"schema": {"$ref": "#/components/schemas/tag"}}}


def test_every_call_has_a_name_of_its_own_and_says_what_a_problem_looks_like() -> None:
    calls = [call for methods in openapi()["paths"].values() for call in methods.values()]
    assert len({call["operationId"] for call in calls}) == len(calls)
    for call in calls:
        assert "application/problem+json" in call["responses"]["default"]["content"]
        names = [(parameter["in"], parameter["name"]) for parameter in call["parameters"]]
        assert len(set(names)) == len(names)


def test_the_example_patch_is_the_documented_one() -> None:
    content = openapi()["paths"][f"{BASE}/offers/{{id}}"]["patch"]["requestBody"]["content"]
    assert set(content) == {"application/json", "application/json-patch+json"}
    assert content["application/json"]["example"] == describing.EXAMPLE_PATCH


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    response = Client().get(f"{BASE}/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "https://" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=") > 0
    for asset in ("vendor/swagger-ui-5.35.0/swagger-ui-bundle.js", "vendor/swagger-ui-5.35.0/swagger-ui.css", "api.js"):
        served: Any = Client().get(f"/static/{asset}")
        assert served.status_code == 200
        assert len(b"".join(served.streaming_content)) > 100
