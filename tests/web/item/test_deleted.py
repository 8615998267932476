"""What was deleted: its page, how it comes back, and the lists of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from offers.bulk import runs
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.lists import filters, pages
from offers.lists.filters import DELETED, Wanted
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import Role, actor, differences, make, make_sandbox, offer
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

SALE = "/s/prod/offers/sale/"
DOCUMENTS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "offers": (Kind.FALLBACK_OFFER, {"name": "Gone", "status": "draft"}),
    "placements": (Kind.PLACEMENT, {"name": "Gone", "componentType": "html", "channel": "https://ns.adobe.com/xdm/channel-types/web"}),
    "rules": (Kind.RULE, {"name": "Gone", "condition": {"type": "PQL", "format": "pql/text", "value": "true"}}),
    "tags": (Kind.TAG, {"name": "Gone"}),
    "collections": (Kind.COLLECTION, {"name": "Gone", "filterType": "offers", "ids": []}),
    "decisions": (Kind.DECISION, {"name": "Gone", "status": "draft"}),
}  # fmt: skip


def delete(sandbox: Sandbox, id: str, note: str = "") -> None:
    writes.delete(actor(sandbox, label="Jisoo Kim"), list(Kind), id, Stamp("form", note=note))


@pytest.fixture
def gone(sandbox: Sandbox, item: LibraryItem) -> LibraryItem:
    delete(sandbox, "sale", "<b>over</b>")
    item.refresh_from_db()
    return item


def test_the_page_of_a_deleted_item_says_who_when_and_why_and_brings_it_back(editor: Client, gone: LibraryItem) -> None:
    page = editor.get(SALE)
    text = text_of(page)
    assert page.status_code == 200
    for said in (
        "Summer sale is deleted",
        "Jisoo Kim",
        "&lt;b&gt;over&lt;/b&gt;",
        "Bring it back",
        f"{SALE}history/3/",
    ):
        assert said in text
    back = editor.post(f"{SALE}undelete/")
    assert back["Location"] == SALE
    gone.refresh_from_db()
    assert (gone.etag, gone.deleted_at) == (5, None)
    assert (Revision.objects.get(item=gone, etag=5).refers_to, differences()) == ({"undoes": 4}, [])
    assert editor.post(f"{SALE}undelete/")["Location"] == SALE, "a second time does nothing"
    assert Revision.objects.filter(item=gone).count() == 5


@pytest.mark.parametrize("page", ["edit", "blame", "api", "delete", "undelete", "history/2/undo", "history/2/restore"])
def test_every_other_page_of_a_deleted_item_leads_to_its_own(editor: Client, gone: LibraryItem, page: str) -> None:
    answer = editor.get(f"{SALE}{page}/", follow=True)
    assert answer.redirect_chain[-1][0] in (SALE, f"{SALE}history/")


@pytest.mark.parametrize("action", ["approve", "archive", "duplicate", "delete", "history/2/undo"])
def test_what_is_sent_to_a_deleted_item_does_nothing_and_leads_to_its_page(
    editor: Client, gone: LibraryItem, action: str
) -> None:
    assert editor.post(f"{SALE}{action}/", {"etag": "3"})["Location"] == SALE
    assert Revision.objects.filter(item=gone).count() == 4


def test_who_may_not_bring_it_back_sees_why(sign_in: SignIn, sandbox: Sandbox, item: LibraryItem) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    make(actor(sandbox), offer(status="approved"), id="live")
    delete(sandbox, "sale")
    delete(sandbox, "live")
    auditor, editor = sign_in(Role.AUDITOR, "Ada Fox"), sign_in(Role.EDITOR)
    text = text_of(auditor.get(SALE))
    assert "You cannot bring it back. You can read this sandbox but not change it." in text
    assert "undelete" not in text
    assert auditor.post(f"{SALE}undelete/").status_code == 403
    text = text_of(editor.get("/s/prod/offers/live/"))
    assert "Changes to live offers need a reviewer." in text
    assert "Propose to bring it back" in text
    assert "/reviews/1/" in editor.post("/s/prod/offers/live/undelete/")["Location"]
    assert LibraryItem.objects.get(id="live").deleted_at is not None
    assert "undelete" in text_of(sign_in(Role.REVIEWER, "Jun Lee").get("/s/prod/offers/live/"))


def test_it_does_not_come_back_without_what_it_needs_and_says_so_before(
    editor: Client, sandbox: Sandbox, gone: LibraryItem
) -> None:
    delete(sandbox, "home")
    page = editor.get(SALE)
    assert "There is no placement with the id home." in text_of(page)
    assert "undelete" not in text_of(page)
    refused = editor.post(f"{SALE}undelete/")
    assert (refused.status_code, "There is no placement" in text_of(refused)) == (422, True)


def test_a_stranger_learns_nothing_of_what_is_deleted(sign_in: SignIn, gone: LibraryItem) -> None:
    make_sandbox("dev")
    stranger = sign_in(None)
    assert stranger.get(SALE).status_code == 404
    assert stranger.post(f"{SALE}undelete/").status_code == 404


def test_what_never_was_is_still_a_404(editor: Client, gone: LibraryItem) -> None:
    assert editor.get("/s/prod/offers/never/").status_code == 404
    assert editor.get("/s/prod/tags/sale/").status_code == 404


@pytest.mark.parametrize("section", DOCUMENTS)
def test_every_list_shows_what_was_deleted_when_asked(editor: Client, sandbox: Sandbox, section: str) -> None:
    kind, document = DOCUMENTS[section]
    make(actor(sandbox), {**document, "name": "Kept"}, kind)
    make(actor(sandbox), document, kind, "gone")
    delete(sandbox, "gone")
    where = reverse("items", args=["prod", section])
    assert [row.item.name for row in editor.get(where).context["rows"]] == ["Kept"]
    assert 'value="deleted"' in text_of(editor.get(where))
    page = editor.get(f"{where}?status=deleted&sort=name")
    text = text_of(page)
    assert [row.item.name for row in page.context["rows"]] == ["Gone"]
    assert (page.context["order"], list(page.context["sorts"])) == ("-modified", ["modified"])
    assert [chip.text for chip in page.context["chips"]] == ["Deleted"]
    assert f'href="{where}gone/"' in text
    assert "Jisoo Kim" in text
    assert 'name="id"' not in text, "nothing of it can be chosen for a bulk edit"
    assert editor.get(f"{where}gone/").status_code == 200


def test_a_bulk_edit_takes_nothing_that_is_deleted(sandbox: Sandbox, gone: LibraryItem) -> None:
    assert pages.keys(sandbox.pk, OFFER_KINDS, Wanted(status=DELETED), 10) == [gone.key]
    assert runs.keys_matching(actor(sandbox), Wanted(status=DELETED)) == []


def test_the_deleted_are_found_by_an_index_that_the_others_do_not_pay_for(sandbox: Sandbox) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT pg_get_indexdef('listing_deleted'::regclass)")
        assert cursor.fetchone()[0].endswith("WHERE (deleted_at IS NOT NULL)")
    deleted = filters.matching(sandbox.pk, Kind.TAG, Wanted(status=DELETED), timezone.now())
    plan = deleted.order_by("-modified_at", "-pk")[:51].explain()
    assert "listing_deleted" in plan
    assert "Sort" not in plan
