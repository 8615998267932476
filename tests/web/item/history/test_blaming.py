"""Who changed a field, and who removed what is not there any more: on its page and beside the fields of an overview."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.blamed import blame_of
from offers.ledger.records import Stamp
from offers.models import BlameFound, LibraryItem, Sandbox
from tests.cast import actor, patch, replace
from tests.web.frame.test_respond import text_of

PAGE = "/s/prod/offers/sale/blame/"


def remove(path: str) -> list[dict[str, Any]]:
    return [{"op": "remove", "path": path}]


def add(path: str, value: object) -> list[dict[str, Any]]:
    return [{"op": "add", "path": path, "value": value}]


@pytest.fixture
def bare(item: LibraryItem, sandbox: Sandbox) -> LibraryItem:
    """The offer after Jun Lee gave it an attribute and a text, and Ada Moss took away the text, the tag and the attribute, which came back."""
    jun, ada = actor(sandbox, label="Jun Lee"), actor(sandbox, label="Ada Moss")
    patch(jun, item, add("/description", "Half price on Friday"))
    patch(jun, item, add("/characteristics", {"a colour": "red", "size": "L"}))

    writes.change(ada, list(Kind), item.id, remove("/description"), Stamp("form", note="Legal said no"))
    patch(ada, item, remove("/characteristics/size"))
    patch(ada, item, remove("/tags/0"))
    patch(jun, item, add("/characteristics/size", "XL"))
    item.refresh_from_db()
    return item


def cards(browser: Client, *places: str, **more: str) -> list[str]:
    """What stands beside each of these fields."""
    asked = [" ".join(quote(one) for one in place.split("|")) for place in places]
    page = browser.get(PAGE, {"of": asked, **more}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    return [text_of_html(one) for one in page.content.decode().split('class="who-card"')[1:]]


def text_of_html(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_beside_each_field_stands_who_changed_it_last_and_why(editor: Client, bare: LibraryItem) -> None:
    name, rank, colour, size, gone, all = cards(
        editor, "/name", "/rank", "/characteristics/a colour", "/characteristics/size", "/description", ""
    )
    assert ("Jisoo Kim" in name, "version 2" in name) == (True, True)
    assert "version 3" in rank
    assert ("Jun Lee" in colour, "version 5" in colour) == (True, True)
    assert ("Jun Lee" in size, "version 9" in size, "removed" in size) == (True, True, False)
    for part in ("Half price on Friday", "Ada Moss", "version 6", "Legal said no"):
        assert part in gone
    assert ("Holiday 2026" in all, "Half price on Friday" in all) == (True, True)
    window = cards(editor, "/selectionConstraint/startDate|/selectionConstraint/endDate")[0]
    assert "version 1" in window


def test_a_card_leads_to_all_that_they_did_and_to_every_value_that_the_field_had(
    editor: Client, bare: LibraryItem
) -> None:
    asked = ["/selectionConstraint/startDate /selectionConstraint/endDate", "/characteristics/size"]
    page = editor.get(PAGE, {"of": asked}, headers={"HX-Request": "true"}).content.decode()
    window, size = page.split('class="who-card"')[1:]
    assert 'href="/s/prod/offers/sale/history/field/?p=/selectionConstraint/startDate"' in window
    assert "/history/field/" not in size, "an attribute is no declared field: there is no such page"
    (theirs,) = set(re.findall(r'class="person" href="([^"]+)"', size))
    assert theirs == "/s/prod/audit/?by=name-Jun+Lee"
    assert editor.get(theirs).status_code == 200


def test_an_overview_asks_for_nothing_and_leads_from_each_field_to_its_row(editor: Client, bare: LibraryItem) -> None:
    html = editor.get("/s/prod/offers/sale/").content.decode()
    assert f'data-who-from="{PAGE}"' in html
    asked = re.findall(r'class="who-mark" href="([^"]+)" data-who="([^"]*)"', html)
    assert {"/name", "/status", "/rank", "/characteristics/a%20colour"} <= {place for _link, place in asked}
    rows = editor.get(PAGE).content.decode()
    for link, place in asked:
        page, _, at = link.partition("#")
        assert (page, not at or f'id="{at}"' in rows) == (PAGE, True), (link, place)
    assert BlameFound.objects.count() == 0


def test_the_page_of_who_changed_what_says_who_removed_what(editor: Client, bare: LibraryItem) -> None:
    page = editor.get(PAGE)
    removed = text_of_html(page.content.decode().split('id="removed"')[1])
    for part in ("Half price on Friday", "Ada Moss", "Legal said no", "version 6", "Holiday 2026", "version 8"):
        assert part in removed
    assert "size" not in removed.lower(), "it came back"
    assert "removed" not in text_of(editor.get("/s/prod/tags/holiday/blame/"))


def test_each_field_that_was_changed_leads_to_what_it_was_before(editor: Client, bare: LibraryItem) -> None:
    rows = editor.get(PAGE).content.decode().split('class="blame-row')[1:]
    led = {("is-first" not in row.split(">")[0], 'class="blame-values"' in row) for row in rows}
    assert led == {(True, True), (False, False)}
    size = next(row for row in rows if "XL" in row)
    assert "What changed" in size
    assert 'class="blame-values" href="/s/prod/offers/sale/history/9/"' in size


def test_as_of_a_moment_it_says_who_had_removed_what_by_then(editor: Client, bare: LibraryItem) -> None:
    by_then = text_of(editor.get(PAGE, {"version": "5"}))
    assert ("Half price on Friday" in by_then, "Ada Moss" in by_then) == (True, False)


def test_what_was_removed_long_ago_is_kept_with_what_was_found(
    bare: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for priority in range(60):
        patch(actor(sandbox), bare, replace("/rank/priority", priority + 10))
    bare.refresh_from_db()
    whole = blame_of(bare).removing
    assert whole == [6, 7, 8]
    assert BlameFound.objects.get().removing == whole
    patch(actor(sandbox), bare, remove("/characteristics/size"))
    bare.refresh_from_db()
    assert blame_of(bare).removing == [*whole, bare.etag], "it goes on from what was kept"
    BlameFound.objects.all().delete()
    monkeypatch.setattr("offers.ledger.blamed.LOOKED_BACK", 5)
    assert blame_of(bare).removing == [*whole, bare.etag], "in steps it finds the same"
