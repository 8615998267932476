"""The page of a request: what it says, who may press what, and what is said where that cannot be done."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem
from offers.review import comments, recheck, requests, verdicts
from offers.review.comments import About
from offers.review.standing import standing
from tests.cast import make, offer, patch, replace
from tests.review.asking import agree, ask, digest, new, now, wanted
from tests.review.conftest import Cast
from tests.review.test_requests import BY_RULE, RULE
from tests.web.reviews.conftest import As

State = ChangeRequest.State
RENAME = replace("/name", "Autumn sale")


def at(request: ChangeRequest, page: str = "") -> str:
    return f"/s/{request.sandbox.name}/reviews/{request.number}/{page}"


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def state_of(request: ChangeRequest) -> str:
    return ChangeRequest.objects.get(key=request.key).state


def send(browser: Any, request: ChangeRequest, page: str, **form: str) -> HttpResponse:
    found: HttpResponse = browser.post(at(request, page), form)
    return found


def test_it_says_what_changes_and_what_happens_at_approval(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, [*RENAME, *replace("/selectionConstraint/startDate", "2020-03-01T00:00:00+09:00")])
    page = browser_of(people.jun).get(at(request))
    said = text_of(page)
    for words in ("Another name", "Legal asked for it", "Autumn", "Goes live at once", "Nothing else has changed"):
        assert words in said
    assert "Needs one approval: you or Jisoo." in said, "whoever reads it comes first, and is no third person"
    assert 'href="#decision"' in page.content.decode(), "on phones, the way to the decision"
    page = browser_of(people.mina).get(at(request))
    said = text_of(page)
    assert "Needs one approval: Jisoo or Jun." in said or "Needs one approval: Jun or Jisoo." in said
    assert 'href="#decision"' not in page.content.decode(), "only for who may decide"


def test_what_is_taken_off_does_not_go_live(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    for change in (replace("/status", "archived"), [{"op": "remove", "path": ""}]):
        page = text_of(browser_of(people.jun).get(at(ask(people.mina, sale, change))))
        assert "Customers stop seeing it at once when it is approved." in page
        assert "Goes live" not in page


def test_a_reviewer_approves_and_it_is_live(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    page = browser_of(people.jun).get(at(request)).content.decode()
    sent = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert sent is not None
    done = browser_of(people.jun).post(at(request, "approve/"), {"digest": sent[1]}, follow=True)
    assert "Approved and applied." in text_of(done)
    assert (now(sale).name, state_of(request)) == ("Autumn sale", State.APPLIED)


@pytest.mark.parametrize(
    "page", ["approve", "request-changes", "reject", "withdraw", "claim", "apply", "look", "settle", "leave-out"]
)
def test_nothing_is_decided_by_following_a_link(people: Cast, sale: LibraryItem, browser_of: As, page: str) -> None:
    request = ask(people.mina, sale, RENAME)
    assert browser_of(people.jun).get(at(request, f"{page}/")).status_code == 405
    assert state_of(request) == State.OPEN


@pytest.mark.parametrize("who", ["mina", "ara", "bora"])
def test_who_may_not_decide_has_no_buttons_and_is_told_why(
    people: Cast, sale: LibraryItem, browser_of: As, who: str
) -> None:
    request = ask(people.mina, sale, RENAME)
    browser = browser_of(getattr(people, who))
    page = browser.get(at(request)).content.decode()
    assert "data-decide" not in page
    assert ("You wrote this request, so someone else approves it." in page) or ("Reviewers and admins decide" in page)
    assert send(browser, request, "approve/", digest=digest(request)).status_code == 403
    assert state_of(request) == State.OPEN


def test_an_admin_does_not_approve_her_own(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.jisoo, sale, RENAME)
    browser = browser_of(people.jisoo)
    assert "You wrote this request, so someone else approves it." in text_of(browser.get(at(request)))
    refused = send(browser, request, "approve/", digest=digest(request))
    assert (refused.status_code, "another role" in text_of(refused)) == (403, False)
    assert send(browser, request, "approve/", digest=digest(request)).status_code == 403


def test_what_changed_since_the_page_was_opened_is_shown_and_nothing_typed_is_lost(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/selectionConstraint/endDate", "2026-05-01T00:00:00+09:00"))
    seen = digest(request)
    patch(people.setup, sale, replace("/selectionConstraint/startDate", "2026-03-02T00:00:00+09:00"))
    done = send(browser_of(people.jun), request, "approve/", digest=seen, seen="1", text="Looks good to me")
    said = text_of(done)
    assert done.status_code == 409
    assert "It has changed since you opened this page" in said
    assert "Changed meanwhile of" in said
    assert "Looks good to me" in said
    assert (state_of(request), now(sale).etag) == (State.OPEN, 2)


@pytest.mark.parametrize("page", ["request-changes/", "reject/"])
def test_a_no_says_why(people: Cast, sale: LibraryItem, browser_of: As, page: str) -> None:
    request = ask(people.mina, sale, RENAME)
    done = send(browser_of(people.jun), request, page, digest=digest(request))
    assert (done.status_code, state_of(request)) == (422, State.OPEN)
    assert send(browser_of(people.jisoo), request, page, digest=digest(request), text="Too long").status_code == 302
    assert state_of(request) in (State.CHANGES_REQUESTED, State.REJECTED)


def test_what_others_changed_beside_it_is_named_and_kept(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/rank/priority", 3))
    assert "Kept: Setup changed Priority" in text_of(browser_of(people.jun).get(at(request)))


def test_a_dropped_approval_names_the_field_and_who_changed_it(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, replace("/selectionConstraint/endDate", "2026-05-01T00:00:00+09:00"))
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/selectionConstraint/startDate", "2026-03-02T00:00:00+09:00"))
    said = text_of(browser_of(people.mina).get(at(request)))
    assert "The approval of Jun does not count any more." in said
    assert re.search(r"Setup changed [\w ]+ in version 2\.", said)


def test_a_rival_for_the_same_field_is_named(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    ask(people.bora, sale, replace("/name", "Winter sale"))
    request = ask(people.mina, sale, RENAME)
    said = text_of(browser_of(people.jun).get(at(request)))
    assert "Request 1 of Bora changes the same of" in said


def test_a_rival_for_several_items_is_one_line_and_one_that_deletes_says_so(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    other = make(people.setup, offer(name="Winter"), id="winter")
    both = [wanted(item, [{"op": "remove", "path": ""}]) for item in (sale, other)]
    requests.propose(people.bora, both, "Away")
    request = requests.propose(people.mina, [wanted(item, replace("/name", "New")) for item in (sale, other)], "N")
    said = text_of(browser_of(people.jun).get(at(request)))
    assert said.count("of Bora") == 1
    assert "#1 of Bora touches 2 of these, too." in said
    assert "Winter: deleted" in said
    one = ask(people.mina, other, RENAME)
    assert "Request 1 of Bora deletes “Winter”." in text_of(browser_of(people.jun).get(at(one)))


def test_a_conflict_is_settled_field_by_field(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/name", "Winter sale"))
    browser = browser_of(people.mina)
    page = browser.get(at(request)).content.decode()
    names = set(re.findall(r'name="(pick:[0-9a-f]{32})"', page))
    assert len(names) == 1
    assert send(browser, request, "settle/", id="sale").status_code == 422
    assert send(browser, request, "settle/", id="sale", **dict.fromkeys(names, "yours")).status_code == 302
    agree(people.jun, ChangeRequest.objects.get(key=request.key))
    assert now(sale).name == "Autumn sale"


def test_a_conflict_may_be_settled_by_another_value_and_one_button_only_chooses(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, [*RENAME, *replace("/rank/priority", 8)])
    patch(people.setup, sale, [*replace("/name", "Winter sale"), *replace("/rank/priority", 9)])
    browser = browser_of(people.mina)
    chosen = send(browser, request, "settle/", id="sale", all="theirs").content.decode()
    assert len(re.findall(r'value="theirs"\s+checked', chosen)) == 2
    assert (state_of(request), standing(request).places[0].conflicts != ()) == (State.OPEN, True)
    names = re.findall(r'name="pick:([0-9a-f]{32})" value="theirs"', chosen)
    picks = {f"pick:{name}": "other" for name in names} | {f"other:{name}": "77" for name in names}
    assert send(browser, request, "settle/", id="sale", **picks).status_code == 302
    agree(people.jun, ChangeRequest.objects.get(key=request.key))
    assert (now(sale).name, now(sale).priority) == ("77", 77)


def test_a_conflict_of_who_left_is_settled_once_somebody_takes_the_request_over(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/name", "Winter sale"))
    User.objects.filter(username="mina").update(is_active=False)
    browser = browser_of(people.bora)
    before = browser.get(at(request)).content.decode()
    send(browser, request, "claim/")
    chosen = dict.fromkeys(
        re.findall(r'name="(pick:[0-9a-f]{32})"', browser.get(at(request)).content.decode()), "yours"
    )
    assert (">Settle<" in before, "Take over from Mina" in before, len(chosen)) == (False, True, 1)
    assert send(browser, request, "settle/", id="sale", **chosen).status_code == 302


def test_what_is_new_and_what_is_deleted_has_a_page_too(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    remove = wanted(sale, [{"op": "remove", "path": ""}])
    made = new(Kind.PERSONALIZED_OFFER, "fresh", offer(name="Fresh"))
    request = requests.propose(people.mina, [remove, made], "Out with it", "")
    said = text_of(browser_of(people.jun).get(at(request)))
    assert "It is deleted. Its history stays." in said
    assert "Fresh" in said
    agree(people.jun, request)
    assert browser_of(people.jun).get(at(request)).status_code == 200


def test_its_author_withdraws_it_and_others_take_it_over(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    assert send(browser_of(people.bora), request, "claim/").status_code == 302
    assert ChangeRequest.objects.get(key=request.key).owner_key == people.bora.key
    assert send(browser_of(people.mina), request, "withdraw/").status_code == 302
    assert state_of(request) == State.WITHDRAWN
    late = send(browser_of(people.jun), request, "reject/", digest=digest(request), text="No")
    assert (late.status_code, "by now" in text_of(late)) == (409, True)


def test_what_was_approved_is_applied_now(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    assert standing(request).can_be_applied
    assert send(browser_of(people.mina), request, "apply/").status_code == 302
    assert now(sale).name == "Autumn sale"


def test_what_was_published_without_review_is_reviewed_afterwards_or_undone_by_somebody_else(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = requests.publish(people.bora, [wanted(sale, RENAME)], "Wrong price", "It was wrong")
    page = browser_of(people.jun).get(at(request))
    assert "Published without review" in text_of(page)
    assert (
        f"/history/{requests.get(people.jun, request.number).changes.get().applied_etag}/undo/" in page.content.decode()
    )
    for_others = browser_of(people.mina).get(at(request))
    assert "A reviewer or an admin has to check this" in text_of(for_others)
    assert "/undo/" not in for_others.content.decode()
    assert send(browser_of(people.jun), request, "look/").status_code == 302
    assert ChangeRequest.objects.get(key=request.key).looked_at is not None


def test_a_stranger_sees_no_request(people: Cast, sale: LibraryItem, browser_of: As, django_user_model: Any) -> None:
    request = ask(people.mina, sale, RENAME)
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("stranger"))
    assert stranger.get(at(request)).status_code == 404
    assert browser_of(people.jun).get(f"/s/{request.sandbox.name}/reviews/77/").status_code == 404


def test_its_styles_are_there(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    page = browser_of(people.jun).get(at(request)).content.decode()
    found = re.findall(r'<link rel="stylesheet" href="([^"]*reviews[^"]*)"', page)
    assert len(found) == 1
    styles = Client().get(found[0])
    styles.close()
    assert styles.status_code == 200


def test_the_event_of_a_drop_says_in_words_which_field_and_who(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, replace("/selectionConstraint/endDate", "2026-05-01T00:00:00+09:00"))
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/selectionConstraint/endDate", "2026-06-01T00:00:00+09:00"))
    recheck.keep()
    shown = text_of(browser_of(people.mina).get(at(request)))
    assert re.search(r"Approval dropped .* Setup changed End date of “[^”]+” in version 2\.", shown)
    assert "selectionConstraint" not in shown.partition("What happened")[2]


def test_what_was_changed_beside_it_stands_where_it_happened(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/rank/priority", 3))
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/rank/priority", 4))
    happened = text_of(browser_of(people.mina).get(at(request))).partition("What happened")[2]
    before, _approved, after = happened.partition("Jun approved")
    assert re.search(r"Setup changed Priority of “[^”]+” in version 2, which this request leaves as it is\.", before)
    assert re.search(r"in version 3\. The approval stays: it was not about that\.", after)


def test_a_page_costs_the_same_statements_however_much_happened_and_was_said(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, browser = ask(people.mina, sale, RENAME), browser_of(people.jun)
    costs = []
    for _ in range(2):
        for number in range(3):
            comments.say(people.mina, request, f"{number}", About("sale", ("name",)))
            requests.claim((people.mina, people.bora)[number % 2], request)
        with CaptureQueriesContext(connection) as statements:
            browser.get(at(request))
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_a_change_of_what_it_is_shown_with_says_why_an_approval_does_not_count(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    request = ask(people.mina, sale, BY_RULE)
    agree(people.jun, request, apply=False)
    patch(people.mina, rule, replace("/condition/value", "false"))
    recheck.keep()
    shown = text_of(browser_of(people.mina).get(at(request)))
    assert "Mina changed “Gold”, which it is shown with, in version 2." in shown
    assert "Mina changed Condition of “Gold” in version 2." in shown.partition("What happened")[2]


def test_an_item_is_left_out_so_long_as_there_are_others(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    made = new(Kind.TAG, "autumn", {"name": "Autumn"})
    request = requests.propose(people.mina, [wanted(sale, RENAME), made], "")
    assert request.title == "Spring sale: Name (+1)"
    agree(people.jun, request, apply=False)
    browser = browser_of(people.mina)
    assert "Leave it out" in text_of(browser.get(at(request)))
    assert send(browser, request, "leave-out/", id="autumn").status_code == 302
    page = text_of(browser.get(at(request)))
    assert ("Leave it out" in page, "The approval" in page, state_of(request)) == (False, False, State.OPEN)
    assert send(browser, request, "leave-out/", id="sale").status_code == 409


def test_the_next_one_is_one_key_away_and_nobody_takes_over_her_own(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request, other = ask(people.mina, sale, RENAME), ask(people.bora, sale, replace("/rank/priority", 3))
    assert "data-next" not in browser_of(people.jun).get(at(request)).content.decode()
    verdicts.reject(people.jun, request, digest(request), "No")
    assert f'href="{at(other)}" data-next' in browser_of(people.jun).get(at(request)).content.decode()
    requests.claim(people.bora, ask(people.mina, sale, RENAME))
    browsers = [browser_of(one) for one in (people.mina, people.bora, people.jun)]
    assert ["/3/claim/" in one.get(at(request).replace("/1/", "/3/")).content.decode() for one in browsers] == [
        *(False, False),
        True,
    ]
