"""The open requests for an item, on its page and at the fields of its form, before anybody types."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from offers.models import LibraryItem, Revision
from offers.review import requests
from offers.review.applying import DELETE
from tests.cast import patch, replace
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import Cast
from tests.web.edit.filling import EDIT, HTMX, opened
from tests.web.frame.test_respond import text_of
from tests.web.reviews.conftest import As

PAGE = "/s/prod/offers/sale/"


def strip_of(browser: Client, address: str) -> str:
    found = re.search(r'<section class="requested".*?</section>', text_of(browser.get(address)), re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


def marks_of(page: str) -> dict[str, str]:
    """What is said at which input."""
    found = re.findall(r'<p class="wanted" id="f-([\w-]+)-wanted">(.*?)</p>', page, re.DOTALL)
    return {at: " ".join(re.sub(r"<[^>]*>", " ", said).split()) for at, said in found}


def statements(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


def test_the_page_and_the_form_of_an_item_name_its_open_requests(
    people: Cast, sale: LibraryItem, browser_of: As
) -> None:
    mina, jun = browser_of(people.mina), browser_of(people.jun)
    assert strip_of(jun, PAGE) == strip_of(jun, EDIT) == ""
    request = ask(people.mina, sale, replace("/rank/priority", 9))
    assert strip_of(jun, EDIT).endswith("it goes live once somebody else approves it.")
    assert "second person" not in strip_of(jun, PAGE), "a rule of the sandbox is none of the requests"
    assert "Changes to live offers need a second person." in text_of(jun.get(PAGE))
    for address in (PAGE, EDIT):
        assert strip_of(jun, address).startswith("1 open request #1 Another name Mina Open changes Priority")
        assert "Another name yours Open" in strip_of(mina, address)
        assert 'href="/s/prod/reviews/1/"' in text_of(jun.get(address))
    once = statements(jun, PAGE), statements(jun, EDIT)
    for name in ("One", "Two"):
        ask(people.mina, sale, replace("/name", name))
    assert (statements(jun, PAGE), statements(jun, EDIT)) == once
    agree(people.jun, request)
    assert "2 open requests" in strip_of(jun, PAGE)
    assert "#1" not in strip_of(jun, PAGE)


def test_every_kind_names_them_and_what_is_deleted_as_well(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    jun = browser_of(people.jun)
    home = LibraryItem.objects.get(id="home")
    ask(people.mina, home, replace("/name", "Front page"))
    assert "Another name Mina Open changes Name" in strip_of(jun, "/s/prod/placements/home/")
    assert marks_of(text_of(jun.get("/s/prod/placements/home/edit/"))) == {"name": "Mina changes this in #1"}
    ask(people.mina, sale, [DELETE])
    assert "would delete it" in strip_of(jun, PAGE)
    agree(people.jisoo, requests.get(people.jisoo, 2))
    back = requests.propose(people.mina, [wanted(sale, [{"op": "add", "path": "", "value": sale.document}])], "Back")
    assert back.number == 3
    assert "Back Mina Open would bring it back" in strip_of(jun, PAGE)


def test_what_they_would_change_is_marked_at_its_input(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    request = ask(people.mina, sale, replace("/rank/priority", 9))
    content = replace("/representations/0/components/0/content", "<script>alert(1)</script>")
    requests.add(people.mina, request, [wanted(sale, [*content, {"op": "add", "path": "/description", "value": "x"}])])
    # Others go on: the request is about the same fields.
    patch(people.setup, sale, replace("/name", "Spring"))
    page = text_of(browser_of(people.jun).get(EDIT))
    said = "Mina changes this in #1"
    fields = ("rank-priority", "description", "representations-0-components-0-content")
    assert marks_of(page) == dict.fromkeys(fields, said)
    assert re.search(r'id="f-rank-priority"[^>]*aria-describedby="[^"]*\bf-rank-priority-wanted"', page)
    assert "<script>alert" not in page
    assert marks_of(text_of(browser_of(people.mina).get(EDIT)))["description"] == "You change this in #1"


def test_a_mark_goes_with_its_row(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    more = [
        {"limit": 1, "scope": "global", "entity": "offer", "events": ["click"], "repeat": {}, "id": id} for id in "ab"
    ]
    patch(people.setup, sale, [{"op": "add", "path": "/frequencyCappingConstraints", "value": more}])
    ask(people.mina, sale, replace("/frequencyCappingConstraints/1/limit", 5))
    jun = browser_of(people.jun)
    limit = "frequencyCappingConstraints-{}-limit"
    form = opened(jun)
    assert set(marks_of(text_of(jun.get(EDIT)))) == {limit.format(1)}

    def after(action: str) -> Any:
        return set(marks_of(text_of(jun.post(EDIT, {**form, "action": action}, headers=HTMX))))

    assert after("up:/frequencyCappingConstraints/1") == {limit.format(0)}
    assert after("remove:/frequencyCappingConstraints/1") == set()
    assert Revision.objects.filter(item=sale).count() == 2


def test_what_would_be_added_is_marked_at_its_list(people: Cast, sale: LibraryItem, browser_of: As) -> None:
    terms = {"op": "add", "path": "/characteristics", "value": {"terms": "none"}}
    ask(people.mina, sale, [terms])
    assert set(marks_of(text_of(browser_of(people.jun).get(EDIT)))) == {"characteristics"}
