"""A place is found by its identity path, in whichever version it is asked for."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.document.blame import leaves
from offers.document.values import equal
from offers.document.words.naming import Places
from tests.document.strategies import offers


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same value with every list of objects in another order."""
    if isinstance(value, dict):
        return {name: shuffled(child, chance) for name, child in value.items()}
    if isinstance(value, list):
        items = [shuffled(child, chance) for child in value]
        return chance.sample(items, len(items)) if any(isinstance(item, dict) for item in items) else items
    return value


@given(offers, st.integers(0, 2**32))
def test_a_path_leads_to_the_same_item_in_a_version_of_any_order(document: dict[str, Any], seed: int) -> None:
    other = shuffled(document, random.Random(seed))
    there = {path: pointer for path, pointer, _ in leaves(other)}
    places, others = Places([document, other]), Places([other, document])
    for path, pointer, value in leaves(document):
        assert places.place(path).pointer == pointer
        assert equal(places.value(path), value)
        if path in there:
            assert others.place(path).pointer == there[path]


@given(offers, st.integers(0, 2**32))
def test_what_only_an_older_version_has_is_called_as_it_was_there(document: dict[str, Any], seed: int) -> None:
    """Ours has the contents in another order and without their texts: an index of theirs says nothing about it."""
    ours = shuffled(document, random.Random(seed))
    for found in ours.get("representations", []):
        for component in found.get("components", []):
            component.pop("content", None)
    both, one = Places([ours, document]), Places([document])
    for path, _, _ in leaves(document):
        if path[-1] == "content" and path[-2].startswith("["):
            place, alone = both.place(path), one.place(path)
            kinds = [[params["kind"] for _, params in found.context] for found in (place, alone)]
            assert kinds[0] == kinds[1]
