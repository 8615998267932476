"""Words in the audit: where many items have one, pages find by bounded looks what a look at every entry finds."""

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.log import audit
from offers.log.found import counting, worded
from offers.log.found.wanted import Wanted, matching
from offers.models import LibraryItem, LogEntry, LogNote, Sandbox
from tests.cast import actor, make, make_sandbox, offer
from tests.log.found.test_days import some_entry

pytestmark = pytest.mark.django_db
ENTRIES = 120


@pytest.fixture
def lived() -> Sandbox:
    """Every other offer is for a weekend at the sea, and every third entry has a note."""
    sandbox, chance = make_sandbox(), Random(5)
    for number in range(8):
        name, description = ("Weekend sale", "At the sea") if number % 2 else ("Weekdays", "At home")
        make(actor(sandbox), offer(name=f"{name} {number}", description=description))
    keys = list(LibraryItem.objects.filter(sandbox=sandbox).order_by("key").values_list("key", flat=True))
    entries = [some_entry(sandbox, index, chance) for index in range(ENTRIES)]
    for entry in entries:
        entry.item_id = keys[entry.item_id - 1] if entry.item_id else None
    LogEntry.objects.bulk_create(entries)
    counting.count(sandbox.pk, 0, ENTRIES)
    notes = [LogNote(sandbox=sandbox, index=index, text=f"as agreed {index}") for index in range(0, ENTRIES, 3)]
    LogNote.objects.bulk_create(notes)
    return sandbox


def all_pages(sandbox: Sandbox, wanted: Wanted) -> list[worded.AuditPage]:
    pages = [audit.page(sandbox.pk, wanted).page]
    while pages[-1].next:
        pages.append(audit.page(sandbox.pk, wanted, pages[-1].next).page)
    return pages


FILTERS: tuple[dict[str, Any], ...] = (
    *(
        {"text": "weekend"},
        {"text": "weekend SALE"},
        {"text": "sea week"},
        {"text": "wee", "door": "api"},
        {"note": "agreed"},
    ),
    *({"text": "sale", "note": "as agreed"}, {"text": "sale", "by": "user-1", "field": "Priority"}),
    *({"text": "sale", "approver": "user-3"}, {"note": "agreed", "status": "draft"}, {"text": "nowhere"}),
)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_common_words_find_by_bounded_looks_what_their_items_and_notes_lead_to(
    lived: Sandbox, filters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted(**filters)
    newest_first = matching(lived.pk, wanted).order_by("-created_at", "-index")
    expected = list(newest_first.values_list("index", flat=True))
    monkeypatch.setattr(audit, "PAGE_SIZE", 6)
    assert [entry.index for page in all_pages(lived, wanted) for entry in page.items] == expected
    monkeypatch.setattr(worded, "FEW", -1)
    monkeypatch.setattr(audit, "LOOKED_AT", (3, 7))
    pages = all_pages(lived, wanted)
    assert [entry.index for page in pages for entry in page.items] == expected
    assert all(page.looked == (10 if page.further else 0) for page in pages)
    assert [entry.index for some in audit.every(lived.pk, wanted, 9) for entry in some] == expected
    assert audit.expected(lived.pk, wanted) == (0, False)
    back = [page for page in pages if page.items][-1:]
    found = [entry.index for page in back for entry in page.items]
    while back and back[0].previous:
        back = [audit.page(lived.pk, wanted, back[0].previous).page]
        found = [entry.index for entry in back[0].items] + found
    assert found == expected, "and on the way back"


def test_a_page_looks_at_so_many_names_and_no_more(lived: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worded, "FEW", 1)
    monkeypatch.setattr(audit, "LOOKED_AT", (3, 7))
    with CaptureQueriesContext(connection) as statements:
        page = audit.page(lived.pk, Wanted(text="weekend")).page
    assert (page.looked, page.further, page.total, page.more) == (10, "next", 0, True)
    assert len(page.items) < 10
    named = [one["sql"] for one in statements if "offers_searchtext" in one["sql"]]
    assert len(named) == 3, "whether many have it, and a look for each step"
    assert "LIMIT 2" in named[0]
    assert all("unnest" in one for one in named[1:]), "by their keys"
