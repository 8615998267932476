"""The pages of a bulk edit that proposes: what will be saved and what asked for is said beforehand, and where it went afterwards."""

import re

import pytest
from django.test import Client

from offers.bulk import runs
from offers.models import ChangeRequest, LibraryItem, Sandbox
from tests.cast import Role, actor, make, offer
from tests.web.bulk.test_runs import PRIORITY, page, planned
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of


@pytest.fixture
def ids(sandbox: Sandbox) -> list[str]:
    """A draft, and two offers that customers see, where that takes two people."""
    admin = actor(sandbox, label="Jisoo Kim")
    found = [make(admin, offer(status=status), id=status).id for status in ("draft", "approved")]
    found.append(make(admin, offer(name="Another", status="approved"), id="another").id)
    Sandbox.objects.update(review_policy="two-people")
    return found


def shown(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_it_says_beforehand_what_is_saved_and_what_is_proposed_and_then_where(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    text = shown(text_of(editor.get(page(run))))
    assert "1 offer will change" in text
    assert "2 offers will be proposed" in text
    assert "in a new request" in text
    assert "Change 1, propose 2" in text
    answer = text_of(editor.post(page(run, "start/"), {"note": "Prices rise"}, follow=True))
    assert "1 offer changed · 2 offers proposed" in shown(answer)
    request = ChangeRequest.objects.get()
    assert (request.title, request.reason, request.changes.count()) == ("Set priority to 5", "Prices rise", 2)
    rows = flat(text_of(editor.get(page(run, "?tab=proposed"))))
    assert rows.count('href="/s/prod/reviews/1/"') == 3, "the run's link, and one in each row"
    assert "in request 1" in shown(rows)


def test_an_undo_says_which_requests_it_leaves_open_and_they_are_withdrawn_there(
    editor: Client, sign_in: SignIn, ids: list[str]
) -> None:
    run = planned(editor, ids)
    text = shown(text_of(editor.post(page(run, "start/"), {"note": "Prices rise"}, follow=True)))
    assert "Undo 1 offer" in text
    assert "still open" not in text
    text = shown(text_of(editor.post(page(run, "undo/"), follow=True)))
    undo = run.undo_runs.get()
    assert "Undo 1 offer" in text
    left = "Request 1 (2 offers) is still open"
    assert left in text
    assert left in shown(text_of(editor.get(page(run)))), "it is being taken back"
    stranger = sign_in(Role.EDITOR, "Jun Kim")
    assert "Withdraw" not in text_of(stranger.get(page(undo)))
    assert stranger.post(page(undo, "withdraw/"), {"request": "1"}).status_code == 403
    assert editor.post(page(undo, "withdraw/"), {"request": "99"}).status_code == 404
    other = planned(editor, ["another"], do="priority", priority="6")
    assert editor.post(page(other, "withdraw/"), {"request": "1"}).status_code == 404, "that run did not open it"
    text = shown(text_of(editor.post(page(undo, "withdraw/"), {"request": "1"}, follow=True)))
    assert ChangeRequest.objects.get().state == "withdrawn"
    assert "Request 1 is withdrawn." in text
    assert left not in text
    text = text_of(editor.post(page(undo, "withdraw/"), {"request": "1"}, follow=True))
    assert "no longer possible" in text


def test_only_what_is_proposed_is_called_so_and_it_may_join_a_request_of_ones_own(
    editor: Client, sign_in: SignIn, ids: list[str]
) -> None:
    editor.post(page(planned(editor, ["approved"]), "start/"), {"note": ""})
    run = planned(editor, ["another"])
    text = text_of(editor.get(page(run)))
    assert "Propose 1 offer" in shown(text)
    assert "offer will change" not in text
    assert '<option value="1">' in flat(text)
    editor.post(page(run, "start/"), {"note": "", "into": "1"})
    assert ChangeRequest.objects.get().changes.count() == 2
    other = planned(editor, ids, **PRIORITY)
    assert editor.post(page(other, "start/"), {"note": "Why", "into": "99"}).status_code == 404
    ChangeRequest.objects.update(state="withdrawn")
    answer = editor.post(page(other, "start/"), {"note": "Why", "into": "1"})
    assert answer.status_code == 422
    assert "choose again where they go" in text_of(answer)


def test_a_run_that_would_ask_for_too_much_is_not_offered(
    editor: Client, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_PROPOSED", 1)
    run = planned(editor, ids)
    text = text_of(editor.get(page(run)))
    assert "at most 1" in shown(text)
    assert 'id="start"' not in text
    assert editor.post(page(run, "start/"), {"note": "Why"}).status_code == 422
    assert {item.etag for item in LibraryItem.objects.filter(id__in=ids)} == {1}
