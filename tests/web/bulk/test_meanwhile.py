"""What was skipped because an offer changed meanwhile, and what the list of bulk edits says came of each; dates across a change of clocks."""

import pytest
from django.test import Client

from offers.bulk import listed
from offers.models import BulkRun, LibraryItem, Sandbox
from tests.cast import actor, patch, replace
from tests.web.bulk.test_runs import NEW, ids, page, planned  # noqa: F401  # a fixture is among them
from tests.web.frame.test_respond import flat, text_of


def test_what_you_changed_yourself_meanwhile_is_told_so_and_what_was_skipped_can_be_tried_again(
    editor: Client,
    ids: list[str],  # noqa: F811
) -> None:
    first, run = planned(editor, ids), planned(editor, ids, do="delete")
    editor.post(page(first, "start/"), {"note": "Why"})
    text = flat(text_of(editor.post(page(run, "start/"), {"note": "Over"}, follow=True)))
    assert "Nothing was deleted" in text
    assert "notice-warning" in text
    assert "notice-done" not in text
    assert text.count("You changed this offer meanwhile: it is at version 2 now.") == 3
    assert text.count(f'<a href="{page(first)}">Bulk edit {first.number}</a>') == 3
    assert text.count("/history/2/") == 3
    text = flat(text_of(editor.post(page(run, "again/"), follow=True)))
    assert "3 offers will be deleted" in text
    runs_page = flat(text_of(editor.get("/s/prod/bulk/")))
    assert "Changed 3" in runs_page
    assert "Skipped 3" in runs_page
    assert "Undone by" not in runs_page
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listed, "COUNTED", 2)
        assert "Changed 3" not in text_of(editor.get("/s/prod/bulk/")), "no more rows are counted than take no time"
    editor.post(page(first, "undo/"))
    undo = first.undo_runs.get()
    editor.post(page(undo, "start/"), {"note": "Wrong"})
    assert f"Undone by #{undo.number}" in text_of(editor.get("/s/prod/bulk/"))
    assert "no longer possible" in text_of(editor.post(page(undo, "again/"), follow=True))


def test_what_was_skipped_is_not_done_twice(
    editor: Client,
    sandbox: Sandbox,
    ids: list[str],  # noqa: F811
) -> None:
    run = planned(editor, ids[:1], do="shift", days="7", dates="end")
    patch(actor(sandbox), LibraryItem.objects.get(id="offer0"), replace("/name", "Meanwhile"))
    assert "Try what was skipped again" in text_of(editor.post(page(run, "start/"), {"note": ""}, follow=True))
    editor.post(page(run, "again/"))
    repeated = BulkRun.objects.latest("number")
    editor.post(page(repeated, "start/"), {"note": ""})
    assert LibraryItem.objects.get(id="offer0").etag == 3
    assert "Try what was skipped again" not in text_of(editor.get(page(run)))
    assert "no longer possible" in text_of(editor.post(page(run, "again/"), follow=True))
    assert BulkRun.objects.latest("number") == repeated, "its end would be two weeks later"


def test_moved_dates_keep_the_time_of_day_of_who_moves_them(
    editor: Client,
    sandbox: Sandbox,
    ids: list[str],  # noqa: F811
) -> None:
    window = {"startDate": "2027-01-01T00:00:00Z", "endDate": "2027-03-24T23:59:00Z"}
    patch(actor(sandbox), LibraryItem.objects.get(id="offer0"), replace("/selectionConstraint", window))
    editor.cookies["timezone"] = "Europe/Lisbon"
    run = planned(editor, ids[:1], do="shift", days="7", dates="end")
    assert "31 Mar 2027, 23:59" in text_of(editor.get(page(run)))
    editor.post(page(run, "start/"), {"note": ""})
    moved = LibraryItem.objects.get(id="offer0").document["selectionConstraint"]
    assert moved["endDate"] == "2027-03-31T22:59:00Z"


def test_what_was_picked_and_is_gone_is_said(
    editor: Client,
    ids: list[str],  # noqa: F811
) -> None:
    gone = "of those that were picked is not there any more"
    assert gone not in flat(text_of(editor.post(NEW, {"id": ids, "choose": "shift"})))
    editor.post(f"/s/prod/offers/{ids[0]}/delete/", {"etag": "1"})
    said = flat(text_of(editor.post(NEW, {"id": ids, "choose": "shift"})))
    assert f"1 {gone}" in said
    assert "Change 2 offers" in said
