"""Comments on the page of a request."""

import re
from html import unescape

import pytest

from offers.models import ChangeRequest, LibraryItem, RequestComment, Sandbox
from offers.review import comments, verdicts
from tests.cast import make, offer, patch, replace
from tests.review.asking import agree, ask, digest
from tests.review.conftest import Cast
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import at, send, text_of

RENAME = replace("/name", "Autumn sale")


def test_a_field_is_commented_on_and_the_suggestion_accepted(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    jun = browser_of(people.jun)
    assert '<option value="[&quot;sale&quot;,&quot;name&quot;]"' in jun.get(at(request)).content.decode()
    form = {"comment": "Shorter <b>", "about": '["sale","name"]', "suggestion": "Autumn"}
    assert send(jun, request, "comments/", **form).status_code == 302
    mina = browser_of(people.mina)
    page = mina.get(at(request)).content.decode()
    assert "Shorter &lt;b&gt;" in page
    assert re.search("Suggested:.*<ins>Autumn</ins>", page, re.DOTALL)
    key = RequestComment.objects.get().key
    assert f'<a href="#comment-{key}">1 comment open: it suggests Name Autumn.</a>' in page, "who decides is told"
    found = re.search(r"comments/\d+/accept/", page)
    assert found is not None
    assert send(mina, request, found[0]).status_code == 302
    page = mina.get(at(request)).content.decode()
    assert "resolved by Mina" in page
    assert "comment open" not in page
    assert ChangeRequest.objects.get(key=request.key).version == 2


def test_comments_stand_at_their_fields_and_resolved_ones_are_folded(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    # A text, one of a content within lists, and one that is taken away.
    patch(people.setup, sale, [{"op": "add", "path": "/description", "value": "Soon gone"}])
    gone = [{"op": "remove", "path": "/description"}]
    content = replace("/representations/0/components/0/content", "Bye")
    request = ask(people.mina, sale, [*RENAME, *content, *gone])
    jun = browser_of(people.jun)
    abouts = re.findall(r'name="at" value="([^"]+)"', jun.get(at(request)).content.decode())
    assert len(abouts) == 3
    for about in map(unescape, abouts):
        path = about.partition(",")[2]
        assert send(jun, request, "comments/", comment=f"Said to {path}", about=about)["Location"].count("#comment-")
    send(jun, request, f"comments/{RequestComment.objects.latest('key').key}/resolve/")
    page = jun.get(at(request)).content.decode()
    lines = re.findall(r'<li class="change .*?</details>\s*</li>', page, re.DOTALL)
    assert [bool(re.search(r'<details class="thread" open>.*Said to', line, re.DOTALL)) for line in lines].count(
        True
    ) == 2
    assert sum("1 resolved comment" in line for line in lines) == 1
    happened = page.partition("What happened")[2]
    assert ("Said to" in happened, happened.count('href="#comment-')) == (False, 3)


def test_a_comment_says_that_its_value_has_changed_since(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    send(browser_of(people.jun), request, "comments/", comment="Nice", about='["sale","name"]')
    RequestComment.objects.update(value_digest="0" * 64)
    assert "The value has changed since." in text_of(browser_of(people.mina).get(at(request)))


@pytest.mark.parametrize("about", ["[", "{}", "[]", "[1]", '["sa\\u0000le"]'])
def test_what_names_nothing_is_not_spoken_of(people: Cast, sale: LibraryItem, browser_of: As, about: str) -> None:
    request = ask(people.mina, sale, RENAME)
    assert send(browser_of(people.jun), request, "comments/", comment="Hm", about=about).status_code == 404


@pytest.mark.parametrize("about", ['["nobody"]', '["sale","nothing"]'])
def test_what_was_said_of_something_that_is_none_of_the_requests_any_more_is_kept(
    people: Cast, sale: LibraryItem, browser_of: As, about: str
) -> None:
    request, jun = ask(people.mina, sale, RENAME), browser_of(people.jun)
    for typed in ({"comment": "Hm", "about": about}, {f"comment {about}": "Hm", "at": about}):
        refused = send(jun, request, "comments/", **typed)
        page = refused.content.decode()
        assert (refused.status_code, "What you wrote is kept here." in page) == (409, True)
        assert re.search(r'<textarea[^>]*id="comment"[^>]*>[^<]*Hm</textarea>', page)
    assert not RequestComment.objects.exists()


def test_what_is_too_long_is_refused_at_its_field_and_kept(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request, typed = ask(people.mina, sale, RENAME), "x" * 4_001
    for name, path in (("comment", "comments/"), ("suggestion", "comments/"), ("text", "request-changes/")):
        done = send(browser_of(people.jun), request, path, digest=digest(request), **{name: typed})
        page = done.content.decode()
        assert (done.status_code, typed in page, f'id="{name}-problem"' in page) == (422, True, True)
    assert not RequestComment.objects.exists()
    assert send(browser_of(people.jun), request, "comments/", comment=typed[1:]).status_code == 302


def test_a_comment_that_cannot_be_stored_keeps_what_was_typed(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    done = send(browser_of(people.jun), request, "comments/", comment="Keep me", suggestion="Autumn")
    assert (done.status_code, "Keep me" in text_of(done)) == (422, True)
    assert send(browser_of(people.ara), request, "comments/", comment="Hm").status_code == 403


def test_what_was_asked_for_is_said_first_and_the_author_goes_to_the_form_that_adds_to_the_request(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    verdicts.request_changes(people.jun, request, digest(request), "Say which autumn")
    mina = browser_of(people.mina)
    page = mina.get(at(request))
    side = text_of(page).partition(" Next step ")[2]
    assert side.index("Say which autumn") < side.index("asked for changes. Change") < side.rindex("Change the proposal")
    found = re.search(r'href="([^"]*/edit/\?into=\d+)"', page.content.decode())
    assert found is not None
    chosen = re.search(r'value="(\d+)"\s+selected\s*>\s*#', mina.get(found[1]).content.decode())
    assert chosen is not None
    assert chosen[1] == str(request.number)
    # On phones it stands at the way to what is next; who has none reads it at the decision.
    assert "decide-who" in mina.get(at(request)).content.decode()
    assert not re.search("decide-(who|bar|state)", browser_of(people.jun).get(at(request)).content.decode())
    assert "Change the proposal" not in text_of(browser_of(people.jun).get(at(request))), "it is not his to change"
    comments.say(people.mina, request, "This autumn")
    side = text_of(mina.get(at(request))).partition(" Next step ")[2]
    assert "You answered just now . No reply yet from Jun. Changing the proposal asks for review again." in side
    comments.say(people.jun, request, "Of which year?")
    assert "asked for changes. Change the proposal, or answer." in text_of(mina.get(at(request))), "it is her turn"


def test_what_was_applied_says_who_approved_it_and_leads_to_the_change_its_receipt_and_its_undo(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/rank/priority", 8))
    send(browser_of(people.jisoo), request, "comments/", comment="Sure?")
    assert "/resolve/" in browser_of(people.mina).get(at(request)).content.decode()
    agree(people.jun, request)
    done = browser_of(people.mina).get(at(request))
    page = done.content.decode()
    assert "Approved by Jun. Applied on" in text_of(done)
    assert "as version 2" in page
    for way in ("history/2/", "history/2/proof/", "history/2/undo/"):
        assert f'offers/sale/{way}"' in page.partition('id="decision"')[2], way
    assert "/resolve/" not in page, "nothing is left to settle"
    assert "history/2/undo/" not in browser_of(people.ara).get(at(request)).content.decode()


def test_a_draft_is_changed_in_its_request_where_every_change_needs_one(people: Cast, browser_of: As) -> None:
    draft = make(people.setup, offer(), id="draft")
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    request = ask(people.mina, draft, RENAME)
    verdicts.request_changes(people.jun, request, digest(request), "Say which autumn")
    page = browser_of(people.mina).get(at(request)).content.decode()
    assert f'/offers/draft/edit/?into={request.number}"' in page
