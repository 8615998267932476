"""Why something was not done is said where it was asked for."""

import re

import pytest

from offers.models import LibraryItem
from offers.review import requests
from tests.cast import patch, replace
from tests.review.asking import ask, digest, wanted
from tests.review.conftest import Cast
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import RENAME, at, send, text_of

pytestmark = pytest.mark.django_db


def test_a_reason_that_is_missing_is_asked_for_where_it_is_typed(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    sent = {"digest": digest(request), "seen": "1", "version": "1"}
    page = send(browser_of(people.jun), request, "request-changes/", **sent)
    assert page.status_code == 422
    (field,) = re.findall(r'<textarea[^>]*id="text"[^>]*>', page.content.decode())
    assert "autofocus" in field
    assert 'aria-describedby="text-problem' in field
    assert text_of(page).count("Say why: whoever proposed it wants to know.") == 1
    assert 'class="decide-bar"' in page.content.decode()
    send(browser_of(people.jun), request, "request-changes/", text="Not this", **sent)
    assert 'class="decide-bar"' not in browser_of(people.jun).get(at(request)).content.decode()


def test_a_note_to_what_somebody_else_decided_first_is_kept_where_a_comment_is_written(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    sent = {"digest": digest(request), "seen": "1", "version": "1"}
    send(browser_of(people.mina), request, "withdraw/")
    page = send(browser_of(people.jun), request, "reject/", text="Not with this price", **sent)
    assert page.status_code == 409
    assert "What you typed is still there." in text_of(page)
    assert re.search(r'<textarea[^>]*id="comment"[^>]*>Not with this price</textarea>', page.content.decode())
    page = send(browser_of(people.jun), request, "reject/", text="x" * 4_001, **sent)
    assert (page.status_code, 'id="comment-problem"' in page.content.decode()) == (422, True), "where it stands now"


def test_a_note_that_is_too_long_to_what_was_published_says_so_where_it_is_typed(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = requests.publish(people.bora, [wanted(sale, RENAME)], "Wrong price", "It was wrong")
    page = send(browser_of(people.jun), request, "look/", text="x" * 4_001)
    assert (page.status_code, 'id="text-problem"' in page.content.decode()) == (422, True)


def test_a_conflict_that_is_settled_as_the_others_have_it_leaves_nothing_to_change(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/name", "Winter sale"))
    browser = browser_of(people.mina)
    names = re.findall(r'name="(pick:[0-9a-f]{32})"', browser.get(at(request)).content.decode())
    refused = send(browser, request, "settle/", id="sale", **dict.fromkeys(names, "theirs"))
    assert refused.status_code == 409
    assert "Nothing would be left to change." in text_of(refused)
    assert browser.get(at(request)).status_code == 200
