from typing import Any

import jsonschema_rs
from django.test import Client

from offers.api.describing.document import openapi_document
from offers.api.describing.operations import EXAMPLE_PATCH
from offers.api.resources import OFFER_TYPES
from offers.api.wire import shapes
from offers.document.kinds.registry import ADAPTERS
from offers.document.patch import NEEDS
from offers.models import Revision
from tests.api.conftest import BASE

COLLECTIONS = ("offers", "placements", "offer-rules", "tags", "offer-collections", "offer-decisions")


def openapi() -> dict[str, Any]:
    content: dict[str, Any] = Client().get(f"{BASE}/openapi.json").json()
    return content


def calls() -> list[dict[str, Any]]:
    return [call for methods in openapi()["paths"].values() for call in methods.values()]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A parameter, response or schema, where it is only referred to."""
    if "$ref" not in part:
        return part
    found: Any = openapi_document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        return {value["$ref"]} if "$ref" in value else set().union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_it_describes_every_call_without_asking_who_reads() -> None:
    paths = openapi()["paths"]
    assert set(paths["/ims/token/v3"]) == {"post"}
    for collection in COLLECTIONS:
        assert set(paths[f"{BASE}/{collection}"]) == {"get", "post"}
        assert set(paths[f"{BASE}/{collection}/{{id}}"]) == {"get", "patch", "delete"}
        assert {f"{BASE}/{collection}/{{id}}/{more}" for more in ("revisions", "revisions/{etag}", "blame")} <= set(
            paths
        )


def test_it_shows_the_schema_of_every_kind_and_refers_to_nothing_that_is_not_there() -> None:
    document = openapi()
    schemas = document["components"]["schemas"]
    names = {kind.value.replace("-", " ").title().replace(" ", "") for kind in ADAPTERS}
    assert names | {f"{name}Item" for name in names} <= set(schemas)
    assert all(resolved({"$ref": reference}) for reference in references(document))
    create = document["paths"][f"{BASE}/tags"]["post"]["requestBody"]["content"]
    assert create == {"application/json": {"schema": {"$ref": "#/components/schemas/Tag"}}}
    for schema in schemas.values():
        jsonschema_rs.validator_for({**schema, "components": document["components"]})


def test_every_call_has_a_name_of_its_own_and_says_what_a_problem_looks_like() -> None:
    assert len({call["operationId"] for call in calls()}) == len(calls())
    for call in calls():
        names = [(found["in"], found["name"]) for found in map(resolved, call.get("parameters", []))]
        assert len(set(names)) == len(names)
        for status, response in call["responses"].items():
            types = set(resolved(response).get("content", {}))
            if call["operationId"] != "token" or status == "503":
                assert (types == {"application/problem+json"}) == (int(status) >= 400), (call["operationId"], status)


def test_a_new_offer_needs_its_type_and_a_page_has_at_most_a_hundred_items() -> None:
    offers = openapi()["paths"][f"{BASE}/offers"]
    required = {
        method: found.get("required", False)
        for method, call in offers.items()
        for found in map(resolved, call["parameters"])
        if found["name"] == "offer-type"
    }
    assert required == {"post": True, "get": False}
    (limit,) = [found for found in map(resolved, offers["get"]["parameters"]) if found["name"] == "limit"]
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 100)


def test_dates_say_that_they_are_dates() -> None:
    schemas = openapi()["components"]["schemas"]
    for schema in schemas.values():
        for name, member in schema.get("properties", {}).items():
            if name.endswith("Date") or name in ("created", "modified"):
                assert member["format"] == "date-time"


def test_the_example_patch_is_the_documented_one() -> None:
    content = openapi()["paths"][f"{BASE}/offers/{{id}}"]["patch"]["requestBody"]["content"]
    assert content["application/json"]["example"] == EXAMPLE_PATCH


def test_what_it_names_is_what_the_code_names() -> None:
    schemas = openapi()["components"]["schemas"]
    assert set(schemas["Operation"]["discriminator"]["mapping"]) == set(NEEDS)
    for op, needs in NEEDS.items():
        assert set(schemas[f"{op.title()}Operation"]["required"]) == {"op", *needs}
    assert schemas["Source"]["enum"] == Revision.Source.values
    assert schemas["OfferType"]["enum"] == list(OFFER_TYPES)
    assert set(shapes.Receipt.__annotations__) == set(schemas["Receipt"]["required"])


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    response = Client().get(f"{BASE}/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "https://" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=") > 0
    for asset in (
        "vendor/swagger-ui-5.35.0/swagger-ui-bundle.js",
        "vendor/swagger-ui-5.35.0/swagger-ui.css",
        "api/api.js",
    ):
        served: Any = Client().get(f"/static/{asset}")
        assert served.status_code == 200
        assert len(b"".join(served.streaming_content)) > 100
