"""The pages of bulk edits, as people with and without JavaScript use them. Small runs are worked on in the request."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from offers.bulk import runs, worker
from offers.document.kinds.registry import Kind
from offers.ledger import history
from offers.models import BulkRow, BulkRun, LibraryItem, Membership, Sandbox
from tests.cast import Role, actor, make, make_sandbox, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

NEW = "/s/prod/bulk/new/"
PRIORITY = {"do": "priority", "priority": "5"}


@pytest.fixture
def ids(sandbox: Sandbox) -> list[str]:
    """Three offers, all drafts, and the tag "holiday"."""
    admin = actor(sandbox, label="Jisoo Kim")
    make(admin, {"name": "Holiday 2026"}, Kind.TAG, "holiday")
    return [make(admin, offer(name=f"Offer {number}"), id=f"offer{number}").id for number in range(3)]


def planned(browser: Client, ids: list[str], **form: str) -> BulkRun:
    """A run made by the form, and its dry run, which the form's request did."""
    response = browser.post(NEW, {"id": ids, **(form or PRIORITY)})
    assert response.status_code == 302, text_of(response)
    run = BulkRun.objects.latest("number")
    assert response["Location"] == f"/s/prod/bulk/{run.number}/"
    assert run.state == "planned"
    return run


def page(run: BulkRun, rest: str = "") -> str:
    return f"/s/prod/bulk/{run.number}/{rest}"


def test_the_list_offers_to_pick_offers_to_those_who_may_change_them(
    editor: Client, sign_in: SignIn, ids: list[str]
) -> None:
    text = text_of(editor.get("/s/prod/offers/?status=draft"))
    assert text.count('name="id"') == 3
    assert 'name="filter" value="status=draft"' in text
    assert 'name="id"' not in text_of(sign_in(Role.AUDITOR, "Olga Roth").get("/s/prod/offers/"))


def test_a_selection_is_carried_into_the_choice_of_what_to_do(editor: Client, ids: list[str]) -> None:
    text = text_of(editor.post(NEW, {"id": ids[:2], "choose": "shift"}))
    assert "Change 2 offers" in text
    assert re.search(r'value="shift"\s+checked', text)
    assert 'name="id" value="offer0"' in text
    assert not BulkRun.objects.exists()


def test_a_whole_filter_is_taken_and_named(editor: Client, sandbox: Sandbox, ids: list[str]) -> None:
    patch(actor(sandbox), LibraryItem.objects.get(id="offer1"), replace("/status", "approved"))
    form = {"all": "1", "filter": "status=draft&cursor=abc", "id": ["offer1"]}
    text = text_of(editor.post(NEW, form))
    assert "Change 2 offers" in text
    assert "All offers that match" in text
    editor.post(NEW, {**form, **PRIORITY})
    run = BulkRun.objects.get()
    assert set(run.rows.values_list("item__id", flat=True)) == {"offer0", "offer2"}
    assert 'href="/s/prod/offers/?status=draft">Draft</a>' in text_of(editor.get(page(run)))


def test_it_says_when_nothing_is_selected_or_too_much(
    editor: Client, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Change 0 offers" not in text_of(editor.get(NEW))
    assert "No offers selected" in text_of(editor.post(NEW, {"id": ["nothing", "x\0y"], **PRIORITY}))
    monkeypatch.setattr(runs, "LIMIT", 2)
    assert "More than 2 offers" in text_of(editor.post(NEW, {"all": "1", **PRIORITY}))
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": ""}, "Choose what to do"),
        ({"do": "undo"}, "Choose what to do"),
        ({"do": "status", "status": "deleted"}, "Choose a status"),
        ({"do": "add-tag", "add_tag": "offer1"}, "Choose a tag"),
        ({"do": "remove-tag", "remove_tag": "a\0b"}, "Choose a tag"),
        ({"do": "shift", "days": "0", "dates": "window"}, "Enter a number of days"),
        ({"do": "shift", "days": "99999999999", "dates": "window"}, "Enter a number of days"),
        ({"do": "shift", "days": "7", "dates": "none"}, "Choose which dates"),
        ({"do": "priority", "priority": "-1"}, "Enter a priority"),
        ({"do": "priority", "priority": "1e3"}, "Enter a priority"),
        ({"do": "patch", "patch": "[{"}, "could not be read"),
        ({"do": "patch", "patch": "[]"}, "no operations"),
        (
            {"do": "patch", "patch": '[{"op": "add", "path": "/name", "value": 1}, {"op": "fly", "path": "x"}]'},
            "Operation 2",
        ),
    ],
)
def test_a_form_that_says_nothing_that_can_be_done_is_shown_again_with_why(
    editor: Client, ids: list[str], form: dict[str, str], said: str
) -> None:
    response = editor.post(NEW, {"id": ids, **form})
    assert response.status_code == 422
    assert said in text_of(response)
    assert 'name="id" value="offer0"' in text_of(response)
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize(
    ("form", "title", "change"),
    [
        ({"do": "status", "status": "approved"}, "Set status to Approved", "Status"),
        ({"do": "add-tag", "add_tag": "holiday"}, "Add the tag Holiday 2026", "Holiday 2026"),
        ({"do": "shift", "days": "-2", "dates": "end"}, "Move the end 2 days earlier", "End date"),
        (PRIORITY, "Set priority to 5", "Priority"),
        (
            {"do": "patch", "patch": '[{"op": "add", "path": "/description", "value": "Half price"}]'},
            "Apply a JSON Patch of 1 operation",
            "Half price",
        ),
    ],
)
def test_a_dry_run_shows_in_words_what_would_change(
    editor: Client, ids: list[str], form: dict[str, str], title: str, change: str
) -> None:
    text = text_of(editor.get(page(planned(editor, ids, **form))))
    assert f"<h1>{title}</h1>" in text
    assert "3 offers will change" in text
    assert text.count(change) >= 3


def test_tabs_show_what_would_not_change_and_why(editor: Client, sandbox: Sandbox, ids: list[str]) -> None:
    patch(actor(sandbox), LibraryItem.objects.get(id="offer1"), replace("/rank/priority", 5))
    operations = (
        '[{"op": "test", "path": "/rank/priority", "value": 5}, {"op": "add", "path": "/name", "value": "Same"}]'
    )
    run = planned(editor, ids, do="patch", patch=operations)
    text = text_of(editor.get(page(run, "?tab=conflict")))
    assert "Offer 0" in text
    assert "Offer 1" not in text
    assert "Operation 1" in text
    assert "1 offer will change" in text
    done = text_of(editor.post(page(run, "start/"), {"note": "Prices rise"}, follow=True))
    assert '<a href="?tab=conflict">2 offers stayed as they were</a>' in flat(done)


def test_a_row_is_left_out_and_taken_back_in_where_it_stands(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    key = run.rows.get(item__id="offer1").key
    response = editor.post(page(run, "exclude/?tab=all"), {"leave": str(key)}, follow=True)
    assert response.redirect_chain[0][0] == page(run, "?tab=all")
    assert "2 offers will change" in text_of(response)
    assert "Include again" in text_of(response)
    assert "3 offers will change" in text_of(editor.post(page(run, "exclude/"), {"take": str(key)}, follow=True))


def test_running_it_changes_the_offers_and_links_to_each_version(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    text = text_of(editor.post(page(run, "start/"), {"note": "Prices rise"}, follow=True))
    assert "3 offers changed" in text
    assert "Prices rise" in text
    assert "/s/prod/offers/offer1/history/2/" in text
    assert {item.priority for item in LibraryItem.objects.filter(id__in=ids)} == {5}
    timeline = text_of(editor.get("/s/prod/offers/offer1/history/"))
    assert f'<a href="{page(run)}">bulk edit {run.number}</a>' in timeline


def test_it_asks_why_before_it_changes_more_than_one_offer(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    response = editor.post(page(run, "start/"), {"note": " "})
    assert response.status_code == 422
    assert "Say why" in text_of(response)
    run.refresh_from_db()
    assert run.state == "planned"


def test_an_offer_that_changed_meanwhile_is_named_with_who_changed_it(
    editor: Client, sandbox: Sandbox, ids: list[str]
) -> None:
    run = planned(editor, ids)
    patch(actor(sandbox, label="Jun Kim"), LibraryItem.objects.get(id="offer2"), replace("/name", "Mine"))
    editor.post(page(run, "start/"), {"note": "Why"})
    text = text_of(editor.get(page(run, "?tab=skipped")))
    assert "Jun Kim changed this offer meanwhile: it is at version 2 now." in text
    assert "1 skipped" in text


def test_one_click_plans_the_undo_of_the_whole_run(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    editor.post(page(run, "start/"), {"note": "Why"})
    response = editor.post(page(run, "undo/"), follow=True)
    undo = BulkRun.objects.latest("number")
    assert f"Undo bulk edit {run.number}" in text_of(response)
    assert "3 offers will change" in text_of(response)
    editor.post(page(undo, "start/"), {"note": "It was wrong"})
    assert {item.priority for item in LibraryItem.objects.filter(id__in=ids)} == {1}
    assert history.revision(LibraryItem.objects.get(id="offer0"), 3).source == "undo"
    assert f"bulk edit {undo.number} by Mina Park" in text_of(editor.get(page(run)))


def test_a_dry_run_can_be_discarded(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    response = editor.post(page(run, "discard/"), follow=True)
    assert "Nothing was changed" in text_of(response)
    assert not BulkRow.objects.exists()
    assert editor.get(page(run)).status_code == 404


def test_it_says_so_when_somebody_else_was_first(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    editor.post(page(run, "start/"), {"note": "Why"})
    response = editor.post(page(run, "discard/"), follow=True)
    assert "no longer possible" in text_of(response)
    assert editor.post(page(run, "start/"), {"note": "Why"}).status_code == 302
    assert LibraryItem.objects.get(id="offer0").etag == 2


@pytest.fixture
def waiting(editor: Client, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> BulkRun:
    """A run that is the worker's, because it is large."""
    monkeypatch.setattr(worker, "AT_ONCE", 0)
    editor.post(NEW, {"id": ids, **PRIORITY})
    return BulkRun.objects.get()


def somebody_lives() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_progress_asks_for_itself_until_it_is_done(editor: Client, waiting: BulkRun) -> None:
    somebody_lives()
    fragment = text_of(editor.get(page(waiting), headers={"HX-Request": "true"}))
    assert fragment.lstrip().startswith('<div id="bulk"')
    assert 'hx-trigger="every 1s"' in fragment
    assert "0 of 3" in fragment
    assert "Refresh" in fragment
    assert "not running" not in fragment
    worker.work(waiting.number)
    assert "every 1s" not in text_of(editor.get(page(waiting), headers={"HX-Request": "true"}))


def test_where_no_worker_runs_the_page_says_so_at_once_and_asks_less_often(editor: Client, waiting: BulkRun) -> None:
    text = text_of(editor.get(page(waiting)))
    assert "The background worker is not running" in text
    assert 'hx-trigger="every 10s"' in text
    assert "Interrupted" not in text
    assert "Nothing was changed" in text_of(editor.post(page(waiting, "discard/"), follow=True))


def test_a_run_that_nobody_does_though_somebody_works_is_called_interrupted(editor: Client, waiting: BulkRun) -> None:
    somebody_lives()
    BulkRun.objects.update(heartbeat_at=waiting.heartbeat_at - runs.SILENCE)
    for address in (page(waiting), "/s/prod/bulk/"):
        assert "Interrupted" in text_of(editor.get(address))


def test_the_next_of_a_persons_runs_says_what_it_waits_for(editor: Client, ids: list[str], waiting: BulkRun) -> None:
    editor.post(NEW, {"id": ids, **PRIORITY})
    second = BulkRun.objects.latest("number")
    BulkRun.objects.update(heartbeat_at="2026-01-01T00:00:00Z")
    somebody_lives()
    text = text_of(editor.get(page(second)))
    assert f'/bulk/{waiting.number}/">bulk edit {waiting.number}</a> has ended' in text
    assert "Interrupted" not in text
    assert "Waits for its turn" not in text_of(editor.get(page(waiting)))
    assert text_of(editor.get("/s/prod/bulk/")).count("Waits for its turn") == 1


def test_colleagues_and_auditors_may_read_a_run_and_not_act_on_it(
    editor: Client, sign_in: SignIn, ids: list[str]
) -> None:
    run = planned(editor, ids)
    for other in (sign_in(Role.EDITOR, "Jun Kim"), sign_in(Role.AUDITOR, "Olga Roth")):
        text = text_of(other.get(page(run)))
        assert "Only Mina Park or an admin can run this." in text
        assert "Leave out" not in text.split("<tbody>")[1]
        for act in ("start/", "stop/", "resume/", "discard/", "undo/", "again/", "exclude/"):
            assert other.post(page(run, act), {"note": "x", "leave": "1"}).status_code == 403
        assert other.get("/s/prod/bulk/").status_code == 200
    assert LibraryItem.objects.get(id="offer0").etag == 1


def test_auditors_cannot_begin_and_admins_may_run_what_others_planned(
    editor: Client, sign_in: SignIn, ids: list[str]
) -> None:
    assert sign_in(Role.AUDITOR, "Olga Roth").post(NEW, {"id": ids, **PRIORITY}).status_code == 403
    run = planned(editor, ids)
    sign_in(Role.ADMIN, "Ada Fox").post(page(run, "start/"), {"note": "Why"})
    assert LibraryItem.objects.get(id="offer0").modified_by == "Ada Fox"


def test_strangers_find_nothing(editor: Client, sign_in: SignIn, ids: list[str]) -> None:
    run = planned(editor, ids)
    stranger = sign_in(None, "Sue Low")
    other = make_sandbox("dev")
    Membership.objects.create(sandbox=other, user=User.objects.get(username="sue"), role=Role.ADMIN)
    for address in (page(run), "/s/prod/bulk/", NEW, f"/s/dev/bulk/{run.number}/", "/s/dev/bulk/99999999999999999999/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/s/dev/bulk/{run.number}/start/", {"note": "x"}).status_code == 404
    assert Client().get(page(run)).status_code == 302


def test_acting_takes_a_post(editor: Client, ids: list[str]) -> None:
    run = planned(editor, ids)
    for act in ("start/", "stop/", "resume/", "discard/", "undo/", "again/", "withdraw/", "exclude/"):
        assert editor.get(page(run, act)).status_code == 405


def test_pages_ask_as_many_queries_for_three_offers_as_for_one(
    editor: Client, ids: list[str], django_assert_max_num_queries: Any
) -> None:
    one, three = planned(editor, ids[:1]), planned(editor, ids)
    for address in (page(one), page(one, "?tab=all")):
        with django_assert_max_num_queries(8) as first:
            editor.get(address)
    with django_assert_max_num_queries(len(first)):
        editor.get(page(three))
    # The one is skipped then, and its page asks who changed it meanwhile, and whether a later run did it.
    for run in (three, one):
        editor.post(page(run, "start/"), {"note": "Why"})
    with django_assert_max_num_queries(11) as first:
        editor.get(page(one))
    with django_assert_max_num_queries(len(first)):
        editor.get(page(three))
    with django_assert_max_num_queries(7):
        editor.get("/s/prod/bulk/")


def test_runs_are_listed_newest_first(editor: Client, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No bulk edits yet" in text_of(editor.get("/s/prod/bulk/"))
    monkeypatch.setattr(runs, "PAGE_SIZE", 1)
    first = planned(editor, ids)
    second = planned(editor, ids, do="status", status="approved")
    text = text_of(editor.get("/s/prod/bulk/"))
    assert "Set status to Approved" in text
    assert "Set priority to 5" not in text
    assert f"?before={second.number}" in text
    older = text_of(editor.get(f"/s/prod/bulk/?before={second.number}"))
    assert (page(first) in older, "Newest" in older) == (True, True)


def test_its_pages_belong_to_the_offers(editor: Client, item: LibraryItem) -> None:
    assert '/s/prod/offers/" aria-current="page"' in flat(text_of(editor.get("/s/prod/bulk/")))
