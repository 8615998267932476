"""Limits of a JSON Patch where the RFC has none: no patch is long, and none says much."""

from typing import Any

import pytest

from offers.document.errors import PatchError
from offers.document.patch import check
from tests.document.patches import apply, copy, move, op, refusal
from tests.measure import assert_cheap, least


def test_it_takes_200_operations_and_not_one_more() -> None:
    assert len(check([op("add", "/a", 1)] * 200)) == 200
    error = refusal({}, [op("add", "/a", 1)] * 201)
    assert (error.status, error.code) == (413, "too-many-operations")


def test_doubling_copies_run_out_of_budget() -> None:
    document = {"a": "x" * 1_000}
    error = refusal(document, [copy("", f"/b{n}") for n in range(30)])
    assert (error.status, error.code) == (422, "copy-budget")


def test_many_small_copies_and_moves_add_up() -> None:
    document = {"a": "x" * 9_998}
    copies = [copy("/a", "/b") for _ in range(101)]
    assert apply(document, copies[:100]) == {**document, "b": document["a"]}
    error = refusal(document, copies)
    assert (error.code, error.problems[0].operation) == ("copy-budget", 100)
    back_and_forth = [move("/a", "/b"), move("/b", "/a")] * 51
    error = refusal(document, back_and_forth)
    assert (error.code, error.problems[0].operation) == ("copy-budget", 100)


def test_no_operation_takes_the_document_below_48_levels() -> None:
    deep: Any = []
    for _ in range(30):
        deep = [deep]
    for patch in (
        [op("add", "/" + "/".join(["a"] * 18), deep)],
        [op("add", "/x", deep), copy("/x", "/" + "/".join(["a"] * 18))],
        [op("add", "/x", deep), move("/x", "/" + "/".join(["a"] * 18))],
    ):
        document: Any = {}
        for _ in range(17):
            document = {"a": document}
        error = refusal(document, patch)
        assert (error.status, error.code) == (422, "too-deep")


def test_its_errors_never_show_the_document() -> None:
    document = {"secret": "hidden-7261", "list": ["hidden-7261"]}
    for patch in (
        [op("test", "/secret", "x")],
        [op("test", "", {})],
        [op("add", "/secret/x", 1)],
        [op("remove", "/missing")],
        [op("add", "/list/9", 1)],
        [move("", "/secret/x")],
        [copy("/secret/x", "/y")],
    ):
        error = refusal(document, patch)
        assert "hidden-7261" not in str(error) + repr(error.problems)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


# As large as a document may be, and as full of the containers that cost most.
# As large as a patch may be.
LISTS: list[Any] = [[] for _ in range(330_000)]
HALF: list[Any] = [[] for _ in range(160_000)]
BUSY = {"a": [[] for _ in range(60_000)], "b": "x" * 60_000, "c": {str(n): n for n in range(2_000)}}


@pytest.mark.parametrize(
    ("document", "patch"),
    [
        ({"a": "x" * 1_000}, [copy("", f"/b{n}") for n in range(30)]),
        ({"a": []}, [op("add", "/a/-", LISTS)]),
        ({"a": []}, [op("add", "/a/-", HALF), op("test", "/a/0", HALF)]),
        ({"a": []}, [op("add", "/a/-", HALF), *[copy("/a/0", "/a/-") for _ in range(199)]]),
        ({"a": []}, [op("add", "/a/-", {}) for _ in range(200)]),
        (BUSY, [copy("/a", f"/x{n}") for n in range(200)]),
        (BUSY, [move("/a" if n % 2 == 0 else "/z", "/z" if n % 2 == 0 else "/a") for n in range(200)]),
        (BUSY, [op("test", "", BUSY)] * 3),
        (BUSY, [op("test", "/b", "x" * 60_000 + "y")] * 15),
        (BUSY, [op("add", "/a/0", 1)] * 200),
        (BUSY, [op("remove", "/a/0")] * 200),
        ({}, [op("add", "/x", nested(45)), *[move("/x", "/x/a") for _ in range(100)]]),
        ({}, [op("add", "/" + "~1" * 255, 1)] * 200),
        ({}, [["add"]] * 200),
        ({}, [{}] * 300_000),
    ],
)
def test_no_patch_takes_half_a_second_or_100_megabytes(document: Any, patch: Any) -> None:
    def attempt() -> None:
        try:
            apply(document, patch)
        except PatchError as error:
            assert len(str(error)) < 50_000

    assert_cheap(attempt)


def test_the_documented_patch_takes_microseconds() -> None:
    document = {"name": "a", "description": "b", "representations": [{"components": [{"content": "x" * 500}]}] * 4}
    patch = [op("replace", "/name", "x"), op("replace", "/description", "y")]
    assert least(lambda: [apply(document, patch) for _ in range(1_000)], 0.15) < 0.15
