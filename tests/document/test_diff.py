"""Diff by identity: right for every pair, readable for the pairs that people make."""

import random
from copy import deepcopy
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.document.diff import MAX_LIST_OPERATIONS, diff, longest_increasing
from offers.document.patch import MAX_OPERATIONS, applied, replay
from offers.document.values import equal
from tests.document.strategies import documents, edited, objects, values
from tests.measure import assert_cheap, least

WEB = "https://ns.adobe.com/xdm/channel-types/web"


def representation(placement: str, content: str = "Hello") -> dict[str, Any]:
    component = {"type": "html", "format": "text/html", "language": ["en-us"], "content": content}
    return {"channel": WEB, "placement": placement, "components": [component]}


@given(edited())
def test_it_makes_the_new_document_of_the_old_one(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    kept = deepcopy(before)
    patch = diff(before, after)
    assert equal(replay(before, patch), after)
    assert equal(before, kept)


@given(documents, documents)
def test_it_makes_any_document_of_any_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert equal(replay(before, diff(before, after)), after)


@given(documents)
def test_it_is_empty_for_a_document_and_itself(document: dict[str, Any]) -> None:
    assert diff(document, deepcopy(document)) == []


@given(edited(), st.randoms(use_true_random=False))
def test_it_is_the_same_for_the_same_pair_whatever_the_order_of_members(
    pair: tuple[dict[str, Any], dict[str, Any]], source: random.Random
) -> None:
    before, after = pair
    names = list(after)
    source.shuffle(names)
    assert diff(before, after) == diff(deepcopy(before), {name: after[name] for name in names})


@given(values, values)
def test_it_tells_every_two_values_apart_that_differ(a: Any, b: Any) -> None:
    assert (diff({"a": a}, {"a": b}) == []) == equal(a, b)


def test_one_and_true_and_one_point_zero_are_three_values() -> None:
    for a, b in combinations([1, True, 1.0], 2):
        for before, after in (
            ({"a": a}, {"a": b}),
            ({"a": [{"b": a}]}, {"a": [{"b": b}]}),
            ({"tags": [a]}, {"tags": [b]}),
        ):
            assert diff(before, after), (before, after)
            assert equal(replay(before, diff(before, after)), after)
            assert not equal(before, after)
    assert diff({"a": 0}, {"a": False}) == [{"op": "replace", "path": "/a", "value": False}]


def test_deleting_one_representation_and_editing_another_are_two_operations() -> None:
    before = {"representations": [representation("p1"), representation("p2"), representation("p3")]}
    after = {"representations": [representation("p2", "Goodbye"), representation("p3")]}
    assert diff(before, after) == [
        {"op": "remove", "path": "/representations/0"},
        {"op": "replace", "path": "/representations/0/components/0/content", "value": "Goodbye"},
    ]


def test_inserting_moving_and_editing_at_once_stays_readable() -> None:
    before = {"representations": [representation("p1"), representation("p2"), representation("p3")]}
    after = {
        "representations": [
            representation("p3"),
            representation("new"),
            representation("p1"),
            representation("p2", "Hi"),
        ]
    }
    assert diff(before, after) == [
        {"op": "move", "from": "/representations/2", "path": "/representations/0"},
        {"op": "add", "path": "/representations/1", "value": representation("new")},
        {"op": "replace", "path": "/representations/3/components/0/content", "value": "Hi"},
    ]


def test_removals_come_from_the_end() -> None:
    patch = diff({"tags": ["a", "b", "c", "d"]}, {"tags": ["b", "d"]})
    assert patch == [{"op": "remove", "path": "/tags/2"}, {"op": "remove", "path": "/tags/0"}]


def test_a_list_with_a_repeated_or_missing_key_is_replaced_as_a_whole() -> None:
    twice = {"tags": ["a", "a"]}
    assert diff(twice, {"tags": ["a"]}) == [{"op": "replace", "path": "/tags", "value": ["a"]}]
    nameless = {"representations": [{"channel": WEB}]}
    assert diff(nameless, {"representations": []}) == [{"op": "replace", "path": "/representations", "value": []}]


def test_names_with_slashes_and_tildes_are_escaped() -> None:
    patch = diff({"characteristics": {"a/b": "1", "m~n": "1"}}, {"characteristics": {"a/b": "2", "~1": "1"}})
    assert [operation["path"] for operation in patch] == [
        "/characteristics/a~1b",
        "/characteristics/m~0n",
        "/characteristics/~01",
    ]


@given(st.permutations(range(7)))
def test_it_moves_the_fewest_items(order: list[int]) -> None:
    fewest = min(
        len(order) - size for size in range(8) for chosen in combinations(order, size) if list(chosen) == sorted(chosen)
    )
    before, after = {"tags": [str(n) for n in range(7)]}, {"tags": [str(n) for n in order]}
    patch = diff(before, after)
    assert replay(before, patch) == after
    assert [operation["op"] for operation in patch] == ["move"] * fewest
    chosen_indices = longest_increasing(list(order))
    assert len(chosen_indices) == len(order) - fewest


def test_no_patch_has_more_operations_than_the_patch_door_lets_in() -> None:
    ids = [f"id{n}" for n in range(500)]
    patch = diff({"ids": ids}, {"ids": ids[::-1]})
    assert patch == [{"op": "replace", "path": "/ids", "value": ids[::-1]}]
    few = diff({"ids": ids}, {"ids": ids[: 500 - MAX_LIST_OPERATIONS]})
    assert len(few) == MAX_LIST_OPERATIONS
    wide = {"a": {str(n): n for n in range(150)}, "b": {str(n): n for n in range(150)}}
    changed = {"a": {str(n): -n for n in range(150)}, "b": {str(n): -n for n in range(150)}}
    patch = diff(wide, changed)
    assert len(patch) <= MAX_OPERATIONS
    assert equal(applied(wide, patch)[0], changed)


def test_no_pointer_is_longer_than_the_patch_door_lets_in() -> None:
    for name in ("x" * 600, "~" * 300):
        before, after = {"a": {name: 1}}, {"a": {name: 2}}
        assert equal(applied(before, diff(before, after))[0], after)
    deep_before: dict[str, Any] = {"v": 1}
    deep_after: dict[str, Any] = {"v": 2}
    for _ in range(30):
        deep_before, deep_after = {"d": deep_before}, {"d": deep_after}
    assert equal(applied(deep_before, diff(deep_before, deep_after))[0], deep_after)
    wrapped_before, wrapped_after = (
        {"representations": [{"placement": "p", "d": deep_before}]},
        {"representations": [{"placement": "p", "d": deep_after}]},
    )
    assert equal(applied(wrapped_before, diff(wrapped_before, wrapped_after))[0], wrapped_after)


@given(objects, objects)
def test_equal_is_symmetric_and_blind_to_member_order(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert equal(a, b) == equal(b, a)
    assert equal(a, dict(reversed(a.items())))


def test_large_documents_and_lists_take_little_time() -> None:
    representations = [representation(f"p{n}", "x" * 400) for n in range(500)]
    before: dict[str, Any] = {"representations": representations, "ids": [f"id{n}" for n in range(500)]}
    after = deepcopy(before)
    after["representations"][250]["components"][0]["content"] = "y"
    after["ids"] = after["ids"][1:] + after["ids"][:1]
    assert least(lambda: diff(before, after), 0.1) < 0.1
    assert len(diff(before, after)) == 2


def test_hostile_lists_take_less_than_half_a_second() -> None:
    numbers = list(range(150_000))
    pairs = [
        ({"tags": numbers}, {"tags": numbers[::-1]}),
        ({"tags": numbers[:2_000]}, {"tags": numbers[:2_000][::-1]}),
        ({"tags": [[]] * 300_000}, {"tags": [[]] * 299_999}),
        ({"a": [{"tags": ["x"]}] * 50_000}, {"a": [{"tags": ["y"]}] * 50_000}),
        ({str(n): n for n in range(80_000)}, {str(n): -n for n in range(80_000)}),
    ]
    for before, after in pairs:
        assert_cheap(lambda before=before, after=after: diff(before, after))  # type: ignore[misc]  # bound in the loop
