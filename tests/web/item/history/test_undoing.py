"""Undo and restore: what they ask, what they write, and where they propose."""

import re
from typing import Any

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import heads, writes
from offers.models import LibraryItem, RequestedChange, Revision, Sandbox
from tests.cast import (
    FORM,
    Role,
    actor,
    differences,
    patch,
    replace,
)
from tests.web.conftest import SignIn
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

HISTORY = "/s/prod/offers/sale/history/"


def confirm(browser: Client, address: str, etag: int, note: str = "") -> Any:
    return browser.post(address, {"etag": str(etag), "note": note})


def test_undo_takes_back_one_change_and_keeps_later_ones(editor: Client, item: LibraryItem) -> None:
    asked = editor.get(f"{HISTORY}2/undo/")
    assert "Undo version 2?" in text_of(asked)
    assert (asked.context["made"].etag, text_of(asked).count('class="who-made"')) == (2, 1), "whose change it is"
    assert Revision.objects.filter(item=item).count() == 3
    done = confirm(editor, f"{HISTORY}2/undo/", 3, "wrong season")
    assert done["Location"] == f"{HISTORY}#version-4"
    assert 'id="version-4"' in text_of(editor.get(HISTORY)), "it leads to what was made"
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Spring sale", 7, 4)
    made = Revision.objects.get(item=item, etag=4)
    assert (made.source, made.refers_to, made.note) == ("undo", {"undoes": 2}, "wrong season")
    assert made.actor_label == "Mina Park"
    assert f'href="{HISTORY}4/undo/"' in text_of(editor.get(HISTORY))
    assert not differences()


def test_undo_that_meets_later_changes_asks_for_each_field_and_writes_nothing_before(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Theo Brandt"), item, replace("/name", "Autumn sale"))
    for response in (editor.get(f"{HISTORY}2/undo/"), confirm(editor, f"{HISTORY}2/undo/", 4)):
        assert response.status_code == 409
        text = text_of(response)
        for part in ("Name", "<ins>Spring</ins>", "Summer sale", "<ins>Autumn</ins>", "Theo Brandt", "version 4"):
            assert part in text
    item.refresh_from_db()
    assert item.etag == 4


def decided(browser: Client, address: str, side: str, **more: str) -> Any:
    """The page of an undo that meets later changes, sent with the same side for each field."""
    form = form_in(text_of(browser.get(address)), "conflict")
    names = re.findall(r'name="pick:([0-9a-f]{32})" value="theirs"', text_of(browser.get(address)))
    picks = {f"pick:{name}": side for name in names} | {f"other:{name}": more.pop("other", "") for name in names}
    return browser.post(address, {**{name: values[0] for name, values in form.items()}, **picks, **more})


@pytest.mark.parametrize(
    ("side", "other", "name"), [("theirs", "", "Spring sale"), ("other", "Four seasons", "Four seasons")]
)
def test_an_undo_takes_back_what_was_decided_with_what_is_taken_back_by_itself(
    editor: Client, item: LibraryItem, sandbox: Sandbox, side: str, other: str, name: str
) -> None:
    admin = actor(sandbox, label="Theo Brandt")
    patch(admin, item, [*replace("/name", "Winter sale"), *replace("/rank/priority", 40)])
    patch(admin, item, replace("/name", "Autumn sale"))
    done = decided(editor, f"{HISTORY}4/undo/", side, other=other, note="too late")
    assert done["Location"] == f"{HISTORY}#version-6"
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Summer sale" if side == "theirs" else name, 7, 6)
    made = Revision.objects.get(item=item, etag=6)
    assert (made.source, made.refers_to, made.note) == ("undo", {"undoes": 4}, "too late")
    assert not differences()


def test_an_undo_that_keeps_what_is_now_makes_no_version_and_one_of_old_choices_asks_again(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox, label="Theo Brandt")
    patch(admin, item, replace("/name", "Autumn sale"))
    page = f"{HISTORY}2/undo/"
    for answer in (decided(editor, page, "yours"), editor.post(page, {"all": "yours"})):
        # On the page where it is chosen, and not on the one after.
        assert "With what is chosen everything stays as it is now" in text_of(answer)
        assert [field.side for field in answer.context["fields"]] == ["yours"]
    form = form_in(text_of(editor.get(page)), "conflict")
    (name,) = set(re.findall(r'"(pick:[0-9a-f]{32})"', text_of(editor.get(page))))
    sent = {**{key: values[0] for key, values in form.items()}, name: "theirs"}
    patch(admin, item, replace("/rank/priority", 8))
    stale = editor.post(page, sent)
    assert stale.status_code == 409
    assert "Theo Brandt saved version 5 while you were looking." in text_of(stale)
    again = editor.post(page, {**sent, "etag": "5", "again": "1"})
    assert [field.side for field in again.context["fields"]] == ["theirs"]
    patch(admin, item, replace("/name", "Winter sale"))
    moved = editor.post(page, {**sent, "etag": "5"})
    assert (moved.status_code, moved.context["undecided"]) == (409, 1), "Winter sale was never seen"
    assert [field.side for field in editor.post(page, {"all": "yours"}).context["fields"]] == ["yours"]
    item.refresh_from_db()
    assert item.etag == 6


def test_in_a_reviewed_sandbox_what_was_decided_is_proposed(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, [*replace("/status", "approved"), *replace("/name", "Autumn sale")])
    Sandbox.objects.update(review_policy="two-people")
    editor = sign_in(Role.EDITOR)
    assert "Propose undo" in text_of(editor.get(f"{HISTORY}2/undo/"))
    assert "/reviews/1/" in decided(editor, f"{HISTORY}2/undo/", "theirs", note="It was better")["Location"]
    (wanted,) = RequestedChange.objects.all()
    assert (wanted.source, wanted.refers_to, wanted.patch) == ("undo", {"undoes": 2}, replace("/name", "Spring sale"))


def test_undo_of_what_is_already_undone_makes_no_version(editor: Client, item: LibraryItem) -> None:
    confirm(editor, f"{HISTORY}3/undo/", 3)
    assert "Nothing is left of that change" in text_of(editor.get(f"{HISTORY}3/undo/"))
    confirm(editor, f"{HISTORY}3/undo/", 4)
    item.refresh_from_db()
    assert item.etag == 4


def test_restore_makes_an_earlier_version_the_current_one(editor: Client, item: LibraryItem) -> None:
    before = heads.read(actor(item.sandbox), OFFER_KINDS, "sale").document
    confirm(editor, f"{HISTORY}1/restore/", 3)
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Spring sale", 1, 4)
    made = Revision.objects.get(item=item, etag=4)
    assert (made.source, made.refers_to) == ("restore", {"restores": 1})
    confirm(editor, f"{HISTORY}4/undo/", 4)
    assert heads.read(actor(item.sandbox), OFFER_KINDS, "sale").document == before


def test_a_confirmation_of_what_was_not_shown_is_asked_again(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    editor.get(f"{HISTORY}2/undo/")
    patch(actor(sandbox, label="Theo Brandt"), item, replace("/rank/priority", 8))
    response = confirm(editor, f"{HISTORY}2/undo/", 3, "my reason")
    assert response.status_code == 409
    assert "Theo Brandt saved version 4 while you were looking." in text_of(response)
    assert 'value="my reason"' in text_of(response)
    item.refresh_from_db()
    assert item.etag == 4


def test_a_version_that_is_no_longer_valid_is_explained_before_anyone_confirms(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    patch(admin, item, [{"op": "remove", "path": "/tags"}])
    writes.delete(admin, [Kind.TAG], "holiday", FORM)
    asked = editor.get(f"{HISTORY}3/restore/")
    assert asked.status_code == 200
    assert "It cannot be done as it stands:" in text_of(asked)
    assert "Restore the version" not in text_of(asked)
    assert confirm(editor, f"{HISTORY}3/restore/", 4).status_code == 422
    item.refresh_from_db()
    assert item.etag == 4


def test_undo_and_restore_are_not_for_auditors(sign_in: SignIn, item: LibraryItem) -> None:
    auditor = sign_in(Role.AUDITOR)
    for page in ("2/undo/", "1/restore/"):
        for response in (auditor.get(f"{HISTORY}{page}"), confirm(auditor, f"{HISTORY}{page}", 3)):
            assert response.status_code == 403
            assert "You can read this sandbox but not change it." in text_of(response)
    item.refresh_from_db()
    assert item.etag == 3


def test_what_is_live_in_a_reviewed_sandbox_is_undone_by_reviewers_and_proposed_by_others(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, replace("/status", "approved"))
    Sandbox.objects.update(review_policy="reviewer")
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Rosa Vidal")
    page = text_of(editor.get(f"{HISTORY}2/undo/"))
    assert "need a reviewer" in page
    assert "Propose undo" in page
    assert "/reviews/1/" in confirm(editor, f"{HISTORY}2/undo/", 4)["Location"]
    (wanted,) = RequestedChange.objects.all()
    assert (wanted.source, wanted.refers_to, wanted.base_etag) == ("undo", {"undoes": 2}, 4)
    assert confirm(reviewer, f"{HISTORY}2/undo/", 4).status_code == 302


def test_restoring_a_live_version_takes_a_reviewer_too(sign_in: SignIn, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), item, replace("/status", "approved"))
    patch(actor(sandbox), item, replace("/status", "draft"))
    Sandbox.objects.update(review_policy="reviewer")
    proposed = confirm(sign_in(Role.EDITOR), f"{HISTORY}4/restore/", 5)
    assert "/reviews/1/" in proposed["Location"]
    item.refresh_from_db()
    assert (item.status, item.etag) == ("draft", 5)


def test_undo_asks_for_the_forms_token(item: LibraryItem, sign_in: SignIn) -> None:
    browser = sign_in()
    browser.handler.enforce_csrf_checks = True
    assert confirm(browser, f"{HISTORY}2/undo/", 3).status_code == 403
