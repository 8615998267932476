"""Forms have the fields that the members of a document declare, and what was typed comes back as what they hold."""

from zoneinfo import ZoneInfo

import pytest

from offers.document.kinds.declared import Input
from offers.document.kinds.reading import everywhere
from offers.document.kinds.registry import KINDS, Kind
from offers.document.kinds.shared import Named
from offers.forms.decision import CRITERION
from offers.forms.declared import FIELDS, fields_of, plain
from offers.forms.kinds import form_for
from offers.forms.offer import CAPPING, COMPONENT, REPRESENTATION

SEOUL = ZoneInfo("Asia/Seoul")
ROWS = {
    "representations": REPRESENTATION,
    "components": COMPONENT,
    "frequencyCappingConstraints": CAPPING,
    "criteria": CRITERION,
}
# Each is in the form in a way of its own: as a list to tick, by actions, with the placement.
ELSEWHERE = {"tags", "ids", "status", "channel"}


@pytest.mark.parametrize("kind", Kind)
def test_every_member_that_says_how_it_is_typed_is_in_the_form(kind: Kind) -> None:
    top = {name.removeprefix("/") for name in form_for(kind, {}, SEOUL).values()}
    for path, found in everywhere(KINDS[kind].shape):
        if not found.says.input or found.name in ELSEWHERE or "segmentIdentities" in path:
            continue
        rows = [name for name in path[:-1] if name in ROWS]
        start = path.index(rows[-1]) + 1 if rows else 0
        assert "/".join(path[start:]) in (ROWS[rows[-1]] if rows else top), path


def test_each_way_to_type_has_a_field() -> None:
    assert set(Input) - FIELDS.keys() == {Input.CHECK, Input.CHOICE, Input.CHOICES}


def test_a_kind_without_anything_special_has_a_form_by_its_declaration_alone() -> None:
    shape = plain(Named)
    texts = shape.shown({"name": "A"}, SEOUL)
    assert texts == {"name": "A", "description": ""}
    assert shape.written({"name": "A"}, {**texts, "description": "New"}, SEOUL) == {"name": "A", "description": "New"}
    assert list(fields_of(Named, without=("name",))) == ["description"]
