"""What is typed on the page of a request while something else is pressed there."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import ChangeRequest, LibraryItem, RequestComment
from offers.review import comments
from offers.review.comments import About
from tests.cast import replace
from tests.review.asking import ask, digest
from tests.review.conftest import Cast
from tests.web.form_reader import form_in
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import at, send

RENAME = replace("/name", "Autumn sale")
NOTE, COMMENT = "Fine, but later", "Which autumn?"


def typed(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*id="{name}"[^>]*>([^<]*)</textarea>', page)
    assert found is not None
    return found[1]


def test_a_note_and_a_comment_are_one_form_and_each_outlasts_what_is_done_with_the_other(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, jun = ask(people.mina, sale, RENAME), browser_of(people.jun)
    page = jun.get(at(request)).content.decode()
    assert re.search(r'<textarea[^>]*id="comment"[^>]*form="decide"', page), "without scripts, too, both are sent"
    assert re.search(r'<button[^>]*form="decide"[^>]*formaction="[^"]*/comments/"', page)
    sent = {"digest": digest(request), "seen": "1", "version": "1", "text": NOTE, "comment": COMMENT}
    assert send(jun, request, "comments/", **sent).status_code == 302
    assert RequestComment.objects.get().text == COMMENT
    page = jun.get(at(request)).content.decode()
    assert (typed(page, "text"), typed(page, "comment")) == (NOTE, "")
    assert typed(jun.get(at(request)).content.decode(), "text") == "", "it is kept for the next page, not for good"
    send(jun, request, "request-changes/", **sent)
    assert ChangeRequest.objects.get().state == "changes-requested"
    page = jun.get(at(request)).content.decode()
    assert (typed(page, "text"), typed(page, "comment")) == ("", COMMENT)


@pytest.mark.parametrize("page", ["resolve", "withdraw"])
def test_what_stands_in_another_form_is_kept_for_this_request_alone(
    people: Cast, sale: LibraryItem, browser_of: As, page: str
) -> None:
    request, mina = ask(people.mina, sale, RENAME), browser_of(people.mina)
    other = ask(people.mina, sale, replace("/rank/priority", 7))
    said = comments.say(people.jun, request, "Really?", About())
    send(
        mina,
        request,
        f"comments/{said.key}/resolve/" if page == "resolve" else "withdraw/",
        **{"beside-comment": COMMENT},
    )
    assert COMMENT not in mina.get(at(other)).content.decode()
    assert typed(mina.get(at(request)).content.decode(), "comment") == COMMENT


def test_every_button_of_the_page_takes_a_note_along_without_scripts_too(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, jisoo = ask(people.mina, sale, [*RENAME, *replace("/rank/priority", 7)]), browser_of(people.jisoo)
    said = comments.say(people.jun, request, "Really?", About("sale", ("name",)), "Fall sale")
    page = jisoo.get(at(request)).content.decode()
    buttons = re.findall(r"<button[^>]*reviews/1/[^>]*>", page)
    pressed = {re.sub(r".*reviews/1/([^\"]*)\".*", r"\1", one, flags=re.DOTALL) for one in buttons}
    assert {"withdraw/", "claim/", f"comments/{said.key}/resolve/", f"comments/{said.key}/accept/"} <= pressed
    own = [one for one in buttons if 'form="decide"' not in one and not re.search("request-changes|reject", one)]
    assert own == [], "what has no inputs of its own is part of the form of the note"
    beside = {"text": NOTE, "comment": COMMENT}
    # At a field, a comment has a name of its own; what was typed at another one is not lost, either.
    field = re.findall(r'name="comment (\[[^"]*)"', page)[0].replace("&quot;", '"')
    send(jisoo, request, "comments/", **beside, **{"at": field, f"comment {field}": "Here"})
    assert RequestComment.objects.latest("key").text == "Here"
    page = jisoo.get(at(request)).content.decode()
    assert (typed(page, "text"), typed(page, "comment")) == (NOTE, COMMENT)
    for button in (f"comments/{said.key}/resolve/", "claim/"):
        assert send(jisoo, request, button, text=NOTE, **{f"comment {field}": "There"}).status_code == 302
        page = jisoo.get(at(request)).content.decode()
        assert (typed(page, "text"), typed(page, "comment")) == (NOTE, "There")
        send(jisoo, request, button, **beside)
        page = jisoo.get(at(request)).content.decode()
        assert (typed(page, "text"), typed(page, "comment")) == (NOTE, COMMENT)


def test_a_session_that_ended_loses_no_note_and_decides_nothing(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, jun = ask(people.mina, sale, RENAME), browser_of(people.jun)
    jun.logout()
    assert send(jun, request, "approve/", text="").status_code == 302, "nothing was typed"
    sent = {"digest": digest(request), "seen": "1", "version": "1", "text": NOTE, "comment": COMMENT}
    refused = send(jun, request, "request-changes/", **sent)
    assert refused.status_code == 403
    carried = form_in(refused.content.decode(), "carried")
    assert f'action="{at(request)}"' in refused.content.decode(), "not to what was pressed: it would be done unseen"
    back = browser_of(people.jun).post(at(request), carried)
    page = back.content.decode()
    assert (typed(page, "text"), typed(page, "comment")) == (NOTE, COMMENT)
    assert "so nothing was done. Press it again." in page
    assert ChangeRequest.objects.get().state == "open"
    # Of somebody who signed in again beside it, the form's token is another's.
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=people.jun.user_id or 0))
    stale = strict.post(at(request, "reject/"), sent, headers={"Origin": "http://testserver"})
    assert typed(stale.content.decode(), "text") == NOTE
    assert ChangeRequest.objects.get().state == "open"
