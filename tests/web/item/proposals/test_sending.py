"""Where a page proposes, the person says where and why: in a new request, in one of her own, or without review."""

import re
from typing import Any

from django.test import Client

from offers.document.diff import diff
from offers.document.kinds.registry import Kind
from offers.document.patch import replay
from offers.ledger import writes
from offers.models import ChangeRequest, LibraryItem, RequestedChange, Revision
from offers.review import requests
from tests.cast import FORM, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import ask, now, wanted
from tests.review.conftest import Cast
from tests.web.edit.filling import EDIT, NAME, opened, submit, with_texts
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of
from tests.web.reviews.conftest import As
from tests.web.reviews.test_page import text_of as words_of

PAGE = "/s/prod/offers/sale/"
PRIORITY = "/rank/priority"
QUESTIONS = (f"{PAGE}status/draft/", f"{PAGE}status/archived/", f"{PAGE}delete/", f"{PAGE}history/2/undo/")


def questions(people: Cast, sale: LibraryItem) -> tuple[str, ...]:
    """Every page of a live item on which something is proposed by a button, and that of one that was deleted."""
    patch(people.setup, sale, replace("/rank/priority", 2))
    gone = make(people.setup, offer(status="approved"), id="gone")
    writes.delete(people.setup, list(Kind), gone.id, FORM)
    return (*QUESTIONS, f"{PAGE}history/1/restore/", "/s/prod/offers/gone/")


def sent(browser: Client, address: str, **form: str) -> Any:
    """What the page has along, with this, to where its form leads."""
    page = text_of(browser.get(address))
    action = re.search(r'<form method="post" action="(/s/prod/offers/gone/undelete/)"', page)
    etag = re.search(r'name="etag" value="(\d+)"', page)
    return browser.post(action[1] if action else address, {"etag": etag[1] if etag else "", **form}, follow=True)


def test_every_page_that_proposes_offers_the_own_requests_and_puts_it_there(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    mina = browser_of(people.mina)
    home = LibraryItem.objects.get(id="home")
    addresses = (*questions(people, sale), EDIT)
    assert 'name="into"' not in "".join(text_of(mina.get(address)) for address in addresses)
    mine = ask(people.mina, home, replace("/name", "Front page"))
    ask(people.jun, sale, replace("/name", "Not hers"))
    for address in addresses:
        page = text_of(mina.get(address))
        assert f'<option value="{mine.number}"' in page, address
        assert "Not hers" not in re.sub(r'(?s)<section class="requested".*?</section>', "", page)
    done = sent(mina, addresses[0], into="1", note="It is over")
    assert "Put into the request. Whoever had agreed to it reviews it again." in words_of(done)
    assert "It is over" in words_of(done)
    assert [change.id for change in mine.changes.order_by("key")] == ["home", "sale"]
    # What the request has of it already stays.
    form = with_texts(opened(mina), {NAME: "Autumn sale"})
    assert "has changes of this already" in text_of(mina.get(EDIT))
    joined = submit(mina, form | {"into": ["1"]}, "propose", follow=True)
    assert "Put together with what the request had of it already" in words_of(joined)
    (change,) = RequestedChange.objects.filter(request=mine, id="sale")
    assert {one["path"]: one["value"] for one in change.patch} == {"/name": "Autumn sale", "/status": "draft"}
    again = submit(mina, form | {"into": ["1"]}, "propose", follow=True)
    assert "The request has this already." in words_of(again)
    assert ChangeRequest.objects.get(number=1).version == 3


def test_what_is_over_takes_nothing_more_and_nothing_typed_is_lost(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    mina = browser_of(people.mina)
    request = ask(people.mina, sale, replace("/rank/priority", 9))
    requests.withdraw(people.mina, request)
    form = with_texts(opened(mina), {NAME: "Autumn sale"}) | {"into": ["1"], "note": ["Legal"], "title": ["Mine"]}
    for into, said in (("1", "Request 1 is “Withdrawn” by now."), ("99999999999", "There is no such request.")):
        refused = submit(mina, form | {"into": [into]}, "propose")
        assert refused.status_code == 422
        assert re.search(f'id="into-problem">{said}', text_of(refused))
        kept = form_in(text_of(refused))
        assert (kept[NAME], kept["note"], kept["title"]) == (["Autumn sale"], ["Legal"], ["Mine"])
    step = sent(mina, f"{PAGE}status/draft/", into="1", note="Over")
    assert (step.status_code, 'value="Over"' in text_of(step)) == (422, True)
    assert "Request 1 is “Withdrawn” by now." in text_of(step)
    assert RequestedChange.objects.count() == 1


def test_the_same_form_sent_twice_opens_one_request(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    mina = browser_of(people.mina)
    form = with_texts(opened(mina), {NAME: "Autumn sale"}) | {"title": ["Autumn"]}
    first = submit(mina, form, "propose", follow=True)
    assert "Proposed." in words_of(first)
    # After Back, with another reason: it is the request's from now on.
    again = submit(mina, form | {"note": ["Legal asked"]}, "propose", follow=True)
    assert "You had proposed this already" in words_of(again)
    request = ChangeRequest.objects.get()
    assert (request.title, request.reason, request.version) == ("Autumn", "Legal asked", 1)
    for _ in range(2):
        step = sent(mina, f"{PAGE}status/draft/")
    assert "You had proposed this already" in words_of(step)
    new = form_in(text_of(mina.get("/s/prod/offers/new/")))
    new |= {NAME: ["Fresh"], "/status": ["approved"]}
    for _ in range(2):
        made = mina.post("/s/prod/offers/new/", new | {"action": "propose"})
        assert made["Location"] == "/s/prod/reviews/3/"
    assert ChangeRequest.objects.count() == 3


# Unfolded, with the field in it that is wrong.
ASKED_WHY = r'<details class="menu menu-up at-once" data-menu open>.*id="cannot_wait"[^>]*aria-invalid="true"'


def test_who_may_publishes_without_waiting_with_a_reason(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    bora, mina = browser_of(people.bora), browser_of(people.mina)
    for address in (*questions(people, sale), EDIT):
        offered = text_of(bora.get(address))
        assert offered.count('value="publish"') == 1, address
        assert "Somebody else has to review it within 24 hours." in offered
        assert 'value="publish"' not in text_of(mina.get(address))
    form = with_texts(opened(bora), {NAME: "Autumn sale"})
    refused = submit(bora, form, "publish")
    assert refused.status_code == 422
    assert re.search(ASKED_WHY, text_of(refused), re.DOTALL)
    # Why the change is made does not say why it cannot wait; both are kept.
    refused = submit(bora, form | {"note": ["The price was wrong"], "cannot_wait": [" "]}, "publish")
    assert (refused.status_code, form_in(text_of(refused))["note"]) == (422, ["The price was wrong"])
    assert form_in(text_of(refused))[NAME] == ["Autumn sale"]
    assert submit(mina, with_texts(opened(mina), {NAME: "x"}) | {"cannot_wait": ["y"]}, "publish").status_code == 403
    assert (now(sale).etag, ChangeRequest.objects.count()) == (2, 0)
    sent_with = form | {"note": ["The price was wrong"], "cannot_wait": ["Customers see it"]}
    done = submit(bora, sent_with, "publish", follow=True)
    assert "Published without review." in words_of(done)
    assert now(sale).name == "Autumn sale"
    assert Revision.objects.get(item=sale, etag=3).refers_to == {"request": 1, "bypass": True}
    assert ChangeRequest.objects.get().reason == "Customers see it\nThe price was wrong"
    # Sent twice, it is there already.
    assert submit(bora, sent_with, "publish")["Location"] == EDIT


def test_why_it_cannot_wait_is_kept_where_somebody_else_saved_meanwhile(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    bora = browser_of(people.bora)
    form = with_texts(opened(bora), {NAME: "Autumn sale"}) | {"cannot_wait": ["Customers see it"]}
    patch(people.setup, sale, replace("/name", "Winter sale"))
    contested = submit(bora, form, "publish")
    assert contested.status_code == 409
    pick = re.search(r'name="(pick:[0-9a-f]{32})"', text_of(contested))
    assert pick
    done = submit(bora, form_in(text_of(contested), "conflict") | {pick[1]: ["yours"]}, "publish", follow=True)
    assert "Published without review." in words_of(done)
    assert (now(sale).name, ChangeRequest.objects.get().reason) == ("Autumn sale", "Customers see it")


def test_a_button_that_does_not_wait_asks_why_at_its_field(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    bora = browser_of(people.bora)
    addresses = questions(people, sale)
    for address in addresses:
        refused = sent(bora, address, action="publish")
        assert refused.status_code == 422, address
        assert re.search(ASKED_WHY, text_of(refused), re.DOTALL)
    assert not ChangeRequest.objects.exists()
    for address in (addresses[-1], addresses[0]):
        assert "Published without review." in words_of(
            sent(bora, address, action="publish", cannot_wait="It was wrong")
        )
    assert {one.state for one in ChangeRequest.objects.all()} == {ChangeRequest.State.APPLIED}
    assert (now(sale).status, LibraryItem.objects.get(id="gone").deleted_at) == ("draft", None)


def test_a_title_is_the_persons_own(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    mina = browser_of(people.mina)
    page = text_of(mina.get(EDIT))
    assert "A second person publishes this" in page
    form = with_texts(opened(mina), {PRIORITY: "3"})
    submit(mina, form | {"title": ["  Higher than the others "], "note": ["Sales asked"]}, "propose")
    request = ChangeRequest.objects.get()
    assert (request.title, request.reason) == ("Higher than the others", "Sales asked")


def test_a_time_that_would_be_lost_is_refused_at_its_field(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    bora = browser_of(people.bora)
    ask(people.bora, sale, replace("/rank/priority", 9))
    form = with_texts(opened(bora), {NAME: "Autumn sale"}) | {"note": ["Why"], "when": ["moment"]}
    form |= {"when-begin": ["2099-12-01T09:00"], "when-zone": ["Asia/Seoul"]}
    for action, into, said in (("publish", "", "Without review it applies at once"), ("propose", "1", "has one time")):
        refused = submit(bora, form | {"into": [into]}, action)
        assert refused.status_code == 422
        assert re.search(f'id="when-problem">[^<]*{said}', text_of(refused))
    assert (now(sale).etag, ChangeRequest.objects.count()) == (1, 1)


def test_the_form_of_ones_own_request_begins_with_what_it_asks_for_and_what_is_taken_out_of_it_there_is_out_of_it(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    mine = ask(people.mina, sale, replace("/name", "Autumn sale"))
    requests.add(people.mina, mine, [wanted(sale, replace(PRIORITY, 9))])
    mina, address = browser_of(people.mina), f"{EDIT}?into={mine.number}"
    form = opened(mina, address)
    assert (form[NAME], form[PRIORITY]) == (["Autumn sale"], ["9"])
    assert opened(browser_of(people.jun), address)[NAME] == opened(mina)[NAME] == ["Spring sale"], (
        "hers, and only there"
    )
    changed = with_texts(form, {NAME: "Autumn sale, last days", PRIORITY: opened(mina)[PRIORITY][0]})
    done = submit(mina, changed, "propose", follow=True)
    assert "The request is changed. Whoever had agreed to it reviews it again." in words_of(done)
    (change,) = RequestedChange.objects.filter(request=mine)
    assert change.patch == [{"op": "replace", "path": "/name", "value": "Autumn sale, last days"}]
    # A form of a version that is not the last one any more says so before it counts, and then puts nothing aside that it did not show.
    # So does one that came back meanwhile from a button without scripts.
    late = with_texts(form_in(text_of(submit(mina, form, "preview"))), {NAME: "Sale"})
    late = submit(mina, late, "propose")
    assert late.status_code == 422
    assert "Request 1 was changed since this form was opened." in words_of(late)
    assert "sent again, this changes in it: Name, Priority." in words_of(late)
    assert RequestedChange.objects.get(request=mine).patch == change.patch
    again = form_in(text_of(late))
    assert again[NAME] == ["Sale"]
    # That it was warned of one version says nothing of the next one.
    requests.add(people.mina, mine, [wanted(sale, [{"op": "add", "path": "/description", "value": "Rain"}])])
    late = submit(mina, again, "propose")
    assert "sent again, this changes in it: Name, Priority." in words_of(late)
    again = form_in(text_of(late))
    late = submit(mina, again, "propose", follow=True)
    assert "Put together with what the request had of it already" in words_of(late)
    paths = {one["path"] for one in RequestedChange.objects.get(request=mine).patch}
    assert paths == {"/name", "/description", PRIORITY}


def test_a_form_of_a_request_that_moved_puts_nothing_back_and_takes_nothing_out_of_it_unsaid(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    other = make(people.setup, offer(name="Winter"), id="winter")
    mine = ask(people.mina, sale, replace("/name", "Autumn sale"))
    requests.add(people.mina, mine, [wanted(other, replace("/name", "Snow"))])
    mina = browser_of(people.mina)
    form = opened(mina, f"{EDIT}?into={mine.number}")
    requests.add(people.mina, mine, [wanted(sale, replace("/name", "Fall sale"))])
    # All of it set back: what the request asks for by now is still asked for, and the draft is not thrown away.
    back = with_texts(form, {NAME: "Spring sale"})
    refused = submit(mina, back, "propose")
    assert refused.status_code == 409
    assert "request 1 would change nothing here" in words_of(refused)
    assert RequestedChange.objects.get(request=mine, id="sale").patch == replace("/name", "Fall sale")
    requests.leave_out(people.mina, mine, "sale")
    late = submit(mina, with_texts(form, {NAME: "Sale"}), "propose")
    assert "This was left out of request 1 since this form was opened." in words_of(late)
    assert not RequestedChange.objects.filter(request=mine, id="sale").exists()
    submit(mina, form_in(text_of(late)), "propose")
    assert RequestedChange.objects.get(request=mine, id="sale").patch == replace("/name", "Sale")
    requests.withdraw(people.mina, mine)
    assert "Nothing was changed" in words_of(submit(mina, back, "propose", follow=True)), "of what is over"


def test_what_no_input_shows_of_ones_own_request_stays_in_it_and_all_of_it_set_back_leads_to_withdrawing(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    make_placement(people.setup, id="mail")
    shown, limited = shown_in("mail"), {"limit": 3, "scope": "profile", "entity": "offer", "events": ["decisioning"]}
    shown["components"][0]["id"] = "content-9"
    audience = {"profileConstraintType": "anySegments", "segmentIdentities": [{"_id": "s1", "xid": "vip"}]}
    hidden = {
        "selectionConstraint": sale.document["selectionConstraint"] | audience,
        "representations": [shown, *sale.document["representations"]],
        "frequencyCappingConstraints": [limited | {"id": "cap-7"}],
        "labels": ["core/C1"],
    }
    mine = ask(people.mina, sale, diff(sale.document, sale.document | hidden))
    mina, address = browser_of(people.mina), f"{EDIT}?into={mine.number}"
    form = opened(mina, address)
    submit(mina, with_texts(form, {NAME: "Autumn sale"}), "propose")
    change = RequestedChange.objects.get(request=mine)
    assert replay(change.base, change.patch) == sale.document | hidden | {"name": "Autumn sale"}
    # What is taken out of it is out of it, with what no input shows of it.
    form = opened(mina, address)
    taken = {name: text for name, text in form.items() if not name.startswith("/representations/0")}
    submit(mina, with_texts(taken, {NAME: "Spring sale"}), "propose")
    change = RequestedChange.objects.get(request=mine)
    gone = {"representations": sale.document["representations"]}
    assert replay(change.base, change.patch) == sale.document | hidden | gone
    form = opened(mina, address)
    back = opened(mina) | {name: form[name] for name in ("made-of", "into", "etag")}
    RequestedChange.objects.filter(request=mine).update(patch=replace(NAME, "Autumn sale"))
    assert "request 1 would change nothing here" in words_of(submit(mina, back, "preview"))
    refused = submit(mina, back, "propose")
    assert refused.status_code == 409
    assert "request 1 would change nothing here" in words_of(refused)
    assert f'href="/s/prod/reviews/{mine.number}/"' in refused.content.decode()
