"""A new offer, from the same form."""

import re

from django.test import Client

from offers.models import LibraryItem, Sandbox
from tests.cast import (
    shown_in,
)
from tests.web.edit.filling import DESCRIPTION, NAME, NEW, PRIORITY, now, opened, revisions, submit, with_texts
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

# New offers


def test_a_new_offer_is_made_from_the_same_form(editor: Client, item: LibraryItem) -> None:
    form = form_in(text_of(submit(editor, opened(editor, NEW), "add:/representations", NEW)))
    typed = {
        NAME: "Brand new",
        "/representations/0/placement": "home",
        "/representations/0/components/0/content": "<b>Hi</b>",
        "note": "For spring",
    }
    response = submit(editor, with_texts(form, typed), address=NEW, follow=True)
    assert response.status_code == 200
    made = LibraryItem.objects.get(listing__name="Brand new")
    assert (made.etag, made.status, made.document["rank"]) == (1, "draft", {"priority": 0})
    assert made.document["representations"] == [shown_in("home") | {"components": [
        {"type": "html", "format": "text/html", "content": "<b>Hi</b>"}
    ]}]  # fmt: skip
    assert revisions(made)[0].note == "For spring"


def test_sending_a_new_offer_twice_makes_one(editor: Client, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor, NEW), {NAME: "Brand new"})
    answers = [submit(editor, form, address=NEW) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert LibraryItem.objects.filter(listing__name="Brand new").count() == 1


def test_a_new_offer_without_a_name_keeps_what_was_typed(editor: Client, sandbox: Sandbox) -> None:
    response = submit(editor, with_texts(opened(editor, NEW), {DESCRIPTION: "kept"}), address=NEW)
    assert response.status_code == 422
    assert form_in(text_of(response))[DESCRIPTION] == ["kept"]
    assert NAME in response.context["page"].problems
    assert not LibraryItem.objects.exists()


def test_a_fallback_offer_needs_only_a_name(editor: Client, sandbox: Sandbox) -> None:
    form = opened(editor, f"{NEW}?kind=fallback-offer")
    assert "/frequencyCappingConstraints" not in form
    submit(editor, with_texts(form, {NAME: "Default"}), address=NEW)
    made = LibraryItem.objects.get(listing__name="Default")
    assert (made.kind, made.document) == ("fallback-offer", {"name": "Default", "status": "draft"})
    address = f"/s/prod/offers/{made.id}/edit/"
    submit(editor, with_texts(opened(editor, address), {PRIORITY: "3"}), address=address)
    assert now(made).document == {"name": "Default", "status": "draft", "rank": {"priority": 3}}


def test_what_was_added_to_a_new_offer_has_the_focus_and_not_its_name(editor: Client, sandbox: Sandbox) -> None:
    assert re.search(r'name="/name"[^<>]*\bautofocus', text_of(editor.get(NEW)))
    form = opened(editor, NEW)
    for button in ("add:/representations", "add:/representations/0/components"):
        page = text_of(submit(editor, form, button, NEW))
        form = form_in(page)
    assert re.findall(r'name="([^"]*)"[^<>]*\bautofocus', page) == ["/representations/0/components/1/language"]
