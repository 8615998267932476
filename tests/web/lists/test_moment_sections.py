"""The moment of an address (`?at=`) in every section: lists, items, what they refer to, and pages that have no past."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.imports import Past, Version, import_history
from offers.lists import as_of
from offers.lists.timely import TooSlow
from offers.models import Revision, Sandbox
from tests.cast import FORM, actor, make, patch, replace
from tests.hostile import DOCUMENTS
from tests.web.frame.test_respond import text_of

BAND = "You see the library as it was on"
NO_PAST = "This page has no past"
PLACES = {
    Kind.PLACEMENT: "placements/home",
    Kind.TAG: "tags/holiday",
    Kind.RULE: "rules/adults",
    Kind.COLLECTION: "collections/all",
    Kind.PERSONALIZED_OFFER: "offers/sale",
    Kind.DECISION: "decisions/decision",
}


@pytest.fixture
def then(sandbox: Sandbox) -> str:
    """A moment at which each thing was called early; since then each has another name."""
    by, made = actor(sandbox), []
    for kind, (id, document) in DOCUMENTS.items():
        made.append(make(by, {**document, "name": f"Early {id}"}, kind, id))
    at = timezone.now()
    time.sleep(0.002)
    for item in made:
        patch(by, item, replace("/name", f"Renamed {item.id}"))
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page_of(browser: Client, address: str, at: str = "") -> Any:
    return browser.get(f"/s/prod/{address}/", {"at": at} if at else {})


@pytest.mark.parametrize("kind", PLACES)
def test_every_section_shows_its_list_and_its_items_as_they_were(editor: Client, then: str, kind: Kind) -> None:
    section, id = PLACES[kind].split("/")
    was, now = f"Early {id}", f"Renamed {id}"
    for place, pages in ((section, ("",)), (PLACES[kind], ("", "/history", "/blame", "/api", "/history/1"))):
        for page in pages:
            shown = page_of(editor, place + page, then)
            text, html = text_of(shown), shown.content.decode()
            assert shown.status_code == 200, page
            assert (was in text, now in text, BAND in text) == (True, False, True), (place, page)
            for part in ("/edit/", "/delete/", "/undo/", "/restore/", 'method="post" action="/s/'):
                assert part not in html, (place, page, part)
            assert f'href="/s/prod/{section}/?at=' in html, "the moment is carried along"
        assert (was in text_of(page_of(editor, place)), now in text_of(page_of(editor, place))) == (False, True)
    assert f'href="/s/prod/{PLACES[kind]}/?at=' in page_of(editor, section, then).content.decode()
    found = {words: editor.get(f"/s/prod/{section}/", {"at": then, "q": words}) for words in (was, now)}
    assert was in text_of(found[was])
    assert "words are looked for in names alone" in text_of(found[was])
    assert "matches" in text_of(found[now])


def test_what_an_item_refers_to_has_the_name_that_it_had_and_leads_to_what_it_was(editor: Client, then: str) -> None:
    for place, names in {
        "offers/sale": ("Early holiday", "Early home"),
        "collections/all": ("Early holiday", "Early sale", "Offers in it then"),
        "decisions/decision": ("Early all", "Early fallback", "Early home"),
        "tags/holiday": ("Early sale", "Where it was used"),
    }.items():
        shown = page_of(editor, place, then)
        for name in names:
            assert name in text_of(shown), place
        assert "Renamed" not in text_of(shown), place
    for address in ("placements/home", "tags/holiday"):
        assert f'href="/s/prod/{address}/?at=' in page_of(editor, "offers/sale", then).content.decode()


def test_what_came_later_is_said_and_compared(editor: Client, then: str) -> None:
    for page in ("offers/sale", "tags/holiday", "rules/adults/history"):
        assert "It has been changed 1 time since." in text_of(page_of(editor, page, then))
    assert "compare/?from=1&amp;to=2" in page_of(editor, "offers/sale", then).content.decode()
    assert page_of(editor, "offers/sale/history/2", then).status_code == 404, "it was not made yet"


def test_a_list_leads_to_the_changes_around_its_moment(editor: Client, then: str) -> None:
    made = Revision.objects.filter(item__kind=Kind.TAG).order_by("created_at").values_list("created_at", flat=True)
    moment = page_of(editor, "tags", then).context["moment"]
    assert moment.before == "", "there was none before its creation"
    later = editor.get(moment.after)
    assert ("Renamed holiday" in text_of(later), later.context["moment"].after) == (True, "")
    earlier = editor.get(later.context["moment"].before)
    assert ("Early holiday" in text_of(earlier), earlier.context["moment"].at <= made[0]) == (True, True)


def test_two_changes_of_one_millisecond_do_not_keep_the_arrow_where_it_is(editor: Client, sandbox: Sandbox) -> None:
    last, by = datetime(2026, 3, 1, 9, 0, 0, 500, tzinfo=UTC), actor(sandbox)
    times = (last - timedelta(seconds=9), last - timedelta(microseconds=10), last)
    versions = [Version(by, at, {"name": f"Tag {number}"}, FORM) for number, at in enumerate(times, 1)]
    import_history(sandbox, [Past(Kind.TAG, "quick", versions)])
    for address in ("tags/quick", "tags"):
        page = page_of(editor, address, "2026-03-01T09:00:00.000Z")
        assert "Tag 3" in text_of(page)
        assert "Tag 1" in text_of(editor.get(page.context["moment"].before))


@pytest.mark.parametrize("address", ["", "reviews", "inbox", "offers/sale/compare", "offers/sale/edit"])
def test_a_page_without_a_past_says_so(editor: Client, then: str, address: str) -> None:
    browse = f"/s/prod/{address}/".replace("//", "/")
    shown = text_of(editor.get(browse, {"at": then}))
    assert (NO_PAST in shown, "Back to now" in shown, NO_PAST in text_of(editor.get(browse))) == (True, True, False)


def test_what_was_not_there_says_so_on_each_of_its_pages(editor: Client, then: str, sandbox: Sandbox) -> None:
    for page in ("", "/history", "/blame", "/api", "/history/1"):
        shown = editor.get(f"/s/prod/rules/adults{page}/?at=2001-01-01T00:00")
        assert (shown.status_code, "It was not there at that moment" in text_of(shown)) == (404, True)
    assert "There was nothing here at that moment" in text_of(editor.get("/s/prod/rules/?at=2001-01-01T00:00"))
    writes.delete(actor(sandbox), [Kind.DECISION], "decision", FORM)
    assert "Early decision" in text_of(page_of(editor, "decisions/decision", then)), "what is deleted was there"
    assert page_of(editor, "decisions", then).status_code == 200


def test_what_takes_too_long_leaves_the_rest_of_the_page(
    editor: Client, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_more: object, **_also: object) -> None:
        raise TooSlow

    monkeypatch.setattr(as_of, "used_by", slow)
    monkeypatch.setattr(as_of, "page", slow)
    shown = page_of(editor, "collections/all", then)
    assert shown.status_code == 200
    for said in ("Which offers were in it takes too long", "Who used it then takes too long"):
        assert said in text_of(shown)
    assert "This takes too long to find" in text_of(page_of(editor, "collections", then))


def test_the_call_that_reads_it_is_of_the_same_moment(editor: Client, then: str) -> None:
    for address in ("offers/sale", "offers/fallback"):
        shown = text_of(page_of(editor, f"{address}/api", then))
        assert (f"offers/{address.split('/')[1]}?offer-type=" in shown, f"asOf={then}" in shown) == (True, True)
        assert "curl -X PATCH" not in shown
