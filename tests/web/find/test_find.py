"""Find and act from anywhere: what is found, for whom, from which page; and what is never offered."""

import re
from typing import Any, Literal
from unicodedata import normalize

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, Membership, Sandbox
from offers.review import queue, requests
from offers.web.find import meant
from tests.cast import Role, actor, make, make_sandbox, offer, replace
from tests.review.asking import wanted
from tests.review.conftest import member
from tests.web.conftest import SignIn

FIND = "/s/prod/find/"
OPEN = "/s/prod/offers/sale/"
HTMX = {"HX-Request": "true"}


def found(browser: Client, **asked: str) -> dict[str, str]:
    """What can be chosen, in its order: where it leads or what it is sent to, by its text."""
    text = browser.get(FIND, asked).content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    ways = re.findall(
        r'class="found-one".*?(?:formaction|href)="([^"]*)".*?class="found-text">\s*([^<]*?)\s*<', main, re.DOTALL
    )
    return {name: way.replace("&amp;", "&") for way, name in ways}


def test_items_are_found_by_name_and_id_and_those_that_begin_so_come_first(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    make(admin, offer(name="Big sale of winter coats"))
    make(admin, offer(name="Sale of the week"))
    make(admin, offer(name="Sale that is over"))
    make(admin, offer(name="Nothing like it"))
    offers = [name for name in found(editor, q="SALE") if "ale" in name]
    # The offer with this id, then those whose names begin so, the last changed first.
    assert offers == ["Summer sale", "Sale that is over", "Sale of the week", "Big sale of winter coats"]
    assert found(editor, q="sale we") == {
        "Sale of the week": found(editor, q="sale")["Sale of the week"],
        "Search the contents of all offers": "/s/prod/offers/?q=sale+we",
    }
    assert found(editor, q="holi")["Holiday 2026"] == "/s/prod/tags/holiday/"
    assert "Requests waiting for approval" in editor.get(FIND, {"q": "approve"}).content.decode()
    assert "No results for" in editor.get(FIND, {"q": "no such thing"}).content.decode()


def test_requests_are_found_by_number_and_by_words_of_their_title_the_open_ones_first(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, auditor, states = sign_in(Role.EDITOR), sign_in(Role.AUDITOR, "Tomás Rivera"), ChangeRequest.State

    def asked_for(number: int, title: str, state: str, place: Sandbox = sandbox) -> None:
        at = timezone.now()
        who = {"owner_key": "user:1", "owner_label": "Mina", "contributors": ["user:1"]}
        by = {"actor_key": "user:1", "actor_label": "Mina", "created_at": at, "updated_at": at}
        ChangeRequest.objects.create(sandbox=place, number=number, title=title, state=state, **who, **by)

    asked_for(13, "Advent calendar 50%", states.OPEN)
    asked_for(14, "The calendar of Advent", states.APPLIED)
    asked_for(15, "Easter 13", states.REJECTED)
    asked_for(16, "Advent elsewhere", states.OPEN, make_sandbox("dev"))
    for browser in (editor, auditor):
        assert [way for way in found(browser, q="advent CAL").values() if "reviews" in way] == [
            "/s/prod/reviews/13/",
            "/s/prod/reviews/14/",
        ]
    assert list(found(editor, q="#13")) == ["Advent calendar 50%", "Search the contents of all offers"]
    assert [name for name in found(editor, q="13") if "13" in name or "50" in name] == [
        "Advent calendar 50%",
        "Easter 13",
    ]
    make(actor(sandbox), offer(name="Offer 13"))
    assert next(iter(found(editor, q="13"))) == "Advent calendar 50%"
    assert "Advent calendar 50%" in found(editor, q="0%")
    assert "Advent calendar 50%" not in found(editor, q="5_%")
    palette = editor.get(FIND, {"q": "advent"}, headers=HTMX).content.decode()
    assert re.search(r'href="/s/prod/reviews/13/"\s+id="found-\d-1" role="option"', palette)
    assert re.search(r'"found-state">Open</span>\s+<span class="found-hint">#13<', palette)
    for number in range(20, 26):
        asked_for(number, "Advent again", states.OPEN)
    assert editor.get(FIND, {"q": "advent"}).content.decode().count('href="/s/prod/reviews/2') == 5
    monkeypatch.setattr(queue, "NEWEST", 6)
    assert "Advent calendar 50%" not in found(editor, q="calendar 50"), "of each state only the newest are looked at"
    assert "Advent calendar 50%" in found(editor, q="#13")


def test_other_sandboxes_and_what_was_deleted_are_not_found(editor: Client, item: LibraryItem) -> None:
    other = actor(make_sandbox("dev"))
    make(other, offer(name="Sale of another sandbox"), id="elsewhere")
    assert "Sale of another sandbox" not in found(editor, q="sale")
    editor.post("/s/prod/offers/sale/delete/", {"etag": "3"})
    assert "Summer sale" not in found(editor, q="sale")
    assert editor.get("/s/dev/find/").status_code == 404
    assert "Edit" not in found(editor, **{"from": "/s/dev/offers/elsewhere/"})


def test_it_offers_what_the_policy_allows_with_the_item_that_is_open(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    editor, viewer = sign_in(Role.EDITOR), sign_in(Role.AUDITOR, "Tomás Rivera")
    can = found(editor, **{"from": OPEN + "history/"})
    assert can["Edit"] == OPEN + "edit/"
    assert can["Change end date"] == OPEN + "edit/#f-selectionConstraint-endDate"
    assert can["Approve"] == OPEN + "approve/"
    assert can["Duplicate"] == OPEN + "duplicate/"
    assert can["Undo last change"] == OPEN + "history/3/undo/"
    assert can["Who changed what"] == OPEN + "blame/"
    assert can["Receipt of the last change"] == OPEN + "history/3/proof/"
    assert can["Compare with last week"].startswith(OPEN + "compare/?from-at=20")
    assert editor.get(can["Compare with last week"], follow=True).status_code == 200
    reads = found(viewer, **{"from": OPEN})
    assert {"History", "Compare with last week"} <= set(reads)
    for text in ("Edit", "Approve", "Duplicate", "Undo last change", "Archive…", "New offer", "Access"):
        assert text not in reads
    assert "Edit" not in found(editor, **{"from": OPEN + "?at=2026-01-01T00:00"})
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    asked = found(editor, **{"from": OPEN})
    assert "Approve" not in asked
    assert asked["Propose to go live…"] == OPEN + "approve/"
    assert asked["Propose a change"] == OPEN + "edit/"


@pytest.mark.parametrize(
    "page",
    ["https://evil.example/s/prod/offers/sale/", "//evil/s/prod/offers/sale/", "sale", "/s/prod/offers/none/", "[", ""],
)
def test_an_address_that_is_none_of_ours_is_no_page(editor: Client, item: LibraryItem, page: str) -> None:
    assert "Edit" not in found(editor, **{"from": page})
    assert "evil" not in editor.get(FIND, {"from": page}).content.decode().split("<main")[1].split("</main>")[0]


def test_what_changes_something_is_sent_and_never_followed(editor: Client, item: LibraryItem) -> None:
    text = editor.get(FIND, {"from": OPEN}, headers=HTMX).content.decode()
    assert re.search(
        r'<button class="found-one" form="palette-do" formaction="/s/prod/offers/sale/approve/"\s+name="etag" value="3"',
        text,
    )
    assert re.search(r'<button class="found-one" form="palette-do" formaction="/s/prod/offers/sale/duplicate/"', text)
    assert 'role="option"' in text
    assert "<html" not in text
    assert LibraryItem.objects.get(pk=item.pk).etag == 3
    page = editor.get(FIND, {"from": OPEN}).content.decode()
    assert 'id="palette-do" method="post"' in page
    assert 'role="option"' not in page


def test_words_are_of_the_readers_language_or_english(editor: Client, item: LibraryItem) -> None:
    editor.cookies["django_language"] = "ko"
    assert "/s/prod/audit/" in found(editor, q="audit").values()
    assert "/s/prod/audit/" in found(editor, q="감사").values()
    assert "/s/prod/offers/new/" in found(editor, q="new offer").values()


def test_recent_items_are_those_that_the_browser_had_open_else_those_that_the_person_changed(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    mine = editor.post("/s/prod/offers/sale/duplicate/", follow=True)
    assert mine.status_code == 200
    assert "Copy of Summer sale" in found(editor)
    recent = found(editor, recent="holiday,gone,sale,sale")
    assert [name for name in recent if recent[name] in ("/s/prod/tags/holiday/", OPEN)] == [
        "Holiday 2026",
        "Summer sale",
    ]
    assert "Copy of Summer sale" not in recent


def test_a_person_without_a_sandbox_finds_their_own_pages(sign_in: SignIn, sandbox: Sandbox) -> None:
    stranger, editor = sign_in(None, "Nina Berg"), sign_in()
    assert stranger.get(FIND).status_code == 404
    text = stranger.get("/find/").content.decode()
    assert "/preferences/" in text
    assert "/s/prod/" not in text
    assert "/s/prod/reviews/" in editor.get("/find/").content.decode()
    assert Client().get("/find/").status_code == 302


def test_access_and_controls_are_for_those_who_may_open_them(sign_in: SignIn, sandbox: Sandbox) -> None:
    admin, auditor = sign_in(Role.ADMIN), sign_in(Membership.Role.AUDITOR, "Tomás Rivera")
    assert {"/s/prod/access/", "/s/prod/audit/controls/"} <= set(found(admin).values())
    assert "/s/prod/access/" not in found(auditor).values()
    assert "/s/prod/audit/controls/" in found(auditor).values()
    for browser in (admin, auditor):
        for address in set(found(browser).values()) - {"/accounts/password/change/"}:
            assert browser.get(address).status_code == 200, address


def test_it_asks_as_many_queries_for_many_items_as_for_few(
    editor: Client, item: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    asked = [{"from": OPEN}, {"q": "sale", "from": OPEN}, {"q": "sa", "recent": "sale"}, {"q": "13"}]
    editor.get(FIND, headers=HTMX)
    for query in asked:
        with django_assert_max_num_queries(15):
            editor.get(FIND, query, headers=HTMX)
    for number in range(12):
        make(actor(sandbox), offer(name=f"Sale {number}"))
        make(actor(sandbox), {"name": f"Sale {number}"}, Kind.TAG, f"tag-{number}")
    for query in asked:
        with django_assert_max_num_queries(15):
            editor.get(FIND, query, headers=HTMX)


def test_the_shortcuts_of_the_page_come_first_and_can_be_switched_off(editor: Client, sandbox: Sandbox) -> None:
    text = editor.get("/shortcuts/", {"from": "/s/prod/reviews/"}).content.decode()
    assert text.index("In the review list") < text.index("On every page") < text.index("In a list")
    assert Client().get("/shortcuts/").status_code == 200
    assert 'data-keys="off"' not in text
    editor.post("/preferences/", {"keys": "off", "next": "/s/prod/"})
    assert 'data-keys="off"' in editor.get("/s/prod/").content.decode()
    editor.post("/preferences/", {"keys": "maybe"})
    assert 'data-keys="off"' in editor.get("/s/prod/").content.decode()


def test_in_a_large_library_an_old_item_is_found_by_the_index(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few of the newest items have the word, and there are others."""
    monkeypatch.setattr(meant, "NEWEST", 2)
    for number in range(3):
        make(actor(sandbox), offer(name=f"Coats {number}"))
    assert "Summer sale" in found(editor, q="summer")
    assert list(found(editor, q="coats"))[:2] == ["Coats 2", "Coats 1"]
    assert "Summer sale" not in found(editor, q="sum%")


@pytest.mark.parametrize(("typed", "asked_for"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_letters_in_parts_are_found_whole_and_the_other_way_round(
    editor: Client, item: LibraryItem, sandbox: Sandbox, typed: Literal["NFC", "NFD"], asked_for: Literal["NFC", "NFD"]
) -> None:
    name, title = normalize(typed, "겨울 Crème"), normalize(typed, "Brûlée 세일")
    make(actor(sandbox), offer(name=name))
    make(actor(sandbox), offer(name=f"Big {name}"))
    requests.propose(member(sandbox, "ena", Role.EDITOR), [wanted(item, replace("/name", "Another"))], title)
    offers = [text for text in found(editor, q=normalize(asked_for, "겨울 crÈme")) if name in text]
    assert offers == [name, f"Big {name}"], "and what is called so comes first"
    assert title in found(editor, q=normalize(asked_for, "세일 brûlée"))
