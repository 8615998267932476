"""By which door a change came, in words."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import RequestContext
from django.test import RequestFactory
from django.utils.html import strip_tags

from offers.models import Revision, Sandbox
from offers.web.item.history.door import LABELS, door


def said(made: Revision) -> str:
    frame = SimpleNamespace(sandbox=Sandbox(name="prod"))
    return " ".join(strip_tags(door(RequestContext(RequestFactory().get("/"), {"frame": frame}), made)).split())


@pytest.mark.parametrize(
    ("refers_to", "words"),
    [
        ({}, "Form"),
        ({"undoes": 4}, "undid version 4"),
        ({"restores": 2}, "restored version 2"),
        ({"bulk": 7}, "bulk edit 7"),
        ({"bulk": 7, "undoes": 4}, "undid version 4 · bulk edit 7"),
        ({"merged_with": 12345}, "Form · merged with version 12345"),
    ],
)
def test_a_change_says_what_it_refers_to(refers_to: dict[str, Any], words: str) -> None:
    assert said(Revision(source=Revision.Source.FORM, refers_to=refers_to)) == words


def test_each_door_has_its_word_and_an_unknown_one_its_own_name() -> None:
    assert {source: said(Revision(source=source)) for source in LABELS} == {
        source: str(label) for source, label in Revision.Source.choices
    }
    assert said(Revision(source="pigeon")) == "pigeon"


def test_a_program_is_named_and_escaped() -> None:
    frame = SimpleNamespace(sandbox=Sandbox(name="prod"))
    drawn = door(RequestContext(RequestFactory().get("/"), {"frame": frame}), Revision(source="api", client_id="<b>"))
    assert "· &lt;b&gt;" in drawn
    assert "<b>" not in drawn
