"""Which list items are the same item, whatever their position."""

from typing import Any

import pytest

from offers.document.identity import MAX_ITEMS, both_keys, item_keys


@pytest.mark.parametrize(
    ("member", "item", "same", "other"),
    [
        ("representations", {"placement": "p", "channel": "c", "x": 1}, {"placement": "p", "channel": "c"},
         {"placement": "p", "channel": "d"}),
        ("components", {"id": "1", "format": "a"}, {"id": "1", "format": "b"}, {"id": "2", "format": "a"}),
        ("components", {"format": "a", "language": ["en"], "content": "x"}, {"format": "a", "language": ["en"]},
         {"format": "a", "language": ["ko"]}),
        ("components", {"format": "a"}, {"format": "a", "content": "y"}, {"format": "a", "language": []}),
        ("frequencyCappingConstraints", {"id": "1", "scope": "global"}, {"id": "1"}, {"scope": "global"}),
        ("frequencyCappingConstraints",
         {"scope": "global", "entity": "offer", "limit": 1, "repeat": {"unit": "day", "unitCount": 1}},
         {"scope": "global", "entity": "offer", "limit": 2, "repeat": {"unit": "day", "unitCount": 2}},
         {"scope": "global", "entity": "offer", "limit": 1, "repeat": {"unit": "week"}}),
        ("segmentIdentities", {"xid": "a", "_id": "b"}, {"xid": "a"}, {"_id": "a"}),
        ("criteria", {"placements": ["p"], "x": 1}, {"placements": ["p"]}, {"placements": ["q"]}),
        ("tags", "a", "a", "b"),
        ("ids", 1, 1, True),
        ("ids", 1, 1, 1.0),
        ("labels", "1", "1", 1),
    ],
)  # fmt: skip
def test_items_are_known_by_what_names_them(member: str, item: Any, same: Any, other: Any) -> None:
    assert item_keys(member, [item]) == item_keys(member, [same]) is not None
    assert item_keys(member, [item]) != item_keys(member, [other]) is not None


@pytest.mark.parametrize(
    ("member", "items"),
    [
        ("content", ["a"]),
        ("", ["a"]),
        ("tags", ["a", "a"]),
        ("tags", [["a"]]),
        ("tags", [{}]),
        ("representations", ["a"]),
        ("representations", [{"channel": "c"}]),
        ("representations", [{"placement": None}]),
        ("representations", [{"placement": "p", "channel": "c"}] * 2),
        ("frequencyCappingConstraints", [1]),
        ("components", [{"language": ["en"]}]),
        ("ids", list(range(MAX_ITEMS + 1))),
    ],
)
def test_other_lists_are_atomic(member: str, items: list[Any]) -> None:
    assert item_keys(member, items) is None


def test_two_lists_match_only_when_both_have_identities() -> None:
    assert both_keys("tags", ["a"], ["b", "a"]) == (['["a"]'], ['["b"]', '["a"]'])
    assert both_keys("tags", [], []) == ([], [])
    assert both_keys("tags", ["a", "a"], ["a"]) is None
    assert both_keys("tags", ["a"], ["a", "a"]) is None
    assert both_keys("tags", {}, ["a"]) is None
