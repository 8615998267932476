"""Timeline, one revision, compare, blame, undo and restore."""

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import LibraryItem, Sandbox
from offers.web.item.history import pages as history
from tests.cast import (
    FORM,
    Role,
    actor,
    make,
    make_sandbox,
    offer,
    patch,
    replace,
)
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

HISTORY = "/s/prod/offers/sale/history/"
HTMX = {"HX-Request": "true"}


def test_the_timeline_tells_each_change_in_words(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get(HISTORY))
    assert text.index("version 3") < text.index("version 2") < text.index("version 1")
    assert "Priority" in text
    assert "<del>1</del>" in text
    assert "<ins>7</ins>" in text
    assert "Created" in text
    assert "Today" in text
    timeline = text[text.index('class="timeline"') :]
    assert timeline.count("entry-details") == 3
    assert "> Form" not in " ".join(timeline.split()), "by which door is said where that is not the form"


def test_the_timeline_shows_where_the_status_changed_and_notes(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    stamp = Stamp("form", note="Legal said yes")
    writes.change(actor(sandbox), OFFER_KINDS, "sale", replace("/status", "approved"), stamp)
    text = text_of(editor.get(HISTORY))
    assert "Legal said yes" in text
    assert text.count("<del>Draft</del>") == 1, "in its entry"


def test_a_long_history_goes_on_from_an_etag(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    first = editor.get(HISTORY)
    assert [entry.revision.etag for entry in first.context["entries"]] == [3, 2]
    assert f'href="{HISTORY}?before=2"' in text_of(first)
    older = editor.get(f"{HISTORY}?before=2", headers=HTMX)
    assert [entry.revision.etag for entry in older.context["entries"]] == [1]
    assert "<html" not in text_of(older)
    assert "before=1" not in text_of(older)


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", "1e3", "٣"])
def test_a_place_in_history_that_is_none_means_the_start(editor: Client, item: LibraryItem, before: str) -> None:
    assert [entry.revision.etag for entry in editor.get(HISTORY, {"before": before}).context["entries"]] == [3, 2, 1]


def test_the_undo_of_each_change_is_one_click_away_for_who_may_do_it(
    editor: Client, sign_in: SignIn, item: LibraryItem
) -> None:
    text = flat(text_of(editor.get(HISTORY)))
    for etag in (2, 3):
        label = f'aria-label="Undo this change, version {etag}"'
        assert f'href="{HISTORY}{etag}/undo/" {label}' in text
        assert text.count(f"{HISTORY}{etag}/undo/") == 1, "it does not stand in the menu again"
    assert "Undo this change" not in text_of(sign_in(Role.AUDITOR, "Olga Roth").get(HISTORY))


def test_a_revision_shows_words_patch_and_the_call_that_makes_it(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get(f"{HISTORY}2/"))
    assert "Summer" in text
    assert "{&quot;op&quot;: &quot;replace&quot;, &quot;path&quot;: &quot;/name&quot;" in text
    assert "If-Match: &quot;1&quot;" in text
    assert "/data/core/dps/offers/sale?offer-type=personalized" in text
    fragment = text_of(editor.get(f"{HISTORY}2/", headers=HTMX))
    assert fragment.strip().startswith('<div class="changes" data-shown="words">')


def test_a_revision_that_never_was_is_a_404(editor: Client, item: LibraryItem) -> None:
    for page in ("9/", "9/undo/", "9/restore/", "1/undo/", "0/"):
        assert editor.get(f"{HISTORY}{page}").status_code == 404
    assert editor.get("/s/prod/offers/sale/compare/?from=1&to=9").status_code == 404


def test_the_history_of_a_deleted_item_stays_readable(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    writes.delete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    for address in (HISTORY, f"{HISTORY}4/", "/s/prod/offers/sale/compare/?from=1&to=4"):
        text = text_of(editor.get(address))
        assert "Deleted" in text
        assert "Undo this change" not in text
    assert editor.get(f"{HISTORY}2/restore/")["Location"] == "/s/prod/offers/sale/"


def test_blame_names_the_version_of_each_field(editor: Client, item: LibraryItem) -> None:
    page = editor.get("/s/prod/offers/sale/blame/")
    changed, as_made = page.context["sections"], page.context["as_made"]
    rows = {row.line.title: row for section in (*changed, *as_made) for row in section.rows}
    assert [section.title for section in changed] == ["Details"]
    assert [section.title for section in as_made] == ["Details", "When", "Representations"]
    assert list(rows)[:5] == ["Name", "Priority", "Status", "Tags", "Start date"]
    assert page.context["as_made_count"] == len(rows) - 2
    assert "Unchanged since version 1" in text_of(page)
    assert rows["Name"].made.etag == 2
    assert rows["Priority"].made.etag == 3
    assert rows["Start date"].made.etag == 1
    assert rows["Tags"].line.text == "Holiday 2026"


def test_an_item_of_another_sandbox_is_not_reached_through_mine(editor: Client, item: LibraryItem) -> None:
    make(actor(make_sandbox("dev")), offer(), id="theirs")
    for page in ("", "history/", "history/1/", "history/1/restore/", "blame/", "compare/", "api/"):
        assert editor.get(f"/s/prod/offers/theirs/{page}").status_code == 404
        assert editor.get(f"/s/dev/offers/theirs/{page}").status_code == 404


def test_who_changed_what_says_how_far_it_looked_back_and_goes_on(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for priority in range(60):
        patch(actor(sandbox), item, replace("/rank/priority", priority + 10))
    monkeypatch.setattr("offers.ledger.blamed.LOOKED_BACK", 5)
    monkeypatch.setattr("offers.ledger.blamed.SECONDS", 0)
    text = text_of(editor.get("/s/prod/offers/sale/blame/"))
    assert "Version 50 or before" in text
    assert 'href="/s/prod/offers/sale/blame/?version=50"' in text
    older = text_of(editor.get("/s/prod/offers/sale/blame/?version=50"))
    assert "This is who had changed what by version 50." in older
    assert "or before" not in older
    assert editor.get("/s/prod/offers/sale/blame/?version=5000").status_code == 404
