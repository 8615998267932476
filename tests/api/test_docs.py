"""docs/api.md keeps up with the API."""

import re
from pathlib import Path

import offers.api
from offers.api.describing.document import openapi_document
from offers.api.describing.parameters import PARAMETERS
from offers.api.resources import RESOURCES
from offers.api.wire import shapes
from offers.document.kinds.registry import API_BASE as BASE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()


def test_every_parameter_and_header_is_on_the_page() -> None:
    names = {parameter["name"] for parameter in PARAMETERS.values()} - {"id", "etag", "number"}
    assert len(names) > 10
    assert {name for name in names if f"`{name}" not in PAGE and f"?{name}=" not in PAGE} == set()


def test_every_collection_and_call_is_on_the_page() -> None:
    assert {resource.path for resource in RESOURCES if f"`/{resource.path}`" not in PAGE} == set()
    calls = [
        path.removeprefix(BASE)
        for path in openapi_document()["paths"]
        if path.startswith((f"{BASE}/offers", f"{BASE}/change-requests", f"{BASE}/log"))
    ]
    assert calls
    assert [call for call in calls if call not in PAGE] == []


def test_the_receipt_on_the_page_has_the_documented_members() -> None:
    for member in shapes.Receipt.__annotations__:
        assert f'"{member}"' in PAGE


def test_every_status_that_the_code_answers_with_is_on_the_page() -> None:
    source = "".join(path.read_text() for path in Path(offers.api.__path__[0]).rglob("*.py"))
    statuses = set(re.findall(r"\b(4\d\d|503)\b", source))
    table = PAGE[PAGE.index("## Errors") :]
    assert statuses
    assert {status for status in statuses if status not in table} == set()
