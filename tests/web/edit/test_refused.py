"""A refused save cannot be missed: what is wrong is said above the form and at each field, and each leads to the other."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers.models import LibraryItem, Sandbox
from offers.web.frame.sections import SECTIONS
from tests.cast import actor, patch, replace
from tests.web.edit.filling import HTMX, opened, submit, with_texts
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import flat, text_of

# What a person may leave empty or write wrongly in any form: what a form does not have is not sent.
WRONG = {
    "/name": [""],
    "/rank/priority": ["many"],
    "/itemCount": ["0"],
    "/condition/value": [""],
    "/filterType": ["any-tags"],
    "/ids/tags": [""],
    "/startDate": ["2026-03-02T00:00"],
    "/endDate": ["2026-03-01T00:00"],
    "/selectionConstraint/endDate": ["2020-01-01T00:00"],
}
ROWS = ["/representations", "/frequencyCappingConstraints", "/characteristics", "/criteria"]


def ids_of(text: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', text)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_form_says_what_is_wrong_above_it_and_at_the_field(editor: Client, sandbox: Sandbox, section: str) -> None:
    address = reverse("new", args=["prod", section])
    form = form_in(text_of(editor.get(address)))
    for rows in ROWS:
        if rows in form:
            form = form_in(text_of(editor.post(address, form | {"action": [f"add:{rows}"]})))
    response = editor.post(address, form | {n: v for n, v in WRONG.items() if n in form} | {"action": ["save"]})
    assert response.status_code == 422
    text = text_of(response)
    assert "<title>Not saved: New " in flat(text)
    ids = ids_of(text)
    assert len(ids) == len(set(ids)), "an id is there once"
    assert set(re.findall(r'aria-describedby="([^"]+)"', text.replace(" f-", '" aria-describedby="f-'))) <= set(ids)
    summary = text[text.index('id="refused"') : text.index('class="edit-grid"')]
    listed = response.context["page"].listed
    assert listed
    for name, label, words in listed:
        assert label in summary
        if name:
            id = "f" + name.replace("/", "-")
            assert f'href="#{id}"' in summary
            assert id in ids, "the link leads somewhere"
            said = re.search(rf'<p class="problem" id="{id}(?:-problem)?"[^>]*>([^<]+)</p>', text)
            assert said, f"{name} is red without a word"
            assert words in said[1]
    assert f'<span class="problem-count">{len(listed)}' not in flat(summary)
    assert re.search(rf'class="problem-count">{len(listed)} problems?<', flat(text))


def renewed_in(text: str) -> dict[str, str]:
    """What an answer puts into the places of problems, by the names of their inputs."""
    return dict(re.findall(r'<p class="problem" id="[^"]+" data-at="([^"]+)" hx-swap-oob="true">([^<]*)</p>', text))


def test_a_preview_says_what_is_wrong_at_the_inputs_that_it_is_asked_for(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {"/name": "", "/rank/priority": "many", "/description": "x"})
    text = text_of(submit(editor, form | {"renew": ["/rank/priority", "/description"]}, "preview", headers=HTMX))
    assert renewed_in(text) == {"/rank/priority": "This must be a whole number.", "/description": ""}
    assert "refused-list" not in text
    hostile = text_of(submit(editor, form | {"renew": ['"><script>', "/no/such"]}, "preview", headers=HTMX))
    assert "<script" not in hostile


def test_after_a_refused_save_a_preview_says_it_everywhere(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {"/name": "", "/rank/priority": "many"})
    refused = form_in(text_of(submit(editor, form)))
    assert refused["refused"] == ["", "listed"]
    text = text_of(submit(editor, refused, "preview", headers=HTMX))
    assert sorted(renewed_in(text)) == ["/name", "/rank/priority"]
    assert "2 problems" in text[text.index('id="refused-list"') :]
    right = refused | {"/name": ["Winter sale"], "/rank/priority": ["8"], "renew": ["/name", "/rank/priority"]}
    text = text_of(submit(editor, right, "preview", headers=HTMX))
    assert renewed_in(text) == {"/name": "", "/rank/priority": ""}
    assert "<li" not in text[text.index('id="refused-list"') :]


def test_a_refusal_that_is_no_field_s_stands_above_the_form_too(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {"/name": "Winter sale"})
    LibraryItem.objects.filter(pk=item.pk).update(deleted_at=item.modified_at)
    response = submit(editor, form)
    text = text_of(response)
    assert response.status_code == 409
    assert "Not saved: it was deleted meanwhile." in text[text.index('id="refused"') : text.index('class="edit-grid"')]
    assert form_in(text)["/name"] == ["Winter sale"]


def test_a_form_that_was_not_refused_says_nothing_of_it(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/sale/edit/"))
    assert 'id="refused"' not in text
    assert "was-refused" not in text
    assert "Not saved" not in text


class TestCreatingTwice:
    """Back, and Create again: the form still has the id of what it made."""

    NEW = "/s/prod/offers/new/"

    def create(self, editor: Client, form: dict[str, list[str]], name: str) -> Any:
        return editor.post(self.NEW, form | {"/name": [name], "action": ["save"]})

    @pytest.fixture
    def form(self, editor: Client, sandbox: Sandbox) -> dict[str, list[str]]:
        form = form_in(text_of(editor.get(self.NEW)))
        assert self.create(editor, form, "First").status_code == 302
        return form

    def test_the_same_again_is_one_offer(self, editor: Client, form: dict[str, list[str]]) -> None:
        response = self.create(editor, form, "First")
        assert response["Location"] == f"/s/prod/offers/{form['id'][0]}/"
        assert LibraryItem.objects.count() == 1

    def test_another_text_is_kept_said_and_can_be_created_too(self, editor: Client, form: dict[str, list[str]]) -> None:
        response = self.create(editor, form, "Second")
        assert response.status_code == 409
        text = text_of(response)
        assert "this form has already made “First”" in text
        assert form_in(text)["/name"] == ["Second"]
        assert LibraryItem.objects.count() == 1
        again = editor.post(self.NEW, form_in(text) | {"action": ["save"]})
        assert again.status_code == 302
        assert sorted(item.name for item in LibraryItem.objects.all()) == ["First", "Second"]

    def test_it_is_compared_with_what_was_made_then(self, editor: Client, form: dict[str, list[str]]) -> None:
        made = LibraryItem.objects.get()
        patch(actor(made.sandbox), made, replace("/name", "Changed since"))
        assert self.create(editor, form, "First").status_code == 302
        assert "“Changed since”" in text_of(self.create(editor, form, "Second"))
