"""The inbox: what a person was told, page by page, and what of it is news."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.text import capfirst

from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, Notice, RequestEvent
from offers.review import comments, notices, requests
from offers.web.frame.times import exact_text
from tests.cast import replace
from tests.review.asking import ask, new
from tests.review.conftest import Cast, people, sale
from tests.web.reviews.conftest import As, browser_of
from tests.web.reviews.test_page import text_of

__all__ = ["browser_of", "people", "sale"]


def test_each_notice_leads_to_its_request_until_all_are_read(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    ask(people.mina, sale, replace("/name", "Autumn sale"))
    address, browser = f"/s/{people.sandbox.name}/inbox/", browser_of(people.jun)
    shown = browser.get(address)
    assert f'href="/s/{people.sandbox.name}/reviews/1/"' in shown.content.decode()
    told = text_of(shown)
    assert "#1 · Summer sale" in told or sale.name in told, "and whose that is"
    assert told.index("Today") < told.index("#1") < told.index("Mina opened"), "what it is about is named first"
    requests.propose(people.mina, [new(Kind.TAG, "autumn", {"name": "Autumn"})], "New tag")
    assert "#2 · Autumn" in text_of(browser.get(address)), "so it is before there is one"
    assert 'aria-label="Mark as read: ' in shown.content.decode()
    assert "Mark all as read" in text_of(shown)
    assert "Nothing yet" in text_of(browser_of(people.ara).get(address))
    assert browser.post(address + "read/", {"number": "x"}).status_code == 302
    assert notices.unread(people.jun) == 2
    browser.post(address + "read/")
    assert "Mark all as read" not in text_of(browser.get(address))


def test_a_request_is_named_once_a_day_with_all_that_happened_to_it_and_read_as_one(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    first, other = (ask(people.mina, sale, replace("/name", name)) for name in ("Autumn", "Winter"))
    comments.say(people.jun, first, "Why now?")
    comments.say(people.jun, other, "And this?")
    comments.say(people.jun, first, "Or later?")
    address, browser = f"/s/{people.sandbox.name}/inbox/", browser_of(people.mina)
    ((day, told),) = browser.get(address).context["days"]
    assert [(one.request.number, [notice.text for notice, _ in one.notices]) for one in told] == [
        (1, ["Or later?", "Why now?"]),
        (2, ["And this?"]),
    ], day
    browser.post(address + "read/", {"number": "1"})
    ((day, told),) = browser.get(address).context["days"]
    assert [one.is_unread for one in told] == [False, True]


def test_it_goes_on_page_by_page(
    people: Cast, sale: LibraryItem, browser_of: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PAGE_SIZE", 2)
    for _ in range(3):
        ask(people.mina, sale, replace("/name", "Autumn sale"))
    first = notices.page(people.jun)
    second = notices.page(people.jun, first.next)
    numbers = [[one.request.number for one in page.items] for page in (first, second)]
    assert numbers == [[3, 2], [1]]
    assert [one.request.number for one in notices.page(people.jun, second.previous).items] == [3, 2]


def test_that_an_approval_scheduled_it_is_told_with_it_and_for_when(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    at = timezone.now() + timedelta(days=3)
    ChangeRequest.objects.update(apply_at=at, state=ChangeRequest.State.SCHEDULED)
    request.refresh_from_db()
    notices.tell(request, people.jun, RequestEvent.What.APPROVED, "Fine")
    notices.tell(request, None, RequestEvent.What.SCHEDULED)
    shown = browser_of(people.mina).get(f"/s/{people.sandbox.name}/inbox/")
    ((_day, (told,)),) = shown.context["days"]
    assert len(told.notices) == 1, "one moment is one line"
    assert f"Jun approved this request · scheduled for {exact_text(at)} Fine" in text_of(shown)


def test_what_was_not_applied_at_its_time_says_so_and_leads_to_another_time(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    at = timezone.now() - timedelta(days=3)
    ChangeRequest.objects.update(apply_at=at, state=ChangeRequest.State.EXPIRED)
    request.refresh_from_db()
    notices.tell(request, None, RequestEvent.What.EXPIRED)
    page = browser_of(people.mina).get(f"/s/{people.sandbox.name}/inbox/")
    assert f"Not applied. The scheduled time ( {exact_text(at)} ) passed" in text_of(page)
    assert "Schedule again" in text_of(page)


def test_once_it_has_another_time_no_notice_says_that_this_has_passed(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    notices.tell(request, None, RequestEvent.What.EXPIRED)
    at = timezone.now() + timedelta(days=3)
    ChangeRequest.objects.update(apply_at=at, state=ChangeRequest.State.OPEN)
    text = text_of(browser_of(people.mina).get(f"/s/{people.sandbox.name}/inbox/"))
    assert capfirst(notices.briefly(Notice.objects.latest("key"))) in text
    assert exact_text(at) not in text
    assert "Schedule again" not in text
    # Nor does an older one say the time that came after it.
    notices.tell(request, None, RequestEvent.What.SCHEDULED)
    Notice.objects.filter(what=RequestEvent.What.SCHEDULED).update(created_at=timezone.now() - timedelta(hours=1))
    ChangeRequest.objects.update(state=ChangeRequest.State.SCHEDULED, updated_at=timezone.now())
    assert exact_text(at) not in text_of(browser_of(people.mina).get(f"/s/{people.sandbox.name}/inbox/"))
