"""Saving what others changed meanwhile: merged, refused with everything kept, at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.models import LibraryItem, Sandbox
from tests.cast import (
    FORM,
    Role,
    actor,
    at_once,
    differences,
    patch,
    replace,
)
from tests.web.conftest import SignIn
from tests.web.edit.filling import (
    EDIT,
    END,
    HTMX,
    NAME,
    PRIORITY,
    last_patch,
    now,
    opened,
    revisions,
    submit,
    with_texts,
)
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

# Others at the same time


def test_a_stale_form_merges_with_what_others_saved(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/rank/priority", 50))
    shown = submit(editor, form, "preview", headers=HTMX)
    assert "Jisoo Kim saved version 4 meanwhile." in text_of(shown)
    assert [change.title for change in shown.context["changes"]] == ["Name"]
    text = text_of(submit(editor, form, follow=True))
    assert "Saved as version 5, merged with version 4 by Jisoo Kim." in text
    assert (now(item).document["name"], item.document["rank"]) == ("Winter sale", {"priority": 50})
    assert revisions(item)[-1].refers_to == {"merged_with": 4}
    assert last_patch(item) == [{"op": "replace", "path": "/name", "value": "Winter sale"}]


def test_a_clean_merge_that_is_not_valid_is_refused_with_everything_kept(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = with_texts(opened(editor), {END: "2026-03-15T00:00"})
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/selectionConstraint/startDate", "2026-03-20T00:00:00Z"))
    response = submit(editor, form)
    assert response.status_code == 422
    assert response.context["page"].problems == {END: ["The end must be after the start."]}
    assert form_in(text_of(response))[END] == ["2026-03-15T00:00"]
    assert "Jisoo Kim saved version 4 meanwhile." in text_of(response)
    assert now(item).etag == 4


def test_an_offer_that_was_deleted_meanwhile_keeps_what_was_typed(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    writes.delete(actor(sandbox, label="Jisoo Kim"), OFFER_KINDS, "sale", FORM)
    assert "Jisoo Kim deleted it" in text_of(submit(editor, form, "preview", headers=HTMX))
    response = submit(editor, form)
    assert response.status_code == 409
    assert form_in(text_of(response))[NAME] == ["Winter sale"]
    assert "Bring it back" in text_of(response)
    assert editor.get(EDIT).headers["Location"] == "/s/prod/offers/sale/history/"
    writes.undelete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    submit(editor, form)
    assert now(item).document["name"] == "Winter sale"


@pytest.mark.parametrize("etag", ["", "0", "99", "x", "-1", "1e3"])
def test_a_version_that_never_was_is_a_bad_request(editor: Client, item: LibraryItem, etag: str) -> None:
    assert submit(editor, with_texts(opened(editor), {"etag": etag})).status_code == 400


Race = Callable[[list[dict[str, str]]], list[Any]]


@pytest.fixture
def race(item: LibraryItem, sign_in: SignIn) -> Race:
    people = [sign_in(Role.EDITOR, "Mina Park"), sign_in(Role.EDITOR, "Jisoo Kim")]

    def run(typed: list[dict[str, str]]) -> list[Any]:
        forms = [with_texts(opened(person), texts) for person, texts in zip(people, typed, strict=True)]
        return at_once(2, lambda number: submit(people[number], forms[number]))

    return run


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_different_fields_at_once_are_both_kept(race: Race, item: LibraryItem) -> None:
    answers = race([{NAME: "Winter sale"}, {PRIORITY: "50"}])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (now(item).document["name"], item.document["rank"]) == ("Winter sale", {"priority": 50})
    assert [made.refers_to for made in revisions(item)[3:]] == [{}, {"merged_with": 4}]
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_field_at_once_make_one_version_and_one_conflict(race: Race, item: LibraryItem) -> None:
    answers = race([{NAME: "Winter sale"}, {NAME: "Autumn sale"}])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert now(item).etag == 4
