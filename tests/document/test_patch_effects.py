"""Which operations of a patch had an effect, and that they make the same document."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpointer import resolve_pointer

from offers.document.errors import PatchError
from offers.document.patch import NEEDS, applied, replay
from offers.document.values import canonical, equal, escape
from tests.document.patches import apply, copy, move, op
from tests.document.strategies import objects


def places(value: Any, path: str = "") -> list[str]:
    """The pointers of everything in a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, item in inside for place in places(item, f"{path}/{escape(str(name))}"))]


@st.composite
def fitting(draw: st.DrawFn, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Operations that can be applied to the document one after the other, with members that mean nothing to them."""
    patch: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 8))):
        place, other = draw(st.sampled_from(places(document))), draw(st.sampled_from(places(document)))
        value = draw(st.sampled_from([resolve_pointer(document, place), resolve_pointer(document, other), 1, 1.0, {}]))
        name = draw(st.sampled_from(["add", "replace", "test", "remove", "copy", "move"]))
        operation = {"op": name, "path": place, "value": value, "from": other, "why": "because"}
        try:
            document = apply(document, [operation])
        except PatchError:
            continue
        patch.append(operation)
    return patch


@given(st.data())
def test_the_operations_that_had_an_effect_make_the_same_document(data: st.DataObject) -> None:
    document: Any = data.draw(objects)
    patch = data.draw(fitting(document).filter(bool))
    after, effective = applied(document, patch)
    assert canonical(replay(document, effective)) == canonical(after)
    for operation in effective:
        assert operation["op"] != "test"
        assert set(operation) == {"op", *NEEDS[operation["op"]]}
        if operation["op"] in ("add", "replace", "copy"):
            assert not equal(replay(document, [operation]), document)
        document = replay(document, [operation])


@pytest.mark.parametrize(
    "operation",
    [
        op("test", "/a", {"b": [1, 2]}),
        op("replace", "/a", {"b": [1, 2]}),
        op("add", "/a", {"b": [1, 2]}),
        op("add", "", {"a": {"b": [1, 2]}, "c": 1}),
        op("replace", "/a/b/1", 2),
        copy("/c", "/a/b/0") | {"op": "test", "value": 1},
        copy("/a", "/a"),
        move("/a", "/a"),
    ],
)
def test_an_operation_without_effect_is_left_out(operation: dict[str, Any]) -> None:
    assert applied({"a": {"b": [1, 2]}, "c": 1}, [operation, op("replace", "/c", 1.0)])[1] == [op("replace", "/c", 1.0)]


def test_to_add_an_equal_item_to_a_list_is_an_effect() -> None:
    patch = [op("add", "/a/0", 1), copy("/a/0", "/a/-")]
    assert applied({"a": [1]}, patch) == ({"a": [1, 1, 1]}, patch)
