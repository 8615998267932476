"""Deleting many offers, as its pages say it."""

import re
from typing import Any

from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, make, patch, replace
from tests.web.bulk.test_runs import ids, page, planned  # noqa: F401  # a fixture is among them
from tests.web.frame.test_respond import flat, text_of

WINDOW = {"startDate": "2020-01-01T00:00:00Z", "endDate": "2099-01-01T00:00:00Z"}
MOST_QUERIES = 10
LIVE = [*replace("/status", "approved"), *replace("/selectionConstraint", WINDOW)]


def test_offers_are_deleted_and_all_brought_back_in_words_of_that(
    editor: Client,
    sandbox: Sandbox,
    ids: list[str],  # noqa: F811
) -> None:
    patch(actor(sandbox), LibraryItem.objects.get(id="offer1"), LIVE)
    run = planned(editor, ids, do="delete")
    text = flat(text_of(editor.get(page(run))))
    assert "bulk-deletes" in text, "what will go is not told in the colour of a success"
    assert 'placeholder="Reason (required, kept with every change)" required' in text
    for part in ("<h1>Delete offers</h1>", "3 offers will be deleted", "1 of them is live now", "Delete 3 offers"):
        assert part in text
    text = text_of(editor.post(page(run, "start/"), {"note": "Over"}, follow=True))
    assert "3 offers deleted" in text
    assert "bulk-deletes" in text
    assert "notice-done" not in text
    assert not LibraryItem.objects.filter(id__in=ids, deleted_at=None).exists()
    text = flat(text_of(editor.post(page(run, "undo/"), follow=True)))
    assert "Restore 3 offers" in text
    text = text_of(editor.post(page(run.undo_runs.get(), "start/"), {"note": "Not over"}, follow=True))
    assert "3 offers restored" in text
    assert LibraryItem.objects.filter(id__in=ids, deleted_at=None).count() == 3


def test_the_dry_run_of_a_deletion_names_the_collections_that_have_an_offer_by_its_tags(
    editor: Client,
    sandbox: Sandbox,
    ids: list[str],  # noqa: F811
    django_assert_max_num_queries: Any,
) -> None:
    admin = actor(sandbox)
    make(admin, {"name": "Summer"}, Kind.TAG, "summer")
    make(admin, {"name": "Holidays", "filterType": "any-tags", "ids": ["holiday"]}, Kind.COLLECTION, "any")
    make(admin, {"name": "Both", "filterType": "all-tags", "ids": ["holiday", "summer"]}, Kind.COLLECTION, "all")
    for id, tags in (("offer0", ["holiday", "summer"]), ("offer1", ["holiday"]), ("offer2", [])):
        patch(admin, LibraryItem.objects.get(id=id), [{"op": "add", "path": "/tags", "value": tags}])
    run = planned(editor, ids, do="delete")
    editor.get(page(run))
    with django_assert_max_num_queries(MOST_QUERIES):
        text = flat(text_of(editor.get(page(run))))
    rows = [row.split("</tr>")[0] for row in text.split("<tr>")[2:]]
    names = [re.findall(r'<a href="/s/prod/collections/\w+/">(\w+)</a>', row) for row in rows]
    assert names == [["Both", "Holidays"], ["Holidays"], []]
    assert text.count("Nothing refers by id to what will be deleted, and its history stays.") == 1, (
        "once, not in each row"
    )


def test_what_somebody_else_deleted_since_the_dry_run_is_not_told_as_live(
    editor: Client,
    sandbox: Sandbox,
    ids: list[str],  # noqa: F811
) -> None:
    for id in ids[:2]:
        patch(actor(sandbox), LibraryItem.objects.get(id=id), LIVE)
    run = planned(editor, ids, do="delete")
    assert "2 of them are live now" in flat(text_of(editor.get(page(run))))
    writes.delete(actor(sandbox), OFFER_KINDS, ids[0], FORM)
    assert "1 of them is live now" in flat(text_of(editor.get(page(run))))
