"""The page of one version: the item as it was, with what its change made of it marked."""

import re
from typing import Any

from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, patch, replace
from tests.web.frame.test_respond import flat, text_of

HISTORY = "/s/prod/offers/sale/history/"


def said(response: Any) -> str:
    return " ".join(re.sub(r"<(?!/?(?:ins|del)\b)[^>]+>", " ", flat(text_of(response))).split())


def test_a_version_is_shown_as_it_was_with_its_change_marked(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, [{"op": "remove", "path": "/tags/0"}, *replace("/rank/priority", 9)])
    page = said(editor.get(f"{HISTORY}3/"))
    assert "Priority<del>1</del>→<ins>7</ins>; of the offers" in page
    assert "current: version 4" in page
    assert "Holiday 2026" in page
    assert "when Mina Park changed it." in page
    assert "3 of 4" in page
    now = said(editor.get(f"{HISTORY}4/"))
    assert "<del>Holiday 2026</del>" in now
    assert "current: version 4" in now


def test_a_description_is_marked_when_it_came_changed_and_went(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    by = actor(sandbox)
    patch(by, item, [{"op": "add", "path": "/description", "value": "Until Sunday"}])
    patch(by, item, replace("/description", "Until Monday"))
    patch(by, item, replace("/rank/priority", 9))
    patch(by, item, [{"op": "remove", "path": "/description"}])
    pages = [flat(text_of(editor.get(f"{HISTORY}{etag}/"))) for etag in range(4, 8)]
    assert [re.findall(r'<p class="description">(.*?)</p>', page) for page in pages] == [
        ["<ins>Until Sunday</ins>"],
        ["<del>Until Sunday</del><ins>Until Monday</ins>"],
        ["Until Monday"],
        ["<del>Until Monday</del>"],
    ]


def test_json_patch_and_call_stand_behind_the_words(editor: Client, item: LibraryItem) -> None:
    text = flat(text_of(editor.get(f"{HISTORY}2/")))
    views = re.findall(r'data-view="(\w+)"', text)
    assert views == ["words", "sides", "patch", "curl", "json"]
    assert 'class="view view-json"' in text
    assert "The whole document at this version" in text


def test_of_a_first_version_nothing_is_marked_and_of_a_deletion_it_says_what_was_deleted(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    first = said(editor.get(f"{HISTORY}1/"))
    assert "Version 1 in full" in first
    assert "changes marked" not in first
    writes.delete(actor(sandbox), OFFER_KINDS, "sale", Stamp("form", note="Over"))
    gone = said(editor.get(f"{HISTORY}4/"))
    for part in ("What was deleted", "Summer sale", "It is deleted since.", "Over", "Priority 7"):
        assert part.replace("Priority 7", "Priority") in gone, part
    assert "Bring it back" in gone
    writes.undelete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    since = said(editor.get(f"{HISTORY}4/"))
    assert "It was deleted until" in since
    assert "Bring it back" not in since
    assert "Restored" in said(editor.get(f"{HISTORY}5/"))


def test_other_kinds_show_their_fields_in_the_sections_of_their_form(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    writes.change(actor(sandbox), [Kind.PLACEMENT], "home", replace("/name", "Front page"), FORM)
    response = editor.get("/s/prod/placements/home/history/2/")
    lines = {line.title: line.differs for section in response.context["sections"] for line in section.lines}
    assert (lines["Name"], lines["Channel"]) == (True, False)
    assert "Front page" in said(response)


def test_another_language_is_a_part_of_the_page_and_htmx_alone_gets_the_change(
    editor: Client, item: LibraryItem
) -> None:
    htmx = {"HX-Request": "true"}
    assert "<html" in text_of(editor.get(f"{HISTORY}2/?language=all", headers=htmx))
    assert "<html" not in text_of(editor.get(f"{HISTORY}2/", headers=htmx))


def test_the_number_of_queries_does_not_grow_with_the_history(
    editor: Client, item: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    editor.get(f"{HISTORY}3/")
    with django_assert_max_num_queries(18) as few:
        editor.get(f"{HISTORY}3/")
    for priority in range(10):
        patch(actor(sandbox), item, replace("/rank/priority", priority + 10))
    with django_assert_max_num_queries(len(few)):
        editor.get(f"{HISTORY}12/")
