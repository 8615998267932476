"""Each field and each kind says everything once, and says it."""

from typing import Any

import pytest
from hypothesis import given

from offers.document.identity import item_keys
from offers.document.kinds.declared import Input, Member
from offers.document.kinds.reading import everywhere, in_order, input_at, member_at, position
from offers.document.kinds.registry import KINDS, SECTIONS, Kind, json_schema, kinds_in
from offers.document.words.describe import describe
from offers.document.words.labels import UNKNOWN_FIELD
from tests.document.strategies import edited

# The API's own bookkeeping, which people do not read.
UNNAMED = {"id", "_id", "xid", "namespace", "code"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_schema_a_section_and_a_label_for_each_of_its_fields(kind: Kind) -> None:
    one = KINDS[kind]
    assert json_schema(kind)["additionalProperties"] is False
    assert one.uri.startswith("https://ns.adobe.com/")
    assert one.label
    assert kind in kinds_in(one.section)
    unlabelled = {path[-1] for path, found in everywhere(one.shape) if found.says.label == UNKNOWN_FIELD}
    assert unlabelled <= UNNAMED


@pytest.mark.parametrize("kind", Kind)
def test_every_list_says_what_its_items_are_called_and_known_by(kind: Kind) -> None:
    lists = [found for _path, found in everywhere(KINDS[kind].shape) if found.is_list]
    assert [found.name for found in lists if found.says.item == UNKNOWN_FIELD or not found.says.identity] == []


@pytest.mark.parametrize("kind", Kind)
def test_every_choice_that_is_no_reference_has_words(kind: Kind) -> None:
    choices = [
        found for _path, found in everywhere(KINDS[kind].shape) if found.says.input in (Input.CHOICE, Input.CHOICES)
    ]
    assert [found.name for found in choices if not found.says.words and not found.says.refers_to] == []


def test_what_is_referred_to_is_a_kind() -> None:
    members = [found.says for kind in KINDS.values() for _path, found in everywhere(kind.shape) if found.says.refers_to]
    targets = {_target(says, document) for says in members for document in ({}, {"filterType": "offers"})}
    assert targets == set(Kind) - {Kind.DECISION}


def _target(says: Member, holder: dict[str, Any]) -> str:
    return says.refers_to if isinstance(says.refers_to, str) else says.refers_to(holder)


def test_a_name_means_one_thing_wherever_the_tables_go_by_it_alone() -> None:
    """Identity, words and what a value refers to are asked for by the name of a member."""
    found: dict[str, Member] = {}
    for kind in KINDS.values():
        for path, one in everywhere(kind.shape):
            says, first = one.says, found.setdefault(path[-1], one.says)
            assert (says.identity, bool(says.refers_to)) == (first.identity, bool(first.refers_to)), path
            if says.words:
                assert says.short is first.short, path


def test_sections_have_addresses_of_their_own() -> None:
    assert len({section.slug for section in SECTIONS}) == len({section.path for section in SECTIONS}) == len(SECTIONS)
    shared = [kinds_in(section) for section in SECTIONS if len(kinds_in(section)) > 1]
    assert all(len({KINDS[kind].offer_type for kind in kinds} - {""}) == len(kinds) for kinds in shared)


def test_a_status_leads_only_to_statuses() -> None:
    for one in KINDS.values():
        assert {step for steps in one.steps.values() for step in steps} <= one.steps.keys()
        assert bool(one.live) == bool(one.steps)


def test_the_order_of_declaration_is_the_order_of_reading() -> None:
    for kind in KINDS.values():
        names = [path[0] for path, _found in everywhere(kind.shape) if len(path) == 1]
        assert in_order(sorted(names)) == names == sorted(names, key=lambda name: position((name,)))
    assert in_order(["zebra", "id", "content", "ant", "type"], "components") == [
        "type",
        "content",
        "id",
        "ant",
        "zebra",
    ]


def test_a_member_goes_by_what_it_stands_in() -> None:
    assert member_at(("repeat", "enabled")).label == "Repeat"
    assert member_at(("frequencyCappingConstraints", '["id","a"]', "enabled")).label == "Enabled"
    assert member_at(("representations", "*", "components", "*", "id")).label == "Content id"
    assert member_at(("criteria", "*", "id")).label == UNKNOWN_FIELD
    assert input_at(("characteristics", "anything")) is Input.TEXT
    assert input_at(("selectionConstraint", "startDate")) is Input.DATE


def test_members_that_are_not_declared_are_compared_too() -> None:
    assert [change.label_params["name"] for change in describe({}, {"b": 1, "a": 1, "name": "x"})] == ["name", "a", "b"]
    assert item_keys("b", ["x"]) is None


@given(edited())
def test_changes_come_in_the_order_of_reading(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    tops = [change.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") for change in describe(*pair)]
    assert [name for index, name in enumerate(tops) if name not in tops[:index]] == in_order(set(tops))
