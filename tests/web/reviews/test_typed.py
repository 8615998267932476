"""What is typed on the page of a request while something else is pressed there."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, RequestComment, RequestEvent
from offers.review import comments, requests
from offers.review.comments import About
from tests.cast import offer, patch, replace
from tests.review.asking import ask, digest, new
from tests.review.conftest import Cast
from tests.web.form_reader import form_in
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import at, send

RENAME = replace("/name", "Autumn sale")
NOTE, COMMENT = "Fine, but later", "Which autumn?"


NAME, PRIORITY = '["sale","name"]', '["sale","rank","priority"]'


def form_of(page: str, leads_to: str) -> str:
    """The form that is sent to such an address, as it stands in the page."""
    (found,) = re.findall(rf'<form[^>]*action="[^"]*{leads_to}".*?</form>', page, re.DOTALL)
    assert isinstance(found, str)
    return found


def written_on(page: str) -> dict[str, str]:
    """What stands in the inputs for a note and for comments, by their names."""
    found = re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', page)
    return {unescape(name): unescape(text) for name, text in found if text and re.match("text|comment|sugg", name)}


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


def settled(page: str) -> dict[str, str]:
    """What the form of a conflict sends with what is asked for chosen for each field."""
    form = form_of(page, "/settle/")
    return {
        **dict(re.findall(r'name="([^"]+)" value="(sale)"', form)),
        **dict(re.findall(r'name="([^"]+)"\s+value="(yours)"', form)),
    }


def timed(page: str) -> dict[str, str]:
    """What the form of a request's time sends for tomorrow."""
    assert 'name="when-begin"' in form_of(page, "/when/")
    tomorrow = f"{timezone.now() + timedelta(days=1):%Y-%m-%dT09:00}"
    return {"when": "moment", "when-begin": tomorrow, "when-zone": "Asia/Seoul"}


@pytest.mark.parametrize(
    ("page", "form", "refused"), [("settle/", settled, {"id": "sale"}), ("when/", timed, {"when": "moment"})]
)
def test_what_is_written_outlasts_the_two_forms_that_are_not_part_of_its_own(
    people: Cast,
    sale: LibraryItem,
    browser_of: As,
    page: str,
    form: Callable[[str], dict[str, str]],
    refused: dict[str, str],
) -> None:
    """What static/reviews/typed-beside.js sends with them."""
    request, mina = ask(people.mina, sale, RENAME), browser_of(people.mina)
    other = ask(people.mina, sale, replace("/rank/priority", 7))
    if page == "settle/":
        patch(people.setup, sale, replace("/name", "Winter sale"))
    shown = mina.get(at(request)).content.decode()
    assert "data-takes-typed" in form_of(shown, f"/{page}")
    written = {"comment": COMMENT, f"comment {NAME}": "Here", f"suggestion {NAME}": "Fall"}
    again = send(mina, request, page, **refused, **written)
    assert (again.status_code, written_on(again.content.decode())) == (422, written)
    assert send(mina, request, page, **form(shown), **written).status_code == 302
    assert written_on(mina.get(at(other)).content.decode()) == {}, "of this request alone"
    assert written_on(mina.get(at(request)).content.decode()) == written
    mina.logout()
    carried = form_in(send(mina, request, page, **form(shown), **written).content.decode(), "carried")
    assert written_on(browser_of(people.mina).post(at(request), carried).content.decode()) == written


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
    # At fields, comments have names of their own; each is there again but that which was sent.
    written = {**beside, f"comment {NAME}": "Here", f"suggestion {NAME}": "Fall", f"comment {PRIORITY}": "There"}
    for button in (f"comments/{said.key}/resolve/", "claim/", "request-changes/"):
        done = send(jisoo, request, button, **{**written, "text": ""}, digest=digest(request))
        again = done if done.status_code == 422 else jisoo.get(at(request))
        assert written_on(again.content.decode()) == {name: text for name, text in written.items() if name != "text"}
    send(jisoo, request, "comments/", **written, at=NAME)
    made = RequestComment.objects.latest("key")
    assert (made.path, made.text) == (["name"], "Here")
    left = {**beside, f"comment {PRIORITY}": "There"}
    assert written_on(jisoo.get(at(request)).content.decode()) == left
    assert written_on(jisoo.get(at(request)).content.decode()) == {}


def test_a_comment_that_is_refused_at_a_field_is_refused_there_and_takes_no_other_words(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, jun = ask(people.mina, sale, RENAME), browser_of(people.jun)
    refused = send(jun, request, "comments/", at=NAME, comment=COMMENT)
    page = refused.content.decode()
    assert (refused.status_code, written_on(page)) == (422, {"comment": COMMENT})
    assert "selected" not in page.partition('id="about"')[2].partition("</select>")[0], "it is still about the whole"
    assert re.search(r'name="comment \[[^>]*aria-invalid="true"[^>]*></textarea>\s*<p class="problem"', page)
    assert page.count("Say something first.") == 1
    send(jun, request, "comments/", at=NAME, **{f"comment {NAME}": "x" * 4_001})
    assert not RequestComment.objects.exists()


def test_what_is_written_at_a_field_that_is_none_any_more_is_part_of_the_main_comment(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    patch(people.setup, sale, [{"op": "add", "path": "/description", "value": "Soon gone"}])
    gone = [{"op": "remove", "path": "/description"}]
    request, jun = ask(people.mina, sale, [*RENAME, *gone]), browser_of(people.jun)
    removed = {'comment ["sale","description"]': "Why?"}
    send(jun, request, "claim/", **removed)
    page = jun.get(at(request)).content.decode()
    assert written_on(page) == removed, "what is taken away has a thread of its own"
    assert '<option value="[&quot;sale&quot;,&quot;description&quot;]"' in page
    written = {"comment": COMMENT, f"comment {PRIORITY}": "There", "comment nonsense": "What?"}
    send(jun, request, f"comments/{comments.say(people.mina, request, 'Hm').key}/resolve/", **written)
    page = jun.get(at(request)).content.decode()
    assert written_on(page) == {"comment": f"{COMMENT}\n\nSpring sale › Priority: There\n\nWhat?"}
    send(jun, request, "claim/", comment="Sure?", about=PRIORITY, suggestion="8")
    page = jun.get(at(request)).content.decode()
    assert written_on(page) == {"comment": "Spring sale › Priority: Sure?\n\nSpring sale › Priority: 8"}


def test_a_note_to_a_verdict_is_no_reason_to_withdraw(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request, jisoo = ask(people.mina, sale, RENAME), browser_of(people.jisoo)
    assert send(jisoo, request, "withdraw/", text=NOTE, comment=COMMENT).status_code == 302
    event = RequestEvent.objects.latest("key")
    assert (event.what, event.text) == ("withdrawn", "")
    assert written_on(jisoo.get(at(request)).content.decode()) == {"comment": f"{COMMENT}\n\n{NOTE}"}


def test_a_request_of_thousands_of_lines_is_approved_with_all_that_its_page_sends(people: Cast, browser_of: As) -> None:
    """A form of more than 5,000 inputs is refused; each line had two."""
    values = {f"size{number}": "Any" for number in range(30)}
    many = [
        new(Kind.PERSONALIZED_OFFER, f"new{n}", offer(name=f"New {n}", status="draft", characteristics=values))
        for n in range(90)
    ]
    request, jun = requests.propose(people.mina, many, "Many", ""), browser_of(people.jun)
    page = jun.get(at(request)).content.decode()
    names = re.findall(r'<(?:textarea|select)[^>]* name="([^"]*)"', page)
    assert 300 < len(names) < 700
    assert '<option value="[&quot;new89&quot;]"' in page, "of the others one speaks from the list"
    sent = dict.fromkeys(map(unescape, names), "") | {"digest": digest(request), "version": "1", "text": NOTE}
    assert jun.post(at(request, "approve/"), sent).status_code == 302
    assert ChangeRequest.objects.get().state == "applied"


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
    empty = strict.post(at(request, "approve/"), {"text": ""}, headers={"Origin": "http://testserver"})
    assert (empty.status_code, "This form is no longer valid" in empty.content.decode()) == (403, True)
    empty = Client(enforce_csrf_checks=True).post(
        at(request, "approve/"), {"text": ""}, headers={"Origin": "http://testserver"}
    )
    assert "what you typed is kept" not in empty.content.decode(), "nothing was typed"


def test_a_session_that_ended_loses_no_comment_at_a_field_of_its_own_button(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, jun = ask(people.mina, sale, RENAME), browser_of(people.jun)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=people.jun.user_id or 0))
    written = {"comment": COMMENT, f"comment {NAME}": "Here", f"suggestion {NAME}": "Fall"}
    stale = strict.post(at(request, "comments/"), {**written, "at": NAME}, headers={"Origin": "http://testserver"})
    assert written_on(stale.content.decode()) == written
    jun.logout()
    carried = form_in(send(jun, request, "comments/", **written, at=NAME).content.decode(), "carried")
    back = browser_of(people.jun).post(at(request), carried)
    assert written_on(back.content.decode()) == written
    assert not RequestComment.objects.exists()
