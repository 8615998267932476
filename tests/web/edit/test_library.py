"""Placements, rules, tags, collections and decisions in the edit form: the flow itself is tested in test_edit.py."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import WEB, Role, actor, differences, patch, replace
from tests.web.conftest import SignIn
from tests.web.edit.filling_library import (
    HTMX,
    RULE,
    SECTIONS,
    document,
    last_patch,
    opened,
    said,
    save,
    submit,
    where,
)
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of


@pytest.mark.parametrize(("section", "id"), [*SECTIONS.items(), ("placements", "kiosk")])
def test_a_page_that_is_sent_back_as_it_came_changes_nothing(
    editor: Client, library: Sandbox, section: str, id: str
) -> None:
    response = save(editor, where(section, id))
    assert "Nothing was changed" in said(response)
    assert LibraryItem.objects.get(id=id).etag == 1


@pytest.mark.parametrize("section", SECTIONS)
def test_a_name_is_changed_by_the_patch_that_was_shown(editor: Client, library: Sandbox, section: str) -> None:
    address, id = where(section), SECTIONS[section]
    preview = editor.post(address, {**opened(editor, address), "/name": "New", "action": "preview"}, headers=HTMX)
    shown = [{"op": "replace", "path": "/name", "value": "New"}]
    assert preview.context["patch"] == shown
    assert "<html" not in text_of(preview)
    response = save(editor, address, **{"/name": "New", "note": "why"})
    assert response["Location"] == reverse("item", args=["prod", section, id])
    assert "Saved as version 2." in said(response)
    assert last_patch(id) == shown
    made = Revision.objects.get(item__id=id, etag=2)
    assert (made.source, made.note, made.actor_label) == ("form", "why", "Mina Park")
    assert differences() == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_name_that_was_emptied_is_refused_at_its_input_and_the_rest_is_kept(
    editor: Client, library: Sandbox, section: str
) -> None:
    response = save(editor, where(section), **{"/name": "", "/description": "typed"})
    assert response.status_code == 422
    assert list(response.context["page"].problems) == ["/name"]
    assert form_in(text_of(response))["/description"] == ["typed"]
    assert LibraryItem.objects.get(id=SECTIONS[section]).etag == 1


@pytest.mark.parametrize("section", SECTIONS)
def test_what_another_person_changed_meanwhile_is_kept(editor: Client, library: Sandbox, section: str) -> None:
    address, id = where(section), SECTIONS[section]
    form = opened(editor, address)
    item = LibraryItem.objects.get(id=id)
    patch(actor(library, label="Jisoo Kim"), item, [{"op": "add", "path": "/description", "value": "theirs"}])
    assert "merged with version 2 by Jisoo Kim" in said(submit(editor, address, form, **{"/name": "Mine"}))
    assert (document(id)["name"], document(id)["description"]) == ("Mine", "theirs")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_same_field_changed_twice_is_asked_about_and_then_saved(
    editor: Client, library: Sandbox, section: str
) -> None:
    address, id = where(section), SECTIONS[section]
    form = opened(editor, address)
    patch(actor(library, label="Jisoo Kim"), LibraryItem.objects.get(id=id), replace("/name", "Theirs"))
    asked = submit(editor, address, form, **{"/name": "Mine"})
    assert asked.status_code == 409
    assert "Theirs" in text_of(asked)
    again = form_in(text_of(asked), "conflict")
    (field,) = asked.context["fields"]
    editor.post(address, {**again, f"pick:{field.name}": "yours", "action": "save"})
    assert (document(id)["name"], LibraryItem.objects.get(id=id).etag) == ("Mine", 3)


CREATED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "placements": (
        {"/name": "Top", "/channel": WEB, "/componentType": "json"},
        {"name": "Top", "channel": WEB, "componentType": "json"},
    ),
    "rules": (
        {"/name": "Gold", "/condition/value": "tier = 'gold'\r\nor vip"},
        RULE,
    ),
    "tags": ({"/name": "설날", "/description": "New year"}, {"name": "설날", "description": "New year"}),
    "collections": (
        {"/name": "By hand", "/filterType": "offers", "/ids/offers": ["", "sale"]},
        {"name": "By hand", "filterType": "offers", "ids": ["sale"]},
    ),
    "decisions": (
        {
            "/name": "Top",
            "/fallback": "leaflet",
            "/criteria/0/placements": ["", "home"],
            "/criteria/0/optionSelection/filter": "spring",
            "/criteria/0/profileConstraint/profileConstraintType": "eligibilityRule",
            "/criteria/0/profileConstraint/eligibilityRule": "gold",
        },
        {
            "name": "Top",
            "status": "draft",
            "fallback": "leaflet",
            "criteria": [
                {
                    "placements": ["home"],
                    "optionSelection": {"filter": "spring"},
                    "profileConstraint": {"profileConstraintType": "eligibilityRule", "eligibilityRule": "gold"},
                }
            ],
        },
    ),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_one_of_each_kind_can_be_created(editor: Client, library: Sandbox, section: str) -> None:
    address = reverse("new", args=["prod", section])
    assert f'href="{address}"' in text_of(editor.get(reverse("items", args=["prod", section])))
    typed, expected = CREATED[section]
    form = opened(editor, address)
    response = submit(editor, address, form, **typed)
    assert "Created" in said(response)
    made = LibraryItem.objects.get(id=form["id"][0])
    assert made.document == expected
    assert response["Location"] == reverse("item", args=["prod", section, made.id])
    submit(editor, address, form, **typed)
    assert LibraryItem.objects.filter(kind=made.kind, listing__name=made.name).exclude(id="gold").count() == 1, (
        "sent twice"
    )


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ("placements", ["/name", "/channel", "/componentType"]),
        ("rules", ["/name", "/condition/value"]),
        ("tags", ["/name"]),
        ("collections", ["/name", "/ids/tags"]),
        ("decisions", ["/name", "/criteria/0/placements", "/criteria/0/optionSelection/filter"]),
    ],
)
def test_an_empty_form_is_told_at_its_inputs_what_is_missing(
    editor: Client, library: Sandbox, section: str, missing: list[str]
) -> None:
    count = LibraryItem.objects.count()
    response = save(editor, reverse("new", args=["prod", section]))
    assert response.status_code == 422
    assert sorted(response.context["page"].problems) == sorted(missing)
    assert LibraryItem.objects.count() == count


@pytest.mark.parametrize("section", SECTIONS)
def test_readers_and_strangers_get_no_form(sign_in: SignIn, library: Sandbox, section: str) -> None:
    new = reverse("new", args=["prod", section])
    auditor, stranger = sign_in(Role.AUDITOR), sign_in(None, "Sam Hill")
    assert auditor.get(where(section)).status_code == 403
    assert auditor.get(new).status_code == 403
    assert auditor.post(new, {"/name": "x", "action": "save"}).status_code == 403
    assert f'href="{new}"' not in text_of(auditor.get(reverse("items", args=["prod", section])))
    assert stranger.get(where(section)).status_code == 404
    assert stranger.get(new).status_code == 404


def test_an_item_is_edited_in_its_own_section_only(editor: Client, library: Sandbox) -> None:
    assert editor.get(where("tags", "home")).status_code == 404
    assert editor.get(where("placements", "sale")).status_code == 404
