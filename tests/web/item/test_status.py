"""Approve, undo approve, archive: changes like any other, guarded by role and by the version that was seen."""

import pytest
from django.test import Client

from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import Role, actor, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

ITEM = "/s/prod/offers/sale/"


def press(browser: Client, action: str, etag: int) -> str:
    return text_of(browser.post(f"{ITEM}{action}/", {"etag": str(etag)}, follow=True))


def test_an_offer_is_approved_taken_back_and_archived(editor: Client, item: LibraryItem) -> None:
    for etag, (action, status, said) in enumerate(
        [
            ("approve", "approved", "Approved."),
            ("unapprove", "draft", "Back to draft."),
            ("archive", "archived", "Archived."),
        ],
        start=3,
    ):
        text = press(editor, action, etag)
        assert said in text
        assert f"This is now version {etag + 1}." in text
        undo = f'href="{ITEM}history/{etag + 1}/undo/"'
        assert (undo in text) == (status != "archived"), "only an admin brings back what is archived"
        item.refresh_from_db()
        assert item.status == status
    made = Revision.objects.filter(item=item).latest("etag")
    assert (made.actor_label, made.source) == ("Mina Park", "form")


def test_pressing_twice_makes_one_version(editor: Client, item: LibraryItem) -> None:
    press(editor, "approve", 3)
    press(editor, "approve", 4)
    item.refresh_from_db()
    assert item.etag == 4


def test_nobody_approves_what_they_have_not_seen(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/name", "Secretly free"))
    text = press(editor, "approve", 3)
    assert "Jisoo Kim saved version 4 since you opened the page" in text
    assert f'href="{ITEM}compare/?from=3&amp;to=4"' in text
    item.refresh_from_db()
    assert item.status == "draft"


@pytest.mark.parametrize("step", ["approve", "archive"])
def test_a_question_that_comes_again_is_about_the_version_that_was_seen(
    editor: Client, item: LibraryItem, sandbox: Sandbox, step: str
) -> None:
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/name", "Secretly free"))
    asked = editor.post(f"{ITEM}{step}/", {"etag": "3", "when": "moment", "when-begin": "2020-12-01T09:00"})
    assert asked.status_code == 422
    assert '<input type="hidden" name="etag" value="3">' in text_of(asked)


def test_an_archived_offer_stays_archived(editor: Client, item: LibraryItem) -> None:
    press(editor, "archive", 3)
    assert "An archived item cannot be changed back; duplicate it instead." in press(editor, "approve", 4)
    item.refresh_from_db()
    assert item.etag == 4


def test_in_a_reviewed_sandbox_a_reviewer_approves_and_others_propose_to(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    sandbox.review_policy = Sandbox.ReviewPolicy.REVIEWER
    sandbox.save()
    editor = sign_in(Role.EDITOR, "Mina Park")
    assert editor.post(f"{ITEM}approve/", {"etag": "3"})["Location"] == "/s/prod/reviews/1/"
    item.refresh_from_db()
    assert item.status == "draft"
    press(sign_in(Role.REVIEWER, "Jisoo Kim"), "approve", 3)
    item.refresh_from_db()
    assert item.status == "approved"


@pytest.mark.parametrize("action", ["approve", "unapprove", "archive"])
def test_it_refuses_auditors_strangers_and_links(sign_in: SignIn, item: LibraryItem, action: str) -> None:
    assert sign_in(Role.AUDITOR, "Ann Other").post(f"{ITEM}{action}/", {"etag": "3"}).status_code == 403
    assert sign_in(None, "Stran Ger").post(f"{ITEM}{action}/", {"etag": "3"}).status_code == 404
    # A link asks, and changes nothing; it is a draft already.
    asked = sign_in(Role.ADMIN, "Ad Min").get(f"{ITEM}{action}/")
    assert asked.status_code == (302 if action == "unapprove" else 200)
    item.refresh_from_db()
    assert item.etag == 3
