"""Pages of the library as it was at a moment (`?at=`)."""

import re
import time
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.lists import looking
from offers.lists.filters import conditions
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import FORM, actor, make, offer, patch, replace
from tests.web.frame.test_respond import text_of

BAND = "You see the library as it was on"


@pytest.fixture
def then(item: LibraryItem, sandbox: Sandbox) -> str:
    """A moment at which the offer was still called Summer sale; since then it has another name, and was deleted."""
    at = timezone.now()
    time.sleep(0.002)
    patch(actor(sandbox), item, replace("/name", "Autumn sale"))
    writes.delete(actor(sandbox), list(Kind), item.id, FORM)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_list_as_it_was_shows_what_was_there_and_offers_nothing_to_change(editor: Client, then: str) -> None:
    now = text_of(editor.get("/s/prod/offers/"))
    assert ("Summer sale" in now, BAND in now, "View a past date" in now) == (False, False, True)
    response = editor.get(f"/s/prod/offers/?at={then}")
    page, text = response.content.decode(), text_of(response)
    for part in (BAND, "Summer sale", "Holiday 2026", "1 offer", "Nothing can be changed here.", "Back to now"):
        assert part in text
    assert f"/s/prod/offers/sale/?at={then}" in page
    for part in ("New offer", "Bulk edits", 'name="id"', "Changed by", "data-edit"):
        assert part not in page
    found = {words: f"/s/prod/offers/?at={then}&q={words}&status=deleted&by=user-1" for words in ("summer", "autumn")}
    assert "Summer sale" in text_of(editor.get(found["summer"]))
    assert "No offer matches" in text_of(editor.get(found["autumn"]))


def test_a_list_that_came_to_its_bound_says_how_far_it_looked_and_goes_on(
    editor: Client, sandbox: Sandbox, item: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        make(actor(sandbox), offer(name=f"Offer {number}"))
    # Behind all others, of which each page looks at four.
    patch(actor(sandbox), item, replace("/name", "Zucchini"))
    then = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.002)
    monkeypatch.setattr(looking, "FEW", -1)
    monkeypatch.setattr(looking, "LOOKED_NOW", 4)
    # No index knows of channels of then.
    page: Any = editor.get(f"/s/prod/offers/?at={then}&channel=web")
    looks = 1
    while not page.context["rows"]:
        for part in ("Nothing so far", "Looked through", "Look further"):
            assert part in text_of(page)
        page, looks = editor.get(page.context["links"]["next"]), looks + 1
    assert looks > 1
    assert ("Zucchini" in text_of(page), "Look further" in text_of(page)) == (True, False)
    many = editor.get(f"/s/prod/offers/?at={then}")
    assert "Looked through" in text_of(many)
    assert "Offer 0" in text_of(many)
    assert 'rel="next"' in many.content.decode(), "a pager leads on"


def test_an_offer_as_it_was_leads_to_the_changes_around_it(editor: Client, then: str) -> None:
    page = editor.get(f"/s/prod/offers/sale/?at={then}")
    text = text_of(page)
    assert ("Summer sale" in text, "Autumn sale" in text, BAND in text) == (True, False, True)
    for part in ("/edit/", "/delete/", "More actions"):
        assert part not in page.content.decode()
    last = Revision.objects.filter(item__id="sale").order_by("-etag").values_list("created_at", flat=True)
    deleted, renamed = last[:2]
    moment: Any = page.context["moment"]
    later = editor.get(moment.after)
    assert "Autumn sale" in text_of(later)
    assert "The change before" in later.content.decode()
    gone = editor.get(f"/s/prod/offers/sale/?at={deleted.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}")
    assert (gone.status_code, "It was not there at that moment" in text_of(gone)) == (404, True)
    assert renamed < deleted


def test_a_moment_before_all_is_empty_and_one_to_come_says_so(editor: Client, item: LibraryItem) -> None:
    assert "There was no offer at that moment" in text_of(editor.get("/s/prod/offers/?at=2001-01-01T00:00"))
    assert editor.get("/s/prod/offers/sale/?at=2001-01-01T00:00").status_code == 404
    assert "That moment is still to come" in text_of(editor.get("/s/prod/offers/?at=2090-01-01T00:00"))


@pytest.mark.parametrize(
    "text", ["soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01", "2026-01-01T00:00+99:99"]
)
@pytest.mark.parametrize("address", ["/s/prod/offers/", "/s/prod/offers/sale/"])
def test_what_is_no_moment_is_not_answered_with_another(
    editor: Client, item: LibraryItem, address: str, text: str
) -> None:
    answer = editor.get(address, {"at": text})
    assert answer.status_code == 400
    assert f"“{text}” is no moment that can be shown" in text_of(answer), "and what would be one is said"


def test_a_time_that_is_typed_is_in_the_viewers_zone(editor: Client, item: LibraryItem) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    local = timezone.localtime(item.modified_at + timedelta(seconds=1), ZoneInfo("Asia/Seoul"))
    page = editor.get(f"/s/prod/offers/?at={local:%Y-%m-%dT%H:%M:%S}")
    assert "Summer sale" in text_of(page)
    assert f'value="{local:%Y-%m-%dT%H:%M}"' in page.content.decode()
    assert "There was no offer" in text_of(editor.get(f"/s/prod/offers/?at={item.created_at:%Y-%m-%dT%H:%M}"))


def test_an_offer_leads_to_what_it_was(editor: Client, item: LibraryItem) -> None:
    links = re.findall(r'href="(\?at=[^"]+)"', editor.get("/s/prod/offers/sale/").content.decode())
    assert BAND in text_of(editor.get(f"/s/prod/offers/sale/{links[0]}"))


@pytest.mark.parametrize("address", ["/s/prod/offers/", "/s/prod/on-air/"])
def test_what_takes_too_long_is_said_and_no_fault_of_ours(
    editor: Client, then: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = Q(RawSQL("(SELECT pg_sleep(0.1) IS NOT NULL)", (), BooleanField()))  # it has no values
    monkeypatch.setattr("offers.lists.as_of.TIMEOUT_MS", 20)
    monkeypatch.setattr("offers.lists.as_of.conditions", lambda *more: [*conditions(*more), ("", sleeps)])
    page = editor.get(f"{address}?at={then}")
    assert (page.status_code, "This takes too long to find" in text_of(page)) == (422, True)
