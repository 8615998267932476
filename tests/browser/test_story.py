"""The story of a change of what is live, as two people live it: each in a browser of their own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from offers import proof
from offers.access import members
from offers.access.permissions import Actor
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem, Sandbox
from offers.review import recheck, requests, schedule
from tests.browser.complaints import complaints_of
from tests.browser.entering import enter
from tests.cast import make, make_sandbox, offer, replace
from tests.review.asking import agree, ask, now, wanted
from tests.review.conftest import Cast, cast_in

pytestmark = pytest.mark.django_db(transaction=True)

# A label, a link to a section and a swap go by an id: to the first that has it.
TWICE = "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at)"

Open = Callable[[Actor], Page]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return cast_in(make_sandbox())


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    sale = make(people.setup, offer(status="approved"), id="sale")
    members.change_policy(people.jisoo, "two-people", was="none")
    return sale


@pytest.fixture
def at_home(browser: Browser, live_server: LiveServer) -> Open:
    """A browser in which this person is signed in."""

    def opened(actor: Actor) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        enter(context, live_server.url, User.objects.get(pk=actor.user_id or 0).username)
        return context.new_page()

    return opened


def test_a_change_is_proposed_talked_about_changed_agreed_to_and_made(
    people: Cast, sale: LibraryItem, at_home: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "GRACE", timedelta(0))
    mina, jun = at_home(people.mina), at_home(people.jun)
    complaints = complaints_of(mina), complaints_of(jun)
    toast = jun.locator(".toast-item").last

    # She proposes what she may not save, for tomorrow at nine.
    mina.goto("/s/prod/offers/sale/edit/")
    mina.fill('[name="/name"]', "Autumn sale")
    assert mina.evaluate(TWICE) == []
    mina.get_by_label("When it is made").select_option("moment")
    mina.fill('[name="when-begin"]', (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT09:00"))
    mina.get_by_role("button", name="Propose change").click()
    expect(mina.locator(".toast-item")).to_be_visible()
    request = ChangeRequest.objects.get()

    # He says something to it, and agrees.
    jun.goto("/s/prod/reviews/1/")
    jun.get_by_label("Comment", exact=True).first.fill("Say which autumn")
    jun.get_by_role("button", name="Comment", exact=True).click()
    expect(jun.locator("main")).to_contain_text("Say which autumn")
    jun.get_by_role("button", name="Approve").click()
    expect(toast).to_contain_text("it is applied when its time comes")

    # She has read it and changes her request: he has to look again. She cannot agree herself.
    mina.goto("/s/prod/reviews/1/")
    expect(mina.locator("main")).to_contain_text("Say which autumn")
    expect(mina.get_by_role("button", name="Approve")).to_have_count(0)
    requests.add(people.mina, request, [wanted(sale, replace("/name", "Autumn sale 2026"))])
    jun.goto("/s/prod/reviews/1/")
    expect(jun.locator("main")).to_contain_text("Needs one approval: you")
    assert jun.evaluate(TWICE) == []
    jun.get_by_role("button", name="Approve").click()
    expect(toast).to_contain_text("it is applied when its time comes")

    # Another field changes meanwhile: his yes stays, and the page says why.
    agree(people.jisoo, ask(people.jun, sale, replace("/rank/priority", 7)))
    recheck.keep()
    mina.reload()
    expect(mina.locator(".checks")).to_contain_text("Kept: Jun changed Priority")
    expect(mina.locator(".checks")).to_contain_text("Jun approved it.")

    # The same field: his yes is dropped, and it is a conflict.
    agree(people.jisoo, ask(people.bora, sale, replace("/name", "Bora's sale")))
    recheck.keep()
    mina.reload()
    expect(mina.locator("main")).to_contain_text("The approval of Jun does not count any more.")
    expect(mina.locator("main")).to_contain_text("Somebody changed the same fields meanwhile.")
    requests.revise(people.mina, request, head_of_item(now(sale)), {**now(sale).document, "name": "Autumn sale 2026"})
    jun.goto("/s/prod/reviews/1/")
    jun.get_by_role("button", name="Approve").click()
    expect(toast).to_contain_text("it is applied when its time comes")

    # Its moment comes.
    with pytest.MonkeyPatch.context() as clock:
        real = timezone.now
        clock.setattr(timezone, "now", lambda: real() + timedelta(days=2))
        Sandbox.objects.update(schedule_tolerance_minutes=3 * 24 * 60)
        schedule.keep()
    mina.reload()
    expect(mina.locator("main")).to_contain_text("Applied on")
    assert (now(sale).name, now(sale).priority) == ("Autumn sale 2026", 7)

    # A reviewer's own change waits for another one, too.
    own = ask(people.jun, sale, replace("/rank/priority", 5))
    jun.goto(f"/s/prod/reviews/{own.number}/")
    expect(jun.locator("main")).to_contain_text("You wrote this request, so someone else approves it.")
    expect(jun.get_by_role("button", name="Approve")).to_have_count(0)

    # Who does not wait is looked at afterwards.
    hasty = requests.publish(people.bora, [wanted(sale, replace("/rank/priority", 1))], "Now", "The price is wrong")
    jun.goto(f"/s/prod/reviews/{hasty.number}/")
    expect(jun.locator("main")).to_contain_text("Published without review")
    jun.get_by_role("button", name="Mark as reviewed").click()
    expect(jun.get_by_role("button", name="Mark as reviewed")).to_have_count(0)
    assert [(one.id, one.etag, one.message) for one in proof.verify(Sandbox.objects.all())] == []
    assert complaints == ([], [])
    for page in (mina, jun):
        page.context.close()
