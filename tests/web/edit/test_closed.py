"""For whom the edit form is closed, who is told so, and that nothing typed is lost by it."""

import pytest
from django.test import Client

from offers.models import LibraryItem, RequestedChange, Sandbox
from tests.cast import (
    Role,
    actor,
    patch,
    replace,
)
from tests.web.conftest import SignIn
from tests.web.edit.filling import EDIT, HTMX, NAME, NEW, now, opened, submit, with_texts
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

# Who may


def test_an_auditor_is_told_before_typing(sign_in: SignIn, item: LibraryItem) -> None:
    browser = sign_in(Role.AUDITOR)
    response = browser.get(EDIT)
    assert response.status_code == 403
    assert "You can read this sandbox but not change it." in text_of(response)
    assert "Duplicate" not in text_of(response)
    for address in (EDIT, NEW):
        assert browser.post(address, {"action": "save", "etag": "3"}).status_code == 403
    assert browser.get(NEW).status_code == 403
    assert now(item).etag == 3


def test_a_stranger_finds_nothing(sign_in: SignIn, item: LibraryItem) -> None:
    browser = sign_in(None)
    for address in (EDIT, NEW):
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"action": "save", "etag": "3"}).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(item: LibraryItem) -> None:
    assert Client().get(EDIT).headers["Location"].startswith("/accounts/login/")
    assert Client().post(EDIT, {"action": "save"}, headers=HTMX).headers["Location"].startswith("/accounts/login/")


@pytest.fixture
def reviewed(sandbox: Sandbox) -> Sandbox:
    sandbox.review_policy = Sandbox.ReviewPolicy.REVIEWER
    sandbox.save()
    return sandbox


def test_an_editor_is_told_before_typing_that_a_change_of_a_live_offer_is_proposed(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    patch(actor(reviewed), item, replace("/status", "approved"))
    page = text_of(editor.get(EDIT))
    assert "Changes to live offers need a reviewer" in page
    assert "Propose change" in page
    assert 'value="save"' not in page
    proposed = submit(editor, with_texts(opened(editor), {NAME: "Winter sale"}), "propose")
    assert proposed["Location"] == "/s/prod/reviews/1/"
    (wanted,) = RequestedChange.objects.all()
    assert (wanted.patch, wanted.base_etag) == (replace("/name", "Winter sale"), 4)
    # By the name that people know it by.
    assert wanted.request.title == f"{now(item).name}: Name"
    assert now(item).etag == 4


def test_an_editor_whose_offer_went_live_meanwhile_loses_nothing(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    patch(actor(reviewed), item, replace("/status", "approved"))
    preview = text_of(submit(editor, form, "preview", headers=HTMX))
    assert "need a reviewer" in preview
    assert 'value="propose"' in preview
    response = submit(editor, form)
    assert response.status_code == 403
    assert form_in(text_of(response))[NAME] == ["Winter sale"]
    assert "need a reviewer" in text_of(response)
    assert now(item).etag == 4
    assert submit(editor, form, "propose")["Location"] == "/s/prod/reviews/1/"


def test_an_editor_only_proposes_to_approve_in_a_reviewed_sandbox(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    form = with_texts(opened(editor), {"/status": "approved"})
    response = submit(editor, form)
    assert response.status_code == 403
    assert form_in(text_of(response))["/status"] == ["approved"]
    assert submit(editor, form, "propose")["Location"] == "/s/prod/reviews/1/"
    assert now(item).status == "draft"


def test_what_is_wrong_is_told_before_it_is_proposed(editor: Client, item: LibraryItem, reviewed: Sandbox) -> None:
    patch(actor(reviewed), item, replace("/status", "approved"))
    response = submit(editor, with_texts(opened(editor), {NAME: ""}), "propose")
    assert response.status_code == 422
    assert not RequestedChange.objects.exists()


def test_a_new_offer_that_is_to_be_live_is_proposed(editor: Client, item: LibraryItem, reviewed: Sandbox) -> None:
    form = with_texts(form_in(text_of(editor.get(NEW))), {NAME: "Fresh", "/status": "approved"})
    assert editor.post(NEW, {**form, "action": "save"}).status_code == 403
    assert editor.post(NEW, {**form, "action": "propose"})["Location"] == "/s/prod/reviews/1/"
    assert not LibraryItem.objects.filter(document__name="Fresh").exists()


def test_a_reviewer_edits_what_is_live(sign_in: SignIn, item: LibraryItem, reviewed: Sandbox) -> None:
    patch(actor(reviewed), item, replace("/status", "approved"))
    browser = sign_in(Role.REVIEWER)
    submit(browser, with_texts(opened(browser), {NAME: "Winter sale"}))
    assert now(item).document["name"] == "Winter sale"


def test_an_archived_offer_is_closed(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), item, replace("/status", "archived"))
    response = editor.get(EDIT)
    assert response.status_code == 403
    assert "What is archived cannot be changed; duplicate it instead." in text_of(response)
