"""The rows of the edit form: representations, limits, attributes, tags."""

import orjson
import pytest
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Sandbox
from tests.cast import (
    WEB,
    actor,
    make,
    make_placement,
    patch,
    shown_in,
)
from tests.web.edit.filling import HTMX, NAME, NEW, last_patch, now, opened, submit, with_texts
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

# Rows


def test_rows_are_added_moved_and_removed_without_javascript(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    make_placement(actor(sandbox), "mail", name="Mail")
    form = with_texts(opened(editor), {NAME: "Typed before"})
    form = form_in(text_of(submit(editor, form, "add:/representations")))
    assert form[NAME] == ["Typed before"]
    form = with_texts(form, {"/representations/1/placement": "mail", "/representations/1/components/0/content": "Hi"})
    form = form_in(text_of(submit(editor, form, "up:/representations/1")))
    assert form["/representations/0/placement"] == ["mail"]
    assert form["/representations/1/was"] == ["0"]
    form = form_in(text_of(submit(editor, form, "add:/representations/1/components")))
    form = form_in(text_of(submit(editor, form, "remove:/representations/1/components/1")))
    submit(editor, form)
    representations = now(item).document["representations"]
    assert representations == [
        {"placement": "mail", "channel": WEB, "components": [{"type": "html", "format": "text/html", "content": "Hi"}]},
        shown_in("home"),
    ]
    added = {"op": "add", "path": "/representations/0", "value": representations[0]}
    assert last_patch(item) == [{"op": "replace", "path": "/name", "value": "Typed before"}, added]


def test_with_htmx_a_row_button_gets_only_its_part_of_the_page(editor: Client, item: LibraryItem) -> None:
    response = submit(editor, opened(editor), "add:/frequencyCappingConstraints", headers=HTMX)
    text = text_of(response)
    assert text.lstrip().startswith('<section class="edit-section" id="limits"')
    assert orjson.loads(response["HX-Trigger-After-Settle"]) == {"rows": {"target": "#limits"}}


def test_an_attribute_is_added_and_the_last_limit_removed(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    capping = [{"limit": 1, "scope": "global", "entity": "offer"}]
    patch(actor(sandbox), item, [{"op": "add", "path": "/frequencyCappingConstraints", "value": capping}])
    form = form_in(text_of(submit(editor, opened(editor), "remove:/frequencyCappingConstraints/0")))
    form = form_in(text_of(submit(editor, form, "add:/characteristics")))
    submit(editor, with_texts(form, {"/characteristics/0/key": "tone", "/characteristics/0/value": "warm"}))
    assert last_patch(item) == [
        {"op": "add", "path": "/characteristics", "value": {"tone": "warm"}},
        {"op": "remove", "path": "/frequencyCappingConstraints/0"},
    ]


def test_two_attributes_of_one_name_are_refused_and_kept(editor: Client, item: LibraryItem) -> None:
    form = opened(editor)
    for _ in range(2):
        form = form_in(text_of(submit(editor, form, "add:/characteristics")))
    typed = {"/characteristics/0/key": "a", "/characteristics/1/key": "a", "/characteristics/1/value": "kept"}
    response = submit(editor, with_texts(form, typed))
    assert response.status_code == 422
    assert form_in(text_of(response))["/characteristics/1/value"] == ["kept"]
    assert response.context["page"].problems == {
        "/characteristics/1/key": ["There is already an attribute of this name."]
    }


def test_tags_are_found_by_name_and_added(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    for number in range(15):
        make(actor(sandbox), {"name": f"Season {number:02}"}, Kind.TAG, f"season{number}")
    form = with_texts(opened(editor), {"tag-query": "season 07"})
    response = submit(editor, form, "tags", headers=HTMX)
    assert response.context["page"].found_tags == [("season7", "Season 07")]
    submit(editor, {**form, "/tags": ["", "holiday", "season7"]})
    assert now(item).document["tags"] == ["holiday", "season7"]


def test_a_row_that_is_half_filled_in_hides_nothing_else(editor: Client, item: LibraryItem) -> None:
    form = form_in(text_of(submit(editor, opened(editor), "add:/representations")))
    form = with_texts(form, {"/representations/0/components/0/content": "Changed"})
    response = submit(editor, form, "preview", headers=HTMX)
    assert [change.title for change in response.context["changes"]] == [
        "Home, html › Text",
        "Representation for …",
    ]
    assert response.context["page"].problems == {"/representations/1/placement": ["Choose a placement."]}
    assert submit(editor, form).status_code == 422


def test_an_address_is_named_before_a_placement_is_chosen(editor: Client) -> None:
    form = form_in(text_of(submit(editor, opened(editor, NEW), "add:/representations", NEW)))
    added = form_in(text_of(submit(editor, form, "add:/representations/0/components", NEW)))
    link = "/representations/0/components/0/linkURL"
    response = submit(editor, with_texts(added, {link: "javascript:alert(1)"}), address=NEW)
    assert response.status_code == 422
    assert "javascript:" in response.context["page"].problems[link][0]


@pytest.mark.parametrize(
    ("language", "order"),
    [("en", ["Show at most", "limit", "times for", "scope", "per", "entity"]),
     ("ko", ["scope", "최대", "limit", "회,", "entity", "기준"])],
)  # fmt: skip
def test_a_limit_reads_as_a_sentence_in_the_readers_word_order(
    editor: Client, item: LibraryItem, language: str, order: list[str]
) -> None:
    editor.cookies["django_language"] = language
    text = text_of(submit(editor, opened(editor), "add:/frequencyCappingConstraints"))
    row = text[text.index('class="card-row capping-row') :]
    names = {"limit", "scope", "entity"}
    found = [
        row.index(f'name="/frequencyCappingConstraints/0/{part}"' if part in names else f"<span>{part}</span>")
        for part in order
    ]
    assert found == sorted(found)
