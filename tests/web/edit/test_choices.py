"""What the offer form offers to choose from: placements and rules, in a library that has more than a list can show."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Sandbox
from tests.cast import actor, make, make_placement
from tests.web.edit.filling import EDIT, HTMX, opened, submit
from tests.web.frame.test_respond import text_of

RULE = "/selectionConstraint/eligibilityRule"


@pytest.fixture
def library(sandbox: Sandbox, item: LibraryItem, monkeypatch: pytest.MonkeyPatch) -> None:
    """More placements and rules than are offered at once."""
    monkeypatch.setattr("offers.web.edit.form_page.CHOICES_OFFERED", 1)
    admin = actor(sandbox)
    for name in ("Aside", "Banner", "Closing mail"):
        make_placement(admin, id=name.split()[0].lower(), name=name)
    for name in ("Gold members", "Silver members"):
        condition = {"type": "PQL", "format": "pql/text", "value": f"loyalty = <{name}>"}
        make(admin, {"name": name, "condition": condition}, Kind.RULE, name.split()[0].lower())


def test_the_first_placements_are_offered_with_a_search_and_the_chosen_one_in_any_case(
    editor: Client, library: None
) -> None:
    text = text_of(editor.get(EDIT))
    assert 'name="find:/representations/0/placement"' in text
    assert f'name="find:{RULE}"' in text
    assert '<option value="home"' in text, "chosen"
    assert '<option value="aside"' in text
    assert '<option value="closing"' not in text


def test_a_placement_is_found_by_its_name(editor: Client, library: None) -> None:
    find = "find:/representations/0/placement"
    sent = opened(editor) | {find: ["mail clos"]}
    text = text_of(submit(editor, sent, find, headers=HTMX))
    assert '<option value="closing"' in text
    assert '<option value="home"' in text, "what is chosen stays"
    assert '<option value="aside"' not in text
    assert "<html" not in text
    whole = text_of(submit(editor, sent, find))
    assert "<html" in whole
    assert '<option value="closing"' in whole


def test_a_rule_is_found_by_its_name_and_shows_its_condition(editor: Client, library: None) -> None:
    sent = opened(editor) | {f"find:{RULE}": ["silver"]}
    text = text_of(submit(editor, sent, f"find:{RULE}", headers=HTMX))
    assert 'data-condition="loyalty = &lt;Silver members&gt;"' in text
    assert "Gold members" not in text
    chosen = text_of(submit(editor, sent | {RULE: ["silver"]}, "edit"))
    assert "<code>loyalty = &lt;Silver members&gt;</code>" in chosen


def test_a_small_library_needs_no_search(editor: Client, item: LibraryItem) -> None:
    assert "find:/" not in text_of(editor.get(EDIT))


def test_a_placement_for_another_content_type_is_shown_but_not_offered(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    make_placement(actor(sandbox), id="feed", name="Feed", componentType="json")
    sent = opened(editor)
    assert _other_types(text_of(submit(editor, sent, "edit"))) == ["feed"]
    sent["/representations/0/components/0/type"] = [""]
    assert _other_types(text_of(submit(editor, sent, "edit"))) == [], "it takes the placement's type"


def _other_types(text: str) -> list[str]:
    closed = re.search(r'<optgroup\s+label="For another content type" disabled>(.*?)</optgroup>', text, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', closed[1]) if closed else []


def test_a_form_for_a_fallback_offer_is_still_one_after_a_sign_in_that_comes_between(
    editor: Client, item: LibraryItem
) -> None:
    new = "/s/prod/offers/new/"
    action = f'action="{new}?kind=fallback-offer"'
    assert action in text_of(editor.get(f"{new}?kind=fallback-offer"))
    editor.logout()
    asked = editor.get(f"{new}?kind=fallback-offer")
    assert asked["Location"].endswith("?next=" + quote(f"{new}?kind=fallback-offer"))
    assert action in text_of(editor.post(f"{new}?kind=fallback-offer")), "what was typed goes to the same form"
