"""A content that changed, as it looks before and after: whose frames show which version, and where there are none."""

import re
from typing import Any
from unittest.mock import ANY

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, actor, make_placement, patch, replace, shown_in
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import flat, text_of

SALE = "/s/prod/offers/sale/"
HTMX = {"HX-Request": "true"}
CONTENT = "/representations/0/components/0/content"


def frames(response: Any) -> list[str]:
    """The versions and places that frames show which load when they are opened, in order: "3/0/0"."""
    return re.findall(rf'data-src="{SALE}preview/([0-9/]+)/"', text_of(response))


def in_sight(response: Any) -> list[str]:
    """The same of frames that load when they come into sight."""
    return re.findall(rf' src="{SALE}preview/([0-9/]+)/"', text_of(response))


def in_sight_with(response: Any) -> list[str]:
    """The same, with what they ask for besides."""
    return re.findall(rf' src="{SALE}preview/([^"]+)"', text_of(response))


@pytest.fixture
def changed(item: LibraryItem, sandbox: Sandbox) -> LibraryItem:
    """Version 4: the content in "home" is another one and stands behind what came before it."""
    make_placement(actor(sandbox), id="mail", componentType="text")
    mail = shown_in("mail")
    mail["components"][0] |= {"type": "text", "format": "text/plain"}
    added = {"op": "add", "path": "/representations/0", "value": mail}
    patch(actor(sandbox), item, [*replace(CONTENT, '<img src="https://pics.example/a">'), added])
    item.refresh_from_db()
    return item


def test_the_frames_show_the_place_that_each_version_had_it_in(editor: Client, changed: LibraryItem) -> None:
    expected = ["4/0/0", "3/0/0", "4/1/0"]
    assert in_sight(editor.get(f"{SALE}history/4/")) == expected
    assert frames(editor.get(f"{SALE}history/4/", headers=HTMX)) == expected
    assert frames(editor.get(f"{SALE}history/")) == expected
    assert in_sight(editor.get(f"{SALE}compare/?from=2&to=4")) == ["4/0/0", "2/0/0", "4/1/0"]
    assert in_sight(editor.get(f"{SALE}compare/?from=4&to=1")) == ["4/1/0", "1/0/0", "4/0/0"]
    assert frames(editor.get(f"{SALE}history/2/restore/")) == ["4/0/0", "4/1/0", "2/0/0"]
    for address in expected:
        assert editor.get(f"{SALE}preview/{address}/").status_code == 200


def test_there_are_none_for_other_fields(editor: Client, changed: LibraryItem) -> None:
    for page in ("history/1/", "history/2/"):
        assert frames(editor.get(SALE + page)) == [], page


def test_what_an_undo_would_make_is_sent_to_be_shown(editor: Client, changed: LibraryItem) -> None:
    page = text_of(editor.get(f"{SALE}history/4/undo/"))
    assert frames(editor.get(f"{SALE}history/4/undo/")) == ["4/0/0", "4/1/0"]
    assert form_in(page, "after-0-0-0-form") == {"csrfmiddlewaretoken": ANY, "type": ["html"], "content": ["Hello"]}
    assert 'form="after-0-0-0-form">Show</button>' in page, "the way without scripts"


def test_a_frame_loads_nothing_by_itself_and_is_a_sandbox(editor: Client, changed: LibraryItem) -> None:
    text = text_of(editor.get(f"{SALE}history/"))
    found = re.findall(r"<iframe[^>]*>", text)
    assert len(found) == 3
    for frame in found:
        assert " src=" not in frame
        assert re.search(r" sandbox(?= )", frame)
    names = re.findall(r'<iframe[^>]* name="([^"]*)"', text)
    assert len(set(names)) == 3
    for name in names:
        assert f'target="{name}">Show</a>' in flat(text), "the way without scripts"


def test_pictures_of_other_sites_are_asked_for_frame_by_frame(editor: Client, changed: LibraryItem) -> None:
    text = text_of(editor.get(f"{SALE}history/4/", headers=HTMX))
    assert f'href="{SALE}preview/4/1/0/?pictures=pics.example" target="after-4-1-0"' in text
    assert text.count("Show pictures from pics.example") == 1
    for page in ("history/4/?", "compare/?from=3&to=4&"):
        whole = flat(text_of(editor.get(f"{SALE}{page}language=all")))
        asks = re.findall(r'class="btn btn-small" href="([^"]*pictures=pics.example[^"]*)"', whole)
        assert len(asks) == 1
        shown = in_sight_with(editor.get(f"{SALE}{page.split('?')[0]}{asks[0].replace('&amp;', '&')}"))
        assert "4/1/0/?pictures=pics.example" in shown


def test_an_image_is_shown_where_its_address_changed_and_a_content_that_went(
    editor: Client, sandbox: Sandbox, item: LibraryItem
) -> None:
    make_placement(actor(sandbox), id="box", componentType="imagelink")
    image = {"type": "imagelink", "format": "image/png", "deliveryURL": "/static/a.png", "content": "A"}
    added = {"op": "add", "path": "/representations/-", "value": shown_in("box", components=[image])}
    address = "/representations/1/components/0/"
    patch(actor(sandbox), item, [added])
    patch(actor(sandbox), item, replace(f"{address}deliveryURL", "/static/b.png"))
    patch(actor(sandbox), item, replace(f"{address}content", "B"))
    patch(actor(sandbox), item, [{"op": "remove", "path": "/representations/1"}])
    shown = [frames(editor.get(f"{SALE}history/{etag}/", headers=HTMX)) for etag in (4, 5, 6, 7)]
    assert shown == [["4/1/0"], ["4/1/0", "5/1/0"], [], ["6/1/0"]]


def test_the_history_of_a_deleted_offer_still_shows_how_it_looked(
    editor: Client, sandbox: Sandbox, changed: LibraryItem
) -> None:
    writes.delete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    assert frames(editor.get(f"{SALE}history/")) == ["4/0/0", "3/0/0", "4/1/0"]
    assert "pics.example" in text_of(editor.get(f"{SALE}preview/4/1/0/"))
