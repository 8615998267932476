"""JSON Patch: RFC 6902 to the letter, and limits where the RFC has none."""

from copy import deepcopy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpointer import JsonPointerException

from offers.document.diff import diff
from offers.document.errors import PatchError
from offers.document.patch import replay
from offers.document.values import equal
from tests.document.patches import apply, copy, move, op, refusal
from tests.document.strategies import NAMES, edited, objects, values

APPENDIX_A = [
    ("A.1", {"foo": "bar"}, [op("add", "/baz", "qux")], {"baz": "qux", "foo": "bar"}),
    ("A.2", {"foo": ["bar", "baz"]}, [op("add", "/foo/1", "qux")], {"foo": ["bar", "qux", "baz"]}),
    ("A.3", {"baz": "qux", "foo": "bar"}, [op("remove", "/baz")], {"foo": "bar"}),
    ("A.4", {"foo": ["bar", "qux", "baz"]}, [op("remove", "/foo/1")], {"foo": ["bar", "baz"]}),
    ("A.5", {"baz": "qux", "foo": "bar"}, [op("replace", "/baz", "boo")], {"baz": "boo", "foo": "bar"}),
    (
        "A.6",
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [move("/foo/waldo", "/qux/thud")],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    (
        "A.7",
        {"foo": ["all", "grass", "cows", "eat"]},
        [move("/foo/1", "/foo/3")],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    (
        "A.8",
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [op("test", "/baz", "qux"), op("test", "/foo/1", 2)],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    ("A.10", {"foo": "bar"}, [op("add", "/child", {"grandchild": {}})], {"foo": "bar", "child": {"grandchild": {}}}),
    ("A.11", {"foo": "bar"}, [op("add", "/baz", "qux", xyz=123)], {"foo": "bar", "baz": "qux"}),
    ("A.14", {"/": 9, "~1": 10}, [op("test", "/~01", 10)], {"/": 9, "~1": 10}),
    ("A.16", {"foo": ["bar"]}, [op("add", "/foo/-", ["abc", "def"])], {"foo": ["bar", ["abc", "def"]]}),
]
MORE = [
    ("member named by a number", {"a": {"0": 1}}, [op("replace", "/a/0", 2)], {"a": {"0": 2}}),
    ("the empty name", {"": 1}, [op("test", "/", 1), op("add", "/", 2)], {"": 2}),
    ("null is a value", {"a": None}, [op("test", "/a", None), op("replace", "/a", 1)], {"a": 1}),
    ("add replaces what is there", {"a": 1}, [op("add", "/a", 2)], {"a": 2}),
    ("add at the end by its index", {"a": [1]}, [op("add", "/a/1", 2)], {"a": [1, 2]}),
    ("copy is deep", {"a": [1]}, [copy("/a", "/b"), op("add", "/b/-", 2)], {"a": [1], "b": [1, 2]}),
    ("the whole document into itself", {"a": 1}, [copy("", "/b")], {"a": 1, "b": {"a": 1}}),
    ("a member takes the document's place", {"a": {"b": 1}}, [move("/a", "")], {"b": 1}),
    ("another object takes the document's place", {"a": 1}, [op("replace", "", {"b": 2})], {"b": 2}),
    ("test of the whole document", {"a": [1]}, [op("test", "", {"a": [1]})], {"a": [1]}),
    ("numbers are equal by value", {"a": 1}, [op("test", "/a", 1.0)], {"a": 1}),
    (
        "objects are equal in any order",
        {"a": {"x": 1, "y": 2}},
        [op("test", "/a", {"y": 2, "x": 1})],
        {"a": {"x": 1, "y": 2}},
    ),
    ("moving something to where it is", {"a": 1}, [move("/a", "/a")], {"a": 1}),
    ("a member named -", {"a": {"-": 1}}, [op("replace", "/a/-", 2)], {"a": {"-": 2}}),
    ("later operations see earlier ones", {}, [op("add", "/a", []), op("add", "/a/0", 1)], {"a": [1]}),
    ("value may be any JSON", {}, [op("add", "/a", None)], {"a": None}),
]


@pytest.mark.parametrize(("document", "patch", "after"), [case[1:] for case in APPENDIX_A + MORE], ids=[
    case[0] for case in APPENDIX_A + MORE])  # fmt: skip
def test_it_applies_as_the_rfc_says(document: Any, patch: Any, after: Any) -> None:
    kept, kept_patch = deepcopy(document), deepcopy(patch)
    assert equal(apply(document, patch), after)
    assert equal(document, kept)
    assert equal(patch, kept_patch)


@pytest.mark.parametrize(
    ("document", "patch", "code", "index"),
    [
        ({"baz": "qux"}, [op("test", "/baz", "bar")], "test-failed", 0),  # A.9
        ({"foo": "bar"}, [op("add", "/baz/bat", "qux")], "not-found", 0),  # A.12
        ({"/": 9, "~1": 10}, [op("test", "/~01", "10")], "test-failed", 0),  # A.15
        ({}, [op("replace", "/description", "x")], "not-found", 0),
        ({"a": 1}, [op("test", "/a", 1), op("remove", "/b")], "not-found", 1),
        ({"a": [1]}, [op("add", "/a/2", 2)], "cannot-apply", 0),
        ({"a": [1]}, [op("replace", "/a/1", 2)], "not-found", 0),
        ({"a": [1]}, [op("replace", "/a/-", 2)], "not-found", 0),
        ({"a": [1]}, [op("remove", "/a/-")], "not-found", 0),
        ({"a": [1]}, [op("remove", "/a/01")], "not-found", 0),
        ({"a": [1]}, [op("add", "/a/-1", 2)], "not-found", 0),
        ({"a": [1]}, [op("add", "/a/" + "9" * 400, 2)], "cannot-apply", 0),
        ({"a": [1]}, [op("test", "/a/-", 1)], "test-failed", 0),
        ({"a": [1]}, [op("add", "/a/-/b", 1)], "not-found", 0),
        ({"a": [1]}, [copy("/a/-", "/b")], "not-found", 0),
        ({"a": [1]}, [move("/a/-", "/b")], "not-found", 0),
        ({"a": "text"}, [op("add", "/a/0", "x")], "not-found", 0),
        ({"a": 1}, [op("add", "/a/b", "x")], "not-found", 0),
        ({"a": {"b": 1}}, [move("/a", "/a/b/c")], "cannot-apply", 0),
        ({"a": {"b": 1}}, [move("", "/a")], "cannot-apply", 0),
        ({"a": 1}, [op("test", "/a", True)], "test-failed", 0),
        ({"a": [0]}, [op("test", "/a", [False])], "test-failed", 0),
        ({"a": 1}, [op("test", "/b", None)], "test-failed", 0),
        ({"a": 1}, [copy("/b", "")], "not-found", 0),
    ],
)  # fmt: skip
def test_it_refuses_what_does_not_fit_the_document(document: Any, patch: Any, code: str, index: int) -> None:
    error = refusal(document, patch)
    problem = error.problems[0]
    assert (error.status, error.code, problem.operation) == (409, code, index)
    assert problem.pointer == patch[index]["path"]


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ("[]", "patch-not-a-list"),
        ({"op": "add"}, "patch-not-a-list"),
        (None, "patch-not-a-list"),
        ([], "patch-empty"),
        ([[]], "operation-not-an-object"),
        (["add"], "operation-not-an-object"),
        ([{}], "unknown-operation"),
        ([{"op": "merge", "path": "/a"}], "unknown-operation"),
        ([{"op": "ADD", "path": "/a", "value": 1}], "unknown-operation"),
        ([{"op": ["add"], "path": "/a"}], "unknown-operation"),
        ([{"op": "add", "value": 1}], "missing-member"),
        ([{"op": "add", "path": "/a"}], "missing-member"),
        ([{"op": "replace", "path": "/a"}], "missing-member"),
        ([{"op": "test", "path": "/a"}], "missing-member"),
        ([{"op": "copy", "path": "/a"}], "missing-member"),
        ([{"op": "move", "path": "/a"}], "missing-member"),
        ([op("remove", 1)], "pointer-not-text"),  # type: ignore[arg-type]  # that is the point
        ([{"op": "copy", "from": None, "path": "/a"}], "pointer-not-text"),
        ([op("remove", "a")], "malformed-pointer"),
        ([op("remove", "#/a")], "malformed-pointer"),
        ([op("remove", "/a~")], "malformed-pointer"),
        ([op("remove", "/a~2")], "malformed-pointer"),
        ([op("remove", "/~\n")], "malformed-pointer"),
        ([copy("a", "/b")], "malformed-pointer"),
        ([op("remove", "/\0")], "nul-character"),
        ([op("remove", "/\ud800")], "lone-surrogate"),
        ([op("remove", "/" + "a" * 512)], "pointer-too-long"),
        ([op("remove", "/a" * 25)], "pointer-too-long"),
    ],
)
def test_it_refuses_a_malformed_patch_before_applying_any_of_it(patch: Any, code: str) -> None:
    error = refusal({"a": 1}, patch)
    assert (error.status, error.code) == (400, code)
    if isinstance(patch, list) and patch:
        conflict_first = refusal({"a": 1}, [op("remove", "/missing"), *patch])
        assert (conflict_first.code, conflict_first.problems[0].operation) == (code, 1)


def test_it_names_every_malformed_operation() -> None:
    error = refusal({}, [op("add", "/a", 1), {}, op("remove", "b"), 7])
    assert [problem.operation for problem in error.problems] == [1, 2, 3]


@pytest.mark.parametrize(
    "name",
    ["id", "etag", "created", "createdBy", "createdDate", "createdByClientId", "modified", "lastModifiedBy",
     "lastModifiedDate", "schemas", "sandboxId"],
)  # fmt: skip
def test_it_refuses_what_only_the_server_writes(name: str) -> None:
    for patch in (
        [op("add", f"/{name}", 1)],
        [op("add", f"/{name}/x", 1)],
        [op("test", f"/{name}", 1)],
        [copy(f"/{name}", "/a")],
        [op("remove", "/missing"), move("/a", f"/{name}")],
    ):
        error = refusal({"a": 1}, patch)
        assert (error.status, error.code) == (422, "server-owned")
    assert apply({"a": {}}, [op("add", f"/a/{name}", 1)]) == {"a": {name: 1}}


@pytest.mark.parametrize(
    "patch",
    [
        [op("replace", "", [])],
        [op("add", "", None)],
        [op("remove", "")],
        [op("replace", "", "x"), op("replace", "", {})],
        [move("/a", "")],
        [copy("/a", "")],
    ],
)  # fmt: skip
def test_the_document_stays_an_object(patch: Any) -> None:
    error = refusal({"a": 1}, patch)
    assert (error.status, error.code) == (422, "root-not-object")


def test_it_refuses_values_that_no_parser_gives() -> None:
    for value in ("\ud800", ["\ud800"], 2**70, {1, 2}):
        for path in ("/a", "/b"):
            assert refusal({"a": 1}, [op("add", path, value)]).code == "value-not-json"


def test_a_history_may_begin_and_end_with_the_whole_document() -> None:
    document = {"id": "x", "a": [1]}
    assert replay(None, [op("add", "", document)]) == document
    assert replay(document, [op("remove", "")]) is None
    with pytest.raises(PatchError) as raised:
        replay({"a": 1}, [op("add", "", 1)])
    assert raised.value.code == "root-not-object"
    with pytest.raises(PatchError):
        replay(None, [op("add", "/a", 1)])


def test_what_it_returns_shares_nothing_with_the_patch() -> None:
    value = {"b": [1]}
    for path in ("", "/a"):
        patch = [op("add", path, value)]
        after = apply({}, patch)
        (after if path == "" else after["a"])["b"].append(2)
        assert value == {"b": [1]}


pointers = st.lists(st.sampled_from([*NAMES, "1", "2", "-1", "01"]), max_size=4).map(
    lambda tokens: "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)
)
operations = st.one_of(
    st.builds(
        lambda name, path, value: op(name, path, value), st.sampled_from(["add", "replace", "test"]), pointers, values
    ),
    st.builds(lambda path: op("remove", path), pointers),
    st.builds(copy, pointers, pointers),
    st.builds(move, pointers, pointers),
)
junk = st.one_of(
    values, st.dictionaries(st.sampled_from(["op", "path", "from", "value"]), values | pointers, max_size=4)
)


@given(objects, st.lists(operations | junk, max_size=4) | values)
def test_it_raises_nothing_but_its_own_error(document: dict[str, Any], patch: Any) -> None:
    kept, kept_patch = deepcopy(document), deepcopy(patch)
    try:
        apply(document, patch)
    except PatchError as error:
        assert error.status in (400, 409, 422)
        assert all(problem.text for problem in error.problems)
    assert equal(document, kept)
    assert equal(patch, kept_patch)


@given(edited(), st.lists(operations, min_size=1, max_size=3))
def test_it_agrees_with_the_package_it_wraps(pair: tuple[dict[str, Any], dict[str, Any]], extra: list[Any]) -> None:
    patch = diff(*pair)[:20] + extra
    try:
        expected = jsonpatch.apply_patch(pair[0], patch)
    except (jsonpatch.JsonPatchException, JsonPointerException):
        refusal(pair[0], patch)
        return
    try:
        assert equal(apply(pair[0], patch), expected)
    except PatchError as error:
        assert error.code in ("root-not-object", "server-owned")
